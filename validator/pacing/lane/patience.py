"""Whether and when a single failed exchange is repeated: a session status, a page of contacts. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validator.errors import BadAnswer, NoAnswer, OtherGateway, Redirected
from validator.pacing.lane.confirmation import CONFIRM_AFTER_S, STATUS_AFTER_S

if TYPE_CHECKING:
    from validator.errors import ApiError
    from validator.pacing.lane.retry import RetryPolicy

# As in lanes: a refusal is believed if a second request gets the same. A redirect, or another gateway's
# refusal, seldom comes from the provider, and often from a wrong address: it is believed if it lasts longer.
_CONFIRMED_AFTER_S = (CONFIRM_AFTER_S,)
_ADDRESS_AFTER_S = (CONFIRM_AFTER_S, STATUS_AFTER_S)


class Patience:
    """Decides after each failure of one exchange whether to repeat it.

    Args:
        retry: how often and when a transient failure is retried.
        is_patient: whether bad answers and server errors are retried without end, whatever `retry` says.
            Exchanges without any answer are not: the address may be wrong.
        believed: refusals that need no second request.
    """

    def __init__(
        self, retry: RetryPolicy, *, is_patient: bool, believed: tuple[type[ApiError], ...] = ()
    ) -> None:
        self._retry = retry
        self._is_patient = is_patient
        self._believed = believed
        self._refusals: Counter[type[ApiError]] = Counter()
        self._troubles = self._silences = 0

    def delay_s(self, failure: ApiError) -> float | None:
        """Return the seconds until the exchange is repeated, or None if the failure is final."""
        return self._until_it_passes(failure) if failure.transient else self._until_confirmed(failure)

    def _until_it_passes(self, failure: ApiError) -> float | None:
        self._troubles += 1
        self._silences += isinstance(failure, NoAnswer)
        if self._retry.exhausted(self._silences if self._is_patient else self._troubles):
            return None
        return self._retry.delay_s(self._troubles)

    def _until_confirmed(self, failure: ApiError) -> float | None:
        # A certificate, a proxy, an incomplete list: a second request cannot show more.
        if isinstance(failure, (NoAnswer, BadAnswer, *self._believed)):
            return None
        came = self._refusals[type(failure)]
        self._refusals[type(failure)] += 1
        is_address = isinstance(failure, Redirected | OtherGateway)
        after_s = _ADDRESS_AFTER_S if is_address else _CONFIRMED_AFTER_S
        return after_s[came] if came < len(after_s) else None
