"""The limit of a key, found by a careful search where no reply states it."""

from __future__ import annotations

import math
from collections import deque
from typing import assert_never

from validator.pacing.limit.assumed import DEFAULT_PER_MIN
from validator.pacing.limit.overflow import (
    CERTAIN,
    SAME_SHARE,
    Overflow,
    Phase,
    RejectionEvidence,
    estimate_limit,
)
from validator.pacing.limit.window_turn import WindowReset
from validator.pacing.measures.units import JITTER_S, MINUTE_S

# No search goes beyond it: the largest plan of the reference provider.
LARGEST_PER_MIN = 2000.0

# A search keeps the lowest plan's pace for a minute and then doubles it in this time: the largest plan's is
# reached at the end of the third minute.
RAMP_DOUBLES_S = 24.0
# After the first refusal the pace doubles in this time; in half as long again after each further one.
CREEP_DOUBLES_S = 120.0
CREEP_SLOWS_BY = 1.5

# A wait that is longer than this and two requests' time is not for the next free place, but for the turn of a
# window.
TURN_FROM_S = 3.0

# From start to arrival a request takes half the delivery jitter, on average.
ARRIVES_S = JITTER_S / 2

# After a wait in vain a full window is waited for until it has turned for certain. That takes one try for
# each so many times the lowest plan's requests in the minute before it, up to three: each tells more closely
# when it turns, and costs a refusal; a small limit bears few.
A_TRY_FOR, MOST_TRIES = 1.5, 3

# The turn is taken to be in the middle of what is known of it, but no later than makes the limit so many
# requests less: more is too much to be left unused, and too high a limit is refused and corrected.
MOST_LESS = 5

# A pace that was settled on is exceeded by a twentieth for a minute after ten; after twice as long each time
# that this was refused, up to two hours.
PROBE_BY, MOST_PROBE_BY = 0.05, 0.4
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 600.0, 7200.0


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
        self._least = self._base = share * DEFAULT_PER_MIN
        self._most = share * LARGEST_PER_MIN
        self._phase = Phase.RAMP
        self._since = now
        self._creep_doubles_s = CREEP_DOUBLES_S / CREEP_SLOWS_BY
        self._probe_after_s = probe_after_s
        self._probe_by = PROBE_BY
        self._passes: deque[float] = deque()
        self._passed_since = 0
        self._overflow = Overflow()
        self._is_over = True
        self._shut_at = -math.inf
        self._turn = self._told_turn = WindowReset()
        self._in_vain = 0
        self._caught = 0
        self._caught_passed = 0
        self._full = 0

    def assume(self, per_min: float, most_per_min: float) -> None:
        """Take this pace for the limit until it is refused, and never go beyond the other."""
        self._base, self._most = per_min, most_per_min
        self._least = min(DEFAULT_PER_MIN, per_min)

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
        """Record a request that was not refused."""
        self._remember(started_at, now)
        if started_at <= self._overflow.seen_at:
            if not self._is_over:
                self._catch(now, passed=True)
            return
        if not self._is_over:
            self._reopen(now)
        if self._phase is Phase.KEEP and now >= self._since + self._probe_after_s + MINUTE_S:
            self._base = self.per_min(now)
            self._since = now - self._probe_after_s
            self._probe_by = min(2 * self._probe_by, MOST_PROBE_BY)

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:
        """Record a refusal: step back, once for all that was in flight.

        Where nothing has passed lately it is not the pace that is refused: somebody has used the key up.
        """
        if not self._passes:
            return True
        if started_at <= self._overflow.seen_at:
            if not self._is_over:
                self._hear_turn(started_at, now, retry_after_s)
                self._catch(now, passed=False)
        elif not self._is_over:
            self._wait_in_vain(started_at, retry_after_s)
        else:
            self._begin_overflow(started_at, now)
            self._hear_turn(started_at, now, retry_after_s)
            self._catch(now, passed=False)
        return True

    def _wait_in_vain(self, started_at: float, retry_after_s: float | None) -> None:
        self._in_vain += 1
        self._shut_at = started_at
        if retry_after_s is None:
            tries = min(max(1, math.ceil(self._full / (A_TRY_FOR * self._least))), MOST_TRIES)
            left_s = self._turned_for_certain(started_at) - started_at
            self.opens_at = started_at + left_s * min(1.0, self._in_vain / tries) + JITTER_S

    def _turned_for_certain(self, now: float) -> float:
        """Return by when a full window has turned, -infinity where too little has passed to say.

        It holds the lowest plan's requests at least, and half of what passed in a minute, which no more than
        two windows share.
        """
        if self._turn.is_known:
            return self._turn.after(now).latest
        at_least = math.ceil(max(self._least, self._full / 2))
        return self._passes[-at_least] + MINUTE_S if at_least <= len(self._passes) else -math.inf

    def _reopen(self, now: float) -> None:
        """Note that the overflow is over. A window that was shut has turned since it was last tried."""
        self._is_over = True
        if not self._in_vain:
            return
        self._since = now
        self._turn = self._turn.narrowed(WindowReset(self._shut_at, now))
        began = self._began(self._turn.before(self._shut_at))
        held = self._passed_after(began) - self._passed_after(self._overflow.seen_at)
        if 2 * held > self._full:
            self._phase, self._base = Phase.KEEP, CERTAIN * held

    def _remember(self, started_at: float, now: float) -> None:
        self._passes.append(started_at)
        while self._passes and self._passes[0] <= now - 2 * MINUTE_S:
            self._passes.popleft()
        self._passed_since += started_at > self._overflow.started_at

    def _begin_overflow(self, started_at: float, now: float) -> None:
        per_min = self.per_min(now)
        # Believed this once: in a window that slides it is the next free place that is so far off.
        self._told_turn = WindowReset()
        self._overflow = Overflow(
            started_at=started_at,
            seen_at=now,
            phase=self._phase,
            per_min=per_min,
            base_per_min=self._base,
            since_s=started_at - self._overflow.started_at,
            passed_since=self._passed_since,
            full_before=self._full,
        )
        self._is_over = False
        self._probe_by = PROBE_BY
        self._passed_since = self._in_vain = self._caught = self._caught_passed = 0
        if self._phase is not Phase.KEEP:
            self._creep_doubles_s *= CREEP_SLOWS_BY
        elif per_min > self._base:
            self._probe_after_s = min(2 * self._probe_after_s, LONGEST_PROBE_AFTER_S)

    def _hear_turn(self, started_at: float, now: float, retry_after_s: float | None) -> None:
        """Record when the window turns, as each of those refused at an overflow tells it, to the second."""
        if retry_after_s is not None and retry_after_s > TURN_FROM_S + 2 * MINUTE_S / self._overflow.per_min:
            reported = WindowReset(started_at + retry_after_s - 1.0, now + retry_after_s)
            self._told_turn = self._told_turn.narrowed(reported)

    def _catch(self, now: float, *, passed: bool) -> None:
        """Record one of those in flight at the overflow, and decide anew with what is known now."""
        self._caught += 1
        self._caught_passed += passed
        self._full = self._passed_after(self._overflow.started_at - MINUTE_S)
        self._still_to_turn()
        aftermath = RejectionEvidence(
            full=self._full,
            since_turn=self._passed_since_turn(),
            caught=self._caught,
            passed=self._caught_passed,
        )
        self._phase, per_min = estimate_limit(self._overflow, aftermath)
        self._base = CERTAIN * per_min
        self._since = now

    def _still_to_turn(self) -> None:
        """Narrow down the turn: a window that is full with what came before it may have turned has not."""
        overflow_at = self._overflow.started_at
        turn = self._turn.before(overflow_at)
        if overflow_at < turn.latest < math.inf and 2 * self._passed_after(turn.earliest) <= self._full:
            self._turn = WindowReset(overflow_at, turn.latest)

    def _passed_since_turn(self) -> int:
        """Return how many have passed in the fixed window that is full, 0 where there is none.

        Unless it was reported, there is none if more passed in the window before.
        """
        overflow_at = self._overflow.started_at
        if self._told_turn.is_known:
            return self._passed_after(self._began(self._told_turn.before(overflow_at)))
        turn = self._turn.before(overflow_at)
        if not turn.is_known:
            return 0
        since = self._passed_after(self._began(turn))
        earlier = sum(turn.latest - MINUTE_S < at < turn.earliest - JITTER_S for at in self._passes)
        return since if earlier <= (1 + SAME_SHARE) * since else 0

    def _began(self, turn: WindowReset) -> float:
        """Return the start of the first request of the window that this turn began."""
        less_s = MOST_LESS * MINUTE_S / max(1, self._full)
        return min((turn.earliest + turn.latest) / 2, turn.earliest + less_s) - ARRIVES_S

    def _passed_after(self, then: float) -> int:
        return sum(at > then for at in self._passes)
