"""What the dispatcher and its exchanges share while a queue of numbers is asked about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a run stops although work is left.

    Attributes:
        concurrency: attempts in flight at most, of all keys; fewer if the pace needs fewer.
        grace_s: how long what is in flight may take when the run is stopped, in seconds.
        max_wait_s: a hold longer than this stops the lanes of its key.
        max_error_rate: a larger share of failures among the latest attempts stops the run.
        left_today: attempts each session may still make today; a session that is not named has no cap.
        needed: so many "yes" stop the run, None for any number.
    """

    concurrency: int = 256
    grace_s: float = GRACE_S
    max_wait_s: float = 3600.0
    max_error_rate: float = 1.0
    left_today: Mapping[SessionRef, int]
    needed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The parts of a run that its dispatcher and its exchanges work on.

    Attributes:
        queue: the numbers.
        lanes: the sessions to ask through, of one key or several.
        retries: the run's budget of retries.
        guarding: carries out what the guards of the lanes decide.
        withheld: the checks that were refused while it is open whether their session works.
        recorder: where outcomes go.
        counters: the run's counters.
        bounds: where to stop early.
        clock: the event loop's, in seconds.
        now_ms: the time of day in milliseconds since the Unix epoch.
        negative_reason: the reason that a "no" is written down with.
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

    def left_today(self, lane: GatewayLane, *, kept: int = 0) -> float:
        """Return how many numbers may still be asked about through a lane today, some kept back."""
        cap = self.bounds.left_today.get(lane.ref, math.inf)
        return cap - self.counters.numbers_through(lane.ref) - kept
