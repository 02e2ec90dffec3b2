"""Finds the header among the first rows of a list: the row with words above columns of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.pattern import Pattern
from validator.phone import unwrap, written
from validator.tables.detect.phone_words import names_line, names_phone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = Sequence[bytes | None]

LOOKED_AT = 100  # rows compared with a row to decide whether it is a header
ONE_LINE = 3  # so many numbers in one row are a list on one line
MOST_TITLES = 30  # the most rows above a header

_NUMBER_DIGITS = range(7, 19)  # 15 digits of E.164 and a prefix such as 00 or 011
_LABELLED_DIGITS = 9  # fewer behind a word may be years: `Phone 2024-2025`
# Behind these, a header has an example: `Mobile (+44 7400 123456)`.
_BEFORE_EXAMPLE = Pattern(r"[(\[]|\b(?:eg|e\.g|ex|ej|zb|z\.b|format|example)\b", re.IGNORECASE)
_BETWEEN_NUMBERS = Pattern(r"[,;/|\n]|:::")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_LETTER = re.compile(r"[^\W\d_]")
_ALIKE = 0.8  # share of the filled cells below a header that are values
_ALIKE_PHONES = 0.5  # the same below a header that says phone


def header_place(rows: Sequence[Row]) -> int:
    """Return the index of the row that names the columns, or of the first number if none does.

    Only titles (rows with few filled cells), comments and less complete headers may be above it. If there is
    neither a header nor a table of numbers below titles, it is 0.
    """
    width = max(map(len, rows), default=0)
    for place, row in enumerate(rows[: MOST_TITLES + 1]):
        below = rows[place + 1 : place + 1 + LOOKED_AT]
        if _is_comment(row) and below and names_columns(below[0], below[1:]):
            continue
        if names_columns(row, below):
            header = place + _fuller_header(row, below)
            return 0 if _says_phone_above(rows[:place], rows[header], rows[header + 1 :]) else header
        if not is_title(row, width):
            return _first_number(rows, place)
    return 0


def _first_number(rows: Sequence[Row], place: int) -> int:
    """Return the index of the first row of a table of numbers below titles; 0 if there is none."""
    row, below = rows[place], rows[place + 1 : place + 1 + LOOKED_AT]
    column = next((column for column, cell in enumerate(row) if is_number(cell)), len(row))
    # A sparse row with a number in this column is no title.
    first = next(at for at in range(place + 1) if at == place or is_number(_cell(rows[at], column)))
    return first if begins_numbers_below(rows[:first], row, below) else 0


def _fuller_header(row: Row, below: Sequence[Row]) -> int:
    """Return how far below a header there is a better one; 0 if there is none.

    It has the name of a line above values where a merged header has no name (`Office` and `Mobile` below
    `Phone`). Or it has more cells than all rows above it, of which the first does not say phone: then these
    are titles with delimiters. A row of words is more often a row of the list.
    """
    if below and any(not _text(_cell(row, column)) for column in _lines_named(below[0], below[1:])):
        return 1
    if says_phone(row):
        return 0
    widest = _filled(row)
    for place, other in enumerate(below[:MOST_TITLES]):
        if _filled(other) > widest and _lines_named(other, below[place + 1 :]):
            return place + 1
        widest = max(widest, _filled(other))
    return 0


def _lines_named(row: Row, below: Sequence[Row]) -> list[int]:
    """Return the places of cells above values that name a line, if none of the row's cells is a value."""
    texts = [_text(cell) for cell in row]
    if any(text and _is_value(text) for text in texts):
        return []
    named = [place for place, text in enumerate(texts) if text and names_line(text)]
    return [place for place in named if _are_values(below, place, _least(texts[place]))]


def is_title(row: Row, width: int) -> bool:
    """Return whether a row has too few filled cells for a header."""
    return _filled(row) <= max(1, width // 2)


def says_phone(row: Row) -> bool:
    """Return whether a cell of a row names phone numbers."""
    return any(names_phone(_text(cell)) for cell in row)


def names_columns(row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row has words above columns that hold values."""
    if len(row) == 1 or is_title(row, len(row)):
        return False
    texts = map(_text, row)
    valued = [text for place, text in enumerate(texts) if text and _are_values(below, place, _least(text))]
    words = sum(_is_word(text) for text in valued)
    return words > sum(map(_is_value, valued))


def begins_numbers_below(titles: Sequence[Row], row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row is the first of a table without a header, with one column of phone numbers.

    The titles above it have one cell each, without a number; with more cells they would be a header with too
    few names.
    """
    numbers = [cell for cell in row if is_number(cell)]
    is_table = len(row) > 1 and len(numbers) == 1 and is_number_row(row, below)
    are_titles = all(is_title(title, 1) and not any(map(is_number, title)) for title in titles)
    return is_table and are_titles and not _says_phone_above(titles, row, below)


def is_number_row(first: Row, rows: Sequence[Row]) -> bool:
    """Return whether a cell of the first row and most cells below it are phone numbers.

    Numbers behind any words count if those below are behind words, too: `Anna: +44 7400 123456`.
    """
    return any(
        is_one(cell) and _are(rows, place, is_one)
        for place, cell in enumerate(first)
        for is_one in (is_number, _is_behind_words)
    )


def numbers_on_one_line(row: Row) -> int:
    """Return how many numbers the only row of a list has; 0 if most of it is other text.

    The participants of a WhatsApp group are copied as one line, with names among the numbers.
    """
    cells = [cell for cell in row if cell]
    if len(cells) == 1:
        cells = list(cells[0].split())
    count = sum(map(is_number, cells))
    return count if count * 2 > len(cells) else 0


def lies_on_its_side(rows: Sequence[Row]) -> bool:
    """Return whether the numbers of a list are side by side: in its only row, or behind a name for phones."""
    only = len(rows) == 1 and numbers_on_one_line(rows[0]) >= ONE_LINE
    return only or any(
        bool(row) and names_phone(_text(row[0])) and numbers_on_one_line(row[1:]) >= ONE_LINE for row in rows
    )


def _says_phone_above(titles: Sequence[Row], row: Row, below: Sequence[Row]) -> bool:
    """Return whether a sparse row above is the header, for example if only the phone column has a name."""
    if says_phone(row):
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


def _is_word(text: str) -> bool:
    """Return whether a text has letters and is no value. A mark such as `#` is neither."""
    return _LETTER.search(text) is not None and not _is_value(text)


def _are(rows: Sequence[Row], place: int, is_one: Callable[[bytes | None], bool]) -> bool:
    below = [row[place] for row in rows if place < len(row) and row[place]]
    return sum(map(is_one, below)) * 2 >= len(below)


def is_number(cell: bytes | None) -> bool:
    """Return whether a cell is nothing but a phone number in any spelling that is read as one, or several."""
    text = _text(cell)
    if sum(map(str.isdigit, text)) < _NUMBER_DIGITS.start:
        return False
    parts = [part for part in _BETWEEN_NUMBERS.split(text) if part.strip()]
    return _is_one_number(text) or (len(parts) > 1 and all(map(_is_one_number, parts)))


def _is_one_number(text: str) -> bool:
    label, is_whole = _labelled(text) or (None, False)
    if label is None or not _LETTER.search(label):
        return label is not None
    return is_whole and names_phone(label) and not _BEFORE_EXAMPLE.search(label)


def _is_behind_words(cell: bytes | None) -> bool:
    """Return whether a cell is a phone number behind words, for example a name, and no example of one."""
    label, is_whole = _labelled(_text(cell)) or ("", False)
    return is_whole and bool(_LETTER.search(label)) and not _BEFORE_EXAMPLE.search(label)


def _labelled(text: str) -> tuple[str, bool] | None:
    """Return the text before the number of a cell, and whether it is whole: fewer digits may be years."""
    text = unwrap(text, None)
    found = written(text)
    if found is None or found.digits not in _NUMBER_DIGITS:
        return None
    label = text[: re.search(r"[+0-9]", text).start()]  # type: ignore[union-attr] # there are digits
    return label, found.plus or found.digits >= _LABELLED_DIGITS


def _filled(row: Row) -> int:
    return sum(bool(_text(cell)) for cell in row)


def _cell(row: Row, column: int) -> bytes | None:
    return row[column] if column < len(row) else None


def _text(cell: bytes | None) -> str:
    return (cell or b"").decode(errors="replace").strip()
