"""Group commit: outcomes reach the ledger in small groups, and count as done only once they are durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.model import Outcome

# Long enough to make one sync serve a hundred outcomes at full speed, short enough that a crash repeats only
# what was in flight a moment ago.
GROUP_S = 0.05


class Journal(Protocol):
    """What the recorder needs of the ledger."""

    def record(self, outcome: Outcome) -> None:
        """Put an outcome into the open group."""
        ...

    def note_attempts(self, session: str, count: int, now_ms: int) -> None:
        """Count attempts towards the session's day, in the open group."""
        ...

    def commit(self) -> int:
        """Make the open group durable."""
        ...


class Recorder:
    """Collects outcomes into groups and makes each group durable within `GROUP_S` seconds.

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
        self._group: list[Outcome] = []
        self._attempts: dict[str, int] = {}
        self._waiting = anyio.Event()
        self._broken = False

    def add(self, outcome: Outcome) -> None:
        """Take an outcome into the open group."""
        self._group.append(outcome)
        self._waiting.set()

    def add_attempt(self, session: str) -> None:
        """Count one attempt through a session."""
        self._attempts[session] = self._attempts.get(session, 0) + 1
        self._waiting.set()

    def flush(self) -> None:
        """Make everything taken so far durable, now. After an error of the journal there is no more to do."""
        if self._broken or not (self._group or self._attempts):
            return
        group, self._group = self._group, []
        attempts, self._attempts = self._attempts, {}
        self._waiting = anyio.Event()
        # Until it is durable: an error tells its reason once, and is not followed by "takes nothing more".
        self._broken = True
        self._write(group, attempts)
        self._broken = False
        self._on_durable(group)

    async def run(self) -> None:
        """Flush whenever something has waited for `GROUP_S`; until cancelled."""
        while True:
            await self._waiting.wait()
            await anyio.sleep(GROUP_S)
            self.flush()

    def _write(self, group: Sequence[Outcome], attempts: Mapping[str, int]) -> None:
        for outcome in group:
            self._journal.record(outcome)
        for session, count in attempts.items():
            self._journal.note_attempts(session, count, self._now_ms())
        self._journal.commit()
