"""The ledger as its one writer holds it: results go in, and are durable when `commit` returns."""

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
from validator.ledger.sqlite import facts, purging, unverified_negatives
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

    `record`, `record_unverified`, `confirm`, `note_attempts` gather a group, `commit` makes it durable. After
    a failed write nothing more is accepted: what reached the disk is in doubt until the file is opened anew.
    A file that was deleted or replaced is a failed write, too; what was in it is saved beside it.
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
        """Open or make a ledger, its folder for its owner alone, and hold its lock until `close`.

        Args:
            path: the file; symbolic links are followed first, so that all names of a ledger share one lock.
            holder: what a person needs to recognise this run, such as its command; neither key nor number.

        Raises:
            Busy: another process has it open for writing; the message names it.
            LedgerError: the file is damaged (it is left as it is), foreign or of a later version, lies on a
                network file system or is another user's in a shared folder, or cannot be written.
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

        An answer replaces what was known of the number. An `unknown` stands beside an earlier answer, which
        is shown as long as it is fresh.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
            ValueError: the verdict is `SUPPRESSED`, which says something of a list and nothing of the number.
        """
        self._require_usable()
        self._group.add(outcome)

    def record_unverified(self, outcome: Outcome, ordinal: int) -> None:
        """Put a "no" that is not verified yet into the open group.

        Until `confirm` it is shown as `unknown` for the reason `session_suspect` (`not_confirmed` if it is
        the second asking's), whatever becomes of this process, beside an earlier answer as any `unknown` is.
        An id that came along with it is not kept.

        Args:
            outcome: the answer.
            ordinal: which of the session's such answers it is, from 1, and above those that it has here.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._group.add(outcome, ordinal)

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal its answers, those of the open group too.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._group.confirm(session, through)

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably, with the open group.

        They stay `unknown` for the reason they are shown with, and no later `confirm` can change that.

        Returns:
            Their numbers, ascending; those that another session has answered since are left out.

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
        """Count attempts started through a session, at about `now_ms`, into the open group.

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
        """Record that a run has begun, durably, and return its id. Neither key nor number belong in here.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            return writing.execute(BEGIN_RUN, (command, input_name, started_at_ms)).lastrowid or 0

    def finish_run(self, run_id: int, finished_at_ms: int, exit_code: int, summary_json: str) -> None:
        """Record how a run ended, together with what is left in the open group, durably.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            writing.execute(FINISH_RUN, (finished_at_ms, exit_code, summary_json, run_id))
        self._group.clear()

    def merge(self, outcomes: Iterable[Sequence[Outcome]]) -> int:
        """Take facts of elsewhere in, all of them or none, and return how many were news.

        The newest answer about a number stands, and beside it a failure to find out where that is newer
        still. None of them is `SUPPRESSED`. Ascending numbers are several times as fast as others.

        Raises:
            LedgerError: no fact was imported; nothing more is accepted.
        """
        self._require_usable()
        with self._transaction() as writing:
            self._write_group(writing)
            news = sum(facts.merge(writing, fact_rows(self._finding_ids, part)) for part in outcomes)
        self._group.clear()
        return news

    def purge(self, selection: Selection) -> Purged:
        """Forget what was selected, durably, and overwrite it in the file and its WAL; return what went.

        Takes room for a copy of the ledger beside it, twice, while it lasts. When it is broken off, what was
        deleted stays deleted, and purging again does the rest.

        Raises:
            Busy: it is deleted, but somebody reads an older state in the WAL, which therefore still is there.
            LedgerError: it could not be written; nothing more is accepted.
        """
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
                f"what was to go is deleted from the ledger {self.path}, but another process reads it, so "
                f"that an older state stays in its WAL; run the same command again when that has ended"
            )
        return purged

    def lease(self, numbers: Sequence[int], **_: object) -> list[int]:
        """Return all of them: there is no other writer to share them with."""
        self._require_usable()
        return list(numbers)

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """Do nothing: nobody else waits for them."""

    def close(self) -> None:
        """Commit what is left in the group (it was paid for), and let go of file and lock.

        After an error in writing the group is given up, as its commit failed. Doing it again does nothing.

        Raises:
            LedgerError: the rest of the group is not durable.
        """
        try:
            if self._usable:
                self.commit()
        finally:
            if not self._usable:
                # The last connection to close writes the WAL back into the file. After a failed write that
                # must wait for the next opening, and the reader, still open, prevents it.
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
        """Run the body as one transaction, durable at its end. Whatever breaks it ends the ledger's use."""
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
