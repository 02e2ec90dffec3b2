"""What a session has said and nothing vouches for yet: written down, believed after all, or taken back.

Every step is part of one of the writer's transactions. `schema` says what the table means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

SUSPECT = "INSERT INTO suspects VALUES (?, ?, ?)"

# A row is touched only while it says what this answer of the session left there: another session, or the same
# one once more, may have answered since.
CHOSEN = """
    failure = :suspected AND number IN (
        SELECT number FROM suspects WHERE session = :session GROUP BY number HAVING max(ordinal) <= :through
    )
"""
BELIEVE = f"""
    UPDATE numbers SET
        finding = :believed, checked_at_ms = failed_at_ms, attempts = failed_attempts, whatsapp_id = NULL,
        failure = NULL, failed_at_ms = NULL, failed_attempts = NULL
    WHERE {CHOSEN}
"""  # noqa: S608 - put together from constants
SELECT = f"SELECT number FROM numbers WHERE {CHOSEN} ORDER BY number"  # noqa: S608 - as above
FORGET = "DELETE FROM suspects WHERE session = :session AND ordinal <= :through"


def add(writing: sqlite3.Connection, rows: Iterable[tuple[str, int, int]]) -> None:
    """Put numbers on the list: session, ordinal and number of each."""
    writing.executemany(SUSPECT, rows)


def believe(
    writing: sqlite3.Connection, session: str, through: int, *, suspected: int, believed: int
) -> None:
    """Make a session's suspects up to an ordinal its answers.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        suspected: the id of the finding that suspects have.
        believed: the id of the finding they get.
    """
    chosen = {"session": session, "through": through, "suspected": suspected}
    writing.execute(BELIEVE, {**chosen, "believed": believed})
    writing.execute(FORGET, {"session": session, "through": through})


def retract(writing: sqlite3.Connection, session: str, through: int, *, suspected: int) -> list[int]:
    """Take a session's suspects up to an ordinal off the list, and return those that nobody has decided."""
    chosen = {"session": session, "through": through, "suspected": suspected}
    undecided = [number for (number,) in writing.execute(SELECT, chosen)]
    writing.execute(FORGET, {"session": session, "through": through})
    return undecided
