"""A ledger in PostgreSQL for one of its writers: results are durable when `commit` returns."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import asdict

from validator.errors import LedgerError
from validator.ledger.finding_ids import FindingIds
from validator.ledger.group import Group, fact_rows
from validator.ledger.postgres import facts, leases, purging
from validator.ledger.postgres.connection import Connection, require_writable, translated
from validator.ledger.postgres.findings import insert_finding, read_findings
from validator.ledger.postgres.groups import STAGING, Confirmation, WrittenGroup, invalidate
from validator.ledger.postgres.link import PATIENCE_S, Link
from validator.ledger.postgres.reader import PostgresReader
from validator.ledger.postgres.schema import migrate
from validator.ledger.postgres.transactions import Transactions
from validator.ledger.selection import Purged
from validator.ledger.values import LARGEST, cutoffs
from validator.model import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from validator.ledger.rows import Finding
    from validator.ledger.selection import Selection
    from validator.ledger_url import LedgerUrl
    from validator.model import Outcome, SessionRef, Verdict

Result = TypeVar("Result")

BEGIN_RUN = "INSERT INTO runs (command, input_name, started_at_ms) VALUES (%s, %s, %s) RETURNING id"
FINISH_RUN = "UPDATE runs SET finished_at_ms = %s, exit_code = %s, summary_json = %s WHERE id = %s"


class PostgresLedger(PostgresReader):
    """A ledger to write to, together with other writers. See `Ledger`.

    If the connection is lost, it reconnects, and the interrupted write is done exactly once. If the server
    stays unreachable, nothing more is accepted.
    """

    def __init__(self, url: LedgerUrl, writing: Link, reading: Link, transactions: Transactions) -> None:
        super().__init__(url, reading)
        self._writing = writing
        self._transactions = transactions
        self._usable = True
        self._group = Group()
        self._finding_ids = FindingIds(writing.persist(read_findings, "read"), self._insert)

    @classmethod
    def open(cls, url: LedgerUrl, *, holder: str, patience_s: float = PATIENCE_S) -> PostgresLedger:
        """Open a ledger, or create one in an empty database.

        Args:
            url: the database.
            holder: text by which the user recognises this run, such as its command; no key and no number.
            patience_s: how long to try to reconnect after the connection is lost, in seconds.

        Raises:
            LedgerError: there is no such database, its ledger is of a later version, it would lose commits,
                or the role may not write to it.
        """
        with ExitStack() as stack:
            writing = Link(url, patience_s=patience_s, prepare=partial(_prepare, url))
            stack.callback(writing.close)
            with translated(url, "opened"):
                migrate(writing.open(), url)
            reading = Link(url, patience_s=patience_s)
            ledger = cls(url, writing, reading, Transactions(url, writing, holder))
            stack.pop_all()
            return ledger

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group; `commit` makes it durable, and visible to readers."""
        self._require_usable()
        self._group.add(outcome)

    def record_unverified(self, outcome: Outcome, ordinal: int) -> None:
        """Put a "no" that is not verified yet into the open group."""
        self._require_usable()
        self._group.add(outcome, ordinal)

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal answers, also those in the open group."""
        self._require_usable()
        self._group.confirm(session, through)

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably, with the open group."""
        group = self._written_group()
        chosen = Confirmation(session, through, self._finding_ids.confirmed(session))

        def body(writing: Connection) -> list[int]:
            group.write(writing)
            return invalidate(writing, chosen)

        undecided = self._transact(body)
        self._group.clear()
        return [Number(number) for number in undecided]

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Add attempts that started through a session at about `now_ms` to the open group."""
        self._require_usable()
        self._group.spend(session, count, now_ms)

    def commit(self) -> int:
        """Make the open group durable, and return how many outcomes were in it. Waits for the server."""
        self._require_usable()
        if not self._group:
            return 0
        self._transact(self._written_group().write)
        return self._group.clear()

    def begin_run(self, *, command: str, input_name: str, started_at_ms: int) -> int:
        """Record that a run has begun, durably, and return its id."""

        def body(writing: Connection) -> int:
            row = writing.execute(BEGIN_RUN, (command, input_name, started_at_ms)).fetchone()
            return int(row[0]) if row else 0

        return self._transact(body)

    def finish_run(self, run_id: int, finished_at_ms: int, exit_code: int, summary_json: str | None) -> None:
        """Record how a run ended, together with the open group, durably."""
        group = self._written_group()

        def body(writing: Connection) -> None:
            group.write(writing)
            writing.execute(FINISH_RUN, (finished_at_ms, exit_code, summary_json, run_id))

        self._transact(body)
        self._group.clear()

    def merge(self, outcomes: Iterable[Sequence[Outcome]]) -> int:
        """Import facts, all of them or none, and return how many were new.

        They are read only once: if the connection is lost meanwhile, the import fails.
        """
        group = self._written_group()
        rows = (fact_rows(self._finding_ids, part) for part in outcomes)
        once = iter([rows])

        def body(writing: Connection) -> int:
            parts = next(once, None)
            if parts is None:
                raise LedgerError(
                    f"connection to {self.url} was lost, and none of these facts was taken in; "
                    "run the same command again"
                )
            group.write(writing)
            return facts.merge(writing, parts)

        imported = self._transact(body)
        self._group.clear()
        return imported

    def purge(self, selection: Selection) -> Purged:
        """Delete the selection durably, and rewrite the tables; return what was deleted."""
        group = self._written_group()

        def body(writing: Connection) -> dict[str, int]:
            group.write(writing)
            return asdict(purging.forget(writing, selection))

        purged = self._transact(body)
        self._group.clear()
        self._usable = False
        self._writing.persist(lambda writing: purging.overwrite(writing, self.url), "overwritten")
        self._usable = True
        return Purged(**purged)

    def lease(
        self,
        numbers: Sequence[int],
        *,
        holder: str,
        seconds: float,
        fresh_from_ms: Mapping[Verdict, int] | None = None,
        until_ms: int = LARGEST,
    ) -> list[int]:
        """Lease numbers for some time, so that no other run asks about them; return the leased ones."""
        from_ms = cutoffs(fresh_from_ms, until_ms)
        return self._transact(lambda writing: leases.lease(writing, numbers, holder, seconds, from_ms))

    def release(self, numbers: Sequence[int], holder: str) -> None:
        """End a holder's leases of some numbers, so that other runs may ask about them."""
        self._transact(lambda writing: leases.release(writing, numbers, holder))

    def close(self) -> None:
        """Commit the open group (its requests were paid for), and close the connections.

        After a failed write the group is discarded. A second call does nothing.

        Raises:
            LedgerError: the rest of the group is not durable.
        """
        try:
            if self._usable:
                self.commit()
                self._transactions.leave()
        finally:
            self._usable = False
            self._writing.close()
            super().close()

    def _written_group(self) -> WrittenGroup:
        self._require_usable()
        return WrittenGroup.of(self._group, self._finding_ids)

    def _insert(self, finding: Finding) -> int:
        """Insert a finding over a separate connection: the writer's may be in a transaction."""
        before, self._usable = self._usable, False
        with closing(Link(self.url, patience_s=self._writing.patience_s)) as link:
            place = link.persist(lambda connection: insert_finding(connection, finding), "written")
        self._usable = before
        return place

    def _transact(self, body: Callable[[Connection], Result]) -> Result:
        """Run the body as one transaction, durable at its end. After a failure the ledger is not usable."""
        self._require_usable()
        self._usable = False
        result = self._transactions.run(body)
        self._usable = True
        return result

    def _require_usable(self) -> None:
        if not self._usable:
            raise LedgerError(
                f"the ledger {self.url} takes nothing more, as it was closed or could not be written; "
                f"run the same command again"
            )


def _prepare(url: LedgerUrl, connection: Connection) -> None:
    require_writable(connection, url)
    connection.execute(STAGING)
