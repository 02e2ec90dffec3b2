"""All facts of a ledger as rows for another ledger, and the import of such rows.

Imported facts are collected in a temporary table, and then merged in order. If there are several about one
number, each is compared with the result of those before, as if they had come one by one.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from validator.ledger.values import OWN_ID_SUFFIX, FactRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from validator.ledger.postgres.connection import Connection
    from validator.ledger.rows import NumberRow

CHUNK_ROWS = 10_000

FACTS = f"""
    SELECT number, verdict, reason,
        CASE WHEN own_id THEN number::text || '{OWN_ID_SUFFIX}' ELSE whatsapp_id END,
        source, gateway, session, attempts, checked_at_ms, strength
    FROM numbers JOIN findings ON findings.id = finding ORDER BY number
"""  # noqa: S608 - put together from constants
FAILURES = """
    SELECT number, verdict, reason, NULL, source, gateway, session, failed_attempts, failed_at_ms, strength
    FROM numbers JOIN findings ON findings.id = failure ORDER BY number
"""

COLUMNS = "number, finding, checked_at_ms, attempts, whatsapp_id, failure, failed_at_ms, failed_attempts"
MERGING = """
    CREATE TEMPORARY TABLE merging (
        place bigint GENERATED ALWAYS AS IDENTITY,
        number bigint, finding integer, checked_at_ms bigint, attempts integer, whatsapp_id text,
        failure integer, failed_at_ms bigint, failed_attempts integer
    ) ON COMMIT DROP
"""
COPY = f"COPY merging ({COLUMNS}) FROM STDIN"
# Otherwise confirming an unverified "no" would make an imported failure an answer.
WAITING = (
    "DELETE FROM merging WHERE failure IS NOT NULL AND number IN (SELECT number FROM unverified_negatives)"
)
ROUNDS = """
    CREATE TEMPORARY TABLE rounds ON COMMIT DROP AS
    SELECT *, row_number() OVER (PARTITION BY number ORDER BY place) AS round FROM merging
"""
LAST_ROUND = "SELECT coalesce(max(round), 0) FROM rounds"
OF_ROUND = f"""
    INSERT INTO numbers AS n ({COLUMNS})
    SELECT {COLUMNS} FROM rounds WHERE round = %s AND {{kind}} IS NOT NULL ORDER BY number
    ON CONFLICT (number) DO UPDATE SET
"""  # noqa: S608 - as above
MERGE_ANSWERS = (
    OF_ROUND.format(kind="finding")
    + """
        finding = excluded.finding, checked_at_ms = excluded.checked_at_ms, attempts = excluded.attempts,
        whatsapp_id = excluded.whatsapp_id,
        failure = CASE WHEN n.failed_at_ms >= excluded.checked_at_ms THEN n.failure END,
        failed_attempts = CASE WHEN n.failed_at_ms >= excluded.checked_at_ms THEN n.failed_attempts END,
        failed_at_ms = CASE WHEN n.failed_at_ms >= excluded.checked_at_ms THEN n.failed_at_ms END
    WHERE n.checked_at_ms IS NULL OR n.checked_at_ms < excluded.checked_at_ms
"""
)
MERGE_FAILURES = (
    OF_ROUND.format(kind="failure")
    + """
        failure = excluded.failure, failed_at_ms = excluded.failed_at_ms,
        failed_attempts = excluded.failed_attempts
    WHERE (n.checked_at_ms IS NULL OR n.checked_at_ms <= excluded.failed_at_ms)
        AND (n.failed_at_ms IS NULL OR n.failed_at_ms < excluded.failed_at_ms)
"""
)


def facts(reading: Connection) -> Iterator[list[FactRow]]:
    """Yield all answers by ascending number, then all failures, in chunks of at most 10,000.

    Args:
        reading: a separate connection, in a transaction that sees one state of the ledger.
    """
    for name, query in (("answers", FACTS), ("failures", FAILURES)):
        with closing(reading.cursor(name=name)) as cursor:
            cursor.itersize = CHUNK_ROWS
            yield from FactRow.chunks(cursor.execute(query), CHUNK_ROWS)


def merge(writing: Connection, parts: Iterable[Sequence[NumberRow]]) -> int:
    """Import rows of facts, in one of the writer's transactions; return how many were new.

    Args:
        writing: a connection in a transaction.
        parts: the rows; within each part the answers are imported first.
    """
    writing.execute(MERGING)
    with writing.cursor() as cursor, cursor.copy(COPY) as copy:
        for part in parts:
            for row in sorted(part, key=lambda row: row.finding is None):
                copy.write_row(row)
    writing.execute(WAITING)
    writing.execute(ROUNDS)
    (last,) = writing.execute(LAST_ROUND).fetchone() or (0,)
    return sum(
        writing.execute(query, (place,)).rowcount
        for place in range(1, last + 1)
        for query in (MERGE_ANSWERS, MERGE_FAILURES)
    )
