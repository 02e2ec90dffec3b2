"""A session's "no"s that are not verified yet: they are added, then confirmed or invalidated.

Every step is part of one of the writer's transactions. `schema` explains the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from validator.model import SessionRef

ADD = "INSERT INTO unverified_negatives VALUES (?, ?, ?, ?)"

# A row is changed only while it still holds this answer: another session, or the same session again, may have
# answered since.
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
    """Add rows of gateway, session, ordinal and number."""
    writing.executemany(ADD, rows)


def confirm(
    writing: sqlite3.Connection, session: SessionRef, through: int, confirmed_of: Mapping[int, int]
) -> None:
    """Make a session's unverified negatives up to an ordinal answers.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        confirmed_of: the new finding's id, by the id of their present finding.
    """
    chosen = {**session._asdict(), "through": through}
    for unverified, confirmed in confirmed_of.items():
        writing.execute(CONFIRM, {**chosen, "unverified": unverified, "confirmed": confirmed})
    writing.execute(REMOVE, chosen)


def invalidate(
    writing: sqlite3.Connection, session: SessionRef, through: int, unverified: Iterable[int]
) -> list[int]:
    """Remove a session's unverified negatives up to an ordinal from the table.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        unverified: the ids of their present findings.

    Returns:
        Their numbers, ascending, without those that have another answer since.
    """
    chosen = {**session._asdict(), "through": through}
    undecided = [
        number
        for finding in unverified
        for (number,) in writing.execute(SELECT, {**chosen, "unverified": finding})
    ]
    writing.execute(REMOVE, chosen)
    return sorted(undecided)
