"""The state that the dispatcher and its exchanges share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.batch.ask_settings import GRACE_S
from validator.model import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.guarding import Guarding
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.recorder import Recorder
    from validator.batch.asking.steps import GatewayLane
    from validator.batch.asking.withheld import Withheld
    from validator.model import SessionRef
    from validator.pacing import RetryBudget


class Bounds(Struct, frozen=True, kw_only=True):
    """The limits at which a run stops although work is left.

    Attributes:
        concurrency: the most attempts in flight, of all keys; fewer if the pace needs fewer.
        grace_s: how long exchanges in flight may take after the run is stopped, in seconds.
        max_wait_s: a hold longer than this stops the lanes of its key.
        max_error_rate: a larger share of failures among the latest attempts stops the run.
        left_today: attempts that each session may still make today; a session that is not in it has no cap.
        needed: the number of "yes" that stops the run; None if it asks about all numbers.
    """

    concurrency: int = 256
    grace_s: float = GRACE_S
    max_wait_s: float = 3600.0
    max_error_rate: float = 1.0
    left_today: Mapping[SessionRef, int]
    needed: int | None = None


class RunState(Struct, frozen=True, kw_only=True):
    """The parts of a run that its dispatcher and its exchanges work on.

    Attributes:
        queue: the numbers still to ask about.
        lanes: the lanes to ask through, of one key or several.
        retries: the run's retry budget.
        guarding: carries out the decisions of the guards.
        withheld: refused checks which wait until it is known whether their session works.
        recorder: writes outcomes to the ledger.
        counters: the run's counters.
        bounds: when to stop early.
        clock: returns the event loop's time, in seconds.
        now_ms: returns the time in milliseconds since the Unix epoch.
        negative_reason: the reason that is recorded with a "no".
    """

    queue: Queue
    lanes: Sequence[GatewayLane]
    retries: RetryBudget
    guarding: Guarding
    withheld: Withheld
    recorder: Recorder
    counters: RunCounters
    bounds: Bounds
    clock: Callable[[], float]
    now_ms: Callable[[], int]
    negative_reason: Reason = Reason.NOT_ON_WHATSAPP

    def left_today(self, lane: GatewayLane, *, is_last: bool = False) -> float:
        """Return how many numbers may still be asked about through a lane today.

        Args:
            lane: the lane.
            is_last: whether what the guard keeps in reserve can be used.
        """
        if (cap := self.bounds.left_today.get(lane.ref)) is None:
            return math.inf
        kept = 0 if is_last else lane.guard.reserve
        return cap - self.counters.numbers_through(lane.ref) - kept
