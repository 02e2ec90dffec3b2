"""Refused checks which wait until it is known whether the session works."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from validator.batch.asking.check import Check
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.steps import GatewayLane
    from validator.model import SessionRef
    from validator.pacing import Ending


class Withheld:
    """Keeps refused checks, by session, until their lane decides whether the refusals count.

    Args:
        queue: gets the checks back if their refusals do not count.

    Attributes:
        kept: the checks of each session, with what their refusals mean; no session without any.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.kept: defaultdict[SessionRef, list[tuple[Check, Ending]]] = defaultdict(list)

    def add(self, lane: GatewayLane, check: Check, ending: Ending) -> None:
        """Keep a check that was refused through a lane."""
        self.kept[lane.ref].append((check, ending))

    def settle(self, lane: GatewayLane, decide: Callable[[GatewayLane, Check, Ending], None]) -> None:
        """Call `decide` for a lane's refusals if they count; put the checks back if they do not."""
        if lane.refusals_stand is None:
            return
        if not lane.refusals_stand:
            self.give_back([lane])
        for check, ending in self.kept.pop(lane.ref, ()):
            decide(lane, check, replace(ending, is_withheld=False))

    def give_back(self, lanes: Iterable[GatewayLane]) -> None:
        """Put the checks of some lanes back into the queue, to ask again."""
        for lane in lanes:
            for check, _ in self.kept.pop(lane.ref, ()):
                self._queue.give_back(check)
