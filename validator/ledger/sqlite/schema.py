"""The ledger's tables, their versions, and the steps from each version to the next.

`numbers`, one row for each number, holds up to two facts:

- the last answer: `finding`, `checked_at_ms`, `attempts`, `whatsapp_id`;
- the last failure after it: `failure`, `failed_at_ms`, `failed_attempts`.

An answer (yes, no, the provider's "invalid") replaces both facts, an `unknown` only the second. So a timeout
never loses an answer that is still fresh, and a number with an expired answer can still say why there is no
new one. The reader decides which of the two is shown, since the maximum age is a setting of each run. The
fact recorded later replaces the earlier, whatever their times are: there is one writer, and a clock may be
set back.

`unverified_negatives` lists the numbers that a session has answered "no" about, while nothing has confirmed
the answer; all are from one run. Until then such an answer is only the second fact: an `unknown` with the
reason `session_suspect` (`not_confirmed`, if it would confirm an earlier "no"). So a reader never finds an
unverified "no", even after a crash. `ordinal` counts these answers of a session. Confirming them makes them
first facts; invalidating them only removes them from this table.

`findings` is the dictionary of (verdict, reason, source, gateway, session, strength) in words, some dozens of
rows. So a row of `numbers` takes 25 bytes (measured, `benchmarks/ledger.py`), users can read the file with
`sqlite3`, and a new word needs no migration. `own_id` says that the account's id is the number itself,
written `NUMBER@s.whatsapp.net`, as nearly all are; only other ids are stored in `whatsapp_id`.

`spending` counts the attempts started, by session and quarter of an hour (the days of all time zones begin on
one). So a daily cap holds across runs, also for attempts without a result. `runs` has one row for each run,
with its summary as JSON.

A session is named with its gateway, since two gateways may have sessions of the same name. Both are empty if
no session was asked; only the gateway is empty if an imported fact does not name it.

Times are milliseconds since the Unix epoch; quarters of an hour are counted from it. Keys are in no table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import LedgerError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

# "SAPL" in ASCII, in the header field that SQLite reserves for this: it identifies a database as a ledger.
APPLICATION_ID = 0x5341504C

VERSION_1 = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE findings (
        id INTEGER PRIMARY KEY,
        verdict TEXT NOT NULL,
        reason TEXT,
        source TEXT NOT NULL,
        session TEXT NOT NULL,
        own_id INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE numbers (
        number INTEGER PRIMARY KEY,
        finding INTEGER REFERENCES findings (id),
        checked_at_ms INTEGER,
        attempts INTEGER,
        whatsapp_id TEXT,
        failure INTEGER REFERENCES findings (id),
        failed_at_ms INTEGER,
        failed_attempts INTEGER
    )
    """,
    """
    CREATE TABLE spending (
        session TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (session, quarter)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        command TEXT NOT NULL,
        input_name TEXT NOT NULL,
        started_at_ms INTEGER NOT NULL,
        finished_at_ms INTEGER,
        exit_code INTEGER,
        summary_json TEXT
    )
    """,
)

VERSION_2 = (
    """
    CREATE TABLE suspects (
        session TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (session, ordinal)
    ) WITHOUT ROWID
    """,
)

# Before, sessions had no gateway, since there was only one. The tables are created again and filled: a column
# that is added cannot be part of a key, and needs a default.
VERSION_3 = (
    """
    CREATE TABLE findings_3 (
        id INTEGER PRIMARY KEY,
        verdict TEXT NOT NULL,
        reason TEXT,
        source TEXT NOT NULL,
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        own_id INTEGER NOT NULL
    )
    """,
    """
    INSERT INTO findings_3
    SELECT id, verdict, reason, source, iif(session = '', '', 'sendapi'), session, own_id FROM findings
    """,
    "DROP TABLE findings",
    "ALTER TABLE findings_3 RENAME TO findings",
    """
    CREATE TABLE unverified_negatives (
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (gateway, session, ordinal)
    ) WITHOUT ROWID
    """,
    """
    INSERT INTO unverified_negatives
    SELECT iif(session = '', '', 'sendapi'), session, ordinal, number FROM suspects
    """,
    "DROP TABLE suspects",
    """
    CREATE TABLE spending_3 (
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (gateway, session, quarter)
    ) WITHOUT ROWID
    """,
    """
    INSERT INTO spending_3
    SELECT iif(session = '', '', 'sendapi'), session, quarter, attempts FROM spending
    """,
    "DROP TABLE spending",
    "ALTER TABLE spending_3 RENAME TO spending",
)

# All gateways before this version said "no" only if WhatsApp did.
VERSION_4 = ("ALTER TABLE findings ADD COLUMN strength TEXT NOT NULL DEFAULT 'definite'",)

# The statements that lead from version n to n + 1 are at index n, and never change once released.
MIGRATIONS = (VERSION_1, VERSION_2, VERSION_3, VERSION_4)
SCHEMA_VERSION = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version of a ledger, 0 for a file with nothing in it yet.

    Raises:
        LedgerError: the file is another program's database, or a later version's ledger.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application_id != APPLICATION_ID and (application_id or version or tables):
        raise LedgerError(f"{path} is a database of another program; choose another path with --ledger")
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger {path} has schema version {version}, written by a later validator; this one knows "
            f"versions up to {SCHEMA_VERSION}. Update it, or choose another path with --ledger"
        )
    return int(version)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a ledger of that version to `SCHEMA_VERSION`, whole or not at all."""
    if version == SCHEMA_VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
