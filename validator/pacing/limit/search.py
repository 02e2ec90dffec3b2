"""The limit of a key, found by a careful search if no reply states it."""

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

# The upper bound of a search: the largest plan of the reference provider.
LARGEST_PER_MIN = 2000.0

# A search keeps the lowest plan's pace for a minute and then doubles it in this time. It reaches the largest
# plan's pace at the end of the third minute.
RAMP_DOUBLES_S = 24.0
# After the first refusal the pace doubles in this time, which grows by half after each further refusal.
CREEP_DOUBLES_S = 120.0
CREEP_SLOWS_BY = 1.5

# An announced wait longer than this plus the time of two requests is for the reset of a window, and not for
# the next free place.
TURN_FROM_S = 3.0

# From start to arrival a request takes half the delivery jitter, on average.
ARRIVES_S = JITTER_S / 2

# If a try after a hold is refused, the search waits until a full window has certainly reset. It makes one try
# in that time for each 1.5 times the lowest plan's requests of the minute before, up to three. Each try shows
# the reset more exactly and costs a refusal; a small limit allows few refusals.
A_TRY_FOR, MOST_TRIES = 1.5, 3

# The reset is assumed in the middle of its possible time, but at most the time of this many requests after
# the earliest. A later one would leave too much unused; too high a limit is refused and corrected.
MOST_LESS = 5

# A settled pace is exceeded by a twentieth for a minute after ten minutes. That time doubles after each
# refusal of such a probe, up to two hours.
PROBE_BY, MOST_PROBE_BY = 0.05, 0.4
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 600.0, 7200.0


class Search:
    """Searches for the limit of a key by exceeding it, with few refusals. An `Assumption`.

    The pace rises from the lowest plan's to the largest plan's until a request is refused. If the server
    counts a minute, the limit is the number of requests that passed in the minute before. If it refills a
    bucket, the share of the requests in flight that passed shows the limit. From there the pace creeps up
    until a request is refused again, and settles on what both refusals show. Later it is tried a twentieth
    higher now and then.

    Args:
        now: the current time.
        share: our share of the plans' limits.
        probe_after_s: the time after which a settled pace is first tried higher.
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
        self._turn = self._announced_turn = WindowReset()
        self._in_vain = 0
        self._caught = 0
        self._caught_passed = 0
        self._full = 0

    def assume(self, per_min: float, most_per_min: float) -> None:
        """Use `per_min` as the limit until it is refused, and never exceed `most_per_min`."""
        self._base, self._most = per_min, most_per_min
        self._least = min(DEFAULT_PER_MIN, per_min)

    def per_min(self, now: float) -> float:
        """Return the pace to use; never more than the largest plan's."""
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
        """Record a refusal: step back, once for all requests in flight.

        If nothing has passed lately, the pace is not the cause: another client has used up the limit.
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
        """Return by when a full window has certainly reset, -infinity if too few requests passed to say.

        It holds at least the lowest plan's requests, and half of the requests of a minute, which at most two
        windows share.
        """
        if self._turn.is_known:
            return self._turn.after(now).latest
        at_least = math.ceil(max(self._least, self._full / 2))
        return self._passes[-at_least] + MINUTE_S if at_least <= len(self._passes) else -math.inf

    def _reopen(self, now: float) -> None:
        """Record that the overflow is over. A window that was full has reset since the last try."""
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
        # The announced reset is used for this overflow only: in a sliding window it is the next free place.
        self._announced_turn = WindowReset()
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
        """Record when the window resets, as each refusal of an overflow announces it, to the second."""
        if retry_after_s is not None and retry_after_s > TURN_FROM_S + 2 * MINUTE_S / self._overflow.per_min:
            reported = WindowReset(started_at + retry_after_s - 1.0, now + retry_after_s)
            self._announced_turn = self._announced_turn.narrowed(reported)

    def _catch(self, now: float, *, passed: bool) -> None:
        """Record one of the requests in flight at the overflow, and decide again with the new count."""
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
        """Narrow down the reset: a window still full with requests from before has not reset yet."""
        overflow_at = self._overflow.started_at
        turn = self._turn.before(overflow_at)
        if overflow_at < turn.latest < math.inf and 2 * self._passed_after(turn.earliest) <= self._full:
            self._turn = WindowReset(overflow_at, turn.latest)

    def _passed_since_turn(self) -> int:
        """Return how many requests passed in the fixed window that is full, 0 if there is none.

        If more passed in the window before, there is none, unless its reset was announced.
        """
        overflow_at = self._overflow.started_at
        if self._announced_turn.is_known:
            return self._passed_after(self._began(self._announced_turn.before(overflow_at)))
        turn = self._turn.before(overflow_at)
        if not turn.is_known:
            return 0
        since = self._passed_after(self._began(turn))
        earlier = sum(turn.latest - MINUTE_S < at < turn.earliest - JITTER_S for at in self._passes)
        return since if earlier <= (1 + SAME_SHARE) * since else 0

    def _began(self, turn: WindowReset) -> float:
        """Return the start of the first request in the window that begins with this reset."""
        less_s = MOST_LESS * MINUTE_S / max(1, self._full)
        return min((turn.earliest + turn.latest) / 2, turn.earliest + less_s) - ARRIVES_S

    def _passed_after(self, then: float) -> int:
        return sum(at > then for at in self._passes)
