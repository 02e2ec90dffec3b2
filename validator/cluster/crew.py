"""The lanes of a run on several machines: feeds them, replaces lost ones, and ends them together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from msgspec.structs import replace

from validator.batch.asked import Asked
from validator.batch.asking.leased import LEASE_S
from validator.cluster.crew_progress import state_of
from validator.cluster.lane import LaneInput, Orphaned
from validator.cluster.machines import LaneLost
from validator.cluster.member import Member
from validator.cluster.sums import counters_of
from validator.errors import LedgerError, StoppedEarly, ValidatorError
from validator.reports import Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.watching.stop import Stop
    from validator.cluster.lane import LaneOrder, LaneReport
    from validator.cluster.machines import Machines
    from validator.cluster.work import Work
    from validator.reports import Progress

LOG = logging.getLogger(__name__)

# How long to wait for reports before the next check for a stop.
LOOK_S = 0.25
# A lane that is lost this often without an answer in between is not replaced again: something kills it.
MOST_LOSSES = 5
# How long to wait for a stopped lane after its grace.
LATE_S = 10.0


class Crew:
    """Asks through one lane for each key.

    Args:
        orders: the orders for the lanes, in the order of the keys.
        machines: the machines for the lanes.
        work: the numbers to ask about.
        stop: ends the run in order.
        progress: shows the progress.
        grace_s: how long a stopped lane may take, in seconds.
    """

    def __init__(
        self,
        orders: Sequence[LaneOrder],
        machines: Machines,
        work: Work,
        *,
        stop: Stop,
        progress: Progress,
        grace_s: float,
    ) -> None:
        self._orders = orders
        self._machines = machines
        self._work = work
        self._stop = stop
        self._progress = progress
        self._grace_s = grace_s
        self._members: list[Member] = []
        self._is_closing = False
        self._gone: frozenset[str] = frozenset()
        self._failure: ValidatorError | None = None

    async def ask(self) -> tuple[Asked, RunCounters]:
        """Ask about all the work; return the result and the counters.

        Raises:
            ValidatorError: the run could not begin: a key is locked by another run, or the gateway refuses
                the key or its sessions.
        """
        begun = anyio.current_time()
        self._members = [Member(order, self._machines.lane(order)) for order in self._orders]
        try:
            for member in self._members:
                self._exchange(member, LaneInput())
            await self._until_over()
            while await self._begun_again():
                await self._until_over()
        finally:
            for member in self._members:
                member.remote.end()
        if self._failure is not None:
            raise self._failure
        return self._asked(anyio.current_time() - begun), self._counters()

    async def _until_over(self) -> None:
        give_up_at = float("inf")
        while pending := {id(member.pending): member for member in self._members if not member.is_over}:
            refs = [member.pending for member in pending.values()]
            ready = await anyio.to_thread.run_sync(self._machines.ready, refs, LOOK_S)
            for one in ready:
                await self._take_report(pending[id(one)])
            await self._next_round_or_close()
            self._progress.update(state_of(self._members, self._work.total))
            if self._stop.why is not None:
                give_up_at = min(give_up_at, anyio.current_time() + self._grace_s + LATE_S)
            if anyio.current_time() >= give_up_at:
                return

    async def _begun_again(self) -> bool:
        """Restart the lanes if one was lost after all work had been given out; return whether it did."""
        members = [member for member in self._members if member.ending is None]
        if self._stop.why is not None or not members:
            return False
        if not await anyio.to_thread.run_sync(self._work.next_round):
            return False
        self._is_closing = False
        for member in members:
            self._begin_again(member)
        return True

    async def _take_report(self, member: Member) -> None:
        """Take a report, and send the lane its next input."""
        try:
            report = await anyio.to_thread.run_sync(member.remote.report, member.pending)
        except LaneLost as lost:
            await self._replace(member, str(lost))
            return
        if member.last is not None and report.counters.asked > member.last.counters.asked:
            member.losses = 0
        member.last, member.has_new = report, False
        if report.has_key:
            self._gone |= member.replaced
        if report.is_over:
            await self._ended(member, report)
        else:
            wanted = min(report.wanted, self._share_of(member))
            numbers = self._work.take(wanted) if self._stop.why is None else ()
            self._exchange(member, self._given(numbers))

    def _share_of(self, member: Member) -> int:
        """Return how many numbers a lane may get now, so that it has at most an equal part of what is left.

        Otherwise the first lane that starts would take all of a short list.
        """
        left = self._work.remaining + sum(one.open for one in self._members if not one.is_over)
        return max(0, self._part_of(left) - member.open)

    def _part_of(self, count: int) -> int:
        """Return the equal part of each lane that still asks, rounded up."""
        return -(-count // max(1, sum(not member.is_over for member in self._members)))

    def _given(self, numbers: tuple[int, ...]) -> LaneInput:
        coming = self._part_of(self._work.remaining)
        return LaneInput(
            numbers, coming=coming, is_last=self._is_closing, stop=self._stop.why, gone=self._gone
        )

    def _exchange(self, member: Member, given: LaneInput) -> None:
        member.has_new = bool(given.numbers)
        member.pending = member.remote.exchange(given)

    async def _next_round_or_close(self) -> None:
        """Begin the next round, or close the lanes, when all numbers that were given out are done."""
        if self._is_closing or self._work.remaining or self._stop.why is not None:
            return
        if all(member.is_idle for member in self._members):
            self._is_closing = not await anyio.to_thread.run_sync(self._work.next_round)

    async def _ended(self, member: Member, report: LaneReport) -> None:
        """Record how a lane ended. A lane with a ledger error is replaced, as a lost one is."""
        ending = report.error or (report.asked.ending if report.asked is not None else None)
        if isinstance(ending, LedgerError | Orphaned) and self._stop.why is None:
            await self._replace(member, str(ending))
            return
        member.is_over = True
        if report.asked is not None:
            member.ends.append(report.asked)
        if ending is None:
            return
        self._work.is_incomplete = True
        member.ending = ending
        is_beginning = not (report.counters.calls.attempts or member.generation)
        if report.error is not None and is_beginning and self._stop.why is None:
            self._failure = self._failure or report.error
            self._stop(StoppedEarly(str(report.error)))

    async def _replace(self, member: Member, why: str) -> None:
        """Start a new lane for the key on any machine; the numbers of the lost lane are asked about later."""
        self._work.is_incomplete = True
        member.losses += 1
        member.remote.end()
        if member.losses > MOST_LOSSES or self._stop.why is not None:
            member.is_over = True
            member.ending = StoppedEarly(f"the lane of {member.name} was lost {member.losses} times: {why}")
            return
        LOG.warning("the lane of %s was lost (%s); another one goes on with its key", member.name, why)
        self._begin_again(member)

    def _begin_again(self, member: Member) -> None:
        member.before, member.last, member.is_over = member.counters, None, False
        member.generation += 1
        member.replaced |= {member.order.name}
        name = f"{member.order.name.partition('#')[0]}#{member.generation}"
        member.order = replace(member.order, name=name, lock_within_s=2 * LEASE_S)
        member.remote = self._machines.lane(member.order)
        self._exchange(member, self._given(()))

    def _counters(self) -> RunCounters:
        return counters_of(member.counters for member in self._members)

    def _asked(self, duration_s: float) -> Asked:
        """Return the result of all lanes. The run ended early if it was stopped, or if no lane is left."""
        ends = [end for member in self._members for end in member.ends]
        endings = [member.ending for member in self._members if member.ending is not None]
        is_early = self._stop.why is not None or len(endings) == len(self._members)
        ending = (self._stop.why or endings[0]) if is_early and (endings or self._work.remaining) else None
        lost = () if is_early else tuple(str(one) for one in endings)
        timeline = Timeline()
        for one in ends:
            timeline.merge(one.timeline)
        return Asked(
            duration_s=duration_s,
            ending=ending,
            keys=tuple({key.name: key for one in ends for key in one.keys}.values()),
            warnings=(*dict.fromkeys(text for one in ends for text in one.warnings), *lost),
            timeline=timeline,
        )
