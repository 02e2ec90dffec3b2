"""Times as text: the quick way gives the text that polars gives."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from validator.tables.iso_times import ZONED, with_iso_times

YEAR_MS = 366 * 86_400_000


def by_polars(frame):
    return frame.with_columns(ZONED.dt.to_string("iso:strict"))


@given(
    around=st.integers(-3_000 * YEAR_MS, 9_000 * YEAR_MS),
    further=st.lists(st.none() | st.integers(-2 * YEAR_MS, 2 * YEAR_MS), max_size=6),
)
@example(around=0, further=[-1, 0, 1, None])
@example(around=0, further=[-3_000 * YEAR_MS, 9_000 * YEAR_MS])
@example(around=0, further=[None])
def test_the_text_is_that_of_polars(around, further):
    times = [None if ms is None else around + ms for ms in further]
    frame = pl.DataFrame({"n": times, "at": times}, {"n": pl.Int64, "at": pl.Datetime("ms", "UTC")})
    assert_frame_equal(with_iso_times(frame, few=0), by_polars(frame))


@pytest.mark.parametrize("dtype", [pl.Datetime("us", "UTC"), pl.Datetime("ms", "Asia/Kolkata")])
def test_other_units_and_zones_are_written_too(dtype):
    frame = pl.DataFrame({"at": [datetime(2026, 11, 30, 9, 5, 0, 250_000, UTC)]}).cast({"at": dtype})
    assert_frame_equal(with_iso_times(frame, few=0), by_polars(frame))


def test_a_time_without_a_zone_stays():
    frame = pl.DataFrame({"at": [datetime(2026, 11, 30)]})  # noqa: DTZ001 - that is what is tested
    assert_frame_equal(with_iso_times(frame, few=0), frame)


def test_a_short_frame_has_the_same_text():
    frame = pl.DataFrame({"at": [0, None]}, {"at": pl.Datetime("ms", "UTC")})
    assert_frame_equal(with_iso_times(frame), by_polars(frame))
