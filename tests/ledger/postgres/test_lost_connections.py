"""What was written over a connection that is lost is written once, and nothing that was reported is lost.

POSTGRES_CRASHES=200 is the long form (`make postgres`).
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest

from tests.support.ledger.databases import cut_all
from tests.support.ledger.postgres_server import TEMPLATE, running_server
from tests.support.ledger.session_refs import SESS_A
from validator.errors import LedgerError
from validator.ledger import Selection, open_ledger, read
from validator.ledger.postgres.connection import connect
from validator.ledger.postgres.transactions import Transactions
from validator.ledger.postgres.writer import PostgresLedger
from validator.model import Number, Outcome, Verdict

CRASHES = int(os.environ.get("POSTGRES_CRASHES", "3"))
FIRST = 447_700_900_000
GROUP = 20


def numbers_of(reader):
    return {row.number for rows in reader.known() for row in rows}


def test_what_was_gathered_is_committed_over_a_new_connection(location, ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.note_attempts(SESS_A, 5, 0)
    cut_all(location)

    assert ledger.commit() == 1
    assert (ledger.numbers(), ledger.spent_since(SESS_A, 0)) == (1, 5)
    cut_all(location)
    assert ledger.numbers() == 1


def test_every_step_goes_on_over_a_new_connection(location, ledger, make_outcome):
    steps = [
        lambda: ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED), 1),
        lambda: ledger.invalidate(SESS_A, 1),
        lambda: ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=0),
        lambda: ledger.lease([FIRST], holder="one", seconds=9.0),
        lambda: ledger.merge([[make_outcome(2)]]),
        lambda: ledger.purge(Selection(numbers=[FIRST + 9])),
        lambda: ledger.stats(0),
        lambda: list(ledger.facts()),
    ]
    for step in steps:
        cut_all(location)
        step()

    assert [run.id for run in ledger.runs(5)] == [1] or len(ledger.runs(5)) == 1
    assert numbers_of(ledger) == {FIRST + 1, FIRST + 2}


class LostReply:
    """A link whose every answer to a commit is lost, so that all is done again."""

    def __init__(self, connection):
        self._connection = connection

    def persist(self, work, _action):
        work(self._connection)
        return work(self._connection)


def test_a_transaction_whose_answer_was_lost_is_not_done_again_and_returns_the_same(location):
    with connect(location) as connection:
        connection.execute("CREATE TEMPORARY TABLE done (place integer)")
        transactions = Transactions(location, LostReply(connection), "pytest")

        def body(writing):
            writing.execute("INSERT INTO done VALUES (1)")
            return [writing.execute("SELECT count(*) FROM done").fetchone()[0]]

        assert [transactions.run(body) for _ in range(2)] == [[1], [2]]
        assert connection.execute("SELECT count(*) FROM done").fetchone() == (2,)


def test_a_ledger_that_was_put_back_is_not_written_to(location, ledger, make_outcome):
    ledger.record(make_outcome(1))
    with psycopg.connect(location.reveal(), autocommit=True) as connection:
        connection.execute("DELETE FROM validator.writers")

    with pytest.raises(LedgerError, match="has lost what this run has written"):
        ledger.commit()
    with pytest.raises(LedgerError, match="takes nothing more"):
        ledger.commit()


class Writing:
    """A writer in a thread of its own, which notes each group when its commit has returned."""

    def __init__(self, url):
        self.reported, self.begun = set(), 0
        self.has_begun = Event()
        self._url, self._ends = url, Event()

    def run(self):
        with PostgresLedger.open(self._url, holder="pytest", patience_s=120.0) as ledger:
            while not self._ends.is_set():
                self._write_group(ledger)

    def _write_group(self, ledger):
        group = range(FIRST + self.begun * GROUP, FIRST + (self.begun + 1) * GROUP)
        self.begun += 1
        for number in group:
            ledger.record(Outcome(number=Number(number), verdict=Verdict.REGISTERED, checked_at_ms=1))
        ledger.note_attempts(SESS_A, GROUP, 0)
        ledger.commit()
        self.reported.update(group)
        self.has_begun.set()

    def end(self):
        self._ends.set()


@pytest.fixture
def doomed():
    """A server of this test's own, and the URL of a ledger in it."""
    with running_server() as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        url = server.url(TEMPLATE)
        with open_ledger(url, holder="pytest"):
            pass
        yield server, url


@pytest.mark.slow
def test_no_reported_verdict_is_lost_and_no_group_is_doubled_by_a_server_that_dies(doomed):
    server, url = doomed
    chance, writing = random.Random(7), Writing(url)
    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(writing.run)
        assert writing.has_begun.wait(60)
        for _ in range(CRASHES):
            time.sleep(chance.uniform(0.05, 0.5))
            server.stop("immediate")
            server.start()
        writing.end()
        written.result(timeout=180)

    with read(url) as reader:
        assert writing.reported <= numbers_of(reader)
        assert len(numbers_of(reader)) == writing.begun * GROUP
        assert reader.spent_since(SESS_A, 0) == writing.begun * GROUP


@pytest.mark.slow
def test_a_server_that_stays_away_ends_the_ledgers_use_within_its_patience(doomed, make_outcome):
    server, url = doomed
    ledger = PostgresLedger.open(url, holder="pytest", patience_s=0.5)
    ledger.record(make_outcome(1))
    server.stop("immediate")

    with pytest.raises(LedgerError, match=r"could not be written.*run the same command again"):
        ledger.commit()
    with pytest.raises(LedgerError, match="takes nothing more"):
        ledger.record(make_outcome(2))
    ledger.close()
