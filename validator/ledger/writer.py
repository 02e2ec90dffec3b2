"""The ledger as its one writer holds it: results go in, and are durable when `commit` returns."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

from validator.errors import LedgerError
from validator.ledger.connection import open_reader, open_writer, translated
from validator.ledger.lock import Lock
from validator.ledger.place import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    make_file,
    make_folder,
    refuse_remote,
    warn_if_wider,
)
from validator.ledger.reader import QUARTER_HOUR_MS, LedgerReader
from validator.ledger.schema import OWN_ID_SUFFIX
from validator.model import Outcome, Verdict

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

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
    INSERT INTO spending VALUES (?, ?, ?)
    ON CONFLICT (session, quarter) DO UPDATE SET attempts = attempts + excluded.attempts
"""
BEGIN_RUN = "INSERT INTO runs (command, input_name, started_at_ms) VALUES (?, ?, ?)"
FINISH_RUN = "UPDATE runs SET finished_at_ms = ?, exit_code = ?, summary_json = ? WHERE id = ?"


class Finding(NamedTuple):
    """What many numbers have in common: one row of the dictionary `findings`, in its columns' order."""

    verdict: str
    reason: str | None
    source: str
    session: str
    own_id: bool

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return the part of an outcome that is not the number's own."""
        return cls(
            outcome.verdict.value,
            outcome.reason.value if outcome.reason else None,
            outcome.source.value,
            outcome.session,
            outcome.whatsapp_id == f"{int(outcome.number)}{OWN_ID_SUFFIX}",
        )


class Ledger(LedgerReader):
    """A ledger to write to, for one process at a time.

    `record` and `note_attempts` gather a group, `commit` makes it durable. After an error in writing nothing
    more is accepted: what reached the disk is then in doubt until the file is opened anew.
    """

    def __init__(
        self, path: Path, reading: sqlite3.Connection, writing: sqlite3.Connection, resources: ExitStack
    ) -> None:
        super().__init__(path, reading)
        self._writing = writing
        self._resources = resources
        self._usable = True
        self._group: list[Outcome] = []
        self._spent: Counter[tuple[str, int]] = Counter()
        rows = writing.execute("SELECT id, verdict, reason, source, session, own_id FROM findings")
        self._finding_ids = {Finding(*row[1:]): int(row[0]) for row in rows}

    @classmethod
    def open(cls, path: Path, *, holder: str) -> Ledger:
        """Open or make a ledger, its folder for its owner alone, and hold its lock until `close`.

        Args:
            path: the file; symbolic links are followed first, so that all names of a ledger share one lock.
            holder: what a person needs to recognise this run, such as its command; neither key nor number.

        Raises:
            Busy: another process has it open for writing; the message names it.
            LedgerError: the file is damaged (it is left as it is), foreign or of a later version, lies on a
                network file system, or cannot be written.
        """
        path = path.resolve()
        refuse_remote(path)
        make_folder(path.parent)
        with ExitStack() as stack:
            lock_path = path.with_name(path.name + ".lock")
            stack.enter_context(Lock.take(lock_path, holder=holder, guards=f"the ledger {path}"))
            make_file(path)
            warn_if_wider(path.parent, PRIVATE_FOLDER)
            warn_if_wider(path, PRIVATE_FILE)
            writing = stack.enter_context(closing(open_writer(path)))
            reading = stack.enter_context(closing(open_reader(path)))
            return cls(path, reading, writing, stack.pop_all())

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group; `commit` makes it durable, and visible to readers.

        An answer replaces what was known of the number. An `unknown` stands beside an earlier answer, which
        is shown as long as it is fresh.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
            ValueError: the verdict is `SUPPRESSED`, which says something of a list and nothing of the number.
        """
        if outcome.verdict is Verdict.SUPPRESSED:
            raise ValueError("a suppressed recipient was not checked, so the ledger has nothing to keep")
        self._require_usable()
        self._group.append(outcome)

    def note_attempts(self, session: str, count: int, now_ms: int) -> None:
        """Count attempts started through a session, at about `now_ms`, into the open group.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        self._require_usable()
        self._spent[session, now_ms // QUARTER_HOUR_MS] += count

    def commit(self) -> int:
        """Make the open group durable, and return how many outcomes were in it. Waits for the disk.

        Raises:
            LedgerError: the group is not durable; nothing more is accepted.
        """
        self._require_usable()
        if not self._group and not self._spent:
            return 0
        with self._transaction() as writing:
            self._write_group(writing)
        return self._clear_group()

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
        self._clear_group()

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
        self._usable = True

    def _write_group(self, writing: sqlite3.Connection) -> None:
        writing.executemany(UPSERT, [_row(outcome, self._finding_id(outcome)) for outcome in self._group])
        writing.executemany(SPEND, [(*key, count) for key, count in self._spent.items()])

    def _clear_group(self) -> int:
        written = len(self._group)
        self._group.clear()
        self._spent.clear()
        return written

    def _finding_id(self, outcome: Outcome) -> int:
        finding = Finding.of(outcome)
        if finding not in self._finding_ids:
            inserted = self._writing.execute("INSERT INTO findings VALUES (NULL, ?, ?, ?, ?, ?)", finding)
            self._finding_ids[finding] = inserted.lastrowid or 0
        return self._finding_ids[finding]


def _row(outcome: Outcome, finding_id: int) -> tuple[int | str | None, ...]:
    # SQLite takes exact ints faster than a subclass, whose text form is masked besides.
    number, at_ms = int(outcome.number), outcome.checked_at_ms
    if outcome.verdict is Verdict.UNKNOWN:
        return (number, None, None, None, None, finding_id, at_ms, outcome.attempts)
    own_id = outcome.whatsapp_id == f"{number}{OWN_ID_SUFFIX}"
    stored_id = None if own_id else outcome.whatsapp_id
    return (number, finding_id, at_ms, outcome.attempts, stored_id, None, None, None)
