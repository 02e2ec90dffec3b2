"""A session's answers "no" that are not verified yet: written down, then confirmed or invalidated.

Every step is part of one of the writer's transactions. `schema` says what the table means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from validator.model import SessionRef

ADD = "INSERT INTO unverified_negatives VALUES (?, ?, ?, ?)"

# A row is touched only while it says what this answer of the session left there: another session, or the same
# one once more, may have answered since.
CHOSEN = """
    failure = :unverified AND number IN (
        SELECT number FROM unverified_negatives WHERE gateway = :gateway AND session = :session
        GROUP BY number HAVING max(ordinal) <= :through
    )
"""
CONFIRM = f"""
    UPDATE numbers SET
        finding = :confirmed, checked_at_ms = failed_at_ms, attempts = failed_attempts, whatsapp_id = NULL,
        failure = NULL, failed_at_ms = NULL, failed_attempts = NULL
    WHERE {CHOSEN}
"""  # noqa: S608 - put together from constants
SELECT = f"SELECT number FROM numbers WHERE {CHOSEN}"  # noqa: S608 - as above
REMOVE = """
    DELETE FROM unverified_negatives
    WHERE gateway = :gateway AND session = :session AND ordinal <= :through
"""


def add(writing: sqlite3.Connection, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Put numbers on the list: gateway, session, ordinal and number of each."""
    writing.executemany(ADD, rows)


def confirm(
    writing: sqlite3.Connection, session: SessionRef, through: int, confirmed_of: Mapping[int, int]
) -> None:
    """Make a session's unverified negatives up to an ordinal its answers.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        confirmed_of: for the id of each finding that they have, the id of the one that they get.
    """
    chosen = {**session._asdict(), "through": through}
    for unverified, confirmed in confirmed_of.items():
        writing.execute(CONFIRM, {**chosen, "unverified": unverified, "confirmed": confirmed})
    writing.execute(REMOVE, chosen)


def invalidate(
    writing: sqlite3.Connection, session: SessionRef, through: int, unverified: Iterable[int]
) -> list[int]:
    """Take a session's unverified negatives up to an ordinal off the list.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        unverified: the ids of the findings that they have.

    Returns:
        Their numbers, ascending, without those that were answered otherwise since.
    """
    chosen = {**session._asdict(), "through": through}
    undecided = [
        number
        for finding in unverified
        for (number,) in writing.execute(SELECT, {**chosen, "unverified": finding})
    ]
    writing.execute(REMOVE, chosen)
    return sorted(undecided)
