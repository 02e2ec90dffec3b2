"""Purging people: what is deleted, and what PostgreSQL keeps in spite of that.

As in SQLite (`validator.ledger.sqlite.purging`), a selected person is deleted from every table that can name
one, here also from `leases` and `writers`. Then the tables are rewritten. Copies outside of them stay: the
server's WAL until it is recycled, archives of the WAL, standbys until they have followed, and backups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import errors

from validator.errors import Busy, LedgerError
from validator.ledger.postgres.connection import SCHEMA
from validator.ledger.selection import Purged, numbers_in
from validator.ledger.values import LARGEST

if TYPE_CHECKING:
    from validator.ledger.postgres.connection import Connection
    from validator.ledger.selection import Selection
    from validator.ledger_url import LedgerUrl

NAMES = "ANY (%(numbers)s::bigint[])"
# An account's id may name another number than the one asked about: 447700900000@s.whatsapp.net.
NAMED = (
    f"(number = {NAMES} OR coalesce(substring(whatsapp_id from '^[0-9]{{1,18}}')::bigint = {NAMES}, false))"
)
BEFORE = "%(before_ms)s::bigint"
LATEST = f"coalesce(%(after_ms)s::bigint, {LARGEST})"
OLD_ANSWER = f"(checked_at_ms < {BEFORE} OR checked_at_ms > {LATEST})"
OLD_FAILURE = f"(failed_at_ms < {BEFORE} OR failed_at_ms > {LATEST})"
OLD = f"coalesce({OLD_ANSWER}, {OLD_FAILURE}) AND coalesce({OLD_FAILURE}, {OLD_ANSWER})"
GONE = f"({NAMED} OR {OLD})"
PARTLY_OLD = f"({OLD_ANSWER} OR {OLD_FAILURE})"
ENDED_MS = "coalesce(finished_at_ms, started_at_ms)"
OLD_RUN = f"({ENDED_MS} < {BEFORE} OR {ENDED_MS} > {LATEST})"

COUNT_NUMBERS = f"""
    SELECT count(*) FILTER (WHERE {GONE}), count(*) FILTER (WHERE {GONE} IS NOT TRUE AND {PARTLY_OLD})
    FROM numbers
"""  # noqa: S608 - put together from constants
COUNT_RUNS = f"SELECT count(*) FROM runs WHERE {OLD_RUN}"  # noqa: S608 - as above
YOUNG_RUNS = f"""
    SELECT id, input_name || ' ' || coalesce(summary_json, '') FROM runs WHERE {OLD_RUN} IS NOT TRUE
"""  # noqa: S608 - as above
FORGET = (
    f"""
    DELETE FROM unverified_negatives unverified WHERE EXISTS (
        SELECT 1 FROM numbers n WHERE n.number = unverified.number AND ({GONE} OR {OLD_FAILURE})
    )
    """,  # noqa: S608 - as above
    f"DELETE FROM numbers WHERE {GONE}",  # noqa: S608 - as above
    f"""
    UPDATE numbers SET finding = NULL, checked_at_ms = NULL, attempts = NULL, whatsapp_id = NULL
    WHERE {OLD_ANSWER}
    """,  # noqa: S608 - as above
    f"""
    UPDATE numbers SET failure = NULL, failed_at_ms = NULL, failed_attempts = NULL
    WHERE {OLD_FAILURE}
    """,  # noqa: S608 - as above
    f"DELETE FROM runs WHERE {OLD_RUN}",  # noqa: S608 - as above
    f"DELETE FROM leases WHERE number = {NAMES} OR ends_at < clock_timestamp()",  # noqa: S608 - as above
    "UPDATE writers SET result = NULL WHERE result IS NOT NULL",
)
BLANK_RUNS = "UPDATE runs SET input_name = '', summary_json = NULL WHERE id = ANY (%s::bigint[])"

# Of the table `numbers` each partition is rewritten.
REWRITE = "VACUUM (FULL) numbers, unverified_negatives, runs, leases, writers"
NOT_OURS = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
    WHERE s.nspname = %s AND c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE')
"""
# If other runs use a table, the wait for it is not much longer than one of their groups takes.
LOCK_TIMEOUT = "SET lock_timeout TO '10s'"


def count(connection: Connection, selection: Selection) -> Purged:
    """Return what `forget` would do."""
    parameters = _parameters(selection)
    numbers, older_facts = connection.execute(COUNT_NUMBERS, parameters).fetchone() or (0, 0)
    (runs,) = connection.execute(COUNT_RUNS, parameters).fetchone() or (0,)
    blanked_runs = len(_runs_naming(connection, selection))
    return Purged(numbers=numbers, older_facts=older_facts, runs=runs, blanked_runs=blanked_runs)


def forget(writing: Connection, selection: Selection) -> Purged:
    """Delete the selection, in one of the writer's transactions; the tables have to be rewritten after it."""
    purged = count(writing, selection)
    writing.execute(BLANK_RUNS, (_runs_naming(writing, selection),))
    for statement in FORGET:
        writing.execute(statement, _parameters(selection))
    return purged


def overwrite(writing: Connection, url: LedgerUrl) -> None:
    """Rewrite the tables without the deleted rows, and free the space of the old files.

    Raises:
        Busy: another run uses a table all the time.
        LedgerError: the role does not own the tables.
    """
    row = writing.execute(NOT_OURS, (SCHEMA,)).fetchone()
    if row and row[0]:
        raise LedgerError(
            f"the selection is deleted from the ledger {url}, but its pages still hold it, since only the "
            "owner of its tables can rewrite them: run the same command as that role"
        )
    writing.execute(LOCK_TIMEOUT)
    try:
        writing.execute(REWRITE)
    except errors.LockNotAvailable:
        raise Busy(
            f"the selection is deleted from the ledger {url}, but its pages still hold it, since another run "
            "uses them; run the same command again when that run has ended"
        ) from None
    finally:
        _reset(writing)


def _reset(writing: Connection) -> None:
    if not writing.closed:
        writing.execute("RESET lock_timeout")


def _parameters(selection: Selection) -> dict[str, Any]:
    return {
        "before_ms": selection.before_ms,
        "after_ms": selection.after_ms,
        "numbers": [int(number) for number in selection.numbers],
    }


def _runs_naming(connection: Connection, selection: Selection) -> list[int]:
    if not selection.numbers:
        return []
    runs = connection.execute(YOUNG_RUNS, _parameters(selection))
    wanted = frozenset(map(int, selection.numbers))
    return [run for run, text in runs if not wanted.isdisjoint(numbers_in(text))]
