"""Finds the header among the first rows of a list: the row with words above columns of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.tables.detect.phone_words import names_phone

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[bytes | None]

LOOKED_AT = 100  # rows compared with a row to decide whether it is a header
MOST_TITLES = 30  # the most rows above a header

# A cell that can only be a phone number, so it is not a column name. Punctuation as in `(0) 7700-900`.
_NUMBER = re.compile(r"\s*(?:tel:|whatsapp:|https?://\S*/)?[+(]?\d[\d\s()./\-]*(?:@\S+)?\s*", re.IGNORECASE)
_NUMBER_DIGITS = range(7, 19)  # 15 digits of E.164 and a prefix such as 00 or 011
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_LETTER = re.compile(r"[^\W\d_]")
_ALIKE = 0.8  # share of the filled cells below a header that are values
_ALIKE_PHONES = 0.5  # the same below a header that says phone


def header_place(rows: Sequence[Row]) -> int:
    """Return the index of the row that names the columns, or of the first number if none does.

    Only titles (rows with few filled cells) and comments may be above it. If there is neither a header nor a
    table of numbers below titles, it is 0.
    """
    width = max(map(len, rows), default=0)
    for place, row in enumerate(rows[: MOST_TITLES + 1]):
        below = rows[place + 1 : place + 1 + LOOKED_AT]
        if _is_comment(row) and below and names_columns(below[0], below[1:]):
            continue
        if names_columns(row, below):
            return 0 if _says_phone_above(rows[:place], row, below) else place
        if not is_title(row, width):
            return place if begins_numbers_below(rows[:place], row, below) else 0
    return 0


def is_title(row: Row, width: int) -> bool:
    """Return whether a row has too few filled cells for a header."""
    return sum(bool(_text(cell)) for cell in row) <= max(1, width // 2)


def names_columns(row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row has words above columns that hold values."""
    if len(row) == 1 or is_title(row, len(row)):
        return False
    texts = map(_text, row)
    valued = [text for place, text in enumerate(texts) if text and _are_values(below, place, _least(text))]
    words = sum(not _is_value(text) for text in valued)
    return words > len(valued) - words


def begins_numbers_below(titles: Sequence[Row], row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row is the first of a table without a header, with one column of phone numbers.

    The titles above it have one cell each; with more cells they would be a header with too few names.
    """
    numbers = [cell for cell in row if is_number(cell)]
    is_table = len(row) > 1 and len(numbers) == 1 and is_number_row(row, below)
    return (
        is_table and all(is_title(title, 1) for title in titles) and not _says_phone_above(titles, row, below)
    )


def is_number_row(first: Row, rows: Sequence[Row]) -> bool:
    """Return whether a cell of the first row and most cells below it are phone numbers."""
    return any(is_number(cell) and _are_numbers(rows, place) for place, cell in enumerate(first))


def numbers_on_one_line(row: Row) -> int:
    """Return how many numbers the only row of a list has; 0 if it has other text, too."""
    cells = [cell for cell in row if cell]
    if len(cells) == 1:
        cells = list(cells[0].split())
    return len(cells) if all(map(is_number, cells)) else 0


def _says_phone_above(titles: Sequence[Row], row: Row, below: Sequence[Row]) -> bool:
    """Return whether a sparse row above is the header, for example if only the phone column has a name."""
    if any(names_phone(_text(cell)) for cell in row):
        return False
    named = {place for title in titles for place, cell in enumerate(title) if names_phone(_text(cell))}
    return any(_are_values(below, place) for place in named)


def _is_comment(row: Row) -> bool:
    return bool(row) and _text(row[0]).startswith("#")


def _least(header: str) -> float:
    return _ALIKE_PHONES if names_phone(header) else _ALIKE


def _are_values(rows: Sequence[Row], place: int, least: float = _ALIKE) -> bool:
    below = [text for row in rows if place < len(row) and (text := _text(row[place]))]
    return bool(below) and sum(map(_is_value, below)) >= least * len(below)


def _is_value(text: str) -> bool:
    """Return whether a text is a number, a date or a price (digits and no letters), or an address."""
    if _LETTER.search(text) is None:
        return any(map(str.isdigit, text))
    return bool(_ADDRESS.fullmatch(text))


def _are_numbers(rows: Sequence[Row], place: int) -> bool:
    below = [row[place] for row in rows if place < len(row) and row[place]]
    return sum(map(is_number, below)) * 2 >= len(below)


def is_number(cell: bytes | None) -> bool:
    """Return whether a cell is nothing but a phone number."""
    text = _text(cell)
    return bool(_NUMBER.fullmatch(text)) and sum(map(str.isdigit, text)) in _NUMBER_DIGITS


def _text(cell: bytes | None) -> str:
    return (cell or b"").decode(errors="replace").strip()
