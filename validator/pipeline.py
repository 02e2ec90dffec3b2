"""Runs the steps of a pipeline at the same time, each in a thread. Polars releases Python's global lock.

Steps that take less time than a thread needs to start are done by the caller, one after the other.
"""

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

# With so few rows a step takes a millisecond or two. On a busy machine a thread may need four to start.
FEW_ROWS = 1_000


def ahead(items: Iterator[Item], *, few: bool = False) -> Iterator[Item]:
    """Yield the items, while a thread produces the next one (and no more than that).

    An exception of the iterator is raised at the place of its item. If the reader stops early, it waits for
    the item that is being produced.

    Args:
        items: produces the items.
        few: whether all of it takes so little time that no thread is started.
    """
    if few:
        yield from items
        return
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def map_ahead(
    items: Iterable[Item], make: Callable[[Item], Made], *, few: bool = False
) -> Iterator[tuple[Item, Made]]:
    """Yield each item with the result of `make` for it, in order. Two threads call `make`.

    An exception of `make` is raised at the place of its item. If the reader stops early, it waits for the
    calls in progress.

    Args:
        items: the items.
        make: called with each item.
        few: see `ahead`.
    """
    if few:
        yield from ((item, make(item)) for item in items)
        return
    with ThreadPoolExecutor(_MAKERS) as makers:
        coming: deque[tuple[Item, Future[Made]]] = deque()
        for item in items:
            coming.append((item, makers.submit(make, item)))
            if len(coming) == _MAKERS:
                yield _finished(coming)
        while coming:
            yield _finished(coming)


@contextmanager
def behind(
    take: Callable[[Item], None], *, is_few: Callable[[Item], bool] = lambda _: False
) -> Iterator[Callable[[Item], None]]:
    """Give a function that lets a thread call `take`, after it has waited for the call before.

    An exception of `take` is raised by the next call, or at the end of the block. The block ends when the
    last call has ended.

    Args:
        take: called with each item.
        is_few: whether `take` needs so little time for an item that no thread is started for it.
    """
    with ThreadPoolExecutor(1) as taker:
        taken = deque[Future[None]]()

        def take_later(item: Item) -> None:
            wait()
            if is_few(item):
                take(item)
            else:
                taken.append(taker.submit(take, item))

        def wait() -> None:
            while taken:
                taken.popleft().result()

        yield take_later
        wait()


def _finished(coming: deque[tuple[Item, Future[Made]]]) -> tuple[Item, Made]:
    item, made = coming.popleft()
    return item, made.result()
