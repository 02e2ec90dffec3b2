"""Creates the lanes of a run, and runs them until the work is done, a stop, or the deadline."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct, structs
from msgspec.structs import replace

from validator.batch.asked import Asked
from validator.batch.asking.counters import RunCounters
from validator.batch.watching.stop import stop_at
from validator.cluster.crew import Crew
from validator.cluster.lane import LaneOrder
from validator.cluster.sent_keys import SentKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.watching.stop import Stop
    from validator.cluster.list_work import LedgerView
    from validator.cluster.machines import Machines
    from validator.cluster.work import Work
    from validator.reports import Progress
    from validator.settings import MaxAge


class CrewSettings(Struct, frozen=True):
    """The settings that all lanes of a run share.

    Attributes:
        asking: the settings for requests.
        known: the ledger, and the start of the run.
        max_age: how long answers are fresh.
        holder: text by which a user recognises this run.
        token: a text that is unique to this run, for its leases.
    """

    asking: AskSettings
    known: LedgerView
    max_age: MaxAge
    holder: str
    token: str

    def order(self, key: KeySettings) -> LaneOrder:
        """Return the order for the lane of a key. It has no deadline, since the run stops all lanes."""
        return LaneOrder(
            key=SentKey.of(key),
            asking=replace(self.asking, deadline=None),
            ledger=self.known.ledger,
            max_age=self.max_age,
            started_ms=self.known.now_ms,
            holder=self.holder,
            name=f"{self.token}/{key.name or key.gateway}",
        )


async def ask_all_work(
    keys: Sequence[KeySettings],
    settings: CrewSettings,
    machines: Machines,
    work: Work,
    *,
    stop: Stop,
    progress: Progress,
) -> tuple[Asked, RunCounters]:
    """Ask about all the work through one lane for each key; return the result and the counters.

    Raises:
        ValidatorError: see `Crew.ask`. Errors come in groups.
    """
    if not work.remaining:
        return Asked(), RunCounters()
    deadline = settings.asking.deadline
    crew = Crew(
        [settings.order(key) for key in keys],
        machines,
        work,
        stop=stop,
        progress=progress,
        grace_s=settings.asking.grace_s,
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_at, math.inf if deadline is None else deadline.timestamp(), stop, time.time)
        asked, counters = await crew.ask()
        tasks.cancel_scope.cancel()
    return structs.replace(asked, warnings=(*settings.asking.warnings(keys), *asked.warnings)), counters
