"""The ledger's tables, their versions, and the steps from each version to the next.

`numbers`, one row a number, holds up to two facts:

- what was found out: `finding`, `checked_at_ms`, `attempts`, `whatsapp_id`;
- that asking has failed since: `failure`, `failed_at_ms`, `failed_attempts`.

A definite answer (yes, no, the provider's "invalid") replaces both, an `unknown` only the second: so a
timeout never costs an answer that still holds, and a number whose answer has expired can still say why it was
not found out anew. Which of the two is shown is decided when reading, since how long an answer holds is the
reading run's affair. The later recorded replaces the earlier, whatever their times say: there is one
writer, and a clock may be set back.

`unverified_negatives` lists the numbers that a session has answered "no" about while nothing has shown since
that it still tells the truth; they are those of one run. Until something does, such an answer is only the
second fact, an `unknown` for
the reason `session_suspect` (`not_confirmed`, if it would confirm an earlier "no"): a reader finds no
unverified "no", whenever a crash came. `ordinal` counts such answers of a session. To confirm them makes them
first facts; to invalidate them only takes them off this list.

`findings` is the dictionary of (verdict, reason, source, gateway, session, strength) in words, some dozens of
rows: so a row of `numbers` costs 25 bytes (measured, `benchmarks/ledger.py`), the file explains itself to
anyone with `sqlite3`, and a new word needs no migration. `own_id` says that the account's id is the number
itself, written `NUMBER@s.whatsapp.net`, as nearly all are; only others are stored in `whatsapp_id`.

`spending` counts the attempts started, by session and quarter of an hour (the days of all time zones begin on
one), and so remembers a daily cap across runs even if nothing came of them. `runs` has one row a run, with
its summary as JSON.

A session is named with its gateway, since two gateways may have sessions of one name. Both are empty if no
session was asked; the gateway alone is empty if an imported fact does not name it.

Times are milliseconds since the Unix epoch, quarters of an hour are counted from it. Keys are in no table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import LedgerError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

# "SAPL" in ASCII, in the header field SQLite sets aside for this: tells a ledger from any other database.
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

# Sessions had no gateway before, as there was only one. The tables are made anew and filled, since a column
# that is added can neither be part of a key nor do without a default.
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

# All gateways until then said "no" only if WhatsApp did.
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
