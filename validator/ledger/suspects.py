"""What a session has said and nothing vouches for yet: written down, believed after all, or taken back.

Every step is part of one of the writer's transactions. `schema` says what the table means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from validator.model import SessionRef

SUSPECT = "INSERT INTO unverified_negatives VALUES (?, ?, ?, ?)"

# A row is touched only while it says what this answer of the session left there: another session, or the same
# one once more, may have answered since.
CHOSEN = """
    failure = :suspected AND number IN (
        SELECT number FROM unverified_negatives WHERE gateway = :gateway AND session = :session
        GROUP BY number HAVING max(ordinal) <= :through
    )
"""
BELIEVE = f"""
    UPDATE numbers SET
        finding = :believed, checked_at_ms = failed_at_ms, attempts = failed_attempts, whatsapp_id = NULL,
        failure = NULL, failed_at_ms = NULL, failed_attempts = NULL
    WHERE {CHOSEN}
"""  # noqa: S608 - put together from constants
SELECT = f"SELECT number FROM numbers WHERE {CHOSEN}"  # noqa: S608 - as above
FORGET = """
    DELETE FROM unverified_negatives
    WHERE gateway = :gateway AND session = :session AND ordinal <= :through
"""


def add(writing: sqlite3.Connection, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Put numbers on the list: gateway, session, ordinal and number of each."""
    writing.executemany(SUSPECT, rows)


def believe(
    writing: sqlite3.Connection, session: SessionRef, through: int, believed_of: Mapping[int, int]
) -> None:
    """Make a session's suspects up to an ordinal its answers.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        believed_of: for the id of each finding that its suspects have, that of the finding they get.
    """
    upto = {**session._asdict(), "through": through}
    for suspected, believed in believed_of.items():
        writing.execute(BELIEVE, {**upto, "suspected": suspected, "believed": believed})
    writing.execute(FORGET, upto)


def retract(
    writing: sqlite3.Connection, session: SessionRef, through: int, suspected: Iterable[int]
) -> list[int]:
    """Take a session's suspects up to an ordinal off the list, and return those that nobody has decided.

    Args:
        writing: a connection in a transaction.
        session: the session.
        through: the last ordinal.
        suspected: the ids of the findings that its suspects have.
    """
    upto = {**session._asdict(), "through": through}
    undecided = [
        number
        for finding in suspected
        for (number,) in writing.execute(SELECT, {**upto, "suspected": finding})
    ]
    writing.execute(FORGET, upto)
    return sorted(undecided)
