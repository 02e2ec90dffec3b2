"""All attempts for one number."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.model import Number

# Of the six attempts that a number has by default, the first two go with all others: 50, 50, 12, 3, 1.
_SEPARATED_INTO = 4


@dataclass(slots=True)
class Check:
    """All attempts for one number.

    Attributes:
        number: the number asked about.
        attempts: the attempts made that count (a refusal by the rate limiter does not).
        is_retry: whether the next attempt is paid from the retry budget.
        is_begun: whether there has been an attempt of any kind.
        needs_new_connection: whether an answer may have been another request's, so that only one over a new
            connection counts.
        was_rejected: whether an answer has called the number invalid that does not name it, so that it was
            asked about again.
        is_again: whether the number was answered before: the answer was taken back, or is to be confirmed.
        most: how many numbers a request about it may have, itself among them.
    """

    number: Number
    attempts: int = 0
    is_retry: bool = False
    is_begun: bool = False
    needs_new_connection: bool = False
    was_rejected: bool = False
    is_again: bool = False
    most: int = sys.maxsize

    def separate(self, count: int) -> None:
        """Record a failed request of so many numbers: if it is not the first, fewer are asked with this one.

        One of them may be what the gateway stumbles over, and would take all others along each time.
        """
        if self.attempts:
            self.most = max(1, count // _SEPARATED_INTO)
