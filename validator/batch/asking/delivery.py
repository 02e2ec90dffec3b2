"""How an answer was delivered: whether it can belong to another request of the same connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.errors import BadAnswer

if TYPE_CHECKING:
    from validator.batch.asking.check import Check
    from validator.errors import ApiError
    from validator.gateways.gateway import NumberResult
    from validator.model import Verdict


@dataclass(slots=True)
class Delivery:
    """One exchange's.

    Attributes:
        fresh: whether it went over a new connection: what came first there is its answer, whatever follows.
        is_doubted: whether the connection has delivered anything besides that nobody asked for.
    """

    fresh: bool
    is_doubted: bool = False
    _settled: list[tuple[Check, Verdict]] = field(default_factory=list)

    def is_own(self, result: NumberResult) -> bool:
        """Whether a result can be no other request's: it names the number, or came over a new connection."""
        return result.names_number or self.fresh

    def settled(self, check: Check, verdict: Verdict) -> None:
        """Note a check that has ended by this answer; it can be taken back, except over a new connection."""
        if not self.fresh:
            self._settled.append((check, verdict))

    def take_settled(self) -> list[tuple[Check, Verdict]]:
        """Return the checks that have ended so, once, with their verdicts."""
        taken, self._settled = self._settled, []
        return taken

    def failure(self, failure: ApiError) -> ApiError:
        """Return what a failed exchange shows: nothing about key or session, if it may be another's."""
        if self.fresh or not self.is_doubted:
            return failure
        return BadAnswer("the connection delivered more than one answer", rate=failure.rate)
