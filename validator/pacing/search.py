"""What to assume of a key whose limit nobody tells: the lowest plan's, or what a careful search finds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, assert_never

from validator.pacing.books import MINUTE_S

# The provider's smallest plan (Starter): the pace until a reply or the user tells more. A linked phone number
# is at stake, so nothing larger is tried out unasked.
LOWEST_PLAN_PER_MIN = 60.0
# Its largest (Enterprise): no search goes beyond it.
LARGEST_PLAN_PER_MIN = 2000.0

# A search keeps the lowest plan's pace for a minute and then doubles it in this time: the largest plan's is
# reached at the end of the third minute.
RAMP_DOUBLES_S = 24.0
# After the first refusal the pace doubles in this time; in half as long again after each further one.
CREEP_DOUBLES_S = 120.0
CREEP_SLOWS_BY = 1.5

# What is kept of a measured pace: requests in flight and the edges of a minute make it uncertain by so much.
CERTAIN = 0.985
# With as many in flight at the first refusal, the share of them that passed is worth a measurement.
ENOUGH_IN_FLIGHT = 8
CERTAIN_OF_SHARE = 0.95
# Two counts this close are the same.
SAME_SHARE = 0.05
# Between refusals this close no pace can be measured; this far apart, what was crept from stood its test.
TOO_SHORT_S, PROVED_S = 10.0, 45.0
STEP_BACK, LONGEST_STEP_BACK = 0.9, 0.7

# More than this share of the pace passed in the minute before, if it was used, even on the ramp; where less
# did, somebody else was there before us.
LEAST_KEPT = 0.4

# A wait that is longer than this and two requests' time is not for the next free place, but for the turn of a
# window.
TURN_FROM_S = 3.0

# A pace that was settled on is exceeded by a twentieth for a minute after ten; after twice as long each time
# that this was refused, up to two hours.
PROBE_BY = 1.05
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 600.0, 7200.0


class Assumption(Protocol):
    """A limit to go by while nobody tells one."""

    told_by: str

    def per_min(self, now: float) -> float:
        """Return the requests a minute to go by now."""
        ...

    def passed(self, started_at: float, now: float) -> None:
        """Take in a request that was not refused."""
        ...

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:
        """Take in a refusal; say whether the assumption has taken account of it."""
        ...


class LowestPlan:
    """Assumes the provider's lowest plan, whatever happens. An `Assumption`."""

    told_by = "lowest plan"

    def __init__(self, share: float) -> None:
        self._per_min = share * LOWEST_PLAN_PER_MIN

    def per_min(self, now: float) -> float:  # noqa: ARG002 - the protocol's
        """Return the lowest plan's limit, or our share of it."""
        return self._per_min

    def passed(self, started_at: float, now: float) -> None:
        """Change nothing."""

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:  # noqa: ARG002
        """Change nothing: somebody else has to slow down for it."""
        return False


class Phase(Enum):
    """How the pace moves: up quickly, up slowly, or hardly any more."""

    RAMP = auto()
    CREEP = auto()
    KEEP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Too much was sent: what was going on when the first request of several was refused.

    Attributes:
        started_at: when the first refused request started.
        seen_at: when that was known; what had started by then belongs to the same overflow.
        phase: how the pace was moving.
        per_min: the pace it had reached.
        base_per_min: the pace from which it had moved.
        since_s: the time since the overflow before.
        passed_since: requests that passed in that time.
        full_at: how many had passed in the window when the overflow before happened.
        turned_at: when the server's fixed window began, or -infinity where it did not tell.
    """

    started_at: float = -math.inf
    seen_at: float = -math.inf
    phase: Phase = Phase.RAMP
    per_min: float = 0.0
    base_per_min: float = 0.0
    since_s: float = 0.0
    passed_since: int = 0
    full_at: int = 0
    turned_at: float = -math.inf


class Search:
    """Looks for the limit of a key by going beyond it, with as few refusals as that takes. An `Assumption`.

    The pace rises from the lowest plan's to the largest plan's until a request is refused. What had passed in
    the minute before is then the limit of any server that counts a minute; the share that passed of what was
    in flight tells it of one that refills a bucket. From there the pace creeps up until it is refused again,
    and is settled on what both refusals say. Later it is tried a twentieth higher now and then.

    Args:
        now: the current time.
        share: the share of the plans' limits that is ours.
    """

    told_by = "--rate find"

    def __init__(self, now: float, share: float = 1.0) -> None:
        self._base = share * LOWEST_PLAN_PER_MIN
        self._most = share * LARGEST_PLAN_PER_MIN
        self._phase = Phase.RAMP
        self._since = now
        self._creep_doubles_s = CREEP_DOUBLES_S / CREEP_SLOWS_BY
        self._probe_after_s = FIRST_PROBE_AFTER_S
        self._passes: deque[float] = deque()
        self._passed_since = 0
        self._overflow = Overflow()
        self._is_over = True
        self._shuts = False
        self._caught = 0
        self._caught_passed = 0
        self._full_at = 0

    def per_min(self, now: float) -> float:
        """Return the pace to go on with; never beyond the largest plan's."""
        moved_s = now - self._since
        match self._phase:
            case Phase.RAMP:
                factor = 2 ** (max(0.0, moved_s - MINUTE_S) / RAMP_DOUBLES_S)
            case Phase.CREEP:
                factor = 2 ** (moved_s / self._creep_doubles_s)
            case Phase.KEEP:
                factor = PROBE_BY if moved_s >= self._probe_after_s else 1.0
            case _:
                assert_never(self._phase)
        return min(self._most, self._base * factor)

    def passed(self, started_at: float, now: float) -> None:
        """Take in a request that was not refused."""
        self._remember(started_at, now)
        if started_at <= self._overflow.seen_at:
            if not self._is_over:
                self._catch(now, passed=True)
            return
        self._is_over = True
        if self._phase is Phase.KEEP and now >= self._since + self._probe_after_s + MINUTE_S:
            self._base = self.per_min(now)
            self._since = now - self._probe_after_s

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:
        """Take in a refusal: step back, once for all that was in flight.

        Where nothing has passed lately it is not the pace that is refused: somebody has used the key up.
        """
        if not self._passes:
            return True
        if started_at <= self._overflow.seen_at:
            if not self._is_over:
                self._catch(now, passed=False)
        elif not self._is_over:
            # Still shut after the wait: not a bucket, which has something again after a second.
            self._shuts = True
        else:
            self._begin_overflow(started_at, now, retry_after_s)
            self._catch(now, passed=False)
        return True

    def _remember(self, started_at: float, now: float) -> None:
        self._passes.append(started_at)
        while self._passes and self._passes[0] <= now - 2 * MINUTE_S:
            self._passes.popleft()
        self._passed_since += started_at > self._overflow.started_at

    def _begin_overflow(self, started_at: float, now: float, retry_after_s: float | None) -> None:
        per_min = self.per_min(now)
        tells_turn = retry_after_s is not None and retry_after_s > TURN_FROM_S + 2 * MINUTE_S / per_min
        self._overflow = Overflow(
            started_at=started_at,
            seen_at=now,
            phase=self._phase,
            per_min=per_min,
            base_per_min=self._base,
            since_s=started_at - self._overflow.started_at,
            passed_since=self._passed_since,
            full_at=self._full_at,
            turned_at=now + (retry_after_s or 0.0) - MINUTE_S if tells_turn else -math.inf,
        )
        self._is_over = False
        self._passed_since = self._caught = self._caught_passed = 0
        if self._phase is not Phase.KEEP:
            self._creep_doubles_s *= CREEP_SLOWS_BY
        elif per_min > self._base:
            self._probe_after_s = min(2 * self._probe_after_s, LONGEST_PROBE_AFTER_S)

    def _catch(self, now: float, *, passed: bool) -> None:
        """Take in one of those in flight at the overflow, and decide anew with what is known now."""
        self._caught += 1
        self._caught_passed += passed
        self._full_at = self._passed_after(self._overflow.started_at - MINUTE_S)
        self._phase, per_min = self._judge(self._overflow)
        self._base = CERTAIN * per_min
        self._since = now

    def _passed_after(self, then: float) -> int:
        return sum(at > then for at in self._passes)

    def _judge(self, overflow: Overflow) -> tuple[Phase, float]:
        """Return how to go on after an overflow, and from which pace."""
        if overflow.turned_at > -math.inf:
            passed = min(self._full_at, self._passed_after(overflow.turned_at))
            # A turn since which hardly anything passed was not what the server meant.
            if 2 * passed > self._full_at:
                return Phase.KEEP, passed
        match overflow.phase:
            case Phase.RAMP:
                least = LEAST_KEPT * overflow.per_min
                return Phase.CREEP, max(self._full_at, self._served(overflow), least)
            case Phase.CREEP:
                return self._judge_creep(overflow)
            case Phase.KEEP if overflow.per_min > overflow.base_per_min:
                return Phase.KEEP, overflow.base_per_min / CERTAIN
            case Phase.KEEP:
                return self._measure(overflow)
            case _:
                assert_never(overflow.phase)

    def _served(self, overflow: Overflow) -> float:
        """Return the pace that was served at the overflow, 0 where too little was in flight to say."""
        if self._caught < ENOUGH_IN_FLIGHT:
            return 0.0
        return overflow.per_min * CERTAIN_OF_SHARE * self._caught_passed / self._caught

    def _judge_creep(self, overflow: Overflow) -> tuple[Phase, float]:
        if abs(self._full_at - overflow.full_at) < SAME_SHARE * overflow.full_at:
            return Phase.KEEP, min(self._full_at, overflow.full_at)
        if overflow.since_s >= PROVED_S and not self._shuts:
            return Phase.KEEP, max(overflow.base_per_min, STEP_BACK * overflow.per_min)
        return self._measure(overflow)

    def _measure(self, overflow: Overflow) -> tuple[Phase, float]:
        """Go by what passed between two overflows: the refill of a bucket that was empty at both.

        A minute later what passed in the last minute says the same, without the slow restart after a hold.
        """
        if overflow.since_s < TOO_SHORT_S:
            return Phase.CREEP, STEP_BACK * overflow.per_min
        passed, least = float(self._full_at), LEAST_KEPT
        if overflow.since_s < MINUTE_S:
            passed, least = (
                min(passed, overflow.passed_since * MINUTE_S / overflow.since_s),
                LONGEST_STEP_BACK,
            )
        per_min = min(max(passed, least * overflow.per_min), overflow.per_min)
        is_settled = overflow.phase is Phase.KEEP and per_min >= STEP_BACK * overflow.per_min
        return (Phase.KEEP if is_settled else Phase.CREEP), per_min
