"""Reads how long a response asks to wait, from `Retry-After` and the body. Pure; it never raises."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from validator.http.unix_times import MAX_FIELD_CHARS, SECONDS_FROM, unix_of_date, unix_of_iso, unix_seconds
from validator.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_WAIT_S = 31 * 86_400.0  # the longest billing period; a longer wait makes no sense
_LONG_PAST_S = 86_400.0  # a Unix time that is older is none
_MAX_UNIX = 1e15  # in milliseconds: no later time can be meant
_BODY_WAITS = ("retry_after", "retryAfter")

# The wait for a value that is present but not understood: the documented window.
NOT_UNDERSTOOD_S = 60.0
_UNIT_S = {"s": 1.0, "ms": 0.001, "m": 60.0, "h": 3_600.0}
_DURATION = Pattern(
    r"([+-]?[0-9]+(?:\.[0-9]*)?)\s*(s|secs?|seconds?|ms|m|mins?|minutes?|h|hours?|)", re.IGNORECASE
)


def retry_after_s(headers: Mapping[str, str], body: Mapping[str, Any] | None, now: float) -> float | None:
    """Return the requested wait: the largest one in header and body that is understood."""
    header = headers.get("retry-after")
    waits = [] if header is None else [retry_wait_s(header, now=now)]
    waits += [_wait_in(value, now) for value in _waits_in_body(body)]
    if not waits:
        return None
    return max((bounded(wait) for wait in waits if wait is not None), default=NOT_UNDERSTOOD_S)


def retry_wait_s(text: str, *, now: float) -> float | None:
    """Return the seconds that a `Retry-After` asks for; None if it is not understood.

    If there are several values, the largest counts: proxies join repeated headers with commas. Beside the
    standard's seconds and dates, `"5"`, `5s`, ISO dates and Unix times are understood.
    """
    if len(text) > MAX_FIELD_CHARS:
        return None
    waits = [_wait_of(member.strip().strip('"').strip(), now) for member in _waits_apart(text)]
    understood = [wait for wait in waits if wait is not None]
    if len(understood) < len(waits) and understood:
        return max(*understood, NOT_UNDERSTOOD_S)
    return max(understood, default=None)


def _waits_apart(text: str) -> list[str]:
    """Split a list at its commas, except the comma after the name of a day."""
    return re.split(r"(?<!day)(?<!Mon|Tue|Wed|Thu|Fri|Sat|Sun),", text)


def _wait_of(member: str, now: float) -> float | None:
    found = _DURATION.fullmatch(member)
    if found:
        amount, unit = float(found[1]), found[2].lower()
        return amount * _UNIT_S[unit if unit == "ms" else unit[:1]] if unit else _seconds_asked(amount, now)
    until = unix_of_date(member) if (iso := unix_of_iso(member)) is None else iso
    return None if until is None else until - now


def _waits_in_body(body: Mapping[str, Any] | None) -> Iterator[object]:
    """Yield the waits that a body contains, beside its error or inside it."""
    if body is None:
        return
    inner = body.get("error")
    for place in (body, inner if isinstance(inner, dict) else {}):
        yield from (place[name] for name in _BODY_WAITS if place.get(name) is not None)


def _wait_in(value: object, now: float) -> float | None:
    if isinstance(value, str):
        return retry_wait_s(value, now=now)
    number = _number_in(value)
    return None if number is None else _seconds_asked(number, now)


def _seconds_asked(amount: float, now: float) -> float | None:
    """Return what a number without a unit asks for: seconds, or until a Unix time.

    None if the time is long past: a number of seconds without end may be meant.
    """
    if amount < SECONDS_FROM:
        return amount
    left_s = unix_seconds(amount) - now
    return left_s if left_s > -_LONG_PAST_S else None


def _number_in(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(min(max(-MAX_WAIT_S, value), _MAX_UNIX))  # before `float`, which fails on huge integers
    return None


def bounded(seconds: float) -> float:
    """Return a wait within 0 and the longest one."""
    return min(max(seconds, 0.0), MAX_WAIT_S)
