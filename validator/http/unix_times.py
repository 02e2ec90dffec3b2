"""Moments as servers write them, in Unix seconds: dates of HTTP and ISO 8601, and Unix times."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

MAX_FIELD_CHARS = 1_000  # of a header: no policy needs more, and parsing stays cheap

# A reset above the first is a Unix time (9 September 2001), and above the second a Unix time in milliseconds
# (the year 5138 in seconds, 1973 in milliseconds). Below both it is the seconds left.
SECONDS_FROM = 1e9
MILLISECONDS_FROM = 1e11


def unix_seconds(unix: float) -> float:
    """Return a Unix time in seconds, which may be one in milliseconds."""
    return unix / 1_000 if unix >= MILLISECONDS_FROM else unix


def _unix_of(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def unix_of_iso(text: str) -> float | None:
    """Return the Unix time of an ISO 8601 date with a time, in UTC if it names no zone, or None."""
    try:
        moment = datetime.fromisoformat(text) if "T" in text or " " in text else None
        return None if moment is None else _unix_of(moment)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16)  # within a second all responses have the same date, and parsing one takes 10 us
def unix_of_date(text: str) -> float | None:
    """Return the Unix time of an HTTP date, or None. The library raises three kinds of errors."""
    if not text or len(text) > MAX_FIELD_CHARS:
        return None
    try:
        return _unix_of(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None
