"""Ledgers of every earlier version are brought up to date, each step whole or not at all.

`versions/N.sql` holds a ledger as version N of the schema wrote it. A new version brings the file of the one
before it; these files never change.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.ledger.files import copied
from tests.support.ledger.session_refs import SESS_A, SESS_A_ELSEWHERE, SESS_B
from validator.errors import LedgerError
from validator.ledger import UnverifiedNegative, open_ledger, read
from validator.ledger.sqlite.connection import _connect, _set_up
from validator.ledger.sqlite.schema import SCHEMA_VERSION
from validator.model import Verdict

VERSIONS = Path(__file__).parent / "versions"
EARLIER = range(1, SCHEMA_VERSION)

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
HELD = [
    (FIRST + 1, "registered", None, "447700900001@s.whatsapp.net", "api", *SESS_A, 1, NOW_MS, "definite"),
    (FIRST + 2, "not_registered", "not_on_whatsapp", None, "api", *SESS_B, 3, NOW_MS, "definite"),
    (FIRST + 3, "registered", None, "77001122334455@lid", "contacts", "", "", 1, NOW_MS, "definite"),
    (FIRST + 4, "unknown", "server_error", None, "api", *SESS_A, 1, NOW_MS, "definite"),
    (FIRST + 5, "invalid", "rejected_by_provider", None, "api", *SESS_A, 1, NOW_MS, "definite"),
]
FAILED_SINCE = (FIRST + 3, "unknown", "timeout", None, "api", *SESS_A, 6, NOW_MS + 9, "definite")
UNVERIFIED = [
    (FIRST + place, "unknown", "session_suspect", None, "api", *session, 1, NOW_MS, "definite")
    for place, session in ((6, SESS_A), (7, SESS_B), (8, SESS_A))
]
HELD_BY_VERSION = {0: [], 1: HELD, 2: HELD + UNVERIFIED, 3: HELD + UNVERIFIED}
# What a step of a version meets that is there already, and how that is taken out of the way.
TABLE = (
    "CREATE TABLE unverified_negatives (in_the_way)",
    "DROP TABLE unverified_negatives",
    "already exists",
)
COLUMN = (
    "ALTER TABLE findings ADD COLUMN strength TEXT",
    "ALTER TABLE findings DROP COLUMN strength",
    "duplicate column name",
)
IN_THE_WAY = {1: TABLE, 2: TABLE, 3: COLUMN}


@pytest.fixture
def ledger_of(path):
    """Write the ledger of an earlier version; version 0 is a file with nothing in it yet."""

    def write(version):
        path.parent.mkdir(mode=0o700)
        path.touch(mode=0o600)
        if version:
            with closing(sqlite3.connect(path)) as old:
                old.executescript((VERSIONS / f"{version}.sql").read_text(encoding="utf-8"))
        return path

    return write


def rows_of(ledger, **options):
    return [row for rows in ledger.known(**options) for row in rows]


def version_and_tables(path):
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    return version, [(name, sql and " ".join(sql.split())) for name, sql in tables]


def test_there_is_a_ledger_of_every_earlier_version():
    assert {int(file.stem) for file in VERSIONS.iterdir()} == set(EARLIER)


@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_ledger_is_brought_up_to_date_with_all_it_holds(ledger_of, version, make_outcome):
    with open_ledger(ledger_of(version), holder="pytest") as ledger:
        assert rows_of(ledger) == HELD_BY_VERSION[version]
        assert FAILED_SINCE in rows_of(ledger, fresh_from_ms=dict.fromkeys(Verdict, NOW_MS + 1))
        assert ledger.spent_since(SESS_A, NOW_MS) == 7
        [run] = ledger.runs(9)
        assert (run.input_name, run.exit_code, run.summary_json) == ("leads.csv", 4, '{"rows": 5}')
        ledger.require_sound()

        ledger.record_unverified(make_outcome(9, Verdict.NOT_REGISTERED), 5)
        ledger.confirm(SESS_A, 5)
        ledger.commit()
        assert rows_of(ledger)[-1][:2] == (FIRST + 9, "not_registered")


def test_the_sessions_of_an_earlier_ledger_are_the_first_gateways(ledger_of):
    with open_ledger(ledger_of(2), holder="pytest") as ledger:
        assert ledger.unverified_negatives(SESS_A) == [
            UnverifiedNegative(3, FIRST + 6, NOW_MS),
            UnverifiedNegative(4, FIRST + 8, NOW_MS),
        ]
        assert ledger.spent_since(SESS_B, NOW_MS) == 2
        assert ledger.spent_since(SESS_A_ELSEWHERE, 0) == 0

        ledger.confirm(SESS_A_ELSEWHERE, 9)
        ledger.confirm(SESS_A, 3)
        ledger.confirm(SESS_B, 1)
        ledger.commit()
        assert ledger.invalidate(SESS_A, 9) == [FIRST + 8]
        shown = {row.number - FIRST: row.verdict for row in rows_of(ledger)}
        assert (shown[6], shown[7], shown[8]) == ("not_registered", "not_registered", "unknown")


@pytest.mark.parametrize("version", EARLIER)
def test_its_tables_are_then_those_of_a_new_one(ledger_of, version, tmp_path):
    old, new = ledger_of(version), tmp_path / "new" / "ledger.sqlite"
    for path in (old, new):
        open_ledger(path, holder="pytest").close()

    assert version_and_tables(old) == version_and_tables(new)
    assert version_and_tables(new)[0] == SCHEMA_VERSION


@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_ledger_is_not_read_before_it_is_brought_up_to_date(ledger_of, version):
    path = ledger_of(version)

    with pytest.raises(LedgerError, match=f"has schema version {version}, and this validator reads"):
        read(path)


@pytest.mark.slow
@pytest.mark.parametrize("version", [0, *EARLIER])
def test_a_kill_at_any_statement_leaves_the_old_version_or_the_new_one(ledger_of, version):
    path = ledger_of(version)
    moments = []
    with closing(_connect(path, "rw")) as writing:
        writing.set_trace_callback(lambda _statement: moments.append(copied(path)))
        _set_up(writing, path)
        moments.append(copied(path))

    seen = []
    for copy in moments:
        before, _ = version_and_tables(copy)
        with open_ledger(copy, holder="pytest") as ledger:
            assert rows_of(ledger) == HELD_BY_VERSION[version]
        assert version_and_tables(copy) == version_and_tables(path)
        seen.append(before)
    assert sorted(set(seen)) == sorted({version, SCHEMA_VERSION})
    assert len(moments) > SCHEMA_VERSION - version + 3


@pytest.mark.parametrize("version", EARLIER)
def test_a_step_that_fails_changes_nothing_and_is_done_the_next_time(ledger_of, version):
    path = ledger_of(version)
    put, take_away, flaw = IN_THE_WAY[version]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(put)
    before = version_and_tables(path)

    with pytest.raises(LedgerError, match=flaw):
        open_ledger(path, holder="pytest")
    assert version_and_tables(path) == before

    with closing(sqlite3.connect(path)) as connection:
        connection.execute(take_away)
    with open_ledger(path, holder="pytest") as ledger:
        assert rows_of(ledger) == HELD_BY_VERSION[version]
