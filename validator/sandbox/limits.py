"""Rate limiters as pure state machines on a passed-in `now`: six algorithms that providers use.

The provider documents "a sliding window of one minute, enforced as a token bucket". The real algorithm is not
known, so a client has to work with all of them. No limiter counts a refused request.
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple, Protocol, assert_never

from validator.sandbox.words import LimiterKind

# The provider's documentation states all of its limits per minute.
WINDOW_S = 60.0

# Larger than the rounding error of a sum of float steps. Without it, the last of exactly spaced requests in a
# minute would be refused because of rounding.
_EPSILON = 1e-6


class Admission(NamedTuple):
    """A limiter's decision about one request.

    Attributes:
        admitted: whether the request may pass.
        limit: requests a minute.
        remaining: how many more requests would pass now.
        reset_s: seconds until the full limit is available again.
        wait_s: seconds until the next request would pass; 0 if it would pass now.
    """

    admitted: bool
    limit: int
    remaining: int
    reset_s: float
    wait_s: float


class Limiter(Protocol):
    """The limiter of one key. `now` is in seconds on any monotonic clock."""

    limit: int

    def admit(self, now: float) -> Admission:
        """Decide whether one request may pass, and count it if so."""
        ...


class TokenBucket:
    """A bucket of `limit` tokens, which refills evenly within one minute. It starts full."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._tokens = float(limit)
        self._refilled_at = -math.inf

    def admit(self, now: float) -> Admission:
        """Take one token. At most `limit + t * limit / 60` pass in any `t` seconds."""
        per_s = self.limit / WINDOW_S
        # Capped at the current limit, since a limit that is lowered during a run shrinks the bucket.
        self._tokens = min(float(self.limit), self._tokens + (now - self._refilled_at) * per_s)
        self._refilled_at = now
        admitted = self._tokens >= 1 - _EPSILON
        self._tokens = max(0.0, self._tokens - admitted)
        wait_s = max(0.0, 1 - self._tokens) / per_s
        remaining = math.floor(self._tokens + _EPSILON)
        return Admission(admitted, self.limit, remaining, (self.limit - self._tokens) / per_s, wait_s)


class FixedWindow:
    """A counter that restarts at every full minute. Around that moment it lets twice the limit pass."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._window = -1
        self._count = 0

    def admit(self, now: float) -> Admission:
        """Count the request in the minute of `now`. At most `limit` pass in one such minute."""
        window = int(now // WINDOW_S)
        if window != self._window:
            self._window, self._count = window, 0
        admitted = self._count < self.limit
        self._count += admitted
        reset_s = (window + 1) * WINDOW_S - now
        remaining = max(0, self.limit - self._count)
        return Admission(admitted, self.limit, remaining, reset_s, 0.0 if remaining else reset_s)


class SlidingLog:
    """The times of all admitted requests of the last minute: the strictest form of "60 a minute"."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._times: deque[float] = deque()

    def admit(self, now: float) -> Admission:
        """Record `now` if it may pass. At most `limit` pass in any 60 seconds."""
        while self._times and self._times[0] <= now - WINDOW_S:
            self._times.popleft()
        admitted = len(self._times) < self.limit
        if admitted:
            self._times.append(now)
        remaining = max(0, self.limit - len(self._times))
        # After the limit was lowered, several entries have to expire before the next request can pass.
        wait_s = 0.0 if remaining else self._times[len(self._times) - self.limit] + WINDOW_S - now
        return Admission(admitted, self.limit, remaining, self._times[-1] + WINDOW_S - now, wait_s)


class SlidingCounter:
    """Two fixed windows. The older one counts in proportion to its part in the sliding minute.

    Source: Cloudflare's approximation for its rate limiting (blog.cloudflare.com, "How we built rate limiting
        capable of scaling to millions of domains", 2017).
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._window = -1
        self._count = 0
        self._before = 0

    def admit(self, now: float) -> Admission:
        """Count one request if the weighted estimate stays at `limit` or below."""
        self._turn(int(now // WINDOW_S))
        elapsed_s = now - self._window * WINDOW_S
        free = self.limit - self._count - self._before * (1 - elapsed_s / WINDOW_S)
        admitted = free >= 1 - _EPSILON
        self._count += admitted
        remaining = max(0, math.floor(free - admitted + _EPSILON))
        wait_s = 0.0 if remaining else self._wait_s(elapsed_s)
        return Admission(admitted, self.limit, remaining, 2 * WINDOW_S - elapsed_s, wait_s)

    def _turn(self, window: int) -> None:
        if window != self._window:
            self._before = self._count if window == self._window + 1 else 0
            self._window, self._count = window, 0

    def _wait_s(self, elapsed_s: float) -> float:
        """Return the seconds until the estimate allows one request, in this window or in the next."""
        room = self.limit - 1 - self._count
        if room >= 0:
            return max(0.0, WINDOW_S * (1 - room / max(self._before, 1)) - elapsed_s)
        return WINDOW_S - elapsed_s + max(0.0, WINDOW_S * (1 - (self.limit - 1) / self._count))


class Gcra:
    """The generic cell rate algorithm: one request each `60 / limit` seconds, with small bursts.

    A burst has at most `limit / burst_divisor` requests. Source: ITU-T I.371, virtual scheduling form.
    nginx's `limit_req` and redis-cell use it.
    """

    def __init__(self, limit: int, burst_divisor: int) -> None:
        self.limit = limit
        self._divisor = burst_divisor
        self._due = -math.inf

    @property
    def burst(self) -> int:
        """How many requests pass at once after an idle time; at least one."""
        return max(1, self.limit // self._divisor)

    def admit(self, now: float) -> Admission:
        """Admit a request that is not too early. At most `burst + t * limit / 60` pass in any `t` seconds."""
        step_s = WINDOW_S / self.limit
        due = max(self._due, now)
        admitted = due - now <= step_s * (self.burst - 1) + _EPSILON
        self._due = due = due + step_s * admitted
        ahead_s = due - now
        remaining = max(0, math.floor(self.burst - ahead_s / step_s + _EPSILON))
        return Admission(
            admitted, self.limit, remaining, ahead_s, max(0.0, ahead_s - step_s * (self.burst - 1))
        )


def new_limiter(kind: LimiterKind, limit: int) -> Limiter:
    """Return an unused limiter of this kind."""
    match kind:
        case LimiterKind.TOKEN_BUCKET:
            return TokenBucket(limit)
        case LimiterKind.FIXED_WINDOW:
            return FixedWindow(limit)
        case LimiterKind.SLIDING_LOG:
            return SlidingLog(limit)
        case LimiterKind.SLIDING_COUNTER:
            return SlidingCounter(limit)
        case LimiterKind.GCRA_BURST:
            return Gcra(limit, burst_divisor=10)
        case LimiterKind.GCRA_SMOOTH:
            # A burst has the requests of one second, as in a limiter that counts by the second.
            return Gcra(limit, burst_divisor=60)
        case _:
            assert_never(kind)
