"""Shows a phase of single requests on the progress display: looks at sessions, pages of contacts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

from validator.batch.watching.progress_feed import LOOK_EVERY_S
from validator.reports import ProgressState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.gateways.gateway import ContactsReply
    from validator.pacing import Budget
    from validator.reports import Progress

LOOKING_AT_SESSIONS = "looking at sessions"
READING_CONTACTS = "reading contacts"

# A phase that ends sooner, without a hold, is not shown.
SLOW_S = 2.0


class PhaseFeed:
    """Updates a progress display during single requests, also with the reason for waiting.

    Args:
        progress: the display.
        budgets: the budgets of the keys that make the requests.
        phase: the name of the phase.
        host: the host that requests go to.
        total: how many sessions or contacts there are; 0 if it is not known.
    """

    def __init__(
        self, progress: Progress, budgets: Sequence[Budget], phase: str, *, host: str, total: int = 0
    ) -> None:
        self._progress = progress
        self._budgets = budgets
        self._phase = phase
        self._host = host
        self._total = total
        self._done = 0

    def add(self, count: int = 1) -> None:
        """Count more sessions or contacts as done."""
        self._done += count

    def add_page(self, page: ContactsReply) -> None:
        """Count the contacts of one more page as done."""
        self.add(len(page.contacts))

    def expect(self, total: int) -> None:
        """Set how many sessions or contacts there are, as far as it is known now."""
        self._total = total

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the phase during the block. Errors come in groups."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._show)
            yield
            tasks.cancel_scope.cancel()

    async def _show(self) -> None:
        begun = anyio.current_time()
        while True:
            await anyio.sleep(LOOK_EVERY_S)
            now = anyio.current_time()
            state = self.state(now)
            if state.paused_because or now - begun >= SLOW_S:
                self._progress.update(state)

    def state(self, now: float) -> ProgressState:
        """Return the state to show."""
        reports = [budget.report(now) for budget in self._budgets]
        held = next((report for report in reports if (report.hold_until or now) > now), None)
        return ProgressState(
            phase=self._phase,
            host=self._host,
            total=self._total,
            done=self._done,
            paused_because=held.hold_reason if held else None,
            paused_for_s=(held.hold_until or now) - now if held else None,
        )
