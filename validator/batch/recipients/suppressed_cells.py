"""The cells of suppression lists: all numbers in them, and whether they can be read."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from validator.batch.recipients.recipients import recipients_of, surveys_of
from validator.model import LineType, Reason
from validator.phone import has_mobile_length
from validator.phone.bulk.several import apart
from validator.reports import masked_cell
from validator.tables import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.recipients.recipients import Reading
    from validator.phone import Evidence

EXAMPLES = 5
_PLACE = "\0place"


class CellsRead(Struct, frozen=True):
    """The cells of one phone column in some rows.

    Attributes:
        numbers: all numbers in them, in any order.
        is_read: a mask of the cells with numbers that can all be read.
        is_silent: a mask of the cells that are empty, or text without a digit.
    """

    numbers: pl.Series
    is_read: pl.Series
    is_silent: pl.Series

    @classmethod
    def by_any(cls, ways: Sequence[CellsRead]) -> CellsRead:
        """Return what several ways to read the same cells have found; a cell is read if one reads it."""
        return cls(
            numbers=pl.concat([one.numbers for one in ways]),
            is_read=reduce(or_, (one.is_read for one in ways)),
            is_silent=reduce(and_, (one.is_silent for one in ways)),
        )


class UnreadRows(Struct):
    """The rows of a list that cannot be read, counted while it is read.

    Attributes:
        rows: the number of rows so far, without blank ones.
        count: how many of them cannot be read.
        places: the number of rows so far, with blank ones.
        examples: the first rows that cannot be read, as messages show them.
    """

    rows: int = 0
    count: int = 0
    places: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, read: Sequence[CellsRead], columns: Sequence[str]) -> None:
        """Count the next rows. A row is read if it has a number and none of its phone cells is unreadable."""
        is_blank = _is_blank(rows)
        is_any = reduce(or_, (column.is_read for column in read))
        is_odd = reduce(or_, (~(column.is_read | column.is_silent) for column in read))
        unread = (~is_blank & (is_odd | ~is_any)).arg_true()
        for place in unread[: EXAMPLES - len(self.examples)]:
            cells = [rows[column][place] for column in columns]
            shown = " / ".join(masked_cell(str(cell)) for cell in cells if cell is not None) or "no number"
            self.examples.append(f"row {self.places + place + 1:,} ({shown})")
        self.rows += rows.height - int(is_blank.sum())
        self.count += len(unread)
        self.places += rows.height


def _is_blank(rows: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows in which every cell is empty."""
    texts = (kind in (pl.String, pl.Categorical, pl.Enum) for kind in rows.schema.values())
    nothing = [
        (pl.col(name).cast(pl.String).str.strip_chars() == "").fill_null(value=True)
        if is_text
        else pl.col(name).is_null()
        for name, is_text in zip(rows.columns, texts, strict=True)
    ]
    return rows.select(pl.all_horizontal(nothing)).to_series()


def cells_read(rows: pl.DataFrame, reading: Reading, shown: Evidence) -> CellsRead:
    """Return the numbers of a column; two numbers in a cell are two people.

    If a cell can be read in several ways, all its possible numbers count. The evidence of this column does
    not decide, because the evidence of the input's column may decide differently.
    """
    [surveyed] = surveys_of(rows, reading)
    recipients = surveyed.settle(shown.outcomes(reading.numbers))
    either = surveyed.numbers_of(pl.int_range(rows.height, eager=True, dtype=pl.UInt32))
    several = (recipients["reason"] == Reason.SEVERAL_NUMBERS.value).fill_null(value=False)
    ambiguous = (recipients["reason"] == Reason.AMBIGUOUS.value).fill_null(value=False)
    rows = rows.with_columns(readable(rows[reading.column])).with_row_index(_PLACE)
    cells = pl.col(reading.column).cast(pl.String)
    apart_rows = rows.filter(several).with_columns(apart(cells)).explode(reading.column)
    parts = recipients_of(apart_rows, reading)
    is_read = _is_read(recipients) | ambiguous
    is_silent = _says_nothing(recipients, rows[reading.column])
    part_fails = ~_is_read(parts) & ~_says_nothing(parts, apart_rows[reading.column])
    is_read |= several & ~rows[_PLACE].is_in(apart_rows[_PLACE].filter(part_fails).implode())
    return CellsRead(
        numbers=pl.concat([recipients["number"], parts["number"], either]),
        is_read=is_read,
        is_silent=is_silent,
    )


def _is_read(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the cells with a number that a person can have.

    A mobile number with a missing digit is often still possible as a landline. So a number that is only
    possible has to be as long as a mobile number.
    """
    is_number = recipients["number"].is_not_null()
    only_possible = is_number & (recipients["line_type"] == LineType.UNKNOWN.value).fill_null(value=False)
    odd = recipients["number"].filter(only_possible).unique()
    long_enough = [number for number in odd if has_mobile_length(number)]
    return is_number & (~only_possible | recipients["number"].is_in(long_enough))


def _says_nothing(recipients: pl.DataFrame, cells: pl.Series) -> pl.Series:
    """Return a mask of the cells that are empty, or text without a digit."""
    no_number = recipients["reason"].is_in([Reason.EMPTY.value, Reason.NOT_A_NUMBER.value])
    has_digit = cells.cast(pl.String).str.contains(r"\p{Nd}").fill_null(value=False)
    return no_number.fill_null(value=False) & ~has_digit
