"""Ahead: the next batches are made while the last one is worked on, as polars lets several threads do."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Made = TypeVar("Made")

# Two: what a batch is read with in Python holds one core, so that a third gains little and takes its memory.
_MAKERS = 2


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items; a thread always makes the next one, and never more than one.

    What making an item raises is raised in its place. A reader that stops waits for the one in the making.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def made_of(items: Iterable[Item], make: Callable[[Item], Made]) -> Iterator[tuple[Item, Made]]:
    """Yield each item, in order, with what is made of it; of two at most at once.

    What making raises is raised in its place. A reader that stops waits for those in the making.
    """
    with ThreadPoolExecutor(_MAKERS) as makers:
        coming: deque[tuple[Item, Future[Made]]] = deque()
        for item in items:
            coming.append((item, makers.submit(make, item)))
            if len(coming) == _MAKERS:
                yield _finished(coming)
        while coming:
            yield _finished(coming)


def _finished(coming: deque[tuple[Item, Future[Made]]]) -> tuple[Item, Made]:
    item, made = coming.popleft()
    return item, made.result()
