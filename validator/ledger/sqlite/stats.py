"""Statistics of a ledger in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.sqlite.schema import SCHEMA_VERSION
from validator.ledger.stats import AGES, AGES_D, DAY_MS, Count, LedgerStats, Storage, summed
from validator.ledger.values import QUARTER_HOUR_MS

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

# Without a maximum age of answers, an answer is shown before a failure.
# Grouped by one integer, which takes half the time of two columns.
OLDER_THAN = " + ".join(f"(at_ms < :now_ms - {days * DAY_MS})" for days in AGES_D)
IN_THE_FUTURE = f"(at_ms > :now_ms + {DAY_MS}) * {len(AGES) - 1}"
COUNT = f"""
    SELECT f.verdict, f.source, f.gateway, f.session, key % {len(AGES)}, count, oldest_ms, newest_ms FROM (
        SELECT fact * {len(AGES)} + {OLDER_THAN} + {IN_THE_FUTURE} AS key,
            count(*) AS count, min(at_ms) AS oldest_ms, max(at_ms) AS newest_ms
        FROM (
            SELECT coalesce(finding, failure) AS fact, coalesce(checked_at_ms, failed_at_ms) AS at_ms
            FROM numbers
        ) GROUP BY key
    ) JOIN findings f ON f.id = key / {len(AGES)}
"""  # noqa: S608 - put together from constants
SPENT = "SELECT gateway, session, sum(attempts) FROM spending WHERE quarter >= ? GROUP BY gateway, session"
WAITING = "SELECT gateway, session, count(*) FROM unverified_negatives GROUP BY gateway, session"
FREE = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"


def collect(reading: sqlite3.Connection, path: Path, now_ms: int) -> LedgerStats:
    """Count what a ledger holds, in one pass over it; ages are counted from `now_ms`."""
    counts = [Count(*row) for row in reading.execute(COUNT, {"now_ms": now_ms})]
    spent = reading.execute(SPENT, ((now_ms - DAY_MS) // QUARTER_HOUR_MS,))
    return summed(counts, spent, reading.execute(WAITING), _storage(reading, path))


def _storage(reading: sqlite3.Connection, path: Path) -> Storage:
    (runs,) = reading.execute("SELECT count(*) FROM runs").fetchone()
    (free_bytes,) = reading.execute(FREE).fetchone()
    size_bytes = sum(_size(path.with_name(path.name + end)) for end in ("", "-wal"))
    return Storage(size_bytes, free_bytes, SCHEMA_VERSION, runs)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
