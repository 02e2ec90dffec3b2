"""The tables of a ledger in PostgreSQL, their versions, and the steps from each version to the next.

They are in a separate schema, `validator`. `findings`, `numbers`, `unverified_negatives`, `spending` and
`runs` hold the same as SQLite's tables of these names (see `validator.ledger.sqlite.schema`). But several
writers fill them: of two outcomes for a number, the one committed later replaces the other.

`numbers` is partitioned by the hash of the number, so that VACUUM and the indexes work on a sixteenth at a
time. It has no foreign key to `findings`: each writer would lock the same few rows of it in every group.

`writers` has one row for each open writer, with the number of its last transaction and the value that this
returned: a run that lost its connection during a commit sees there whether it was done. `leases` holds the
leased numbers, and until when. `keys` holds the user of each key's lock; the lock itself is an advisory lock,
which ends with its connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import LedgerError
from validator.ledger.postgres.connection import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.ledger.postgres.connection import Connection
    from validator.ledger_url import LedgerUrl

PARTITIONS = 16

# The two keys of advisory locks: "SAPL" in ASCII, and what is locked.
LOCK_CLASS = 0x5341504C
MIGRATING = 0

VERSION_1 = (
    "CREATE TABLE ledger (version integer NOT NULL)",
    "INSERT INTO ledger VALUES (0)",
    """
    CREATE TABLE findings (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        verdict text NOT NULL,
        reason text,
        source text NOT NULL,
        gateway text NOT NULL,
        session text NOT NULL,
        own_id boolean NOT NULL,
        strength text NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX findings_words
    ON findings (verdict, coalesce(reason, ''), source, gateway, session, own_id, strength)
    """,
    # The columns are ordered so that there is no padding between them.
    """
    CREATE TABLE numbers (
        number bigint PRIMARY KEY,
        checked_at_ms bigint,
        failed_at_ms bigint,
        finding integer,
        failure integer,
        attempts integer,
        failed_attempts integer,
        whatsapp_id text
    ) PARTITION BY HASH (number)
    """,
    *(
        f"CREATE TABLE numbers_{place} PARTITION OF numbers "
        f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {place})"
        for place in range(PARTITIONS)
    ),
    """
    CREATE TABLE unverified_negatives (
        gateway text NOT NULL,
        session text NOT NULL,
        ordinal bigint NOT NULL,
        number bigint NOT NULL,
        PRIMARY KEY (gateway, session, ordinal)
    )
    """,
    """
    CREATE TABLE spending (
        gateway text NOT NULL,
        session text NOT NULL,
        quarter bigint NOT NULL,
        attempts bigint NOT NULL,
        PRIMARY KEY (gateway, session, quarter)
    )
    """,
    """
    CREATE TABLE runs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        command text NOT NULL,
        input_name text NOT NULL,
        started_at_ms bigint NOT NULL,
        finished_at_ms bigint,
        exit_code integer,
        summary_json text
    )
    """,
    """
    CREATE TABLE writers (
        id uuid PRIMARY KEY,
        holder text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        transaction bigint NOT NULL DEFAULT 0,
        result jsonb
    )
    """,
    """
    CREATE TABLE leases (
        number bigint PRIMARY KEY,
        ends_at timestamptz NOT NULL,
        holder text NOT NULL
    )
    """,
    """
    CREATE TABLE keys (
        key text PRIMARY KEY,
        holder text NOT NULL,
        since timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
    )
    """,
)

# The statements that lead from version n to n + 1 are at index n, and never change once released.
MIGRATIONS: tuple[Sequence[str], ...] = (VERSION_1,)
SCHEMA_VERSION = len(MIGRATIONS)


def version_of(connection: Connection, url: LedgerUrl) -> int:
    """Return the schema version of a ledger, 0 for a database that has none yet.

    Raises:
        LedgerError: the schema is another program's, or a later version's.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", (SCHEMA,)
        )
    }
    if not tables:
        return 0
    if not {"ledger", "findings", "numbers"} <= tables:
        raise LedgerError(
            f"the schema {SCHEMA} of {url} belongs to another program; choose another database with --ledger"
        )
    row = connection.execute("SELECT version FROM ledger").fetchone()
    version = row[0] if row else 0
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger {url} has schema version {version}, written by a later validator; this one knows "
            f"versions up to {SCHEMA_VERSION}. Update it, or choose another database with --ledger"
        )
    return int(version)


def migrate(connection: Connection, url: LedgerUrl, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring a ledger to the latest version, whole or not at all. If several runs do so at once, one does it.

    Raises:
        LedgerError: the schema is another program's, or a later version's.
    """
    if version_of(connection, url) == len(migrations):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, MIGRATING))
        version = version_of(connection, url)
        if version == 0:
            _make_schema(connection)
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute("UPDATE ledger SET version = %s", (len(migrations),))


def _make_schema(connection: Connection) -> None:
    # CREATE SCHEMA needs a privilege on the database even if the schema exists.
    there = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s"
    if connection.execute(there, (SCHEMA,)).fetchone() is None:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
