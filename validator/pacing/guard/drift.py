"""Whether a session has begun to say "yes" more seldom than chance explains."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

# The latest answers are held against so many before them.
LATELY = 200
BEFORE = 2_000

# Chance brings a false alarm about once in a million answers, and it costs a few calls. In nats.
ALARM = -math.log(1e-6)
# To ask about some numbers once more costs less than to freeze a session. In nats, as above.
DOUBT = -math.log(1e-4)


class Heard(NamedTuple):
    """How many answers were heard in some stretch, and how many of them were "yes"."""

    answers: int
    yes: int


class Drift:
    """Compares the share of "yes" lately with the share before.

    Two stretches are watched: the last 200 answers, where a session shows that lies to some, and all since
    the last "yes", where one shows early that says "no" to everybody. Each is held against the answers before
    it, up to 2,000.

    The test is the likelihood ratio of "the share has fallen" to "it has not". Where much was heard before,
    that is Chernoff's bound on the binomial tail for the share seen then; where little was, it is as much
    less sure, so that no minimum has to be waited for.
    """

    def __init__(self) -> None:
        self._lately: deque[bool] = deque()
        self._before: deque[bool] = deque()
        self._yes_lately = self._yes_before = self._row_of_no = 0

    def add(self, *, registered: bool) -> None:
        """Record an answer."""
        if len(self._lately) == LATELY:
            self._age(registered=self._lately.popleft())
        self._lately.append(registered)
        self._yes_lately += registered
        self._row_of_no = 0 if registered else self._row_of_no + 1

    def is_alarming(self) -> bool:
        """Whether what was heard lately is too unlikely to be chance; in constant time."""
        if self._row_of_no == 0:
            return False
        before = Heard(len(self._before), self._yes_before)
        lately = Heard(len(self._lately), self._yes_lately)
        return self._row_surprise() > ALARM or surprise(before, lately) > ALARM

    def has_doubtful_row(self) -> bool:
        """Whether the "no"s since the last "yes" are so many that they are better asked about again."""
        return self._row_surprise() > DOUBT

    def _row_surprise(self) -> float:
        heard = len(self._before) + len(self._lately)
        yes, row = self._yes_before + self._yes_lately, min(self._row_of_no, heard)
        return surprise(Heard(heard - row, yes), Heard(row, 0)) if row else 0.0

    def forget(self) -> None:
        """Begin anew, as when the list itself has changed."""
        self._lately.clear()
        self._before.clear()
        self._yes_lately = self._yes_before = self._row_of_no = 0

    def _age(self, *, registered: bool) -> None:
        self._yes_lately -= registered
        self._before.append(registered)
        self._yes_before += registered
        if len(self._before) > BEFORE:
            self._yes_before -= self._before.popleft()


def surprise(before: Heard, lately: Heard) -> float:
    """Return how much better a fallen share explains what was heard than an unchanged one does, in nats.

    0 where the share has not fallen. Half the statistic of the G-test (Sokal & Rohlf, Biometry, ch. 17).
    """
    if lately.yes * before.answers >= before.yes * lately.answers:
        return 0.0
    both = Heard(before.answers + lately.answers, before.yes + lately.yes)
    return _entropy(both) - _entropy(before) - _entropy(lately)


def _entropy(heard: Heard) -> float:
    """Return the entropy of some answers at their own share, in nats."""
    counts = (heard.yes, heard.answers - heard.yes)
    return -sum(count * math.log(count / heard.answers) for count in counts if count)
