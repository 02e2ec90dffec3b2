"""The numbers of one request, and the search for the one among them that a gateway refuses all of them for.

A gateway may refuse an array for one number in it. Then half of it is asked about. If that is refused too,
the number is in that half, and the other half goes back to the queue; if not, it is in the other half. So
each request halves the suspects: six find one of fifty, and the rest of them need one more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from validator.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.asking.check import Check
    from validator.errors import ApiError


@dataclass(frozen=True, slots=True)
class Array:
    """The checks of one request.

    Attributes:
        checks: those that it asks about.
        others: those that were refused together with these; one of all of them is to blame.
        refused: how they were refused, or None.
    """

    checks: Sequence[Check]
    others: Sequence[Check] = field(default=())
    refused: ApiError | None = None

    def halved(self) -> Self:
        """Return the request about the first half of suspects, the smaller one."""
        middle = len(self.checks) // 2
        return type(self)(self.checks[:middle], self.checks[middle:], self.refused)

    def is_spoilt_by(self, failure: ApiError) -> bool:
        """Whether a failure may be for one of several numbers."""
        return len(self.checks) > 1 and isinstance(failure, InvalidRequest)
