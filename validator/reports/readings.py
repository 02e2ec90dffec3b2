"""How cells were read that needed an interpretation: counts by reading, with a few masked examples."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

READING_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "ambiguous": "can be meant in two ways, and the column does not decide it; not read",
        "trunk_lost": "a national number whose leading zero was lost",
        "plus_lost": "an international number without its plus sign",
        "code_twice": "the calling code is in the cell twice",
        "zero_before_code": "a zero is before the calling code",
        "zero_lost": "a zero that belongs to the number was lost",
    }
)
# At least six digits of a number are hidden. Of the others, up to four at the start and two at the end show.
_HIDDEN, _HEAD, _TAIL = 6, 4, 2
_MAX_CHARS = 40


class CellExample(Value, Struct, frozen=True, kw_only=True):
    """One example cell of a reading or a reason.

    Attributes:
        row: its row; 1 is the first data row.
        cell: the cell, masked.
    """

    row: int
    cell: str


class ReadingCount(Value, Struct, frozen=True, kw_only=True):
    """The rows with one reading.

    Attributes:
        reading: a `phone.NumberReading` other than `plain`, or `ambiguous`.
        rows: the number of rows.
        examples: the first of these rows.
    """

    reading: str
    rows: int
    examples: tuple[CellExample, ...] = ()


def masked_cell(cell: str) -> str:
    """Return a cell with only its first and last digits; other digits and all letters become `*`."""
    digits = [place for place, char in enumerate(cell) if char.isdecimal()]
    head = min(_HEAD, max(0, len(digits) - _HIDDEN - _TAIL))
    shown = {*digits[:head], *digits[-_TAIL:]} if len(digits) > _TAIL else set()
    return "".join(char if place in shown or not char.isalnum() else "*" for place, char in enumerate(cell))[
        :_MAX_CHARS
    ]


def examples_text(count: ReadingCount) -> str:
    """Return the examples on one line: `4917******01 (row 3)`."""
    return ", ".join(f"{one.cell} (row {one.row:,})" for one in count.examples)
