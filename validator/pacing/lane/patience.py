"""Whether one exchange that failed is made again, and when: a look at a session, a page of contacts. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validator.errors import BadAnswer, NoAnswer, Redirected
from validator.pacing.lane.confirmation import CONFIRM_AFTER_S, STATUS_AFTER_S

if TYPE_CHECKING:
    from validator.errors import ApiError
    from validator.pacing.lane.retry import RetryPolicy

# As lanes have it: a refusal is believed if a second request comes to the same. A redirect is rarely the
# provider's word, and often a wrong address: it is believed if it stays for longer.
_CONFIRMED_AFTER_S = (CONFIRM_AFTER_S,)
_REDIRECT_AFTER_S = (CONFIRM_AFTER_S, STATUS_AFTER_S)


class Patience:
    """Decides what becomes of one exchange after each of its failures.

    Args:
        retry: how often what may pass is tried, and when.
        is_patient: whether an answer that is not the provider's is waited out, whatever `retry` says. No
            answer at all is not: the address may be wrong.
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
        """Return the seconds until the exchange is made again, or None if the failure stands."""
        return self._until_it_passes(failure) if failure.transient else self._until_confirmed(failure)

    def _until_it_passes(self, failure: ApiError) -> float | None:
        self._troubles += 1
        self._silences += isinstance(failure, NoAnswer)
        if self._retry.exhausted(self._silences if self._is_patient else self._troubles):
            return None
        return self._retry.delay_s(self._troubles)

    def _until_confirmed(self, failure: ApiError) -> float | None:
        # A certificate, a proxy, a list that comes short: no second request can tell more.
        if isinstance(failure, (NoAnswer, BadAnswer, *self._believed)):
            return None
        came = self._refusals[type(failure)]
        self._refusals[type(failure)] += 1
        after_s = _REDIRECT_AFTER_S if isinstance(failure, Redirected) else _CONFIRMED_AFTER_S
        return after_s[came] if came < len(after_s) else None
