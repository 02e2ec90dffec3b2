"""What a run needs of a ledger, whatever keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from validator.ledger.values import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from validator.ledger.rows import Finding
    from validator.ledger.selection import Purged, Selection
    from validator.ledger.stats import LedgerStats
    from validator.ledger.values import FactRow, KnownColumns, RunRecord, UnverifiedNegative
    from validator.model import Number, Outcome, SessionRef, Verdict


class LedgerReader(Protocol):
    """A ledger to ask; it sees what is durable, and never blocks a writer."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Let go of the file; doing it again does nothing."""
        ...

    def known(
        self,
        numbers: Sequence[int] | None = None,
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[list[FactRow]]:
        """Yield one row for each known number, ascending, in chunks of at most 500.

        Few numbers are looked up, many (more than the ledger holds) found in one pass over it; both give the
        same rows.

        Args:
            numbers: the numbers to tell of, in any order; None is all of them.
            fresh_from_ms: for each verdict the earliest time that is still fresh (`MaxAge.cutoffs_ms`).
                An older answer gives way to a later failure, an `unknown` with its own reason and time.
                Without it (and for verdicts it leaves out) an answer always stands before a failure.
            until_ms: the latest time that is still fresh; what is later comes from a clock that was wrong.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def columns_between(
        self,
        first: int,
        last: int,
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of the numbers from `first` to `last`, ascending, as `known` shows it.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def columns_of(
        self,
        numbers: Sequence[int],
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the same of distinct, ascending numbers, each looked up by itself.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def findings(self) -> dict[int, Finding]:
        """Return the words that the columns name by id.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def estimated_rows(self) -> int:
        """About how many numbers there are; counting them would read the whole file."""
        ...

    def require_sound(self) -> None:
        """Look at every page, row and index of the file.

        Raises:
            LedgerError: the ledger is damaged (it is left as it is), or cannot be read.
        """
        ...

    def numbers(self) -> int:
        """Return how many numbers have a fact.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def stats(self, now_ms: int) -> LedgerStats:
        """Count what the ledger holds, in one pass over it.

        Args:
            now_ms: what ages are counted from, in milliseconds since the Unix epoch.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def spent_since(self, session: SessionRef, since_ms: int) -> int:
        """Return how many attempts were started through a session since that time, in all runs.

        Attempts are kept by quarters of an hour, and the one that `since_ms` falls in counts whole: a cap
        decided on this is never exceeded, and from midnight, in any time zone, the count is exact.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def unverified_negatives(self, session: SessionRef) -> list[UnverifiedNegative]:
        """Return a session's answers "no" that are not verified yet, in the answers' order.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def facts(self) -> Iterator[list[FactRow]]:
        """Yield every fact, expired ones too: all answers by ascending number, then all failures, in chunks.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def purgeable(self, selection: Selection) -> Purged:
        """Return what purging would do, in one pass over the ledger.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    def runs(self, limit: int, *, input_name: str | None = None) -> list[RunRecord]:
        """Return the latest runs, the newest first; those over a list of this name, if there is one.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...


class Ledger(LedgerReader, Protocol):
    """A ledger to write to.

    `record`, `record_unverified`, `confirm`, `note_attempts` gather a group, `commit` makes it durable. After
    a failed write nothing more is accepted.
    """

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group; `commit` makes it durable, and visible to readers.

        An answer replaces what was known of the number. An `unknown` stands beside an earlier answer, which
        is shown as long as it is fresh.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
            ValueError: the verdict is `SUPPRESSED`, which says something of a list and nothing of the number.
        """
        ...

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
        ...

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal its answers, those of the open group too.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        ...

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably, with the open group.

        They stay `unknown` for the reason they are shown with, and no later `confirm` can change that.

        Returns:
            Their numbers, ascending; those that another session has answered since are left out.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Count attempts started through a session, at about `now_ms`, into the open group.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        ...

    def commit(self) -> int:
        """Make the open group durable, and return how many outcomes were in it. Waits for the disk.

        Raises:
            LedgerError: the group is not durable; nothing more is accepted.
        """
        ...

    def begin_run(self, *, command: str, input_name: str, started_at_ms: int) -> int:
        """Record that a run has begun, durably, and return its id. Neither key nor number belong in here.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def finish_run(self, run_id: int, finished_at_ms: int, exit_code: int, summary_json: str) -> None:
        """Record how a run ended, together with what is left in the open group, durably.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def merge(self, outcomes: Iterable[Sequence[Outcome]]) -> int:
        """Take facts of elsewhere in, all of them or none, and return how many were news.

        The newest answer about a number stands, and beside it a failure to find out where that is newer
        still. None of them is `SUPPRESSED`. Ascending numbers are several times as fast as others.

        Raises:
            LedgerError: no fact was imported; nothing more is accepted.
        """
        ...

    def purge(self, selection: Selection) -> Purged:
        """Forget what was selected, durably, and overwrite it in the file and its WAL; return what went.

        Takes room for a copy of the ledger beside it, twice, while it lasts. When it is broken off, what was
        deleted stays deleted, and purging again does the rest.

        Raises:
            Busy: it is deleted, but somebody reads an older state in the WAL, which therefore still is there.
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def lease(
        self,
        numbers: Sequence[int],
        *,
        holder: str,
        seconds: float,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> list[int]:
        """Take the numbers that nobody else asks about for some time; return those that are ours now.

        A number is left out if another holder's lease of it has not run out, or if a fresh verdict of it has
        been recorded. A verdict that is recorded ends the lease. A ledger with one writer leases all of them.

        Args:
            numbers: the numbers, distinct.
            holder: who asks; a second lease of the same holder goes on from the first.
            seconds: for how long, by the ledger's own clock.
            fresh_from_ms: for each verdict the earliest time that is still fresh, as in `known`.
            until_ms: the latest time that is still fresh.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """End a holder's leases of some numbers, which others may ask about then.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...
