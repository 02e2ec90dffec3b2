"""The budget of a key with a limit: uses 99 % of it without refusals, if no other client uses the key."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from validator.model import NO_NOTICE, RateNotice, RateWindow
from validator.pacing.budget.arrival_spacing import ArrivalSpacing
from validator.pacing.budget.hold import FIRST_HOLD_S
from validator.pacing.budget.protocol import BudgetReport, Permit
from validator.pacing.budget.request_log import RequestLog, is_spent
from validator.pacing.budget.window import Spare, Window
from validator.pacing.budget.window_set import LONGEST_PACED_WINDOW_S, WindowSet
from validator.pacing.limit.assumed import DEFAULT_PER_MIN, Assumption, DefaultPace
from validator.pacing.limit.correction import LimitCorrection
from validator.pacing.limit.search import Search
from validator.pacing.limit.window_lengths import WindowLengthEstimator
from validator.pacing.measures.round_trips import RoundTrips
from validator.pacing.measures.units import MINUTE_S, waiting_s

if TYPE_CHECKING:
    import random

# Bounds of the delivery jitter: above 0.6 s the spacing alone costs more than 1 % of a minute's limit.
LEAST_JITTER_S, MOST_JITTER_S = 0.1, 0.6

# A start may be this late without losing its slot: no event loop wakes to the millisecond.
LATENESS_S = 0.02

# The share of the remaining requests that a short list may spend at once; the rest is for other clients.
SPARE_SHARE = 0.9
# So many may be in flight before the remaining requests were seen to fall, and for each request they fell by.
UNPROVEN, TRUSTED = 2, 2


class PacedBudget:
    """Paces requests so that the server's windows never overflow. A `Budget`.

    One request starts every (W + J) / L seconds, for a limit of L requests in a window of W seconds and a
    delivery jitter of J seconds. A delay of more than 20 ms is not made up for. The requests in flight and
    those that the server may still count stay below L together. If several windows are reported, the
    strictest decides at each moment.

    **The limit** is the fixed ceiling if one is given, or else the default until a reply announces a limit.
    The first announced limit is used at once. A later one is used at once if it is lower, and after two
    windows if it is higher. If requests are refused repeatedly without an explanation, a lower limit is
    searched for (`LimitCorrection`). `Remaining` does not control the pace: if the burst of a server is
    smaller than its limit, the pace would be too low. Until the first request has ended, it is the only one
    in flight.

    **Short lists** are not spread out. The remaining requests of the last window are the fewest that any of
    its replies reported. If all requests to do and in flight fit into nine tenths of them, they may start at
    once. They cannot be refused while no other client uses the key, because `Remaining` only falls when
    requests are made. In a fixed window it grows at the reset, in a sliding log or counter when old requests
    leave, in a token bucket and in GCRA when time refills the burst. Each reply counts all requests that
    arrived before its own, so the fewest, less the requests in flight, are safe in any order of replies.

    If a server's `Remaining` is wrong, the damage is small: no more are in flight at once than have come back
    before, and no more than two until `Remaining` was seen to fall. A refusal, or a reply without `Remaining`
    (a timeout, for example), turns this off for a window. A fixed ceiling turns it off completely: it is the
    pace that the user wants.

    Args:
        now: the current time.
        limit_per_min: a fixed ceiling in requests a minute (`--rate`), may be a fraction; replies may only
            lower it.
        share: our share of the announced limit or of the default, for keys that several runs use.
        find: whether to search for the limit while no reply states it.
        default_per_min: the limit in requests a minute to assume while no reply states it.
        jitter_s: the delivery jitter to allow for, held within 0.1 to 0.6 s.
        window_s: the window that limits refer to if no reply reports another.
        first_hold_s: the first wait after a refusal that names none; it doubles while refusals follow.
        rng: spreads the ends of holds.
    """

    def __init__(
        self,
        *,
        now: float,
        limit_per_min: float | None = None,
        share: float = 1.0,
        find: bool = False,
        default_per_min: float = DEFAULT_PER_MIN,
        jitter_s: float = 0.5,
        window_s: float = 60.0,
        first_hold_s: float = FIRST_HOLD_S,
        rng: random.Random,
    ) -> None:
        self._ceiling = limit_per_min
        self._share = share
        self._jitter_s = min(max(jitter_s, LEAST_JITTER_S), MOST_JITTER_S)
        self._assumed: Assumption = Search(now, share) if find else DefaultPace(share * default_per_min)
        first_per_min = self._assumed.per_min(now) if limit_per_min is None else limit_per_min
        self._windows = WindowSet(window_s, first_per_min, ceiling_per_min=limit_per_min, share=share)
        self._lengths = WindowLengthEstimator(window_s)
        self._requests = RequestLog(rng, first_hold_s)
        self._spare = Spare(window_s)
        self._trips = RoundTrips()
        self._correction = LimitCorrection()
        self._apart = ArrivalSpacing()
        self._slot = now
        self._started = 0
        self._heard = 0
        self._todo = math.inf
        # The time at which a request was found to be allowed, until something changes.
        self._allowed_at = math.nan

    def ready_at(self, now: float, todo: int) -> float:
        """Return the earliest time for the next request; see `Budget.ready_at`. O(log L)."""
        self._todo = todo
        ready_at = self._ready_at(now)
        self._allowed_at = now if ready_at <= now else math.nan
        return ready_at

    def start(self, now: float, *, is_check: bool = True) -> Permit:
        """Start a request; see `Budget.start`."""
        if now != self._allowed_at and (ready_at := self._ready_at(now)) > now:
            raise RuntimeError(f"a request was started {ready_at - now:.3f} s before the budget allows it")
        self._allowed_at = math.nan
        spacing_s = self._spacing_s(now)
        slot = max(self._slot + spacing_s, now + spacing_s - min(LATENESS_S, spacing_s))
        self._started += 1
        permit = Permit(now, self._started, slot_before=self._slot, slot_after=slot, is_check=is_check)
        self._slot = slot
        self._apart.start(permit)
        return self._requests.start(permit)

    def cancel(self, permit: Permit, now: float) -> None:  # noqa: ARG002 - the protocol's
        """Cancel a request that was never sent.

        Its slot is free again if no later one was taken. Otherwise only its place in the window is free: a
        slot between others that is used again would put two requests close together.
        """
        self._requests.cancel(permit)
        self._apart.cancel(permit)
        if self._slot == permit.slot_after:
            self._slot = permit.slot_before

    def finish(
        self,
        permit: Permit,
        now: float,
        notice: RateNotice = NO_NOTICE,
        *,
        refused: bool = False,
        by_front: bool = False,
    ) -> None:
        """End a request; see `Budget.finish`."""
        self._allowed_at = math.nan
        is_beyond = self._requests.close(permit, now, notice, refused=refused, by_front=by_front)
        if not permit.is_check:
            self._windows.learn_elsewhere(now, notice.windows)
        elif not is_beyond:
            self._heed(permit, now, notice, refused=refused)
        self._log(permit.started_at, now)
        if refused:
            self._spare.see(now, 0)
        if not self._heard:
            # The first request took its slot at an assumed pace, and no other request has started.
            self._slot = min(self._slot, permit.started_at + self._spacing_s(now))
        self._heard += 1

    def _heed(self, permit: Permit, now: float, notice: RateNotice, *, refused: bool) -> None:
        """Learn from the reply to a check, and from its refusal."""
        windows = tuple(map(self._lengths.corrected, notice.windows))
        self._learn(now, windows)
        self._windows.see(
            now,
            windows,
            in_flight=len(self._requests.in_flight) + 1,
            later=self._started - permit.ordinal,
            ordinal=permit.ordinal,
        )
        if refused:
            self._refused(permit, now, windows, notice.retry_after_s)
        else:
            self._apart.passed(permit, now)
            self._correction.passed(permit.started_at, now)
            self._assumed.passed(permit.started_at, now)
        self._spare.see(now, _left(windows))

    def rate_per_min(self, now: float) -> float:
        """Return the pace; see `Budget.rate_per_min`."""
        self._assume(now)
        return 0.0 if self._requests.is_held(now) else MINUTE_S / self._spacing_s(now)

    def report(self, now: float) -> BudgetReport:
        """Return how the budget stands."""
        self._assume(now)
        strictest = self._windows.strictest
        return self._requests.report(
            now,
            limit_per_min=strictest.per_min,
            told_by=self._told_by(strictest),
            rate_per_min=self.rate_per_min(now),
            is_apart=self._apart.keeps(self._even_s(now)),
        )

    def _ready_at(self, now: float) -> float:
        self._assume(now)
        in_flight = len(self._requests.in_flight)
        if in_flight and (not self._heard or self._requests.is_blocked(now)):
            return math.inf
        room_at = self._windows.room_at(now, in_flight, self._started)
        slot = now if self._fits_at_once(now, in_flight) else self._slot
        apart_at = self._apart.ready_at(now, self._even_s(now)) if self._apart.is_wanted else now
        return max(now, self._requests.hold.until, room_at, slot, apart_at)

    def _fits_at_once(self, now: float, in_flight: int) -> bool:
        if self._ceiling is not None or self._correction.is_searching:
            return False
        if in_flight >= min(self._heard, UNPROVEN + TRUSTED * self._spare.fallen(now)):
            return False
        return self._todo + in_flight <= self._spare.least(now) * self._share * SPARE_SHARE

    def _even_s(self, now: float) -> float:
        return self._windows.spacing_s(now, self._jitter_s)

    def _spacing_s(self, now: float) -> float:
        return self._even_s(now) / min(self._requests.hold.pace(now), self._correction.share(now))

    def _assume(self, now: float) -> None:
        """Use the limit that is assumed now if none is announced, and the one that was found."""
        if self._windows.is_assuming:
            self._windows.assume(self._assumed.per_min(now))
        if self._correction.is_searching:
            announced_per_min = self._windows.strictest_announced.per_min
            self._windows.find(self._correction.per_min(now, announced_per_min))

    def _refused(
        self, permit: Permit, now: float, windows: tuple[RateWindow, ...], retry_after_s: float | None
    ) -> None:
        """Slow down, or search for a lower limit, if the reply to a refused request does not explain it."""
        started_at = permit.started_at
        explained = self._windows.refused(now, windows)
        if self._windows.is_assuming and self._assumed.refused(started_at, now, retry_after_s):
            if (wait_s := self._assumed.opens_at - now) > 0:
                self._requests.hold.await_window(now, wait_s, "a full minute of the provider's is waited for")
            return
        if not explained:
            announced_per_min = self._windows.strictest_announced.per_min
            self._apart.refused(permit, now, self._even_s(now))
            held_s = self._requests.hold.held_s(now)
            self._correction.refused(started_at, now, announced_per_min, retry_after_s, held_s)

    def _learn(self, now: float, windows: tuple[RateWindow, ...]) -> None:
        for reported in windows:
            if reported.window_s > LONGEST_PACED_WINDOW_S:
                self._wait_for_reset(now, reported)
            else:
                self._windows.learn(now, reported)

    def _wait_for_reset(self, now: float, reported: RateWindow) -> None:
        """Hold until a long window with nothing left is full again."""
        if is_spent(reported) and reported.reset_s is not None:
            reason = f"the allowance of {reported.window_s / 3600:,.1f} h is spent"
            self._requests.hold.await_window(now, waiting_s(reported.reset_s), reason)

    def _log(self, started_at: float, now: float) -> None:
        arrived_by = now
        if not self._trips.is_rarely_late(now - started_at):
            arrived_by = min(now, started_at + self._jitter_s)
        self._windows.add(arrived_by)

    def _told_by(self, strictest: Window) -> str:
        if self._windows.is_found(strictest):
            return self._correction.told_by
        if self._windows.is_announced(strictest):
            return "headers"
        return self._assumed.told_by if self._ceiling is None else "--rate"


def _left(windows: tuple[RateWindow, ...]) -> int:
    """Return the fewest remaining requests of a reply's windows; 0 if one of them does not state it."""
    return min([window.remaining or 0 for window in windows], default=0)
