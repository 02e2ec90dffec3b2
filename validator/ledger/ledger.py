"""The interface of a ledger, for all kinds of storage."""

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
    """A ledger to read; it sees what is durable, and never blocks a writer.

    Methods raise `LedgerError` if the ledger cannot be read.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        ...

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
        """Yield the facts of the numbers from `first` to `last`, ascending, as in `known`."""
        ...

    def columns_of(
        self,
        numbers: Sequence[int],
        *,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> Iterator[KnownColumns]:
        """Yield the facts of distinct, ascending numbers, each looked up by itself."""
        ...

    def findings(self) -> dict[int, Finding]:
        """Return the findings by the ids that the columns hold."""
        ...

    def estimated_rows(self) -> int:
        """Return about how many numbers there are; an exact count would read the whole file."""
        ...

    def require_sound(self) -> None:
        """Check every page, row and index of the file.

        Raises:
            LedgerError: the ledger is damaged (it is not changed), or cannot be read.
        """
        ...

    def numbers(self) -> int:
        """Return how many numbers have a fact."""
        ...

    def stats(self, now_ms: int) -> LedgerStats:
        """Count what the ledger holds, in one pass over it.

        Args:
            now_ms: the current time, for the ages, in milliseconds since the Unix epoch.
        """
        ...

    def spent_since(self, session: SessionRef, since_ms: int) -> int:
        """Return how many attempts were started through a session since `since_ms`, in all runs.

        Attempts are stored by quarters of an hour, and the quarter of `since_ms` counts as a whole. So a cap
        based on this is never exceeded, and from midnight, in any time zone, the count is exact.
        """
        ...

    def unverified_negatives(self, session: SessionRef) -> list[UnverifiedNegative]:
        """Return the "no"s of a session that are not verified yet, in the order of the answers."""
        ...

    def facts(self) -> Iterator[list[FactRow]]:
        """Yield all facts in chunks, also expired ones: first answers by ascending number, then failures."""
        ...

    def purgeable(self, selection: Selection) -> Purged:
        """Return what purging would do, in one pass over the ledger."""
        ...

    def runs(self, limit: int, *, input_name: str | None = None) -> list[RunRecord]:
        """Return the latest runs, the newest first; if a name is given, those over lists of this name."""
        ...


class Ledger(LedgerReader, Protocol):
    """A ledger to write to.

    `record`, `record_unverified`, `confirm` and `note_attempts` add to the open group; `commit` makes it
    durable. After a failed write nothing more is accepted.
    """

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group; `commit` makes it durable, and visible to readers.

        An answer replaces all that was known about the number. An `unknown` is stored beside an earlier
        answer, which is shown as long as it is fresh.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
            ValueError: the verdict is `SUPPRESSED`, which is about a list and not about the number.
        """
        ...

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
        ...

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal answers, also those in the open group.

        Raises:
            LedgerError: the ledger is closed, or writing has failed before.
        """
        ...

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably, with the open group.

        They stay `unknown` with their reason, and no later `confirm` can change that.

        Returns:
            Their numbers, ascending, without those that another session has answered since.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Add attempts that started through a session at about `now_ms` to the open group.

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
        """Record that a run has begun, durably, and return its id. Pass neither a key nor a number.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def finish_run(self, run_id: int, finished_at_ms: int, exit_code: int, summary_json: str | None) -> None:
        """Record how a run ended, together with the open group, durably; a refused run has no summary.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def merge(self, outcomes: Iterable[Sequence[Outcome]]) -> int:
        """Import facts, all of them or none, and return how many were new.

        The newest answer about a number is kept, and a failure beside it if the failure is even newer. None
        of them is `SUPPRESSED`. Ascending numbers are several times as fast as others.

        Raises:
            LedgerError: no fact was imported; nothing more is accepted.
        """
        ...

    def purge(self, selection: Selection) -> Purged:
        """Delete the selection durably, and overwrite it in the file and its WAL; return what was deleted.

        Needs disk space for two copies of the ledger meanwhile. If it is interrupted, what was deleted stays
        deleted, and a second purge does the rest.

        Raises:
            Busy: it is deleted, but another process reads an older state in the WAL, which is therefore kept.
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
        """Lease numbers for some time, so that no other run asks about them; return the leased ones.

        A number is left out if another holder's lease has not expired, or if it has a fresh verdict. A
        recorded verdict ends the lease. A ledger with one writer leases all of them.

        Args:
            numbers: the numbers, distinct.
            holder: the run that asks; a second lease of the same holder extends the first.
            seconds: how long, by the ledger's own clock.
            fresh_from_ms: for each verdict the earliest time that is still fresh, as in `known`.
            until_ms: the latest time that is still fresh.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """End a holder's leases of some numbers, so that other runs may ask about them.

        Raises:
            LedgerError: it could not be written; nothing more is accepted.
        """
        ...
