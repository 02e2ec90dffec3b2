"""Whether a session says "yes" less often than before, and less often than chance explains."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

# So many of the latest answers are compared with so many before them.
LATELY = 200
BEFORE = 2_000

# Chance causes a false alarm about once in a million answers, and it costs a few calls. In nats.
ALARM = -math.log(1e-6)
# Lower, since asking about some numbers again costs less than freezing a session. In nats.
DOUBT = -math.log(1e-4)


class Heard(NamedTuple):
    """How many answers a period has, and how many of them are "yes"."""

    answers: int
    yes: int


class Drift:
    """Compares the recent share of "yes" with the share before.

    It watches two periods. The last 200 answers show a session that lies about some numbers. The answers
    since the last "yes" show early a session that says "no" about all numbers. Each period is compared with
    the answers before it, up to 2,000.

    The test is the likelihood ratio of "the share has fallen" to "it has not". With many answers before, this
    is Chernoff's bound on the binomial tail for their share. With few answers the test is less sure by
    itself, so no minimum number of answers is needed.
    """

    def __init__(self) -> None:
        self._lately: deque[bool] = deque()
        self._before: deque[bool] = deque()
        self._yes_lately = self._yes_before = self._row_of_no = 0

    def add(self, *, registered: bool) -> None:
        """Record an answer."""
        self._lately.append(registered)
        self._yes_lately += registered
        if len(self._lately) > LATELY:
            was_registered = self._lately.popleft()
            self._before.append(was_registered)
            self._yes_lately -= was_registered
            self._yes_before += was_registered
        if len(self._before) > BEFORE:
            self._yes_before -= self._before.popleft()
        self._row_of_no = 0 if registered else self._row_of_no + 1

    def is_alarming(self) -> bool:
        """Whether the recent answers are too unlikely to be chance; in constant time."""
        if self._row_of_no == 0:
            return False
        before = Heard(len(self._before), self._yes_before)
        lately = Heard(len(self._lately), self._yes_lately)
        return self._has_row_of(ALARM) or is_surprising(before, lately, ALARM)

    def has_doubtful_row(self) -> bool:
        """Whether there are so many "no"s since the last "yes" that they should be asked about again."""
        return self._has_row_of(DOUBT)

    def _has_row_of(self, nats: float) -> bool:
        heard = len(self._before) + len(self._lately)
        yes, row = self._yes_before + self._yes_lately, min(self._row_of_no, heard)
        return is_surprising(Heard(heard - row, yes), Heard(row, 0), nats)

    def forget(self) -> None:
        """Start again, since the list itself has changed."""
        self._lately.clear()
        self._before.clear()
        self._yes_lately = self._yes_before = self._row_of_no = 0


def is_surprising(before: Heard, lately: Heard, nats: float) -> bool:
    """Whether the surprise is more than so many nats.

    Pearson's chi-squared is never below it and needs no logarithm. It decides nearly all cases.
    """
    fallen = before.yes * lately.answers - lately.yes * before.answers
    if fallen <= 0:
        return False
    answers, yes = before.answers + lately.answers, before.yes + lately.yes
    chi_squared = answers * fallen**2 / (before.answers * lately.answers * yes * (answers - yes))
    return chi_squared > nats and surprise(before, lately) > nats


def surprise(before: Heard, lately: Heard) -> float:
    """Return how much better a fallen share explains the answers than an unchanged one, in nats.

    0 if the share has not fallen. Half the statistic of the G-test (Sokal & Rohlf, Biometry, ch. 17).
    """
    if lately.yes * before.answers >= before.yes * lately.answers:
        return 0.0
    both = Heard(before.answers + lately.answers, before.yes + lately.yes)
    return _entropy(both) - _entropy(before) - _entropy(lately)


def _entropy(heard: Heard) -> float:
    """Return the entropy of the answers, given their share of "yes", in nats."""
    answers, yes = heard
    of_yes = yes * math.log(yes / answers) if yes else 0.0
    of_no = (answers - yes) * math.log((answers - yes) / answers) if yes < answers else 0.0
    return -(of_yes + of_no)
