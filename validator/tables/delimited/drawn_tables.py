"""Tables that are drawn for readers: with lines around their cells, or in columns of fixed width.

No delimiter splits them, so that their cause is named, and how to get a list instead.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LOOKED_AT = 50  # lines
_MOST_ABOVE = 20  # lines above the table, such as the query
# Every line that `_DRAWN` or `_UNDERLINED` matches has one of these; few lists have any.
_RULES = ("--", "┌", "┏", "╔", "╭")
# Patterns are compiled when they are used, since most lists need none of them.
# The line below the names of columns, or above them: `+----+-------+`, `----+-------` and `---- -------`. In
# Markdown it has pipes, and its tables are read.
_DRAWN = r"\s*\+?-{2,}(?:\+-{2,})+\+?\s*|\s*\+-{2,}\+\s*|\s*[┌┏╔╭][─━═┬┳╦]+[┐┓╗╮]\s*"
_BAR = "[|│┃║]"
_UNDERLINED = r"\s*-{2,}(?: +-{2,})+\s*"
_DELIMITED = r"[,;\t|]"
_FEWEST_LINES = 3  # the header and two rows
_GAP = r"\S {2,}\S"


def refuse_drawn(path: Path, text: str) -> None:
    """Raise `FileError` if a text begins with a table of mysql, psql, SQL*Plus or the like."""
    if not any(rule in text for rule in _RULES):
        return
    lines = _lines(text)
    beginning = lines[:_MOST_ABOVE]
    is_drawn = any(re.fullmatch(_DRAWN, line) for line in beginning)
    if is_drawn and any(re.search(_BAR, line) for line in lines):
        raise FileError(
            f"{path} is a table drawn with lines, as mysql -t and psql print it; export it as CSV "
            "(psql --csv; mysql --batch, without -t) and give that file."
        )
    if any(
        re.fullmatch(_UNDERLINED, line) and not re.search(_DELIMITED, above)
        for above, line in pairwise(beginning)
    ):
        raise FileError(
            f"{path} is a table in columns of fixed width, as SQL*Plus and sqlcmd print it; export it as CSV "
            "(in SQL*Plus: SET MARKUP CSV ON) and give that file."
        )


def refuse_fixed_width(path: Path, text: str) -> None:
    """Raise `FileError` if the lines of a text without a delimiter have gaps at the same places."""
    lines = _lines(text)
    if len(lines) >= _FEWEST_LINES and re.search(_GAP, lines[0]) and _have_columns(lines):
        raise FileError(
            f"{path} is a table in columns of fixed width; open it in Excel or LibreOffice as text of fixed "
            "width, save it as CSV and give that file."
        )


def _have_columns(lines: Sequence[str]) -> bool:
    """Return whether the rows have gaps at the places where the header has them."""
    starts = [gap.end() - 1 for gap in re.finditer(_GAP, lines[0])]
    return all(_is_column(start, lines[1:]) for start in starts)


def _is_column(start: int, rows: Sequence[str]) -> bool:
    """Return whether a column starts at this place: all rows are blank before it, some with two blanks.

    Numbers in a list of one column (`+49171 3920000`) may all have one blank there.
    """
    is_blank = all(row[start - 1 : start] in ("", " ") for row in rows)
    return is_blank and any(row[start - 2 : start] == "  " and row[start : start + 1].strip() for row in rows)


def _lines(text: str) -> list[str]:
    """Return the first lines that are not blank; tabs and other delimiters stay."""
    lines = (line.rstrip("\r") for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT])
    return [line for line in lines if line.strip()]
