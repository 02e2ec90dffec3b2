"""Reads servers' timestamps as Unix seconds: HTTP dates, ISO 8601 dates, and Unix times."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

MAX_FIELD_CHARS = 1_000  # of a header; no policy needs more, and parsing stays cheap

# A value from the first constant on is a Unix time (9 September 2001). From the second on it is in
# milliseconds (as seconds it would be the year 5138, as milliseconds it is 1973). Below both, it is the
# seconds left.
SECONDS_FROM = 1e9
MILLISECONDS_FROM = 1e11


def unix_seconds(unix: float) -> float:
    """Return a Unix time in seconds; the argument may be in milliseconds."""
    return unix / 1_000 if unix >= MILLISECONDS_FROM else unix


def _unix_of(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def unix_of_iso(text: str) -> float | None:
    """Return the Unix time of an ISO 8601 date and time, or None. Without a time zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text) if "T" in text or " " in text else None
        return None if moment is None else _unix_of(moment)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16)  # within a second all responses have the same date, and parsing one takes 10 us
def unix_of_date(text: str) -> float | None:
    """Return the Unix time of an HTTP date, or None. The standard library raises three kinds of errors."""
    if not text or len(text) > MAX_FIELD_CHARS:
        return None
    try:
        return _unix_of(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None
