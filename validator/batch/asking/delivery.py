"""One exchange about numbers, and whether its answer may belong to another request of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.errors import BadAnswer

if TYPE_CHECKING:
    from validator.batch.asking.array import Array
    from validator.batch.asking.check import Check
    from validator.batch.asking.steps import GatewayLane
    from validator.errors import ApiError
    from validator.model import Verdict
    from validator.pacing import Checkpoint, Permit


class Delivery(Struct, eq=False):
    """The delivery of one exchange.

    Attributes:
        lane: the lane it goes through.
        asked: the checks that it asks about.
        checkpoint: the guard's mark of its start.
        permit: the permission of the key's budget.
        fresh: whether it used a new connection. Then the first response is its answer, whatever follows.
        at: when its response arrived, on the event loop's clock.
        is_doubted: whether the connection has delivered a response without a request.
    """

    lane: GatewayLane
    asked: Array
    checkpoint: Checkpoint
    permit: Permit
    fresh: bool
    at: float = 0.0
    is_doubted: bool = False
    _ended: list[tuple[Check, Verdict]] = field(default_factory=list)

    def note_ended(self, check: Check, verdict: Verdict) -> None:
        """Note a check that this answer has ended. It can be retracted, unless the connection is new."""
        if not self.fresh:
            self._ended.append((check, verdict))

    def take_ended(self) -> list[tuple[Check, Verdict]]:
        """Return the checks that were noted, with their verdicts, and forget them."""
        taken, self._ended = self._ended, []
        return taken

    def failure(self, failure: ApiError) -> ApiError:
        """Return the failure of an exchange; a `BadAnswer` if the response may belong to another request."""
        if self.fresh or not self.is_doubted:
            return failure
        return BadAnswer("the connection delivered more than one answer", rate=failure.rate)
