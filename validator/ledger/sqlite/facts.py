"""All facts of a ledger as rows for another ledger, and the import of such rows.

Each imported fact is compared with the fact that is there, by its time: the newest answer stands, and beside
it a failure to find out if that is newer still. So the order of imports does not matter, and importing twice
changes nothing.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

from validator.ledger.sqlite.schema import OWN_ID_SUFFIX
from validator.model import Strength

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from validator.ledger.sqlite.rows import NumberRow

# Larger chunks bring no speed, smaller ones cost it (measured, benchmarks/ledger.py).
CHUNK_ROWS = 10_000

# One statement sees one state of the ledger, whatever is written meanwhile.
FACTS = f"""
    SELECT number, verdict, reason, CASE WHEN own_id THEN number || '{OWN_ID_SUFFIX}' ELSE whatsapp_id END,
        source, gateway, session, attempts, checked_at_ms, strength
    FROM numbers JOIN findings ON findings.id = finding
    UNION ALL
    SELECT number, verdict, reason, NULL, source, gateway, session, failed_attempts, failed_at_ms, strength
    FROM numbers JOIN findings ON findings.id = failure
"""  # noqa: S608 - put together from constants

# A row of `numbers` with an answer and no failure, or the other way round, as `rows.row_of` makes them.
MERGE_ANSWER = """
    INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET
        finding = excluded.finding, checked_at_ms = excluded.checked_at_ms, attempts = excluded.attempts,
        whatsapp_id = excluded.whatsapp_id,
        failure = CASE WHEN failed_at_ms >= excluded.checked_at_ms THEN failure END,
        failed_attempts = CASE WHEN failed_at_ms >= excluded.checked_at_ms THEN failed_attempts END,
        failed_at_ms = CASE WHEN failed_at_ms >= excluded.checked_at_ms THEN failed_at_ms END
    WHERE checked_at_ms IS NULL OR checked_at_ms < excluded.checked_at_ms
"""
MERGE_FAILURE = """
    INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET
        failure = excluded.failure, failed_at_ms = excluded.failed_at_ms,
        failed_attempts = excluded.failed_attempts
    WHERE (checked_at_ms IS NULL OR checked_at_ms <= excluded.failed_at_ms)
        AND (failed_at_ms IS NULL OR failed_at_ms < excluded.failed_at_ms)
"""
WAITING = "SELECT DISTINCT number FROM unverified_negatives"


class FactRow(NamedTuple):
    """One fact about a number, in the words of `Outcome`; the reason is None for `registered`.

    Attributes:
        number: the digits of the number.
        whatsapp_id: the account's id, or None; a failure has none.
        gateway: the gateway of the session; empty if none was asked, or if it is not known.
        session: the session asked through; empty if none was.
        attempts: HTTP exchanges spent.
        checked_at_ms: when, in milliseconds since the Unix epoch.
        strength: how far the verdict can be trusted.
    """

    number: int
    verdict: str
    reason: str | None
    whatsapp_id: str | None
    source: str
    gateway: str
    session: str
    attempts: int
    checked_at_ms: int
    strength: str = Strength.DEFINITE.value

    @classmethod
    def chunks(cls, rows: Iterable[tuple[object, ...]], size: int) -> Iterator[list[Self]]:
        """Yield rows that have the fields in this order, in chunks of at most so many."""
        # As `_make`, without its check of the length, which takes as long as the rest of it.
        named = map(partial(tuple.__new__, cls), rows)
        while chunk := list(islice(named, size)):
            yield chunk


def facts(reading: sqlite3.Connection) -> Iterator[list[FactRow]]:
    """Return all answers by ascending number, then all failures, in chunks of at most 10,000."""
    return FactRow.chunks(reading.execute(FACTS), CHUNK_ROWS)


def merge(writing: sqlite3.Connection, rows: Iterable[NumberRow]) -> int:
    """Take rows of facts in, in one of the writer's transactions; return how many were news.

    A number with an unverified "no" takes no failure from elsewhere: to confirm the "no" would make that
    failure an answer.
    """
    waiting = {number for (number,) in writing.execute(WAITING)}
    answers, failures = [], []
    for row in rows:
        if row.finding is not None:
            answers.append(row)
        elif row.number not in waiting:
            failures.append(row)
    merged = writing.executemany(MERGE_ANSWER, answers).rowcount if answers else 0
    return merged + (writing.executemany(MERGE_FAILURE, failures).rowcount if failures else 0)
