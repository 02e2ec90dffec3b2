"""Reads a ledger in PostgreSQL: known verdicts, attempts spent, and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from validator.errors import LedgerError
from validator.ledger.postgres import columns, facts, purging, stats
from validator.ledger.postgres.connection import connect, translated
from validator.ledger.postgres.findings import read_findings
from validator.ledger.postgres.link import Link
from validator.ledger.postgres.schema import SCHEMA_VERSION, version_of
from validator.ledger.values import LARGEST, QUARTER_HOUR_MS, RunRecord, UnverifiedNegative, cutoffs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from validator.ledger.rows import Finding
    from validator.ledger.selection import Purged, Selection
    from validator.ledger.stats import LedgerStats
    from validator.ledger.values import FactRow, KnownColumns
    from validator.ledger_url import LedgerUrl
    from validator.model import SessionRef, Verdict

# What a number takes with its index (measured, benchmarks/postgres_ledger.py).
ROW_BYTES = 80

ALLOCATED = """
    SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint
    FROM pg_inherits WHERE inhparent = 'numbers'::regclass
"""
UNVERIFIED = """
    SELECT ordinal, number, coalesce(failed_at_ms, 0)
    FROM unverified_negatives LEFT JOIN numbers USING (number)
    WHERE gateway = %s AND session = %s ORDER BY ordinal
"""
SPENT = """
    SELECT coalesce(sum(attempts), 0)::bigint FROM spending
    WHERE gateway = %s AND session = %s AND quarter >= %s
"""
RUNS = """
    SELECT id, command, input_name, started_at_ms, finished_at_ms, exit_code, summary_json
    FROM runs WHERE input_name = coalesce(%s, input_name) ORDER BY id DESC LIMIT %s
"""
STRAY = """
    SELECT count(*) FROM numbers n WHERE coalesce(finding, failure) IS NULL
        OR (finding IS NOT NULL AND NOT EXISTS (SELECT 1 FROM findings WHERE id = n.finding))
        OR (failure IS NOT NULL AND NOT EXISTS (SELECT 1 FROM findings WHERE id = n.failure))
"""
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class PostgresReader:
    """A ledger to read; it sees what is durable, and never blocks a writer. See `LedgerReader`."""

    def __init__(self, url: LedgerUrl, reading: Link) -> None:
        self.url = url
        self._reading = reading

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._reading.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known(
        self,
        numbers: Sequence[int] | None = None,
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[list[FactRow]]:
        """Yield one row for each known number, ascending, in chunks of at most 500."""
        from_ms = cutoffs(fresh_from_ms, until_ms)
        if numbers is None:
            return columns.rows_between(self._reading, from_ms, LARGEST)
        return columns.rows_of(self._reading, from_ms, sorted(set(map(int, numbers))))

    def columns_between(
        self,
        first: int,
        last: int,
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of the numbers from `first` to `last`, ascending, as in `known`."""
        from_ms = cutoffs(fresh_from_ms, until_ms)
        return columns.scan(self._reading, from_ms, first, min(last, LARGEST))

    def columns_of(
        self,
        numbers: Sequence[int],
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of distinct, ascending numbers, each looked up by itself."""
        return columns.look_up(self._reading, cutoffs(fresh_from_ms, until_ms), numbers)

    def findings(self) -> dict[int, Finding]:
        """Return the findings by the ids that the columns hold."""
        return self._reading.persist(read_findings, "read")

    def estimated_rows(self) -> int:
        """Return about how many numbers there are; an exact count would read the whole table."""
        [(allocated_bytes,)] = self._reading.rows(ALLOCATED)
        return int(allocated_bytes // ROW_BYTES)

    def require_sound(self) -> None:
        """Check that every fact has its finding. The server's own tools check its files."""
        [(stray,)] = self._reading.rows(STRAY)
        if stray:
            raise LedgerError(
                f"{stray:,} numbers of the ledger {self.url} have no facts, or facts without words: another "
                "program wrote to it. Put a backup in its place"
            )

    def numbers(self) -> int:
        """Return how many numbers have a fact."""
        [(numbers,)] = self._reading.rows("SELECT count(*) FROM numbers")
        return int(numbers)

    def stats(self, now_ms: int) -> LedgerStats:
        """Count what the ledger holds, in one pass over it."""
        return stats.collect(self._reading, now_ms)

    def spent_since(self, session: SessionRef, since_ms: int) -> int:
        """Return how many attempts were started through a session since `since_ms`, in all runs."""
        [(spent,)] = self._reading.rows(SPENT, (*session, since_ms // QUARTER_HOUR_MS))
        return int(spent)

    def unverified_negatives(self, session: SessionRef) -> list[UnverifiedNegative]:
        """Return the "no"s of a session that are not verified yet, in the order of the answers."""
        return [UnverifiedNegative(*row) for row in self._reading.rows(UNVERIFIED, session)]

    def facts(self) -> Iterator[list[FactRow]]:
        """Yield all facts, also expired ones: all answers by ascending number, then all failures, in chunks.

        All are read from one snapshot, over a separate connection.
        """
        with translated(self.url, "read"), connect(self.url) as reading, reading.transaction():
            reading.execute(SNAPSHOT)
            yield from facts.facts(reading)

    def purgeable(self, selection: Selection) -> Purged:
        """Return what purging would do, in one pass over the ledger."""
        return self._reading.persist(lambda connection: purging.count(connection, selection), "read")

    def runs(self, limit: int, *, input_name: str | None = None) -> list[RunRecord]:
        """Return the latest runs, the newest first; only those over lists of this name, if it is given."""
        return [RunRecord(*row) for row in self._reading.rows(RUNS, (input_name, limit))]


def read(url: LedgerUrl) -> PostgresReader | None:
    """Open a ledger for reading only, while others write to it; None if the database has none yet.

    Raises:
        LedgerError: there is no such database, or the ledger is of another version.
    """
    link = Link(url)
    try:
        with translated(url, "opened"):
            version = version_of(link.open(), url)
        _require_current(version, url)
    except BaseException:
        link.close()
        raise
    if version:
        return PostgresReader(url, link)
    link.close()
    return None


def _require_current(version: int, url: LedgerUrl) -> None:
    if version not in {0, SCHEMA_VERSION}:
        raise LedgerError(
            f"the ledger {url} has schema version {version}, and this validator reads {SCHEMA_VERSION}; "
            "the next `validator check` brings it up to date"
        )
