"""Statistics of a ledger in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.postgres.connection import SCHEMA
from validator.ledger.postgres.schema import SCHEMA_VERSION
from validator.ledger.stats import AGES, AGES_D, DAY_MS, Count, LedgerStats, Storage, summed
from validator.ledger.values import QUARTER_HOUR_MS

if TYPE_CHECKING:
    from validator.ledger.postgres.link import Link

OLDER_THAN = " + ".join(f"(at_ms < %(now_ms)s::bigint - {days * DAY_MS})::integer" for days in AGES_D)
IN_THE_FUTURE = f"(at_ms > %(now_ms)s::bigint + {DAY_MS})::integer * {len(AGES) - 1}"
COUNT = f"""
    SELECT f.verdict, f.source, f.gateway, f.session, key %% {len(AGES)}, count, oldest_ms, newest_ms FROM (
        SELECT fact * {len(AGES)} + {OLDER_THAN} + {IN_THE_FUTURE} AS key,
            count(*) AS count, min(at_ms) AS oldest_ms, max(at_ms) AS newest_ms
        FROM (
            SELECT coalesce(finding, failure) AS fact, coalesce(checked_at_ms, failed_at_ms) AS at_ms
            FROM numbers
        ) facts GROUP BY key
    ) counts JOIN findings f ON f.id = key / {len(AGES)}
"""  # noqa: S608 - put together from constants
SPENT = """
    SELECT gateway, session, sum(attempts)::bigint FROM spending WHERE quarter >= %s GROUP BY gateway, session
"""
WAITING = "SELECT gateway, session, count(*) FROM unverified_negatives GROUP BY gateway, session"
SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
    WHERE s.nspname = %s AND c.relkind = 'r'
"""
# VACUUM gives the space of dead rows back to the tables; PostgreSQL counts these rows, and not their bytes.
FREE = """
    SELECT coalesce(
        sum(pg_relation_size(relid) * n_dead_tup / greatest(n_live_tup + n_dead_tup, 1)), 0
    )::bigint
    FROM pg_stat_user_tables WHERE schemaname = %s
"""


def collect(link: Link, now_ms: int) -> LedgerStats:
    """Count what a ledger holds, in one pass over it; ages are counted from `now_ms`."""
    counts = [Count(*row) for row in link.rows(COUNT, {"now_ms": now_ms})]
    spent = ((gateway, session, count) for gateway, session, count in link.rows(SPENT, (_day_ago(now_ms),)))
    waiting = ((gateway, session, count) for gateway, session, count in link.rows(WAITING))
    return summed(counts, spent, waiting, _storage(link))


def _day_ago(now_ms: int) -> int:
    return (now_ms - DAY_MS) // QUARTER_HOUR_MS


def _storage(link: Link) -> Storage:
    [(size_bytes,)] = link.rows(SIZE, (SCHEMA,))
    [(free_bytes,)] = link.rows(FREE, (SCHEMA,))
    [(runs,)] = link.rows("SELECT count(*) FROM runs")
    return Storage(size_bytes, free_bytes, SCHEMA_VERSION, runs)
