from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from validator.batch.transfer.timestamps import moments_ms

AT = datetime(2026, 11, 26, 5, 13, 7, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-26T05:13:07Z", AT_MS),
        ("2026-11-26T05:13:07.123Z", AT_MS + 123),
        ("2026-11-26T05:13:07.123456+00:00", AT_MS + 123),
        (" 2026-11-26 05:13:07 ", AT_MS),
        ("2026-11-26T07:13:07+02:00", AT_MS),
        ("2026-11-26 00:13:07 -05:00", AT_MS),
        ("2026-11-26", AT_MS - (5 * 3600 + 13 * 60 + 7) * 1000),
        (str(AT_MS // 1000), AT_MS),
        (str(AT_MS), AT_MS),
        ("2026-13-26", None),
        ("2026-11-26T25:00:00Z", None),
        ("26.11.2026", None),
        ("yesterday", None),
        ("1" * 30, None),
        ("", None),
        (None, None),
    ],
)
def test_a_text_is_read_as_a_moment(text, at_ms):
    assert moments_ms(pl.Series([text], dtype=pl.String)).to_list() == [at_ms]


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([AT]),
        pl.Series([AT.replace(tzinfo=None)]),
        pl.Series([AT.astimezone(timezone(timedelta(hours=9)))]),
        pl.Series([AT_MS // 1000]),
        pl.Series([AT_MS]),
    ],
)
def test_a_column_of_times_or_integers_is_read_as_moments(cells):
    assert moments_ms(cells).to_list() == [AT_MS]


def test_a_day_is_its_midnight():
    assert moments_ms(pl.Series([date(1970, 1, 2), None])).to_list() == [86_400_000, None]
