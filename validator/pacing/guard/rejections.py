"""Whether a session calls more numbers invalid than chance explains."""

from __future__ import annotations

import math

from msgspec import Struct

# Only numbers that libphonenumber accepts are asked about; a provider rejects few of them.
EXPECTED_SHARE = 0.01
# In nats: chance alone exceeds it in one list of twelve. A false alarm costs an `unknown`, a false "invalid"
# costs a recipient.
ALARM = 2.5


class Rejections(Struct):
    """Counts the numbers a session has answered about, and those it called invalid at least once.

    Attributes:
        is_alarming: whether there were ever more than chance explains; then none of these is believed.
    """

    is_alarming: bool = False
    _answers: int = 0
    _rejected: int = 0

    def add(self, *, rejected: bool) -> None:
        """Record the last answer about a number, and whether any answer called it invalid."""
        self._answers += 1
        self._rejected += rejected
        if rejected:
            self.is_alarming |= self._is_surprising()

    def _is_surprising(self) -> bool:
        """Chernoff's bound on the tail of a Poisson distribution; a single rejection is never surprising."""
        expected = EXPECTED_SHARE * self._answers
        if self._rejected == 1 or self._rejected <= expected:
            return False
        return self._rejected * math.log(self._rejected / expected) - self._rejected + expected > ALARM
