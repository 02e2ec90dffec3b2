"""Group commit: writes outcomes to the ledger in small groups. They count as done when they are durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.model import Number, Outcome, SessionRef

# Long enough for one sync per hundred outcomes at full speed, and short enough that a crash repeats little.
GROUP_S = 0.05
# A group smaller than `SMALL_GROUP` waits `PATIENCE` times as long for more. At a slow pace, a sync for every
# one or two checks would cost more than the checks. Still, only a few are repeated after a crash.
SMALL_GROUP = 10
PATIENCE = 5
SLOW_GROUP_S = PATIENCE * GROUP_S


class Journal(Protocol):
    """The part of the ledger's interface that the recorder needs."""

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group."""
        ...

    def record_unverified(self, outcome: Outcome, ordinal: int) -> None:
        """Put a "no" that is not verified yet into the open group."""
        ...

    def confirm(self, session: SessionRef, through: int) -> None:
        """Confirm a session's unverified negatives up to an ordinal, in the open group."""
        ...

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably; return their numbers."""
        ...

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Add attempts to the session's spending, in the open group."""
        ...

    def commit(self) -> int:
        """Make the open group durable."""
        ...


class Recorder:
    """Collects outcomes in groups. A group is durable after `GROUP_S`, a small one after `SLOW_GROUP_S`.

    Args:
        journal: the ledger. Its errors are not caught, and end the run.
        on_durable: called with the outcomes that have just become durable.
        now_ms: returns the time in milliseconds since the Unix epoch.
    """

    def __init__(
        self, journal: Journal, *, on_durable: Callable[[Sequence[Outcome]], None], now_ms: Callable[[], int]
    ) -> None:
        self._journal = journal
        self._on_durable = on_durable
        self._now_ms = now_ms
        self._group: list[tuple[Outcome, int]] = []
        self._confirmed: dict[SessionRef, int] = {}
        self._attempts: dict[SessionRef, int] = {}
        self._waiting = anyio.Event()
        self._is_begun = False
        self._broken = False

    @property
    def registered_waiting(self) -> int:
        """How many outcomes of the open group are "yes"."""
        return sum(outcome.verdict is Verdict.REGISTERED for outcome, _ in self._group)

    def add(self, outcome: Outcome, ordinal: int = 0) -> None:
        """Add an outcome to the open group, with its ordinal if it has to be verified first."""
        self._group.append((outcome, ordinal))
        if not self._is_begun:
            self._begin_group()

    def confirm(self, session: SessionRef, through: int) -> None:
        """Confirm a session's answers up to an ordinal, in the open group."""
        self._confirmed[session] = through
        if not self._is_begun:
            self._begin_group()

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably; return their numbers."""
        self.flush()
        if self._broken:
            return []
        self._broken = True
        numbers = self._journal.invalidate(session, through)
        self._broken = False
        return numbers

    def add_attempts(self, session: SessionRef, count: int) -> None:
        """Count attempts through a session, one for each number."""
        self._attempts[session] = self._attempts.get(session, 0) + count
        if not self._is_begun:
            self._begin_group()

    def _begin_group(self) -> None:
        self._is_begun = True
        self._waiting.set()

    def flush(self) -> None:
        """Make the open group durable now. Does nothing after an error of the journal."""
        if self._broken or not (self._group or self._confirmed or self._attempts):
            return
        group, self._group = self._group, []
        confirmed, self._confirmed = self._confirmed, {}
        attempts, self._attempts = self._attempts, {}
        self._waiting, self._is_begun = anyio.Event(), False
        # Set until the group is durable: after an error, a second write would hide the cause of the first.
        self._broken = True
        self._write(group, confirmed, attempts)
        self._broken = False
        self._on_durable([outcome for outcome, _ in group])

    async def run(self) -> None:
        """Flush each group after `GROUP_S`, or after `SLOW_GROUP_S` if it is small; until cancelled."""
        while True:
            await self._waiting.wait()
            for _ in range(PATIENCE):
                await anyio.sleep(GROUP_S)
                if len(self._group) >= SMALL_GROUP:
                    break
            self.flush()

    def _write(
        self,
        group: Sequence[tuple[Outcome, int]],
        confirmed: Mapping[SessionRef, int],
        attempts: Mapping[SessionRef, int],
    ) -> None:
        # In the order of the table, since neighbours share a page. Outcomes of one number keep their order.
        for outcome, ordinal in sorted(group, key=_number):
            if ordinal:
                self._journal.record_unverified(outcome, ordinal)
            else:
                self._journal.record(outcome)
        for session, through in confirmed.items():
            self._journal.confirm(session, through)
        for session, count in attempts.items():
            self._journal.note_attempts(session, count, self._now_ms())
        self._journal.commit()


def _number(taken: tuple[Outcome, int]) -> int:
    return taken[0].number
