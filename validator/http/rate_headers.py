"""Reads the rate headers of a response, in all spellings seen so far. Pure; it never raises.

A rate header is advice: a malformed one is ignored (IETF draft, section 7: malformed fields MUST be ignored),
and an extreme value is limited. `Retry-After` is more: even a malformed one asks for a wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from validator.http.retry_after import bounded, retry_after_s
from validator.http.unix_times import MAX_FIELD_CHARS, SECONDS_FROM, unix_of_date, unix_seconds
from validator.model import RateNotice, RateWindow
from validator.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LIMIT = 10**9  # requests in a window; more is a mistake of the server

DEFAULT_WINDOW_S = 60.0  # the provider's contract: limits are per minute

# If the response has no Date, its Unix times are compared with our own clock, which may be wrong. So the
# result is limited to the window's length.
_MAX_UNDATED_RESET_S = DEFAULT_WINDOW_S

_DECIMAL = Pattern(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_MEMBER = Pattern(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PARAMETER = Pattern(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+')
_TRIPLE = ("limit", "remaining", "reset")
_USUAL = _LIMIT, _REMAINING, _RESET = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"
_UNUSUAL = frozenset(
    {"retry-after", "ratelimit", "ratelimit-policy", *(f"ratelimit-{part}" for part in _TRIPLE)}
)
# Limit and remaining up to `MAX_LIMIT`; a reset up to Unix milliseconds, which are exact as a float.
_PLAIN = Pattern("[0-9]{1,9} [0-9]{1,9} [0-9]{1,15}")


def read_rates(headers: Mapping[str, str], body: Mapping[str, Any] | None, *, wall_now: float) -> RateNotice:
    """Return all that a response says about rates.

    Supported are `X-RateLimit-*` and `RateLimit-*` (limit, remaining, and a reset in Unix seconds, Unix
    milliseconds or seconds left); `Retry-After` (RFC 9110, section 10.2.3), also in the body; and `RateLimit`
    and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-11 and its earlier, unnamed revisions.

    Args:
        headers: the response's headers, with names in lower case.
        body: the decoded body if it may contain a wait.
        wall_now: the time of day in Unix seconds, used if the response has no `Date`.

    Returns:
        the windows, first those of the draft's fields; the wait, from 0 to `MAX_WAIT_S`; and the response's
        own `Date`.
    """
    if body is None and (usual := _usual(headers, wall_now)) is not None:
        return usual
    return read_any_rates(headers, body, wall_now=wall_now)


def _usual(headers: Mapping[str, str], wall_now: float) -> RateNotice | None:
    """Return what the usual headers say: those of the provider's contract, in plain digits.

    None if there are other headers or other values. `read_any_rates` gives the same result, but takes three
    times as long.
    """
    if not headers.keys().isdisjoint(_UNUSUAL):
        return None
    get = headers.get
    limit, remaining, reset = get(_LIMIT, ""), get(_REMAINING, ""), get(_RESET, "")
    date = unix_of_date(headers["date"]) if "date" in headers else None
    if not (limit or remaining or reset) and headers.keys().isdisjoint(_USUAL):
        return RateNotice(sent_at_s=date)
    if not _PLAIN.fullmatch(f"{limit} {remaining} {reset}"):
        return None
    reset_s = _seconds_left(float(reset), date, wall_now)
    window = RateWindow(limit=int(limit), remaining=int(remaining), reset_s=reset_s)
    return RateNotice(windows=(window,), sent_at_s=date)


def read_any_rates(
    headers: Mapping[str, str], body: Mapping[str, Any] | None, *, wall_now: float
) -> RateNotice:
    """Return the result of `read_rates` for any headers."""
    date = unix_of_date(headers.get("date", ""))
    named = list(_draft_windows(headers))
    # The same window is often stated in both spellings, and counted once.
    reported = {window.limit for window in named if window.remaining is not None}
    plain = [window for window in _plain_windows(headers, date, wall_now) if window.limit not in reported]
    now = wall_now if date is None else date
    wait_s = retry_after_s(headers, body, now)
    return RateNotice(windows=(*named, *plain), retry_after_s=wait_s, sent_at_s=date)


def _plain_windows(headers: Mapping[str, str], date: float | None, wall_now: float) -> Iterator[RateWindow]:
    """Yield the window stated in limit, remaining and reset, then those of unnamed policies."""
    policies = _unnamed_policies(headers)
    for reported in _triples(headers):
        limit, remaining = _count(reported.get("limit")), _count(reported.get("remaining"))
        reset = _number(_first(reported.get("reset", "")))
        if limit is not None or remaining is not None or reset is not None:
            yield RateWindow(
                limit=limit,
                remaining=remaining,
                reset_s=None if reset is None else _seconds_left(reset, date, wall_now),
                window_s=DEFAULT_WINDOW_S if limit is None else policies.pop(limit, DEFAULT_WINDOW_S),
            )
            break
    yield from (RateWindow(limit=limit, window_s=window_s) for limit, window_s in policies.items())


def _triples(headers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield limit, remaining and reset as texts, for each of the three spellings."""
    for prefix in ("x-ratelimit-", "ratelimit-"):
        yield {part: headers[prefix + part] for part in _TRIPLE if prefix + part in headers}
    members = (member.partition("=") for member in _members(headers.get("ratelimit")))
    yield {name.strip(): value.strip() for name, _, value in members}


def _unnamed_policies(headers: Mapping[str, str]) -> dict[int, float]:
    """Return the windows of the older policies (`100;w=60, 1000;w=3600`): seconds by limit."""
    items = _items(headers.get("ratelimit-policy"))
    return {
        limit: _window_s(item.parameters["w"])
        for item in items
        if (limit := _count(item.name)) is not None and "w" in item.parameters
    }


def _seconds_left(reset: float, date: float | None, wall_now: float) -> float:
    if reset < SECONDS_FROM:
        return bounded(reset)
    unix = unix_seconds(reset)
    if date is None:
        return min(bounded(unix - wall_now), _MAX_UNDATED_RESET_S)
    return bounded(unix - date)


class _Item(NamedTuple):
    """One member of a structured field: its name and its parameters (RFC 9651, section 3.1)."""

    name: str
    parameters: dict[str, str]


def _draft_windows(headers: Mapping[str, str]) -> Iterator[RateWindow]:
    """Yield the windows of `RateLimit-Policy` and their part of `RateLimit`, then the rest of `RateLimit`."""
    left = {item.name: item.parameters for item in _items(headers.get("ratelimit"))}
    for name, reported in _items(headers.get("ratelimit-policy")):
        remaining = left.pop(name, {})
        # Policies that count bytes or open connections (parameter `qu`) are ignored.
        if _count(reported.get("q")) is not None and reported.get("qu", "requests") == "requests":
            yield _window(reported, remaining)
    yield from (_window({}, reported) for reported in left.values() if _count(reported.get("r")) is not None)


def _window(policy: Mapping[str, str], left: Mapping[str, str]) -> RateWindow:
    reset = _number(left.get("t", ""))
    return RateWindow(
        limit=_count(policy.get("q")),
        remaining=_count(left.get("r")),
        reset_s=None if reset is None else bounded(reset),
        window_s=_window_s(policy.get("w")),
    )


def _items(field: str | None) -> Iterator[_Item]:
    for member in _members(field):
        head, *rest = _PARAMETER.findall(member) or [""]
        pairs = (part.split("=", 1) for part in rest if "=" in part)
        yield _Item(_bare(head), {key.strip(): _bare(value) for key, value in pairs})


def _members(field: str | None) -> list[str]:
    return _MEMBER.findall(field[:MAX_FIELD_CHARS]) if field else []


def _bare(value: str) -> str:
    return value.strip().strip('"')


def _first(field: str) -> str:
    """Return the first value of a repeated header."""
    return field.split(",", 1)[0].strip()


def _count(field: str | None) -> int | None:
    number = _number(_first(field)) if field else None
    return None if number is None or number < 0 else int(min(number, MAX_LIMIT))


def _window_s(field: str | None) -> float:
    seconds = _number(field or "")
    return DEFAULT_WINDOW_S if seconds is None or seconds <= 0 else max(1.0, bounded(seconds))


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None
