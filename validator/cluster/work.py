"""The numbers that a run over several machines asks about: those of all partitions, round after round.

What a lane had that was lost, or that ended early, is not traced. When everything has been given out and
every other lane is done, a look into the ledger shows what is still open, and the next round has just that.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl


class Work:
    """Gives numbers out, one partition after another; one is in memory at a time.

    Args:
        partitions: what the numbers of each partition are got by.
        sizes: how many each has.
        load: returns the numbers of a partition.
        left: makes partitions that hold of each what is still open, with their sizes.
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
        """Return the next numbers, up to so many."""
        taken: list[int] = []
        while len(taken) < count and self.remaining > len(taken):
            if not self._numbers:
                self._numbers.extend(self._load(self._waiting.popleft()[0]).to_list())
            taken += [self._numbers.popleft() for _ in range(min(count - len(taken), len(self._numbers)))]
        self.remaining -= len(taken)
        return tuple(taken)

    def next_round(self) -> bool:
        """Begin again with what is still open, if anything was lost; return whether there is more to do."""
        if not self.is_incomplete:
            return False
        self.is_incomplete = False
        self._begin(*self._left(self._partitions))
        return self.remaining > 0
