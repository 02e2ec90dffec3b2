"""Recognises a list whose cells are mostly not read as numbers, before requests are sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from validator.model import Reason
from validator.phone import calling_codes, likely_regions
from validator.phone.cells import as_text
from validator.tables import names_region, region_columns

if TYPE_CHECKING:
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened

# A list is refused if a larger share of its non-empty cells is invalid.
MOST_INVALID = 0.5

# A cell with a country code starts like this.
_INTERNATIONAL = r"^\s*(\+|00)"

# Rows with these reasons do not show that the list is misread.
_BESIDES = frozenset({Reason.EMPTY, Reason.LANDLINE, Reason.SUPPRESSION_LIST})


def misreading_of(opened: Opened, plan: Plan, max_invalid: float = MOST_INVALID) -> str | None:
    """Return a message, with a remedy, if too many cells of a list are not read as numbers; otherwise None.

    Args:
        opened: the list.
        plan: its plan.
        max_invalid: the share (0 to 1) of non-empty cells that may be invalid.
    """
    reasons = Counter({Reason(word): rows for word, rows in plan.offline.items() if word not in _BESIDES})
    filled = plan.rows - plan.offline.get(Reason.EMPTY, 0)
    if reasons.total() <= max_invalid * filled:
        return None
    column = opened.reading.column
    return (
        f"{reasons.total():,} of {filled:,} cells of column {column!r} are not read as numbers, most of them "
        f"as {reasons.most_common(1)[0][0]}. {_remedy(opened, reasons)}; to check the list as it is, "
        f"use --max-invalid 100%"
    )


def hints_of(opened: Opened, plan: Plan) -> tuple[str, ...]:
    """Return hints about numbers without a country, and about those read in another country than they say."""
    hints = (_hint_of_no_country(opened, plan), _hint_of_other_countries(opened))
    return tuple(hint for hint in hints if hint)


def _hint_of_no_country(opened: Opened, plan: Plan) -> str | None:
    if not (rows := plan.offline.get(Reason.NO_COUNTRY, 0)):
        return None
    what = "1 row holds a number" if rows == 1 else f"{rows:,} rows hold numbers"
    return f"{what} without a country code. {_region_remedy(opened)}"


def _hint_of_other_countries(opened: Opened) -> str | None:
    """Return a hint if a column of countries contradicts the one region of national numbers."""
    reading, headers = opened.reading, opened.table.header
    is_one_for_all = reading.region is not None and reading.region_column is None
    if not is_one_for_all or reading.column not in headers or not any(map(names_region, headers.values())):
        return None
    columns = [name for name in region_columns(opened.table) if names_region(headers[name])]
    rows = _rows_of_other_countries(opened, columns[0]) if len(columns) == 1 else 0
    if not rows:
        return None
    what = "1 row has a national number" if rows == 1 else f"{rows:,} rows have national numbers"
    return (
        f"Of the rows looked at, {what} beside another country than --region {reading.region}. To read each "
        f"row in its own country, name --region-column {columns[0]!r}"
    )


def _rows_of_other_countries(opened: Opened, column: str) -> int:
    """Return how many rows of the sample have a national number and another country than that of the run."""
    sample = opened.table.sample()
    cells = as_text(sample[opened.reading.column]).get_column("text")
    codes = calling_codes(sample[column].cast(pl.String))
    own = calling_codes(pl.Series([opened.reading.region]))[0]
    is_national = cells.str.contains(r"\d") & ~cells.str.contains(_INTERNATIONAL)
    return int((is_national & (codes != own)).sum())


def _remedy(opened: Opened, reasons: Counter[Reason]) -> str:
    likely = reasons.most_common(1)[0][0]
    if likely is Reason.AMBIGUOUS:
        return "Say how the column is written with --numbers national or --numbers international"
    if likely is not Reason.NO_COUNTRY:
        return "Check that this is the phone column (--column) and the region of its numbers (--region)"
    return _region_remedy(opened)


def national_regions(opened: Opened) -> tuple[str, ...]:
    """Return the likely regions of a list's numbers without a country code; empty if none stands out."""
    cells = as_text(opened.table.sample().get_column(opened.reading.column)).get_column("text")
    return likely_regions(cells.filter(~cells.str.contains(_INTERNATIONAL)))


def _region_remedy(opened: Opened) -> str:
    columns = region_columns(opened.table) if opened.reading.region_column is None else []
    if len(columns) == 1:
        return f"Column {columns[0]!r} says the country of each row: name --region auto"
    if columns:
        names = " or ".join(map(repr, columns))
        return f"Name the column with the country of each row: --region-column {names}"
    named = " or ".join(f"--region {region}" for region in national_regions(opened))
    return f"They look like national numbers: name {named}" if named else "Name their region with --region"
