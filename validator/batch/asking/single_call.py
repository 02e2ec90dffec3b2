"""Single exchanges within the key's budget: looks at sessions, pages of contacts."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio

from validator.errors import ApiError, StoppedEarly
from validator.pacing import Patience, is_by_front, is_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from validator.model import RateNotice
    from validator.pacing import Budget, BudgetReport, Permit, RetryPolicy


log = logging.getLogger(__name__)


class Rated(Protocol):
    """A response with a rate notice, as all of them have."""

    @property
    def rate(self) -> RateNotice:
        """The rate notice of the response."""
        ...


Reply = TypeVar("Reply", bound=Rated)


def refuse_long_hold(report: BudgetReport, now: float, max_wait_s: float) -> None:
    """Raise `StoppedEarly` if the key's hold is longer than `max_wait_s`."""
    hold_s = (report.hold_until or now) - now
    if hold_s > max_wait_s:
        raise StoppedEarly(
            f"the provider asks to stay away for {hold_s:,.0f} s, longer than --max-wait {max_wait_s:,.0f}s"
        )


def account(budget: Budget, permit: Permit, failure: ApiError, now: float) -> None:
    """Record a failed request in the budget of its key."""
    budget.finish(
        permit,
        now,
        failure.rate,
        refused=is_refusal(failure),
        by_front=is_by_front(failure),
    )


def _refuse_long_outage(outage_s: float, max_outage_s: float, failure: ApiError) -> None:
    if outage_s >= max_outage_s:
        what = "the provider has refused one request" if is_refusal(failure) else "one request has failed"
        raise StoppedEarly(
            f"{what} for {outage_s:,.0f} s, again and again (last: {failure}). "
            "Run the same command again later"
        ) from failure


async def paced(
    call: Callable[[], Awaitable[Reply]],
    *,
    budget: Budget,
    retry: RetryPolicy,
    max_wait_s: float = math.inf,
    max_outage_s: float = math.inf,
    is_patient: bool = False,
    believed: tuple[type[ApiError], ...] = (),
) -> Reply:
    """Make one exchange when the budget allows it. Waits after a refusal, and retries a failure.

    Args:
        call: makes the exchange.
        budget: the key's budget.
        retry: how often and when to retry.
        max_wait_s: the longest wait that the provider may ask for.
        max_outage_s: the longest time of repeated failures or refusals.
        is_patient: whether to wait if an answer is not the provider's, see `Patience`.
        believed: failures that count without a second request.

    Raises:
        ApiError: it failed finally, or as often as the retry policy allows.
        StoppedEarly: the provider asks to stay away for longer than `max_wait_s`, or the exchange has failed
            for longer than `max_outage_s`.
    """
    begun, patience = anyio.current_time(), Patience(retry, is_patient=is_patient, believed=believed)
    while True:
        await _wait_out(budget, max_wait_s, until=math.inf)
        permit = budget.start(anyio.current_time(), is_check=False)
        try:
            reply = await call()
        except ApiError as failure:
            account(budget, permit, failure, anyio.current_time())
            if is_refusal(failure) and not is_by_front(failure):
                await _wait_out(budget, max_wait_s, until=begun + max_outage_s)
            elif (delay_s := patience.delay_s(failure)) is None:
                raise
            else:
                log.warning("%s. Next attempt in %.0f s", str(failure).rstrip("."), delay_s)
                await anyio.sleep_until(min(anyio.current_time() + delay_s, begun + max_outage_s))
            _refuse_long_outage(anyio.current_time() - begun, max_outage_s, failure)
        else:
            budget.finish(permit, anyio.current_time(), reply.rate)
            return reply


async def _wait_out(budget: Budget, max_wait_s: float, *, until: float) -> None:
    """Wait until the budget allows the next request, but not longer than until `until`."""
    while min(start_at := budget.ready_at(now := anyio.current_time(), 1), until) > now:
        refuse_long_hold(budget.report(now), now, max_wait_s)
        await anyio.sleep_until(min(start_at, until))
