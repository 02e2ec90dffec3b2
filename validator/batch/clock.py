"""This machine's clock, held against the times in a provider's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Seconds by which they may differ. NTP keeps a clock within a fraction of one: what is further off has none.
MOST_OFF_S = 10.0


def ahead_s(sent_at_s: float, asked_at_s: float, answered_at_s: float) -> float:
    """Return by how many seconds this machine's clock is ahead at the least; negative if it is behind.

    Args:
        sent_at_s: the provider's time of day in its answer, cut to whole seconds.
        asked_at_s: this machine's time of day when it asked, in Unix seconds.
        answered_at_s: the same when the answer was there.
    """
    return max(asked_at_s - (sent_at_s + 1), 0.0) - max(sent_at_s - answered_at_s, 0.0)


def flaw_of(off_s: float) -> str:
    """Return what is wrong with a clock that is so far ahead, with the remedy; empty if that is usual."""
    if abs(off_s) <= MOST_OFF_S:
        return ""
    where = "ahead of" if off_s > 0 else "behind"
    return (
        f"this machine's clock is {abs(off_s):,.0f} s {where} the provider's; deadlines and the ages of "
        "answers go by it. Let NTP set it"
    )


def clock_warnings(
    sent_at_s: Iterable[float | None], asked_at_s: float, answered_at_s: float
) -> tuple[str, ...]:
    """Return what a person should know about the clock, by answers that came between two of its times."""
    offs = [ahead_s(sent, asked_at_s, answered_at_s) for sent in sent_at_s if sent is not None]
    flaw = flaw_of(min(offs, key=abs)) if offs else ""
    return (flaw,) if flaw else ()
