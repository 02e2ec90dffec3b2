"""A cluster in this process: each piece of work is done at once, and each lane has a thread."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from validator.cluster.lane import Lane
from validator.cluster.machines import LaneLost


@dataclass
class HereLane:
    """A lane in a thread; `lose` ends it in the midst of everything, as the end of its machine would."""

    order: object
    is_lost: bool = False

    def __post_init__(self):
        self._thread = ThreadPoolExecutor(1)
        self._lane = Lane(self.order)

    def exchange(self, given):
        return self._thread.submit(self._exchange, given)

    def _exchange(self, given):
        if self.is_lost:
            raise LaneLost("its machine has ended")
        try:
            return self._lane.exchange(given)
        except (CancelledError, RuntimeError) as error:
            raise LaneLost("its machine has ended") from error

    def lose(self):
        self.is_lost = True
        self._lane.abandon()

    def report(self, pending):
        return pending.result()

    def end(self):
        self.is_lost = True
        self._lane.abandon()
        self._thread.shutdown(wait=False)


class HereMachines:
    """Machines for tests. `lanes` are all that were begun, `work` all calls of tasks, in their order."""

    def __init__(self, on_lane=lambda _lane: None):
        self.lanes = []
        self.work = []
        self._on_lane = on_lane

    def start(self, work, *arguments, results=1):
        given = [self.value(one) for one in arguments]
        self.work.append((work, given))
        found = work(*given)
        return [_done(one) for one in (found if results > 1 else [found])]

    def keep(self, value):
        return _done(value)

    def value(self, pending):
        return pending.result() if isinstance(pending, Future) else pending

    def ready(self, pending, timeout_s):
        return list(wait(pending, timeout=timeout_s, return_when=FIRST_COMPLETED).done)

    def lane(self, order):
        lane = HereLane(order)
        self.lanes.append(lane)
        self._on_lane(lane)
        return lane


def _done(value):
    future = Future()
    future.set_result(value)
    return future
