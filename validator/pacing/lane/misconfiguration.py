"""Replies that tell of a wrong setting, or of another server, rather than of the numbers asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import InvalidRequest, Refused, UsageError

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError

# When most of a run's first requests are called invalid, the settings are wrong rather than the list.
FIRST_ATTEMPTS = 200
# More than one in a hundred statuses that the contract does not know: something else is answering.
ENOUGH_FOR_UNEXPECTED = 100
UNEXPECTED_SHARE = 0.01


class MisconfigurationDetector:
    """Counts such replies through one session, and says when they are too many to go on."""

    def __init__(self) -> None:
        self._rejected = self._unexpected = 0

    def refused(self, attempts: int, failure: ApiError) -> ValidatorError | None:
        """Record a refused request, one of so many attempts; return the error if they are too many."""
        if isinstance(failure, InvalidRequest):
            return self._called_invalid(attempts, failure)
        return self._called_unexpected(attempts, failure)

    def _called_invalid(self, attempts: int, failure: ApiError) -> UsageError | None:
        self._rejected += 1
        if attempts > FIRST_ATTEMPTS or 2 * self._rejected <= FIRST_ATTEMPTS:
            return None
        return UsageError(
            f"{self._rejected} of the first {attempts} requests were called invalid ({failure}). "
            "Rather than the list, a setting is wrong: look at --session and --base-url"
        )

    def _called_unexpected(self, attempts: int, failure: ApiError) -> Refused | None:
        self._unexpected += 1
        if attempts < ENOUGH_FOR_UNEXPECTED or self._unexpected <= UNEXPECTED_SHARE * attempts:
            return None
        return Refused(
            f"{self._unexpected} of {attempts} replies had a status that the provider does not "
            f"document ({failure}). Something else may answer: look at --base-url and at any proxy"
        )
