"""How a file is written."""

import sqlite3

import pytest

from validator.errors import LedgerError
from validator.ledger import open_ledger, read


def rows_of(ledger):
    return [row for rows in ledger.known() for row in rows]


def test_an_interrupted_group_ends_the_use_of_the_ledger_and_leaves_nothing_half_done(path, make_outcome):
    class Interrupted(BaseException):
        pass

    ledger = open_ledger(path, holder="pytest")
    ledger.record(make_outcome(1))

    def interrupted():
        with ledger._transaction() as writing:
            ledger._write_group(writing)
            raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()
    with pytest.raises(LedgerError, match="takes nothing more"):
        ledger.commit()
    ledger.close()

    with read(path) as reader:
        assert rows_of(reader) == []


def test_every_commit_waits_for_the_disk_and_deletes_by_overwriting(ledger):
    pragmas = {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1, "secure_delete": 1}

    assert {name: ledger._writing.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas} == pragmas


def test_reading_connections_cannot_write(path, ledger):
    with read(path) as reader:
        for connection in (ledger._reading, reader._reading):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute("DELETE FROM numbers")
