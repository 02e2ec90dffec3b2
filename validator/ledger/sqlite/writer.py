"""The ledger for its only writer: results are durable when `commit` returns."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from validator.errors import Busy, LedgerError
from validator.ledger.finding_ids import FindingIds
from validator.ledger.folder import make_folder
from validator.ledger.group import Group, fact_rows
from validator.ledger.lock import Lock
from validator.ledger.sqlite import facts, unverified_negatives
from validator.ledger.sqlite.connection import open_reader, open_writer, translated
from validator.ledger.sqlite.findings import insert_finding, read_findings
from validator.ledger.sqlite.location import make_file, proper_place, wider_modes
from validator.ledger.sqlite.presence import Presence, lock_path
from validator.ledger.sqlite.reader import SqliteReader
from validator.model import Number

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from validator.ledger.selection import Purged, Selection
    from validator.model import Outcome, SessionRef

LOG = logging.getLogger(__name__)

# An answer comes without a failure and replaces both facts of the row; a failure comes without an answer.
UPSERT = """
    INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET
        finding = coalesce(excluded.finding, finding),
        checked_at_ms = coalesce(excluded.checked_at_ms, checked_at_ms),
        attempts = coalesce(excluded.attempts, attempts),
        whatsapp_id = CASE WHEN excluded.finding IS NULL THEN whatsapp_id ELSE excluded.whatsapp_id END,
        failure = excluded.failure,
        failed_at_ms = excluded.failed_at_ms,
        failed_attempts = excluded.failed_attempts
"""
SPEND = """
    INSERT INTO spending VALUES (?, ?, ?, ?)
    ON CONFLICT (gateway, session, quarter) DO UPDATE SET attempts = attempts + excluded.attempts
"""
BEGIN_RUN = "INSERT INTO runs (command, input_name, started_at_ms) VALUES (?, ?, ?)"
FINISH_RUN = "UPDATE runs SET finished_at_ms = ?, exit_code = ?, summary_json = ? WHERE id = ?"


class SqliteLedger(SqliteReader):
    """A ledger to write to, for one process at a time.

    `record`, `record_unverified`, `confirm` and `note_attempts` add to the open group; `commit` makes it
    durable. After a failed write nothing more is accepted: until the file is opened again, it is not known
    what reached the disk. A deleted or replaced file counts as a failed write; its content is saved beside
    it.
    """

    def __init__(
        self,
        path: Path,
        reading: sqlite3.Connection,
        writing: sqlite3.Connection,
        resources: ExitStack,
        presence: Presence,
    ) -> None:
        super().__init__(path, reading)
        self._writing = writing
        self._resources = resources
        self._usable = True
        self._presence = presence
        self._group = Group()
        self._finding_ids = FindingIds(read_findings(writing), partial(insert_finding, writing))

    @classmethod
    def open(cls, path: Path, *, holder: str) -> SqliteLedger:
        """Open or create a ledger in a folder that only its owner can read, and hold its lock until `close`.

        Args:
            path: the file; symbolic links are followed first, so that all names of a ledger share one lock.
            holder: text by which the user recognises this run, such as its command; no key and no number.

        Raises:
            Busy: another process has it open for writing; the message names the process.
            LedgerError: the file is damaged (it is not changed), foreign or of a later version, is on a
                network file system, belongs to another user in a shared folder, or cannot be written.
        """
        given, path = path, proper_place(path)
        make_folder(path.parent)
        with ExitStack() as stack:
            stack.enter_context(Lock.take(lock_path(path), holder=holder, guards=f"the ledger {path}"))
            make_file(path)
            for warning in wider_modes(path):
                LOG.warning("%s", warning)
            writing = stack.enter_context(closing(open_writer(path)))
            reading = stack.enter_context(closing(open_reader(path)))
            return cls(path, reading, writing, stack.pop_all(), Presence(given, path))

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group; `commit` makes it durable, and visible to readers.

        An answer replaces all that was known about the number. An `unknown` is stored beside an earlier
        answer, which is shown as long as it is fresh.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
            ValueError: the verdict is `SUPPRESSED`, which is about a list and not about the number.
        """
        self._require_usable()
        self._group.add(outcome)

    def record_unverified(self, outcome: Outcome, ordinal: int) -> None:
        """Put a "no" that is not verified yet into the open group.

        Until `confirm` it is an `unknown` with the reason `session_suspect` (`not_confirmed` if the number
        was asked about a second time), even if this process ends. An id in the answer is not stored.

        Args:
            outcome: the answer.
            ordinal: its place among the session's "no"s, from 1, and higher than those stored here.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._group.add(outcome, ordinal)

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal answers, also those in the open group.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._group.confirm(session, through)

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably, with the open group.

        They stay `unknown` with their reason, and no later `confirm` can change that.

        Returns:
            Their numbers, ascending, without those that another session has answered since.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            findings = self._finding_ids.confirmed(session)
            undecided = unverified_negatives.invalidate(writing, session, through, findings)
        self._group.clear()
        return [Number(number) for number in undecided]

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Add attempts that started through a session at about `now_ms` to the open group.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._group.spend(session, count, now_ms)

    def commit(self) -> int:
        """Make the open group durable, and return how many outcomes were in it. Waits for the disk.

        Raises:
            LedgerError: the group is not durable; nothing more is accepted.
        """
        self._require_usable()
        if not self._group:
            return 0
        with self._transaction() as writing:
            self._write_group(writing)
        return self._group.clear()

    def begin_run(self, *, command: str, input_name: str, started_at_ms: int) -> int:
        """Record that a run has begun, durably, and return its id. Pass neither a key nor a number.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            return writing.execute(BEGIN_RUN, (command, input_name, started_at_ms)).lastrowid or 0

    def finish_run(self, run_id: int, finished_at_ms: int, exit_code: int, summary_json: str | None) -> None:
        """Record how a run ended, together with the open group, durably.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            writing.execute(FINISH_RUN, (finished_at_ms, exit_code, summary_json, run_id))
        self._group.clear()

    def merge(self, outcomes: Iterable[Sequence[Outcome]]) -> int:
        """Import facts, all of them or none, and return how many were new.

        The newest answer about a number is kept, and a failure beside it if the failure is even newer. None
        of them is `SUPPRESSED`. Ascending numbers are several times as fast as others.

        Raises:
            LedgerError: no fact was imported; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            imported = sum(facts.merge(writing, fact_rows(self._finding_ids, part)) for part in outcomes)
        self._group.clear()
        return imported

    def purge(self, selection: Selection) -> Purged:
        """Delete the selection durably, and overwrite it in the file and its WAL; return what was deleted.

        Needs disk space for two copies of the ledger meanwhile. If it is interrupted, what was deleted stays
        deleted, and a second purge does the rest.

        Raises:
            Busy: it is deleted, but another process reads an older state in the WAL, which is therefore kept.
            LedgerError: it could not be written; nothing more is accepted.
        """
        from validator.ledger.sqlite import purging  # noqa: PLC0415 - no run needs it

        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            purged = purging.forget(writing, selection)
        self._group.clear()
        self._usable = False
        with translated(self.path, "overwritten"):
            is_overwritten = purging.overwrite(self._writing)
        self._usable = True
        if not is_overwritten:
            raise Busy(
                f"the selection is deleted from the ledger {self.path}, but another process reads it, so "
                f"that an older state stays in its WAL; run the same command again when that has ended"
            )
        return purged

    def lease(self, numbers: Sequence[int], **_: object) -> list[int]:
        """Return all of them: there is no other writer."""
        self._require_usable()
        return list(numbers)

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """Do nothing: there are no other writers."""

    def close(self) -> None:
        """Commit the open group (its requests were paid for), and release the file and the lock.

        After a failed write the group is discarded. A second call does nothing.

        Raises:
            LedgerError: the rest of the group is not durable.
        """
        try:
            if self._usable:
                self.commit()
        finally:
            if not self._usable:
                # The last connection to close writes the WAL back into the file. After a failed write that
                # has to wait until the file is opened again; the reader, which is still open, prevents it.
                self._writing.close()
            self._usable = False
            self._resources.close()

    def _require_usable(self) -> None:
        if not self._usable:
            raise LedgerError(
                f"the ledger {self.path} takes nothing more, as it was closed or could not be written; "
                f"run the same command again"
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the body as one transaction, durable at its end. After a failure the ledger is not usable."""
        self._usable = False
        with translated(self.path, "written"), self._writing:
            self._writing.execute("BEGIN IMMEDIATE")
            yield self._writing
        if not self._presence.is_whole:
            raise self._presence.loss(self._writing)
        self._usable = True

    def _write_group(self, writing: sqlite3.Connection) -> None:
        writing.executemany(UPSERT, self._group.rows(self._finding_ids))
        unverified_negatives.add(writing, self._group.unverified())
        for session, through in self._group.confirmed.items():
            unverified_negatives.confirm(writing, session, through, self._finding_ids.confirmed(session))
        writing.executemany(SPEND, self._group.spending())
