"""Whether a session has answered without an interruption: how far back a "yes" vouches."""

from __future__ import annotations

from collections import deque

from msgspec import Struct, field

from validator.pacing.measures.round_trips import Latest

# If an exchange takes longer than this, and this many times longer than usual, the session counts as
# interrupted. It does not wait for the timeout of the exchange: until then no later "yes" could count.
LATE_S = 5.0
LATE_FACTOR = 4
# Failures in a row with this probability or less are an interruption. The first failure of a session that
# never failed is one; if one exchange in four fails, five in a row are.
CHANCE = 1e-3


class Question(Struct):
    """One exchange of a session.

    Attributes:
        asked_at: when it started.
        is_answered: whether the session answered; None while the exchange is in flight.
        vouches_through: for a "yes", the last "no" that it vouches for.
    """

    asked_at: float = 0.0
    is_answered: bool | None = None
    vouches_through: int = 0


class Vouched(Struct, frozen=True):
    """The session said "yes", and was not interrupted since its `through`th "no"."""

    through: int


class Interruption(Struct, frozen=True):
    """The session has not answered for a while: it may have been repaired since."""


Event = Vouched | Interruption


class Continuity(Struct):
    """The exchanges of one session, judged in the order in which they were asked.

    If a session lies, goes down and is repaired, it says "yes" again, which proves nothing about its earlier
    answers. Exchanges end in any order: the "yes" can come before the failure. So a "yes" vouches only after
    all exchanges that were in flight when it came have ended.
    """

    _pending: deque[Question] = field(default_factory=deque)
    _took_s: Latest = field(default_factory=Latest)
    _answers: int = 0
    _rows: int = 0
    _row: int = 0

    def ask(self, now: float) -> Question:
        """Record an exchange that starts, and return it."""
        question = Question(now)
        self._pending.append(question)
        return question

    def end(self, question: Question, now: float, *, answered: bool) -> None:
        """Record how an exchange has ended."""
        question.is_answered = answered
        if answered:
            self._took_s.add(now - question.asked_at)

    def vouch(self, through: int) -> None:
        """Record a "yes" that vouches for the answers up to the `through`th "no"."""
        self._pending.append(Question(is_answered=True, vouches_through=through))

    def events(self, now: float) -> list[Event]:
        """Return the events that have become certain since the last call, in order."""
        found: list[Event] = []
        while self._pending:
            question = self._pending[0]
            if question.is_answered is None and not self._is_late(now - question.asked_at):
                break
            self._pending.popleft()
            if question.vouches_through:
                found.append(Vouched(question.vouches_through))
            elif question.is_answered:
                self._answers += 1
                self._row = 0
            elif self._failed():
                found.append(Interruption())
        return found

    def _is_late(self, took_s: float) -> bool:
        if took_s < LATE_S:
            return False
        usual_s = self._took_s.quantile(0.5) if len(self._took_s) else 0.0
        return took_s >= LATE_FACTOR * usual_s

    def _failed(self) -> bool:
        """Count a failure; return whether those in a row are an interruption.

        The probability of a failure is estimated from the earlier series of failures: an outage is one
        series.
        """
        self._rows += self._row == 0
        self._row += 1
        before = self._rows - 1
        share = before / (before + self._answers) if before else 0.0
        return share**self._row <= CHANCE
