"""The budget of a key without a limit."""

from __future__ import annotations

import math
import random

from validator.model import NO_NOTICE, RateNotice
from validator.pacing.budget.hold import FIRST_HOLD_S
from validator.pacing.budget.protocol import BudgetReport, Permit
from validator.pacing.budget.request_log import RequestLog


class NoBudget:
    """Paces nothing (`--rate none`), but holds when the server asks for it. A `Budget`."""

    def __init__(self, *, rng: random.Random | None = None, first_hold_s: float = FIRST_HOLD_S) -> None:
        self._requests = RequestLog(rng or random.Random(), first_hold_s)

    def ready_at(self, now: float, todo: int) -> float:  # noqa: ARG002 - the protocol's
        """Return `now`, the end of the current hold, or infinity if a request in flight has to end first."""
        if self._requests.is_blocked(now):
            return math.inf
        return max(now, self._requests.hold.until)

    def start(self, now: float, *, is_check: bool = True) -> Permit:
        """Start a request. `RuntimeError` during a hold."""
        if now < self._requests.hold.until:
            raise RuntimeError(
                f"a request was started {self._requests.hold.until - now:.3f} s before the hold ends"
            )
        return self._requests.start(Permit(now, is_check=is_check))

    def cancel(self, permit: Permit, now: float) -> None:  # noqa: ARG002 - the protocol's
        """Cancel a request that was never sent."""
        self._requests.cancel(permit)

    def finish(
        self,
        permit: Permit,
        now: float,
        notice: RateNotice = NO_NOTICE,
        *,
        refused: bool = False,
        by_front: bool = False,
    ) -> None:
        """End a request; see `Budget.finish`."""
        self._requests.close(permit, now, notice, refused=refused, by_front=by_front)

    def rate_per_min(self, now: float) -> float:
        """Return the pace; see `Budget.rate_per_min`."""
        return 0.0 if self._requests.is_held(now) else math.inf

    def report(self, now: float) -> BudgetReport:
        """Return how the budget stands."""
        return self._requests.report(
            now, limit_per_min=None, told_by="none", rate_per_min=self.rate_per_min(now)
        )
