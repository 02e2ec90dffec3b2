"""The numbers of one request, and the search for the number that causes its refusal.

A gateway may refuse a whole array because of one number in it. Then half of the array is asked about. If this
half is refused too, the number is in it, and the other half goes back to the queue. If not, the number is in
the other half. So each request halves the suspects: six requests find one number of fifty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from validator.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.asking.check import Check
    from validator.errors import ApiError


class Array(Struct, frozen=True):
    """The checks of one request.

    Attributes:
        checks: the checks that it asks about.
        others: the checks that were refused together with these; one of all of them is the cause.
        refused: the refusal, or None.
    """

    checks: Sequence[Check]
    others: Sequence[Check] = field(default=())
    refused: ApiError | None = None

    def halved(self) -> Self:
        """Return the request about the first half of the suspects, rounded down."""
        middle = len(self.checks) // 2
        return type(self)(self.checks[:middle], self.checks[middle:], self.refused)

    def is_refused_for_one(self, failure: ApiError) -> bool:
        """Whether a failure may be caused by one of several numbers."""
        return len(self.checks) > 1 and isinstance(failure, InvalidRequest)
