"""Group commit: outcomes reach the ledger in small groups, and count as done only once they are durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.model import Number, Outcome, SessionRef

# Long enough to make one sync serve a hundred outcomes at full speed, short enough that a crash repeats only
# what was in flight a moment ago.
GROUP_S = 0.05
# A smaller group waits so many times as long for more: at a slow pace a sync for each check or two would cost
# more than the checks, and what a crash repeats is still a handful.
SMALL_GROUP = 10
PATIENCE = 5
SLOW_GROUP_S = PATIENCE * GROUP_S


class Journal(Protocol):
    """What the recorder needs of the ledger."""

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group."""
        ...

    def record_unverified(self, outcome: Outcome, ordinal: int) -> None:
        """Put a "no" that is not verified yet into the open group."""
        ...

    def confirm(self, session: SessionRef, through: int) -> None:
        """Make a session's unverified negatives up to an ordinal its answers, in the open group."""
        ...

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate a session's unverified negatives up to an ordinal, durably; return their numbers."""
        ...

    def note_attempts(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Count attempts towards the session's day, in the open group."""
        ...

    def commit(self) -> int:
        """Make the open group durable."""
        ...


class Recorder:
    """Collects outcomes into groups, and makes each durable within `GROUP_S`, a small one in `SLOW_GROUP_S`.

    Args:
        journal: where they go. Any error of it is fatal for the run and passes through.
        on_durable: called with the outcomes that have just become durable.
        now_ms: the time of day in milliseconds since the Unix epoch.
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
        self._broken = False

    @property
    def registered_waiting(self) -> int:
        """How many outcomes of the open group are "yes"."""
        return sum(outcome.verdict is Verdict.REGISTERED for outcome, _ in self._group)

    def add(self, outcome: Outcome, ordinal: int = 0) -> None:
        """Take an outcome into the open group; with its ordinal if it has to be verified first."""
        self._group.append((outcome, ordinal))
        self._waiting.set()

    def confirm(self, session: SessionRef, through: int) -> None:
        """Confirm in the open group what a session has answered up to an ordinal."""
        self._confirmed[session] = through
        self._waiting.set()

    def invalidate(self, session: SessionRef, through: int) -> list[Number]:
        """Invalidate what a session has answered up to an ordinal, now and durably; return the numbers."""
        self.flush()
        if self._broken:
            return []
        self._broken = True
        numbers = self._journal.invalidate(session, through)
        self._broken = False
        return numbers

    def add_attempts(self, session: SessionRef, count: int) -> None:
        """Count attempts through a session, one for each number asked about."""
        self._attempts[session] = self._attempts.get(session, 0) + count
        self._waiting.set()

    def flush(self) -> None:
        """Make everything taken so far durable, now. After an error of the journal there is no more to do."""
        if self._broken or not (self._group or self._confirmed or self._attempts):
            return
        group, self._group = self._group, []
        confirmed, self._confirmed = self._confirmed, {}
        attempts, self._attempts = self._attempts, {}
        self._waiting = anyio.Event()
        # Until it is durable: an error tells its reason once, and is not followed by "takes nothing more".
        self._broken = True
        self._write(group, confirmed, attempts)
        self._broken = False
        self._on_durable([outcome for outcome, _ in group])

    async def run(self) -> None:
        """Flush what has waited for `GROUP_S`, or `SLOW_GROUP_S` if it is little; until cancelled."""
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
        # In the order of the table: neighbours lie on one page. What is said of one number stays in turn.
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
