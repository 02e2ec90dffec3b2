"""Six kinds of rate limiter that a provider may run, and two that refuse otherwise, on a passed-in `now`.

Written apart from the sandbox's, so that one misreading cannot hide in both. A refused request costs nothing.
`remaining` is what a careful server would tell: how many more would pass at this moment.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field

W = 60.0
# Rounding of float steps; far below any jitter.
HAIR = 1e-7


@dataclass(frozen=True)
class Ruling:
    passed: bool
    remaining: int
    reset_s: float
    wait_s: float


class FixedWindow:
    def __init__(self, limit, offset_s):
        self.limit, self._offset_s = limit, offset_s
        self._turn, self._count = None, 0

    def rule(self, now):
        turn = (now + self._offset_s) // W
        if turn != self._turn:
            self._turn, self._count = turn, 0
        passed = self._count < self.limit
        self._count += passed
        left_s = (turn + 1) * W - now - self._offset_s
        return Ruling(passed, self.limit - self._count, left_s, 0.0 if self._count < self.limit else left_s)


class SlidingLog:
    def __init__(self, limit):
        self.limit, self._log = limit, deque()

    def rule(self, now):
        while self._log and self._log[0] <= now - W:
            self._log.popleft()
        passed = len(self._log) < self.limit
        if passed:
            self._log.append(now)
        full = len(self._log) >= self.limit
        return Ruling(
            passed,
            self.limit - len(self._log),
            self._log[-1] + W - now,
            self._log[0] + W - now if full else 0.0,
        )


class SlidingCounter:
    """This window's count and the rest of the one before, rounded down (as RussellLuo/slidingwindow does).

    One that is not rounded leaves room for one request less.
    """

    def __init__(self, limit, offset_s, *, rounds=math.floor):
        self.limit, self._offset_s, self._rounds = limit, offset_s, rounds
        self._turn, self._count, self._before = 0.0, 0, 0

    def rule(self, now):
        turn, into_s = divmod(now + self._offset_s, W)
        if turn != self._turn:
            self._before = self._count if turn == self._turn + 1 else 0
            self._turn, self._count = turn, 0
        free = self.limit - self._rounds(self._before * (1 - into_s / W)) - self._count
        passed = free >= 1
        self._count += passed
        left = max(0, math.floor(free - passed))
        return Ruling(passed, left, W - into_s, 0.0 if left else W / self.limit)


class TokenBucket:
    def __init__(self, limit):
        self.limit = limit
        self._tokens, self._at = float(limit), None

    def rule(self, now):
        since_s = 0.0 if self._at is None else now - self._at
        self._tokens, self._at = min(self.limit, self._tokens + since_s * self.limit / W), now
        passed = self._tokens >= 1 - HAIR
        self._tokens -= passed
        left = max(0, math.floor(self._tokens + HAIR))
        per_token_s = W / self.limit
        full_s = (self.limit - self._tokens) * per_token_s
        return Ruling(passed, left, full_s, 0.0 if left else (1 - self._tokens) * per_token_s)


class Gcra:
    """The generic cell rate algorithm with a burst of `burst` cells."""

    def __init__(self, limit, burst):
        self.limit, self._burst, self._step_s = limit, burst, W / limit
        self._due = -math.inf

    def rule(self, now):
        due = max(self._due, now)
        passed = due - now <= (self._burst - 1) * self._step_s + HAIR
        self._due = due + self._step_s * passed
        ahead_s = max(0.0, self._due - now)
        left = max(0, math.floor(self._burst - ahead_s / self._step_s + HAIR))
        return Ruling(passed, left, ahead_s, max(0.0, ahead_s - (self._burst - 1) * self._step_s))


class PerSecond:
    """So many in any second."""

    def __init__(self, most, limit):
        self.limit, self._most, self._log = limit, most, deque()

    def rule(self, now):
        while self._log and self._log[0] <= now - 1.0:
            self._log.popleft()
        passed = len(self._log) < self._most
        if passed:
            self._log.append(now)
        return Ruling(passed, self.limit - len(self._log), 1.0, 0.0)


@dataclass
class InFlight:
    """Counts what is in flight, each for `service_s`; a refusal says that nothing is left."""

    limit: int
    most: int
    service_s: float
    ends: list = field(default_factory=list)

    def rule(self, now):
        while self.ends and self.ends[0] <= now:
            heapq.heappop(self.ends)
        passed = len(self.ends) < self.most
        if passed:
            heapq.heappush(self.ends, now + self.service_s)
        return Ruling(passed, self.limit - 1 if passed else 0, 1.0, 0.0)


@dataclass
class PenaltyBox:
    """Shuts a key out for `block_s` where its server refuses; with `extends`, from each try on.

    Attributes:
        tries: for each block, the times of what came within it, that which began it left out.
    """

    server: object
    block_s: float
    extends: bool = False
    tries: list = field(default_factory=list)
    _shut_until: float = -math.inf

    @property
    def limit(self):
        return self.server.limit

    def rule(self, now):
        if now < self._shut_until:
            self.tries[-1].append(now)
            self._shut_until = now + self.block_s if self.extends else self._shut_until
            return Ruling(False, 0, self._shut_until - now, self._shut_until - now)
        ruling = self.server.rule(now)
        if not ruling.passed:
            self.tries.append([])
            self._shut_until = now + self.block_s
        return ruling


class Later:
    """A server whose clock is ahead: the same one as before, seen by a client that starts at 0 again."""

    def __init__(self, server, offset_s):
        self.limit, self._server, self._offset_s = server.limit, server, offset_s

    def rule(self, now):
        return self._server.rule(now + self._offset_s)


# Each makes a server for a limit, with its windows turning at `offset_s`.
KINDS = {
    "fixed window": FixedWindow,
    "sliding log": lambda limit, offset_s: SlidingLog(limit),  # noqa: ARG005 - as its neighbours
    "sliding counter": SlidingCounter,
    "token bucket": lambda limit, offset_s: TokenBucket(limit),  # noqa: ARG005
    "gcra, a tenth": lambda limit, offset_s: Gcra(limit, max(1, limit // 10)),  # noqa: ARG005
    # With a burst of one, any jitter at all is refused; it takes J * L / 60 + 1 at least.
    "gcra, a second": lambda limit, offset_s: Gcra(limit, max(2, limit // 60)),  # noqa: ARG005
}
