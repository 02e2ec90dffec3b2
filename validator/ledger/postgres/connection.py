"""Connections to PostgreSQL: how they are set up, and what their failures mean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from validator.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.ledger_url import LedgerUrl

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

# The tables are in a separate schema.
SCHEMA = "validator"

# Defaults that the URL and the environment may override. They detect an unreachable server within half a
# minute (postgresql.org/docs/current/libpq-connect.html).
DEFAULTS: dict[str, Any] = {
    "application_name": "validator",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}

# Statements are short, and to compile them would take longer than to run them. The server, too, detects
# within half a minute that this machine is unreachable, and then releases its locks.
SET_UP = f"""
    SET search_path TO {SCHEMA};
    SET jit TO off;
    SET tcp_keepalives_idle TO 10;
    SET tcp_keepalives_interval TO 5;
    SET tcp_keepalives_count TO 3;
    SET idle_in_transaction_session_timeout TO '30s'
"""

# Settings that must not be off, since a commit could be lost after it was reported, and the remedy. All other
# values of synchronous_commit wait at least for the server's disk.
LOSING = {
    "synchronous_commit": "Set it to on for the role: ALTER ROLE ... SET synchronous_commit = on",
    "fsync": "Set it to on in postgresql.conf",
    "full_page_writes": "Set it to on in postgresql.conf",
}

# SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html): the server shuts down, starts or is not
# there.
GONE = ("57P01", "57P02", "57P03", "57P05")
# The transaction conflicts with another one, and would succeed if it was repeated.
MET_ANOTHER = ("40P01", "40001")

REMEDIES = {
    "53100": "free space on the server's disk",
    "53300": "give it more connections (max_connections), or run fewer at once",
    "42501": "grant the role what docs/postgresql.md says",
    "25006": "name the server that writes with --ledger",
    "28P01": "look at the password: in ~/.pgpass, PGPASSWORD or the URL",
    "28000": "look at the role, and at the server's pg_hba.conf",
    "3D000": "create the database, or name another one with --ledger",
}


def connect(url: LedgerUrl) -> Connection:
    """Return a connection to a ledger whose server does not lose commits; it is in autocommit mode.

    Raises:
        UsageError: the URL is not valid.
        LedgerError: the server would lose commits, or has another encoding than UTF-8.
        psycopg.Error: there is no connection.
    """
    try:
        given = conninfo_to_dict(url.reveal())
    except psycopg.ProgrammingError as error:
        raise UsageError(f"--ledger {url} is no URL of PostgreSQL: {_first_line(url, error)}") from None
    connection = psycopg.connect(
        make_conninfo(**{**DEFAULTS, **given, "client_encoding": "utf8"}), autocommit=True
    )
    try:
        connection.execute(SET_UP)
        _require_reliable(connection, url)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_reliable(connection: Connection, url: LedgerUrl) -> None:
    for name, remedy in LOSING.items():
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row == ("off",):
            raise LedgerError(
                f"the ledger {url} would lose verdicts that were reported: its server has {name} = off. "
                f"{remedy}"
            )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise LedgerError(
            f"the database of the ledger {url} has the encoding {encoding}; create it with ENCODING 'UTF8'"
        )


def require_writable(connection: Connection, url: LedgerUrl) -> None:
    """Raise `LedgerError` for a server or a role that can only read."""
    row = connection.execute(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')"
    ).fetchone()
    if row and (row[0] or row[1] == "on"):
        what = "a standby" if row[0] else "read-only"
        raise LedgerError(f"the ledger {url} is {what}; {REMEDIES['25006']}")


def is_lost(error: psycopg.Error, connection: Connection | None) -> bool:
    """Whether an error means that the connection is lost, or cannot be made now."""
    if isinstance(error, errors.ConnectionTimeout):
        return True
    if error.sqlstate is not None:
        return error.sqlstate in GONE or error.sqlstate.startswith("08")
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) and (
        connection is None or connection.closed
    )


@contextmanager
def translated(url: LedgerUrl, action: str) -> Iterator[None]:
    """Raise PostgreSQL's errors as `LedgerError`, which says what failed and what to do."""
    try:
        yield
    except psycopg.Error as error:
        raise LedgerError(message_of(url, action, error)) from None


def message_of(url: LedgerUrl, action: str, error: psycopg.Error) -> str:
    """Return in one line what failed, why, and what to do."""
    remedy = REMEDIES.get(error.sqlstate or "", "look at the server")
    return (
        f"the ledger {url} could not be {action} ({_first_line(url, error)}); what was committed before is "
        f"kept. {remedy[0].upper()}{remedy[1:]}, then run the same command again"
    )


def _first_line(url: LedgerUrl, error: psycopg.Error) -> str:
    # Without detail and context, which can hold people's numbers.
    said = error.diag.message_primary or str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return url.masked(lines[0] if lines else type(error).__name__)
