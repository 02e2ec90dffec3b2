"""Reads the ledger: known verdicts, attempts spent, and runs."""

from __future__ import annotations

import json
import os
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Self

from validator.ledger.sqlite import columns, facts
from validator.ledger.sqlite.columns import FACT, LOOK_UP_ROWS, WANTED
from validator.ledger.sqlite.connection import open_empty, open_reader, require_sound, translated
from validator.ledger.sqlite.findings import read_findings
from validator.ledger.sqlite.location import refuse_folder
from validator.ledger.values import (
    LARGEST,
    OWN_ID_SUFFIX,
    QUARTER_HOUR_MS,
    FactRow,
    RunRecord,
    UnverifiedNegative,
    cutoffs,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from validator.ledger.rows import Finding
    from validator.ledger.selection import Purged, Selection
    from validator.ledger.stats import LedgerStats
    from validator.ledger.values import KnownColumns
    from validator.model import SessionRef, Verdict

# Less than the number of new objects that starts Python's garbage collector (`gc.get_threshold`): larger
# chunks cost a quarter more (measured, benchmarks/ledger.py).
CHUNK_ROWS = 500

# The size of a row in the file if nearly all ids are the number's own (measured, benchmarks/ledger.py).
ROW_BYTES = 25

KNOWN = f"""
    SELECT n.number, f.verdict, f.reason,
        CASE WHEN f.id = n.failure THEN NULL WHEN f.own_id THEN n.number || '{OWN_ID_SUFFIX}'
            ELSE n.whatsapp_id END,
        f.source, f.gateway, f.session,
        CASE f.id WHEN n.failure THEN n.failed_attempts ELSE n.attempts END,
        CASE f.id WHEN n.failure THEN n.failed_at_ms ELSE n.checked_at_ms END,
        f.strength
    FROM {{numbers}} JOIN findings f ON f.id = {FACT}
"""  # noqa: S608 - put together from constants
SCAN = KNOWN.format(numbers="numbers n") + "WHERE n.number BETWEEN :first AND :last ORDER BY n.number"
LOOK_UP = KNOWN.format(numbers=WANTED)

UNVERIFIED = """
    SELECT ordinal, number, coalesce(failed_at_ms, 0)
    FROM unverified_negatives LEFT JOIN numbers USING (number)
    WHERE gateway = ? AND session = ? ORDER BY ordinal
"""
SPENT = "SELECT coalesce(sum(attempts), 0) FROM spending WHERE gateway = ? AND session = ? AND quarter >= ?"


class SqliteReader:
    """A ledger to read; it sees what is durable, and never blocks the writer."""

    def __init__(self, path: Path, reading: sqlite3.Connection) -> None:
        self.path = path
        self._reading = reading

    def close(self) -> None:
        """Close the file; a second call does nothing."""
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
        """Yield one row for each known number, ascending, in chunks of at most 500.

        Few numbers are looked up one by one; more than the ledger holds are found in one pass over it.

        Args:
            numbers: the numbers to look up, in any order; None means all.
            fresh_from_ms: for each verdict the earliest time that is still fresh (`MaxAge.cutoffs_ms`).
                If an answer is older, a later failure is shown: an `unknown` with its own reason and time.
                Without a time for its verdict, an answer is always shown before a failure.
            until_ms: the latest time that is still fresh; a later one comes from a wrong clock.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        from_ms = cutoffs(fresh_from_ms, until_ms)
        with translated(self.path, "read"):
            if numbers is None:
                yield from self._scan(from_ms, 0, LARGEST)
                return
            wanted = sorted(set(numbers))
            found = self._look_up if len(wanted) < self.estimated_rows() else self._pick
            yield from found(from_ms, wanted)

    def columns_between(
        self,
        first: int,
        last: int,
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of the numbers from `first` to `last`, ascending, as in `known`.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            yield from columns.scan(
                self._reading, cutoffs(fresh_from_ms, until_ms), first, min(last, LARGEST)
            )

    def columns_of(
        self,
        numbers: Sequence[int],
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of distinct, ascending numbers, each looked up by itself.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            yield from columns.look_up(self._reading, cutoffs(fresh_from_ms, until_ms), numbers)

    def findings(self) -> dict[int, Finding]:
        """Return the findings by the ids that the columns hold.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            return read_findings(self._reading)

    def estimated_rows(self) -> int:
        """Return about how many numbers there are; an exact count would read the whole file."""
        (pages,) = self._reading.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = self._reading.execute("PRAGMA page_size").fetchone()
        return int(pages * page_bytes // ROW_BYTES)

    def _scan(self, from_ms: Mapping[str, int], first: int, last: int) -> Iterator[list[FactRow]]:
        asked = {**from_ms, "first": first, "last": last}
        return FactRow.chunks(self._reading.execute(SCAN, asked), CHUNK_ROWS)

    def _look_up(self, from_ms: Mapping[str, int], wanted: Sequence[int]) -> Iterator[list[FactRow]]:
        for start in range(0, len(wanted), LOOK_UP_ROWS):
            part = json.dumps(wanted[start : start + LOOK_UP_ROWS])
            yield from FactRow.chunks(self._reading.execute(LOOK_UP, {**from_ms, "wanted": part}), CHUNK_ROWS)

    def _pick(self, from_ms: Mapping[str, int], wanted: Sequence[int]) -> Iterator[list[FactRow]]:
        if not wanted:
            return
        for rows in self._scan(from_ms, wanted[0], wanted[-1]):
            # Both are ascending: the wanted numbers of this chunk are between its first and last number.
            part = set(wanted[bisect_left(wanted, rows[0].number) : bisect_right(wanted, rows[-1].number)])
            if picked := [row for row in rows if row.number in part]:
                yield picked

    def require_sound(self) -> None:
        """Check every page, row and index of the file.

        Raises:
            LedgerError: the ledger is damaged (it is not changed), or cannot be read.
        """
        require_sound(self._reading, self.path)

    def numbers(self) -> int:
        """Return how many numbers have a fact.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            (numbers,) = self._reading.execute("SELECT count(*) FROM numbers").fetchone()
        return int(numbers)

    def stats(self, now_ms: int) -> LedgerStats:
        """Count what the ledger holds, in one pass over it.

        Args:
            now_ms: the current time, for the ages, in milliseconds since the Unix epoch.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        from validator.ledger.sqlite import stats  # noqa: PLC0415 - no run needs it

        with translated(self.path, "read"):
            return stats.collect(self._reading, self.path, now_ms)

    def spent_since(self, session: SessionRef, since_ms: int) -> int:
        """Return how many attempts were started through a session since `since_ms`, in all runs.

        Attempts are stored by quarters of an hour, and the quarter of `since_ms` counts as a whole. So a cap
        based on this is never exceeded, and from midnight, in any time zone, the count is exact.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            (spent,) = self._reading.execute(SPENT, (*session, since_ms // QUARTER_HOUR_MS)).fetchone()
        return int(spent)

    def unverified_negatives(self, session: SessionRef) -> list[UnverifiedNegative]:
        """Return the "no"s of a session that are not verified yet, in the order of the answers.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            return [UnverifiedNegative(*row) for row in self._reading.execute(UNVERIFIED, session)]

    def facts(self) -> Iterator[list[FactRow]]:
        """Yield all facts, also expired ones: all answers by ascending number, then all failures, in chunks.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self.path, "read"):
            yield from facts.facts(self._reading)

    def purgeable(self, selection: Selection) -> Purged:
        """Return what purging would do, in one pass over the ledger.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        from validator.ledger.sqlite import purging  # noqa: PLC0415 - no run needs it

        with translated(self.path, "read"):
            return purging.count(self._reading, selection)

    def runs(self, limit: int, *, input_name: str | None = None) -> list[RunRecord]:
        """Return the latest runs, the newest first; only those over lists of this name, if it is given.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        query = """
            SELECT id, command, input_name, started_at_ms, finished_at_ms, exit_code, summary_json
            FROM runs WHERE input_name = coalesce(?, input_name) ORDER BY id DESC LIMIT ?
        """
        with translated(self.path, "read"):
            rows = self._reading.execute(query, (input_name, limit)).fetchall()
        return [RunRecord(*row) for row in rows]


def read(path: Path) -> SqliteReader:
    """Open a ledger for reading only, while its writer may work; one that does not exist yet is empty.

    Raises:
        LedgerError: the file is damaged, foreign, of another version, a folder, or cannot be read.
    """
    refuse_folder(path)
    path = path.resolve()
    return SqliteReader(path, open_reader(path))


def empty() -> SqliteReader:
    """Return a ledger that holds nothing, in memory."""
    return SqliteReader(Path(os.devnull), open_empty())
