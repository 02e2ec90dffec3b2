"""The timeline of a run as charts and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from validator.reports.wording import count_text, duration_text, rate_text, share_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.reports.summary import Summary
    from validator.reports.timeline import TimeBucket

WIDTH = 1_000
HEIGHT = 160
# One strip for each session with most failures. The table of sessions has all sessions.
MOST_STRIPS = 12

# The smallest share of failures for each shade of a strip.
SHADES = ((0.25, "most"), (0.05, "many"), (0.0, "some"))


class Box(NamedTuple):
    """A rectangle of a chart: its CSS class, and its position and size in the chart's units."""

    kind: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One row of the chart over time: a box for each bucket, shaded by its share of failures, and a text."""

    name: str
    boxes: tuple[Box, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One row of the table: one bucket as texts."""

    start: str
    used: str
    allowed: str
    failures: str
    refusals: str
    canaries: str
    idle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """The charts and the table of a run with requests.

    Attributes:
        top: the rate at the upper edge of the chart, as text.
        columns: the rate used in each bucket.
        limit: the SVG path of the allowed rate; empty if there was no limit.
        rate_words: the description of the rate chart.
        strips: sessions, holds, pauses and canaries.
        middle: the time in the middle of the charts.
        end: the time at their end.
        rows: the table.
    """

    top: str
    columns: tuple[Box, ...]
    limit: str
    rate_words: str
    strips: tuple[Strip, ...]
    middle: str
    end: str
    rows: tuple[TimeRow, ...]


def over_time(summary: Summary) -> OverTime | None:
    """Return the charts and the table of a run; None if it sent no requests."""
    buckets = [one for one in summary.timeline if one.duration_s]
    if not buckets:
        return None
    end_s = buckets[-1].start_s + buckets[-1].duration_s
    rates = _rates(buckets)
    top = max([1.0, *_limits(buckets), *rates])
    return OverTime(
        top=rate_text(round(top, 1)),
        columns=tuple(
            Box("used", left, HEIGHT * (1 - rate / top), width, HEIGHT * rate / top)
            for (left, width), rate in zip(_places(buckets), rates, strict=True)
        ),
        limit=_limit_path(buckets, top),
        rate_words=_rate_words(rates, _limits(buckets)),
        strips=tuple(_strips(summary, buckets)),
        middle=duration_text(round(end_s / 2)),
        end=duration_text(round(end_s)),
        rows=tuple(map(_row, buckets, rates)),
    )


def _rates(buckets: Sequence[TimeBucket]) -> list[float]:
    """Return the rate used in each bucket. Above the limit, it is the number of requests in the last minute.

    A burst may exceed the rate and still be within the limit of a minute. A short last bucket is handled the
    same way, since its own rate means little.
    """
    rates = [one.rate_per_min for one in buckets]
    for place, (one, before) in enumerate(zip(buckets, (buckets[0], *buckets), strict=False)):
        is_burst = one.limit_per_min is not None and one.rate_per_min > one.limit_per_min
        if is_burst or one.duration_s < before.duration_s / 2:
            rates[place] = min(one.rate_per_min, _sent_in_last_minute(buckets[: place + 1]))
    return rates


def _sent_in_last_minute(buckets: Sequence[TimeBucket]) -> float:
    """Return the exchanges in the minute before the end of the last bucket.

    A bucket that is only partly in this minute counts in proportion.
    """
    end_s = buckets[-1].start_s + buckets[-1].duration_s
    return sum(
        (one.attempts + one.canaries)
        * max(0.0, min(1.0, (one.start_s + one.duration_s - (end_s - 60)) / one.duration_s))
        for one in buckets
    )


def _limits(buckets: Sequence[TimeBucket]) -> list[float]:
    return [one.limit_per_min for one in buckets if one.limit_per_min is not None]


def _places(buckets: Sequence[TimeBucket]) -> list[tuple[float, float]]:
    """Return left edge and width of each bucket. All but the last have the same width."""
    whole_s = buckets[-1].start_s + buckets[-1].duration_s
    return [
        (round(WIDTH * one.start_s / whole_s, 2), round(WIDTH * one.duration_s / whole_s, 2))
        for one in buckets
    ]


def _limit_path(buckets: Sequence[TimeBucket], top: float) -> str:
    """Return an SVG path of steps at the limits, with gaps where there was no limit."""
    return " ".join(
        f"M{left:g} {HEIGHT * (1 - one.limit_per_min / top):.2f}h{width:g}"
        for one, (left, width) in zip(buckets, _places(buckets), strict=True)
        if one.limit_per_min is not None
    )


def _rate_words(rates: Sequence[float], limits: Sequence[float]) -> str:
    used = f"{rate_text(round(min(rates), 1))} to {rate_text(round(max(rates), 1))}"
    allowed = (
        f"{rate_text(round(min(limits), 1))} to {rate_text(round(max(limits), 1))}"
        if limits
        else "any number"
    )
    return f"Requests a minute over time: used {used}, allowed {allowed}"


def _strips(summary: Summary, buckets: Sequence[TimeBucket]) -> Iterable[Strip]:
    worst = sorted(enumerate(summary.sessions), key=lambda item: -item[1].failures)[:MOST_STRIPS]
    for place, session in worst:
        shares = [
            one.session_failures[place] / one.session_attempts[place] if one.session_attempts[place] else None
            for one in buckets
        ]
        words = f"{share_text(session.error_rate, 1)} of {count_text(session.attempts, 'attempt')} failed"
        yield _strip(session.session, buckets, shares, words)
    held_s, paused_s = sum(one.held_s for one in buckets), sum(one.paused_s for one in buckets)
    canaries = sum(one.canaries for one in buckets)
    if held_s:
        shares = [one.held_s / one.duration_s or None for one in buckets]
        yield _strip("held after refusals", buckets, shares, duration_text(held_s))
    if paused_s:
        shares = [one.paused_s / one.duration_s or None for one in buckets]
        yield _strip("paused", buckets, shares, duration_text(paused_s))
    if canaries:
        kinds = ["canary" if one.canaries else "none" for one in buckets]
        yield Strip(
            name="canaries asked about", boxes=_boxes(buckets, kinds), words=count_text(canaries, "exchange")
        )


def _strip(name: str, buckets: Sequence[TimeBucket], shares: Iterable[float | None], words: str) -> Strip:
    return Strip(name=name, boxes=_boxes(buckets, map(_shade, shares)), words=words)


def _boxes(buckets: Sequence[TimeBucket], kinds: Iterable[str]) -> tuple[Box, ...]:
    return tuple(
        Box(kind, left, 0, width, 1) for (left, width), kind in zip(_places(buckets), kinds, strict=True)
    )


def _shade(share: float | None) -> str:
    """Return the shade for a share of failures; `none` if nothing was sent."""
    if share is None:
        return "none"
    return next((shade for least, shade in SHADES if share > least), "well")


def _row(one: TimeBucket, rate_per_min: float) -> TimeRow:
    idle = [f"held {duration_text(one.held_s)}"] * bool(one.held_s)
    idle += [f"paused {duration_text(one.paused_s)}"] * bool(one.paused_s)
    return TimeRow(
        start=duration_text(one.start_s),
        used=rate_text(round(rate_per_min, 1)),
        allowed="any" if one.limit_per_min is None else rate_text(round(one.limit_per_min, 1)),
        failures=f"{one.failures:,}",
        refusals=f"{one.refusals:,}",
        canaries=f"{one.canaries:,}",
        idle=", ".join(idle),
    )
