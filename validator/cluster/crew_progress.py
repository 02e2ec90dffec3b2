"""The progress of all lanes of a run, as one state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validator.batch.watching.progress_feed import MINUTE_S, hosts_text
from validator.reports import KeyProgress, ProgressState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.cluster.member import Member


def state_of(members: Sequence[Member], total: int) -> ProgressState:
    """Return the progress of all lanes together.

    Args:
        members: the lanes.
        total: the count of numbers to ask about.
    """
    states = {
        member.order.key.settings["name"]: member.last.state
        for member in members
        if member.last is not None and member.last.state is not None
    }
    counters = [member.counters for member in members]
    verdicts: Counter[str] = sum((one.verdicts for one in counters), Counter())
    done, rate_per_min = sum(one.asked for one in counters), sum(one.rate_per_min for one in states.values())
    limits = [one.limit_per_min for one in states.values()]
    paused = [one for one in states.values() if one.paused_because]
    is_paused = bool(states) and len(paused) == len(states)
    return ProgressState(
        phase="checking",
        host=hosts_text(one.host for one in states.values()),
        total=total,
        done=done,
        verdicts=verdicts,
        rate_per_min=rate_per_min,
        limit_per_min=sum(filter(None, limits)) if limits and all(limits) else None,
        limit_told_by="the keys together",
        keys=tuple(
            KeyProgress(name, round(one.rate_per_min), one.limit_per_min) for name, one in states.items()
        ),
        in_flight=sum(one.in_flight for one in states.values()),
        parked=sum(one.parked for one in states.values()),
        refusals=sum(one.calls.refusals for one in counters),
        failures=sum(one.calls.failures for one in counters),
        paused_because=paused[0].paused_because if is_paused else None,
        paused_for_s=paused[0].paused_for_s if is_paused else None,
        eta_s=MINUTE_S * max(0, total - done) / rate_per_min if rate_per_min else None,
    )
