"""The ledger in PostgreSQL against the same dictionary; writers die, and connections are cut.

LEDGER_SEQUENCES=10000 LEDGER_STEPS=20 is the long form (`make ledger`).
"""

import pytest
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from tests.support.ledger.databases import cut_all
from tests.support.ledger.machine import LedgerMachine, sequences
from validator.ledger.postgres import link


class PostgresMachine(LedgerMachine):
    """A ledger in a database that is lent for a sequence."""

    def __init__(self, databases):
        super().__init__()
        self.databases = databases

    @initialize()
    def start(self):
        self.begin()
        self.location = self.databases.lend()
        self.open()

    def teardown(self):
        super().teardown()
        self.databases.take_back(self.location)

    @rule()
    def crash(self):
        """The writer dies: its group was not durable, and what it had committed is."""
        self.ledger._usable = False  # as after a failed commit, so that closing gives the group up
        self.ledger.close()
        self.model = self.model.durable()
        self.open()

    @rule()
    def lose_the_connections(self):
        cut_all(self.location)


@pytest.mark.slow
def test_the_ledger_does_what_the_model_does(databases, monkeypatch):
    monkeypatch.setattr(link, "RETRY_S", 0.01)

    run_state_machine_as_test(lambda: PostgresMachine(databases), settings=sequences(6))
