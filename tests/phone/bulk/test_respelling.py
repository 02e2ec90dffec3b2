"""Each range of numbers that a spelling matches becomes what the spelling makes of its cells one by one."""

import re

import polars as pl

from validator.phone.bulk.pattern_ranges import ranges, text_of
from validator.phone.bulk.respelling import respelt
from validator.phone.cell.national_variants import SPELLINGS
from validator.phone.codes import REGIONS


def ends():
    """The first and the last digits of each range, and the spelling and pattern that match them."""
    for spelling in SPELLINGS:
        for pattern in filter(None, (spelling.abroad, spelling.at_home)):
            for size, some in ranges(pattern).items():
                for first, end in some:
                    for number in (first, end - 1):
                        yield spelling, pattern, text_of(number, size)


def test_both_ends_of_all_ranges_are_respelt_alike():
    rows = [
        (
            REGIONS.index(spelling.region),
            pattern is spelling.abroad,
            digits,
            spelling.respelt(re.fullmatch(pattern, digits)),
        )
        for spelling, pattern, digits in ends()
    ]
    schema = {"plan": pl.UInt32, "plus": pl.Boolean, "text": pl.String, "other": pl.String}
    cells = (
        pl.DataFrame(rows, schema, orient="row")
        .with_row_index("at")
        .with_columns(
            digits=pl.col("text").str.len_bytes(),
            value=pl.col("text").str.to_integer(dtype=pl.UInt64),
            unmistakable=pl.lit(value=False),
        )
    )
    found = cells.join(respelt(cells).filter("known"), on="at", how="left", maintain_order="left")
    numbers = [
        f"+{value:0{digits}d}" for digits, value in found.select("digits_right", "value_right").iter_rows()
    ]
    assert numbers == cells["other"].to_list()


def test_digits_that_may_be_national_leave_it_open():
    cells = pl.DataFrame(
        {"at": [0, 1], "plan": [None, None], "plus": [False, False], "text": ["5212221234567"] * 2,
         "digits": [13, 13], "value": [5212221234567] * 2, "unmistakable": [None, False]},
        {"at": pl.UInt32, "plan": pl.UInt32, "plus": pl.Boolean, "text": pl.String, "digits": pl.UInt32,
         "value": pl.UInt64, "unmistakable": pl.Boolean},
    )  # fmt: skip
    assert respelt(cells).select("at", "value", "known").rows() == [(0, 522221234567, False)]
