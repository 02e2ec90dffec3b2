"""What to assume of a key whose limit nobody tells: the lowest plan's, or what a careful search finds."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol, assert_never

from validator.pacing.books import MINUTE_S
from validator.pacing.overflow import CERTAIN, Aftermath, Overflow, Phase, judge
from validator.pacing.room import JITTER_S

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

# A wait that is longer than this and two requests' time is not for the next free place, but for the turn of a
# window.
TURN_FROM_S = 3.0

# Still shut after so many waits: neither a bucket, which has something again after a second, nor a window
# that slides.
WAITS_IN_VAIN = 2

# Shut after one wait already, with so little more in the minute before than the lowest plan allows, it opens
# when no more of that minute than the lowest plan's are left: a few seconds late at worst. At larger limits
# that is too late to be worth the refusals that it saves.
HARDLY_MORE = 1.5

# A pace that was settled on is exceeded by a twentieth for a minute after ten; after twice as long each time
# that this was refused, up to two hours.
PROBE_BY, MOST_PROBE_BY = 0.05, 0.4
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 600.0, 7200.0


class Assumption(Protocol):
    """A limit to go by while nobody tells one.

    Attributes:
        told_by: who told it, in a report.
        opens_at: until when the server is taken to refuse everything; in the past where it is not.
    """

    told_by: str
    opens_at: float

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
    opens_at = -math.inf

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

    def __init__(self, now: float, share: float = 1.0, probe_after_s: float = FIRST_PROBE_AFTER_S) -> None:
        self.opens_at = -math.inf
        self._least = self._base = share * LOWEST_PLAN_PER_MIN
        self._most = share * LARGEST_PLAN_PER_MIN
        self._phase = Phase.RAMP
        self._since = now
        self._creep_doubles_s = CREEP_DOUBLES_S / CREEP_SLOWS_BY
        self._probe_after_s = probe_after_s
        self._probe_by = PROBE_BY
        self._passes: deque[float] = deque()
        self._passed_since = 0
        self._overflow = Overflow()
        self._is_over = True
        self._shuts = False
        self._shut_at = self._turn_at = -math.inf
        self._in_vain = 0
        self._caught = 0
        self._caught_passed = 0
        self._full = 0

    def assume(self, per_min: float, most_per_min: float) -> None:
        """Take this pace for the limit until it is refused, and never go beyond the other."""
        self._base, self._most = per_min, most_per_min

    def per_min(self, now: float) -> float:
        """Return the pace to go on with; never beyond the largest plan's."""
        moved_s = now - self._since
        match self._phase:
            case Phase.RAMP:
                factor = 2 ** (max(0.0, moved_s - MINUTE_S) / RAMP_DOUBLES_S)
            case Phase.CREEP:
                factor = 2 ** (moved_s / self._creep_doubles_s)
            case Phase.KEEP:
                factor = 1 + self._probe_by if moved_s >= self._probe_after_s else 1.0
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
        if not self._is_over:
            self._reopen()
        if self._phase is Phase.KEEP and now >= self._since + self._probe_after_s + MINUTE_S:
            self._base = self.per_min(now)
            self._since = now - self._probe_after_s
            self._probe_by = min(2 * self._probe_by, MOST_PROBE_BY)

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
            self._wait_in_vain(started_at, retry_after_s)
        else:
            self._begin_overflow(started_at, now, retry_after_s)
            self._catch(now, passed=False)
        return True

    def _wait_in_vain(self, started_at: float, retry_after_s: float | None) -> None:
        self._in_vain += 1
        self._shut_at = started_at
        knows_least = self._full <= HARDLY_MORE * self._least and len(self._passes) >= self._least
        if retry_after_s is None and knows_least:
            self.opens_at = self._passes[-math.ceil(self._least)] + MINUTE_S + JITTER_S
        self._shuts = self._shuts or self._in_vain >= WAITS_IN_VAIN or self.opens_at > started_at

    def _reopen(self) -> None:
        """Note that the overflow is over. A window that was shut has turned since it was last tried."""
        self._is_over = True
        if self._shuts and self._in_vain:
            self._turn_at = self._shut_at

    def _remember(self, started_at: float, now: float) -> None:
        self._passes.append(started_at)
        while self._passes and self._passes[0] <= now - 2 * MINUTE_S:
            self._passes.popleft()
        self._passed_since += started_at > self._overflow.started_at

    def _begin_overflow(self, started_at: float, now: float, retry_after_s: float | None) -> None:
        per_min = self.per_min(now)
        turned_at = self._turned_at(started_at)
        if retry_after_s is not None and retry_after_s > TURN_FROM_S + 2 * MINUTE_S / per_min:
            # Believed this once: in a window that slides it is the next free place that is so far off.
            turned_at = now + retry_after_s - MINUTE_S
        self._overflow = Overflow(
            started_at=started_at,
            seen_at=now,
            phase=self._phase,
            per_min=per_min,
            base_per_min=self._base,
            since_s=started_at - self._overflow.started_at,
            passed_since=self._passed_since,
            full_before=self._full,
            shuts=self._shuts,
            turned_at=turned_at,
        )
        self._is_over = False
        self._probe_by = PROBE_BY
        self._passed_since = self._in_vain = self._caught = self._caught_passed = 0
        if self._phase is not Phase.KEEP:
            self._creep_doubles_s *= CREEP_SLOWS_BY
        elif per_min > self._base:
            self._probe_after_s = min(2 * self._probe_after_s, LONGEST_PROBE_AFTER_S)

    def _turned_at(self, then: float) -> float:
        """Return the latest turn of a fixed window by then, -infinity where none is known."""
        if self._turn_at == -math.inf:
            return self._turn_at
        return self._turn_at + MINUTE_S * ((then - self._turn_at) // MINUTE_S)

    def _catch(self, now: float, *, passed: bool) -> None:
        """Take in one of those in flight at the overflow, and decide anew with what is known now."""
        self._caught += 1
        self._caught_passed += passed
        self._full = self._passed_after(self._overflow.started_at - MINUTE_S)
        aftermath = Aftermath(
            full=self._full,
            since_turn=self._passed_after(self._overflow.turned_at),
            caught=self._caught,
            passed=self._caught_passed,
        )
        self._phase, per_min = judge(self._overflow, aftermath)
        self._base = CERTAIN * per_min
        self._since = now

    def _passed_after(self, then: float) -> int:
        return sum(at > then for at in self._passes)
