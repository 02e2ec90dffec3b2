"""Reads times in the notations that lists use, as milliseconds since the Unix epoch."""

from __future__ import annotations

import polars as pl

# A time in ISO 8601: the day, the time of day (default: midnight), and the offset (default: UTC).
_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?(Z|[+-]\d{2}:\d{2})?)?$"
_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%:z"

_UNIX = r"^\d{9,13}$"
# A Unix time above this is in milliseconds (the year 5138 in seconds, 1973 in milliseconds).
_UNIX_MS_FROM = 10**11


def moments_ms(cells: pl.Series) -> pl.Series:
    """Return the times of some cells (Int64), null if a cell holds no time.

    Cells may be times, dates, ISO 8601 texts, or Unix times in seconds or milliseconds (text or integer). A
    time without a time zone is UTC, a date without a time of day is midnight.
    """
    if isinstance(cells.dtype, pl.Datetime | pl.Date):
        return cells.cast(pl.Datetime("ms")).dt.epoch("ms")
    text = cells.cast(pl.String).str.strip_chars().alias("text")
    return text.to_frame().select(_iso_ms().fill_null(_unix_ms())).to_series()


def _iso_ms() -> pl.Expr:
    day, time, offset = (pl.col("text").str.extract(_ISO, group) for group in (1, 2, 3))
    written = pl.concat_str(
        day, pl.lit("T"), time.fill_null("00:00:00"), offset.replace("Z", None).fill_null("+00:00")
    )
    return written.str.to_datetime(_FORMAT, time_unit="ms", strict=False).dt.epoch("ms")


def _unix_ms() -> pl.Expr:
    unix = pl.col("text").str.extract(f"({_UNIX})").cast(pl.Int64)
    return pl.when(unix >= _UNIX_MS_FROM).then(unix).otherwise(unix * 1000)
