"""The budget of a key without a limit."""

from __future__ import annotations

import math
import random

from validator.model import NO_NOTICE, RateNotice
from validator.pacing.budget.protocol import BudgetReport, Ticket
from validator.pacing.budget.request_log import Books


class NoBudget:
    """Paces nothing (`--rate none`), but stays away when the server asks for it. A `Budget`."""

    def __init__(self, *, rng: random.Random | None = None) -> None:
        self._books = Books(rng or random.Random())

    def ready_at(self, now: float, todo: int) -> float:  # noqa: ARG002 - the protocol's
        """Return `now`, or the end of the hold in force."""
        return max(now, self._books.hold.until)

    def start(self, now: float) -> Ticket:
        """Start a request. `RuntimeError` while a hold is in force."""
        if now < self._books.hold.until:
            raise RuntimeError(
                f"a request was started {self._books.hold.until - now:.3f} s before the hold ends"
            )
        return self._books.enter(Ticket(now))

    def cancel(self, ticket: Ticket, now: float) -> None:  # noqa: ARG002 - the protocol's
        """Take back a request that was never sent."""
        self._books.strike(ticket)

    def finish(
        self, ticket: Ticket, now: float, notice: RateNotice = NO_NOTICE, *, refused: bool = False
    ) -> None:
        """End a request; see `Budget.finish`."""
        self._books.close(ticket, now, notice, refused=refused)

    def report(self, now: float) -> BudgetReport:
        """Return how the budget stands."""
        return self._books.report(now, limit_per_min=None, told_by="none", rate_per_min=math.inf)
