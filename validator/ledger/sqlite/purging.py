"""Purging people: what is deleted, and how no copy of it is left.

A selected person is deleted from every table that can name one: `numbers`, `unverified_negatives`, and the
file names and summaries in `runs`. `findings` and `spending` name sessions, not people.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from validator.ledger.selection import Purged, numbers_in

if TYPE_CHECKING:
    import sqlite3

    from validator.ledger.selection import Selection

NAMES = "(SELECT value FROM json_each(:numbers))"
# An account's id may name another number than the one asked about: 447700900000@s.whatsapp.net.
NAMED = f"(number IN {NAMES} OR CAST(whatsapp_id AS INTEGER) IN {NAMES})"
# Null, and so false, if nothing is selected by age (`:before_ms` is null).
# A time in the future comes from a wrong clock, and counts as old.
LATEST = f"ifnull(:after_ms, {2**63 - 1})"
OLD_ANSWER = f"(checked_at_ms < :before_ms OR checked_at_ms > {LATEST})"
OLD_FAILURE = f"(failed_at_ms < :before_ms OR failed_at_ms > {LATEST})"
OLD = f"coalesce({OLD_ANSWER}, {OLD_FAILURE}) AND coalesce({OLD_FAILURE}, {OLD_ANSWER})"
GONE = f"({NAMED} OR {OLD})"
PARTLY_OLD = f"({OLD_ANSWER} OR {OLD_FAILURE})"
ENDED_MS = "coalesce(finished_at_ms, started_at_ms)"
OLD_RUN = f"({ENDED_MS} < :before_ms OR {ENDED_MS} > {LATEST})"

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
    DELETE FROM unverified_negatives AS unverified WHERE EXISTS (
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
)
BLANK_RUN = "UPDATE runs SET input_name = '', summary_json = NULL WHERE id = ?"


def _parameters(selection: Selection) -> dict[str, int | str | None]:
    """Return the parameters of this module's statements."""
    return {
        "before_ms": selection.before_ms,
        "after_ms": selection.after_ms,
        "numbers": json.dumps([int(number) for number in selection.numbers]),
    }


def count(connection: sqlite3.Connection, selection: Selection) -> Purged:
    """Return what `forget` would do."""
    numbers, older_facts = connection.execute(COUNT_NUMBERS, _parameters(selection)).fetchone()
    (runs,) = connection.execute(COUNT_RUNS, _parameters(selection)).fetchone()
    blanked_runs = len(_runs_naming(connection, selection))
    return Purged(numbers=numbers, older_facts=older_facts, runs=runs, blanked_runs=blanked_runs)


def forget(writing: sqlite3.Connection, selection: Selection) -> Purged:
    """Delete the selection, in one of the writer's transactions; the pages have to be rewritten after it."""
    purged = count(writing, selection)
    writing.executemany(BLANK_RUN, [(run,) for run in _runs_naming(writing, selection)])
    for statement in FORGET:
        writing.execute(statement, _parameters(selection))
    return purged


def _runs_naming(connection: sqlite3.Connection, selection: Selection) -> list[int]:
    if not selection.numbers:
        return []
    runs = connection.execute(YOUNG_RUNS, _parameters(selection))
    wanted = frozenset(map(int, selection.numbers))
    return [run for run, text in runs if not wanted.isdisjoint(numbers_in(text))]


def overwrite(writing: sqlite3.Connection) -> bool:
    """Leave no copy of deleted data in the file or its WAL; return whether that succeeded.

    Deleted rows are already zeroed, but a number can remain as a separator between two pages of the tree, and
    older pages are in the WAL. So the file is rebuilt without them, and the WAL is truncated. This waits for
    readers, up to the busy timeout, and fails if they still read.
    """
    writing.execute("VACUUM")
    (busy, _, _) = writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
