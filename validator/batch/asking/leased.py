"""Numbers that several runs share. Each is leased before it is asked about, so only one run asks about it.

A lease has an end. If a run dies, other runs ask about its numbers after the end of their leases.
"""

from __future__ import annotations

import heapq
import math
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

# Longer than the pauses of a busy machine, and short enough to wait for after a machine is lost.
LEASE_S = 60.0
# A lease is renewed when a third of it has passed, so two attempts may fail.
RENEW_EVERY_S = LEASE_S / 3
# How often numbers that another run holds are looked up again.
ELSEWHERE_EVERY_S = 5.0
# No run asks again about a number if its answer waits to be verified. But if this takes longer than a canary
# can take, the run that got the answer has ended.
VERIFIED_WITHIN_S = 150.0
_NEVER_MS = 2**63 - 1


class Leases(Protocol):
    """The interface of a ledger that several runs write to."""

    def lease(
        self,
        numbers: Sequence[int],
        *,
        holder: str,
        seconds: float,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
    ) -> list[int]:
        """Lease numbers; return those obtained: no other run holds them, and they have no fresh verdict."""
        ...

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """End the holder's leases of these numbers."""
        ...


class Supply(Protocol):
    """Distinct numbers to lease, in the order of asking."""

    @property
    def coming(self) -> int:
        """How many numbers are still to come, as far as it is known."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether no more numbers will come."""
        ...

    def take(self, count: int) -> list[int]:
        """Return up to `count` numbers; empty if there are none now."""
        ...


class Planned:
    """The numbers of a plan.

    Args:
        numbers: the numbers.
        count: how many there are.
    """

    def __init__(self, numbers: Iterable[int], count: int) -> None:
        self._numbers = iter(numbers)
        self.coming = count

    @property
    def is_over(self) -> bool:
        """Whether all numbers were taken."""
        return not self.coming

    def take(self, count: int) -> list[int]:
        """Return the next numbers, up to `count`."""
        taken = list(islice(self._numbers, count))
        self.coming -= len(taken)
        return taken


class LeasedNumbers:
    """A source of numbers (`feeding.Source`) that shares them with other runs.

    Attributes:
        obtained: how many numbers were leased so far.
        gone: holders that have ended; their leases do not count any more.

    Args:
        supply: the numbers.
        leases: the ledger.
        holder: the name of this run, which no other run has.
        fresh_from_ms: the earliest time of a verdict that is still fresh, by verdict.
        answered: returns those of the given numbers that have a fresh verdict.
    """

    def __init__(
        self,
        supply: Supply,
        *,
        leases: Leases,
        holder: str,
        fresh_from_ms: Mapping[Verdict, int],
        answered: Callable[[Sequence[int]], set[int]],
    ) -> None:
        self.obtained = 0
        self.gone: frozenset[str] = frozenset()
        self._supply = supply
        self._leases = leases
        self._holder = holder
        self._fresh_from_ms = fresh_from_ms
        self._first_seen: dict[int, float] = {}
        self._answered = answered
        self._held: set[int] = set()
        self._elsewhere: list[tuple[float, int, int]] = []
        self._sequence = 0
        self._renewed_at = -math.inf

    @property
    def coming(self) -> int:
        """How many numbers are still to come, including those that other runs hold."""
        return self._supply.coming + len(self._elsewhere)

    @property
    def elsewhere(self) -> int:
        """How many numbers other runs hold."""
        return len(self._elsewhere)

    @property
    def is_over(self) -> bool:
        """Whether every number was taken, or answered by another run."""
        return self._supply.is_over and not self._elsewhere

    def take(self, count: int, now: float) -> Sequence[int]:
        """Lease up to `count` numbers, first those that another run held; return those obtained."""
        wanted = [*self._due(count, now)]
        wanted += self._supply.take(count - len(wanted))
        return self._obtained(wanted, now) if wanted else []

    def renew(self, now: float) -> None:
        """Renew the leases if it is time. A number with a verdict has no lease any more."""
        if self._held and now - self._renewed_at >= RENEW_EVERY_S:
            self._held = set(self._lease(sorted(self._held), self._fresh_from_ms))
            self._renewed_at = now

    def close(self) -> None:
        """End all leases."""
        self._leases.release(sorted(self._held), self._holder)
        self._held.clear()

    def _due(self, count: int, now: float) -> Iterator[int]:
        while count > 0 and self._elsewhere and self._elsewhere[0][0] <= now:
            yield heapq.heappop(self._elsewhere)[2]
            count -= 1

    def _obtained(self, wanted: Sequence[int], now: float) -> list[int]:
        if not self._held:
            self._renewed_at = now
        for holder in self.gone:
            self._leases.release(wanted, holder)
        leased = self._taken_over(wanted, now) | set(self._lease(wanted, self._fresh_from_ms))
        for number in leased:
            self._first_seen.pop(number, None)
        self._held |= leased
        self.obtained += len(leased)
        if missing := [number for number in wanted if number not in leased]:
            self._wait_for(missing, now)
        return [number for number in wanted if number in leased]

    def _wait_for(self, missing: Sequence[int], now: float) -> None:
        """Keep numbers that other runs hold for a later look; numbers with a verdict need no request."""
        answered = self._answered(missing)
        for number in missing:
            if number in answered:
                self._first_seen.pop(number, None)
                continue
            self._sequence += 1
            self._first_seen.setdefault(number, now)
            heapq.heappush(self._elsewhere, (now + ELSEWHERE_EVERY_S, self._sequence, number))

    def _taken_over(self, wanted: Sequence[int], now: float) -> set[int]:
        """Lease the numbers with an answer that was not verified in time."""
        within_s = 0.0 if self.gone else VERIFIED_WITHIN_S
        late = [one for one in wanted if now - self._first_seen.get(one, now) >= within_s]
        if not late:
            return set()
        answered = self._answered(late)
        left = [number for number in late if number not in answered]
        return set(self._lease(left, {**self._fresh_from_ms, Verdict.UNKNOWN: _NEVER_MS}))

    def _lease(self, numbers: Sequence[int], fresh_from_ms: Mapping[Verdict, int]) -> list[int]:
        return self._leases.lease(numbers, holder=self._holder, seconds=LEASE_S, fresh_from_ms=fresh_from_ms)
