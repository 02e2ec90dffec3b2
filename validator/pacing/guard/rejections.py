"""Whether a session calls more numbers invalid than chance explains."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Only numbers that libphonenumber accepts are asked about; a provider refuses few of them.
EXPECTED_SHARE = 0.01
# In nats: chance explains as many once in twelve lists. Doubt costs an `unknown`, belief a lost recipient.
ALARM = 2.5


@dataclass(slots=True)
class Rejections:
    """Counts the numbers a session has answered about, and those that it has ever called invalid.

    Attributes:
        is_alarming: whether they were ever more than chance explains; then none of them is believed.
    """

    is_alarming: bool = False
    _answers: int = 0
    _rejected: int = 0

    def add(self, *, rejected: bool) -> None:
        """Record the last answer about a number, and whether any called it invalid."""
        self._answers += 1
        self._rejected += rejected
        if rejected:
            self.is_alarming |= self._is_surprising()

    def _is_surprising(self) -> bool:
        """Chernoff's bound on the tail of a Poisson distribution; a single one is always explained."""
        expected = EXPECTED_SHARE * self._answers
        if self._rejected == 1 or self._rejected <= expected:
            return False
        return self._rejected * math.log(self._rejected / expected) - self._rejected + expected > ALARM
