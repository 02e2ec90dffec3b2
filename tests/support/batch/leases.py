"""Leases in memory: those of a ledger that several runs write to, without the database."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio

from validator.batch.asking.leased import LeasedNumbers, Planned
from validator.model import Verdict


@dataclass
class MemoryLeases:
    """Who holds which number until when; `is_answered` says which numbers have a verdict."""

    is_answered: object
    held: dict = field(default_factory=dict)
    granted: list = field(default_factory=list)

    def lease(self, numbers, *, holder, seconds, fresh_from_ms=None):  # noqa: ARG002 - `is_answered` knows
        now = anyio.current_time()
        ours = [number for number in numbers if self._is_free(number, holder, now)]
        self.held |= dict.fromkeys(ours, (holder, now + seconds))
        self.granted += [(holder, number) for number in ours]
        return ours

    def release(self, numbers, holder):
        for number in numbers:
            if self.held.get(number, ("", 0.0))[0] == holder:
                del self.held[number]

    def _is_free(self, number, holder, now):
        owner, until = self.held.get(number, (holder, 0.0))
        return (owner == holder or until <= now) and not self.is_answered(number)


def answered_in(ledger):
    """The numbers, of some, that a ledger has a verdict of."""

    def answered(numbers):
        return {row.number for rows in ledger.known(list(numbers)) for row in rows}

    return answered


def source_of(make_leases, holder="a"):
    """What makes the source of a run in the laboratory: its plan's numbers, leased."""

    def make(ledger, todo):
        answered = answered_in(ledger)
        leases = make_leases(lambda number: bool(answered([number])))
        return LeasedNumbers(
            Planned(todo.to_list(), len(todo)),
            leases=leases,
            holder=holder,
            fresh_from_ms=dict.fromkeys(Verdict, 0),
            answered=answered,
        )

    return make
