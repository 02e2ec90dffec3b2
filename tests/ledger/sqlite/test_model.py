"""The ledger against a dictionary, in any order of its operations, crashes and power cuts included.

LEDGER_SEQUENCES=10000 LEDGER_STEPS=20 is the long form (`make ledger`).
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.support.ledger.files import copied, mixed, wal_of, wal_size
from tests.support.ledger.machine import SESSIONS, LedgerMachine, rows_in, sequences
from validator.ledger import open_ledger


class SqliteMachine(LedgerMachine):
    """`states` has what was durable since the WAL began: its size then, and the model."""

    @initialize()
    def start(self):
        self.begin()
        self.location = self.folder / "ledger.sqlite"
        self.open()

    def open(self):
        """Begin with the files at a path; beneath the first commit in their WAL is the ledger as it is."""
        super().open()
        self.states = [(0, self.model.durable()), (wal_size(self.location), self.model.durable())]

    def written(self):
        """Remember what has just become durable."""
        if wal_size(self.location) < self.states[-1][0]:
            self.states = []
        self.states.append((wal_size(self.location), self.model.durable()))

    def survive(self, path, *models):
        """Go on with the files that a crash has left, which hold the state of one of the models, whole."""
        self.ledger.close()
        with open_ledger(path, holder="pytest") as survivor:
            facts = rows_in(survivor.facts())
            waiting = {session: self.waiting(survivor, session) for session in SESSIONS}
        held = [
            model
            for model in models
            if model.facts() == facts
            and all(model.unverified_of(session) == waiting[session] for session in SESSIONS)
        ]
        assert held, "what the crash has left is none of the states that it may leave"
        self.model, self.location = held[-1], path
        self.open()

    def overwritten(self, numbers):
        """Neither the file nor its WAL has any byte of them left."""
        content = self.location.read_bytes() + wal_of(self.location).read_bytes()
        assert not [number for number in numbers if str(int(number)).encode() in content]

    @precondition(lambda self: self.model.group)
    @rule()
    def crash(self):
        self.survive(copied(self.location), self.model.durable())

    @rule(data=st.data())
    def tear_the_wal(self, data):
        """The end of the WAL is lost, wherever that falls: the last whole commit before it stands."""
        cut = data.draw(st.integers(0, wal_size(self.location)))
        copy = copied(self.location)
        with wal_of(copy).open("r+b") as wal:
            wal.truncate(cut)
        self.survive(copy, [model for size, model in self.states if size <= cut][-1])

    @precondition(lambda self: self.model.group)
    @rule(seed=st.integers(0, 2**32))
    def lose_power_while_committing(self, seed):
        """Any of what was not yet synced may be missing: the commit is there whole, or not at all."""
        copy, before = copied(self.location), self.model.durable()
        self.ledger.commit()
        self.model.settle()
        old, new = wal_of(copy).read_bytes(), wal_of(self.location).read_bytes()
        left = old + mixed(b"", new[len(old) :], seed)
        wal_of(copy).write_bytes(left)
        self.survive(copy, *([] if left == new else [before]), self.model.durable())

    @rule(seed=st.integers(0, 2**32))
    def lose_power_while_closing(self, seed):
        """The WAL is written back into the file: whatever of that is missing, the WAL still has it."""
        self.commit()
        copy = copied(self.location)
        self.ledger.close()
        copy.write_bytes(mixed(copy.read_bytes(), self.location.read_bytes(), seed))
        self.survive(copy, self.model.durable())


TestSqliteMachine = pytest.mark.slow(SqliteMachine.TestCase)
TestSqliteMachine.settings = sequences(30)
