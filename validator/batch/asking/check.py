"""All attempts for one number."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from validator.model import Number

# After each failed retry, a request about the number has a quarter of the size: 50, 50, 12, 3, 1 numbers.
_SEPARATED_INTO = 4


class Check(Struct):
    """All attempts for one number.

    Attributes:
        number: the number asked about.
        attempts: the number of attempts that count (a refusal by the rate limiter does not).
        is_retry: whether the next attempt uses the retry budget.
        is_begun: whether there has been any attempt.
        needs_new_connection: whether an earlier answer may belong to another request, so only an answer over
            a new connection counts.
        was_rejected: whether an answer that does not name the number called it invalid, so it was asked about
            again.
        is_again: whether the number was answered before: the answer was retracted, or needs confirmation.
        most: the most numbers that a request about it may have, including itself.
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
        """Record a failed request of `count` numbers. From the second failure on, requests get smaller.

        One of the numbers may cause the failure, and the other numbers would fail with it each time.
        """
        if self.attempts:
            self.most = max(1, count // _SEPARATED_INTO)
