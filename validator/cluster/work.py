"""The numbers that a run on several machines asks about, from all partitions, in rounds.

The numbers of a lane that was lost or ended early are not tracked. When all numbers have been given out and
the other lanes are done, the ledger shows which numbers have no answer. The next round has these numbers.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl


class Work:
    """Gives out numbers, one partition after another; one partition is in memory at a time.

    Args:
        partitions: a reference to the numbers of each partition.
        sizes: the count of numbers in each partition.
        load: returns the numbers for a reference.
        left: returns partitions with the unanswered numbers of the given ones, and their sizes.
    """

    def __init__(
        self,
        partitions: Sequence[object],
        sizes: Sequence[int],
        *,
        load: Callable[[object], pl.Series],
        left: Callable[[Sequence[object]], tuple[Sequence[object], Sequence[int]]],
    ) -> None:
        self.total = sum(sizes)
        self.is_incomplete = False
        self._load = load
        self._left = left
        self._begin(partitions, sizes)

    def _begin(self, partitions: Sequence[object], sizes: Sequence[int]) -> None:
        self._partitions = partitions
        self._waiting = deque(zip(partitions, sizes, strict=True))
        self._numbers: deque[int] = deque()
        self.remaining = sum(sizes)

    def take(self, count: int) -> tuple[int, ...]:
        """Return up to `count` next numbers."""
        taken: list[int] = []
        while len(taken) < count and self.remaining > len(taken):
            if not self._numbers:
                self._numbers.extend(self._load(self._waiting.popleft()[0]).to_list())
            taken += [self._numbers.popleft() for _ in range(min(count - len(taken), len(self._numbers)))]
        self.remaining -= len(taken)
        return tuple(taken)

    def next_round(self) -> bool:
        """Begin again with the unanswered numbers if any were lost; return whether there are any."""
        if not self.is_incomplete:
            return False
        self.is_incomplete = False
        self._begin(*self._left(self._partitions))
        return self.remaining > 0
