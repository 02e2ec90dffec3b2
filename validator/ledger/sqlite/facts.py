"""All facts of a ledger as rows for another ledger, and the import of such rows.

Each imported fact is compared by its time with the fact in the ledger: the newest answer is kept, and a
failure beside it if the failure is even newer. So the order of imports does not matter, and a second import
of the same facts changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.values import OWN_ID_SUFFIX, FactRow

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from validator.ledger.rows import NumberRow

# Larger chunks bring no speed, smaller ones cost it (measured, benchmarks/ledger.py).
CHUNK_ROWS = 10_000

# One statement sees one state of the ledger, even if others write meanwhile.
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


def facts(reading: sqlite3.Connection) -> Iterator[list[FactRow]]:
    """Return all answers by ascending number, then all failures, in chunks of at most 10,000."""
    return FactRow.chunks(reading.execute(FACTS), CHUNK_ROWS)


def merge(writing: sqlite3.Connection, rows: Iterable[NumberRow]) -> int:
    """Import rows of facts, in one of the writer's transactions; return how many were new.

    No failure is imported for a number with an unverified "no": confirming the "no" would make that failure
    an answer.
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
