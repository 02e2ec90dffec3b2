"""Answers as small numbers, so that columns of them are processed without strings."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from validator.model import LineType, Reason
from validator.phone.cell.numbering import Line
from validator.phone.cells import REASON
from validator.phone.codes import REGIONS

LINE_TYPE = pl.Enum([line_type.value for line_type in LineType])

_REASONS = tuple(Reason)
# All countries of numbers: ISO 3166 alpha-2 codes, and `001` for a number without a country.
COUNTRIES = (*REGIONS, "001")
# `UNKNOWN`, the type of a number that is only possible, comes first.
_TYPES = tuple(sorted(LineType, key=lambda line_type: line_type is not LineType.UNKNOWN))

ANSWER = pl.UInt16()
# How a cell of digits with punctuation is written: whether it has a plus sign, how many digits, and the first
# `search.SHOWN_DIGITS` of them as a number. All are null for other cells.
WRITTEN = pl.Schema({"plus": pl.Boolean(), "digits": pl.UInt32(), "value": pl.UInt64()})
# In this order: undecided; every reason; possible numbers by country; valid numbers by type and country.
UNDECIDED = 0
FIRST_LINE = 1 + len(_REASONS)
FIRST_VALID = FIRST_LINE + len(COUNTRIES)

_PLACES: dict[object, int] = {
    word: place for words in (_REASONS, COUNTRIES, _TYPES) for place, word in enumerate(words)
}


def of(answer: Line | Reason) -> int:
    """Return the number of the answer. For a line it holds the country and type, not the digits."""
    match answer:
        case Line(_, line_type, country):
            return FIRST_LINE + _PLACES[line_type] * len(COUNTRIES) + _PLACES[country]
        case reason:
            return 1 + _PLACES[reason]


def country(answer: pl.Expr) -> pl.Expr:
    """Return the index in `COUNTRIES` of an answer that is a line."""
    return (answer - FIRST_LINE) % len(COUNTRIES)


@lru_cache(maxsize=1)
def in_words() -> pl.DataFrame:
    """Return `reason`, `line_type` and `country`: the row of an answer is at its number."""
    no_line = [None] * FIRST_LINE
    line_types = [line_type for line_type in _TYPES for _ in COUNTRIES]
    return pl.DataFrame(
        {
            "reason": [None, *_REASONS, *[None] * len(line_types)],
            "line_type": [*no_line, *line_types],
            "country": [*no_line, *COUNTRIES * len(_TYPES)],
        },
        {"reason": REASON, "line_type": LINE_TYPE, "country": pl.String()},
    )


def undecided(rows: int) -> pl.DataFrame:
    """Return `answer` and `number` for `rows` undecided rows."""
    return _repeated(UNDECIDED, rows)


def refused(reason: Reason, rows: int) -> pl.DataFrame:
    """Return `answer` and `number` for `rows` rows that are refused for the same reason."""
    return _repeated(of(reason), rows)


def _repeated(answer: int, rows: int) -> pl.DataFrame:
    one = pl.Series("answer", [answer], ANSWER), pl.Series("number", [0], pl.UInt64())
    return pl.DataFrame([column.new_from_index(0, rows) for column in one])


def put(found: pl.DataFrame, rows: pl.Series, others: pl.DataFrame) -> pl.DataFrame:
    """Return `answer` and `number` of `found`, with the given rows replaced by those of `others`."""
    return pl.DataFrame([found[name].clone().scatter(rows, others[name]) for name in ("answer", "number")])
