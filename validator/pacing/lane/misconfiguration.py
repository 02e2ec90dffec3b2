"""Replies that show a wrong setting or another server, and say nothing about the numbers asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import InvalidRequest, Refused, UsageError

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError

# If most of a run's first requests are called invalid, the settings are wrong and not the list.
FIRST_ATTEMPTS = 200
# If more than one status in a hundred is not in the contract, another server is answering.
ENOUGH_FOR_UNEXPECTED = 100
UNEXPECTED_SHARE = 0.01


class MisconfigurationDetector:
    """Counts such replies through one session, and returns an error if there are too many."""

    def __init__(self) -> None:
        self._rejected = self._unexpected = 0

    def refused(self, attempts: int, failure: ApiError) -> ValidatorError | None:
        """Record a refused request, out of `attempts`; return the error if there are too many."""
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
