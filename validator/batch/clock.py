"""Compares this machine's clock with the times in a provider's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The largest usual difference, in seconds. NTP keeps a clock within a fraction of a second.
MOST_OFF_S = 10.0


def ahead_s(sent_at_s: float, asked_at_s: float, answered_at_s: float) -> float:
    """Return by how many seconds this machine's clock is ahead at least; negative if it is behind.

    Args:
        sent_at_s: the provider's time in its answer, in Unix seconds, cut to whole seconds.
        asked_at_s: this machine's time at the start of the request, in Unix seconds.
        answered_at_s: this machine's time at the answer, in Unix seconds.
    """
    return max(asked_at_s - (sent_at_s + 1), 0.0) - max(sent_at_s - answered_at_s, 0.0)


def flaw_of(off_s: float) -> str:
    """Return a message, with a remedy, about a clock that is `off_s` ahead; empty if that is usual."""
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
    """Return a warning if the clock is wrong, judged by answers that came between two of its times.

    Args:
        sent_at_s: the provider's times in its answers, in Unix seconds.
        asked_at_s: this machine's time before the first request, in Unix seconds.
        answered_at_s: this machine's time after the last answer, in Unix seconds.
    """
    offs = [ahead_s(sent, asked_at_s, answered_at_s) for sent in sent_at_s if sent is not None]
    flaw = flaw_of(min(offs, key=abs)) if offs else ""
    return (flaw,) if flaw else ()
