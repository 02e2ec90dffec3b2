"""Runs the steps of a pipeline at the same time, each in a thread. Polars releases Python's global lock."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Made = TypeVar("Made")

# The Python code that reads a batch keeps one core busy. So a third thread gains little, and needs memory.
_MAKERS = 2


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, while a thread produces the next one (and no more than that).

    An exception of the iterator is raised at the place of its item. If the reader stops early, it waits for
    the item that is being produced.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def map_ahead(items: Iterable[Item], make: Callable[[Item], Made]) -> Iterator[tuple[Item, Made]]:
    """Yield each item with the result of `make` for it, in order. Two threads call `make`.

    An exception of `make` is raised at the place of its item. If the reader stops early, it waits for the
    calls in progress.
    """
    with ThreadPoolExecutor(_MAKERS) as makers:
        coming: deque[tuple[Item, Future[Made]]] = deque()
        for item in items:
            coming.append((item, makers.submit(make, item)))
            if len(coming) == _MAKERS:
                yield _finished(coming)
        while coming:
            yield _finished(coming)


@contextmanager
def behind(take: Callable[[Item], None]) -> Iterator[Callable[[Item], None]]:
    """Give a function that lets a thread call `take`, after it has waited for the call before.

    An exception of `take` is raised by the next call, or at the end of the block. The block ends when the
    last call has ended.
    """
    with ThreadPoolExecutor(1) as taker:
        taken = deque[Future[None]]()

        def take_later(item: Item) -> None:
            wait()
            taken.append(taker.submit(take, item))

        def wait() -> None:
            while taken:
                taken.popleft().result()

        yield take_later
        wait()


def _finished(coming: deque[tuple[Item, Future[Made]]]) -> tuple[Item, Made]:
    item, made = coming.popleft()
    return item, made.result()
