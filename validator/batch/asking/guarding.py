"""What guards decide, carried out: in the ledger, in the queue, and in the warnings at the end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import polars as pl

from validator.batch.asking.steps import Done, FetchStatus, Probe, Rest
from validator.model import Number
from validator.pacing import AskCanary, Confirm, FetchSessionStatus, Invalidate, LaneState, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.recorder import Recorder
    from validator.batch.asking.steps import GatewayLane
    from validator.errors import ValidatorError
    from validator.gateways.gateway import SessionReply
    from validator.ledger import Ledger
    from validator.model import SessionRef, SessionStatus
    from validator.pacing import Action, Canaries

# What an earlier run has left waiting may be vouched for this long. Later, somebody may have mended a session
# that was lying then, and what it says now would prove nothing.
MAY_WAIT_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The "no"s of a session that an earlier run has left with nothing to vouch for them.

    Attributes:
        numbers: the numbers; nobody need ask about them unless the session turns out to lie.
        settled: the ordinal before the first of them.
        heard: the ordinal of the last.
    """

    numbers: frozenset[int] = frozenset()
    settled: int = 0
    heard: int = 0


def carry_over(ledger: Ledger, session: SessionRef, *, status: SessionStatus, now_ms: int) -> CarriedOver:
    """Return what a session has left waiting; what can no longer be verified is invalidated, durably.

    Args:
        ledger: the known verdicts.
        session: the session.
        status: its status: unless it is ready, it may have lied before.
        now_ms: the time of day in milliseconds since the Unix epoch.
    """
    since_ms = now_ms - MAY_WAIT_MS if status.is_ready else now_ms + 1
    waiting = ledger.unverified_negatives(session)
    if stale := [one.ordinal for one in waiting if one.at_ms < since_ms]:
        ledger.invalidate(session, max(stale))
        waiting = [one for one in waiting if one.ordinal > max(stale)]
    if not waiting:
        return CarriedOver()
    numbers = frozenset(one.number for one in waiting)
    return CarriedOver(numbers, waiting[0].ordinal - 1, waiting[-1].ordinal)


def excluding(todo: pl.Series, carried_over: Iterable[CarriedOver]) -> pl.Series:
    """Return the numbers of `todo` that wait for no session to be vouched for."""
    waiting = frozenset().union(*(one.numbers for one in carried_over))
    return todo.filter(~_is_in(todo, waiting))


def own_numbers(seen: Iterable[SessionReply]) -> list[Number]:
    """Return the numbers linked to sessions, if the gateway states them: canaries outside the list."""
    own = []
    for text in (session.phone_number or "" for session in seen):
        # Without its plus sign it might be a national number: somebody else's.
        digits = "".join(character for character in text if character.isdecimal())
        with suppress(ValueError):
            own += [Number.parse(f"+{digits}")] if text.startswith("+") else []
    return own


class Guarding:
    """Carries out what the guards of a run's lanes decide.

    Args:
        todo: the numbers the run is about, those that wait since an earlier one included.
        carried_over: those, by session.
        queue: where retracted numbers go to be asked about again.
        recorder: where what is vouched for and retracted is written.
        counters: what to count in.
    """

    def __init__(
        self,
        *,
        todo: pl.Series,
        carried_over: Mapping[SessionRef, CarriedOver],
        queue: Queue,
        recorder: Recorder,
        counters: RunCounters,
    ) -> None:
        self._todo = todo
        self._inherited = carried_over
        self._queue = queue
        self._recorder = recorder
        self._counters = counters

    def carry_out(self, lane: GatewayLane) -> None:
        """Do what a lane's guard has decided."""
        # What an earlier run has asked about may be in another list than this one's.
        if retracted := self._rule(lane):
            self._queue.put_back(self._todo.filter(_is_in(self._todo, retracted)))

    def close(self, lanes: Iterable[GatewayLane]) -> None:
        """At the end of a run, let stand what nothing can vouch for, or leave it to the next run to ask."""
        for lane in lanes:
            if believed := lane.guard.release():
                self._counters.believed[lane.ref] += believed
            if doubted := self._rule(lane):
                self._counters.doubted[lane.ref] += len(doubted)

    def _rule(self, lane: GatewayLane) -> list[Number]:
        """Carry out what a lane's guard has decided; return the numbers it has retracted the "no" of."""
        retracted: list[Number] = []
        for ruling in lane.guard.rulings():
            match ruling:
                case Confirm(through):
                    self._recorder.confirm(lane.ref, through)
                case Invalidate(through):
                    retracted += self._invalidate(lane.ref, through)
                case _:
                    assert_never(ruling)
        return retracted

    def _invalidate(self, session: SessionRef, through: int) -> list[Number]:
        numbers = self._recorder.invalidate(session, through)
        before = self._inherited.get(session, CarriedOver()).numbers
        self._counters.invalidate(len(frozenset(numbers) - before))
        return numbers


def last_step(
    lanes: Iterable[GatewayLane], action: Callable[[GatewayLane], Action], *, is_early: bool
) -> Probe | FetchStatus | Rest | Done:
    """Return how to decide what still waits to be vouched for or refused, when nothing else is to be asked.

    Args:
        lanes: the run's.
        action: what a lane has to do last.
        is_early: whether the run has to stop, so that only what can be had at once is.
    """
    rests: list[Rest] = []
    for lane in lanes:
        has_open_refusals = lane.refusals_stand is None
        if not (lane.guard.unverified or lane.guard.is_verifying or has_open_refusals):
            continue
        match action(lane):
            case AskCanary(canary):
                return Probe(lane, canary)
            case FetchSessionStatus() if has_open_refusals:
                return FetchStatus(lane)
            case Wait() as wait if not is_early:
                rests.append(Rest.of(wait))
            case _:
                # It stays unknown, or is let stand where nothing could ever vouch for it.
                pass
    return min(rests, key=lambda rest: rest.until, default=Done())


def session_warnings(
    lanes: Sequence[GatewayLane],
    canaries: Canaries,
    counters: RunCounters,
    ending: ValidatorError | None,
    now: float,
) -> tuple[str, ...]:
    """Return what a person should know about sessions, and how far their answers can be believed.

    Args:
        lanes: the run's.
        canaries: the run's.
        counters: what was counted.
        ending: why the run has ended early, which is shown elsewhere.
        now: the current time.
    """
    blind = (
        f'nothing vouches for {count:,} answers "no" of session {ref.session}: no canary was there, and '
        "nobody was found registered. Name a number that is on WhatsApp with --canary"
        for ref, count in sorted(counters.believed.items())
    )
    unverified = (
        f'{count:,} answers "no" of session {ref.session} stay unknown: nothing it said later shows that it '
        "told the truth, and the next run asks again. See `validator sessions`, and name a number that is on "
        "WhatsApp with --canary"
        for ref, count in sorted(counters.doubted.items())
    )
    reports = [lane.report(now) for lane in lanes]
    halted = dict.fromkeys(report.why for report in reports if report.state is LaneState.HALTED)
    lost = (
        f"session {report.session} was not connected in the end, so less was asked through it, or nothing; "
        "see `validator sessions`"
        for report in reports
        if report.state is LaneState.DISCONNECTED
    )
    useless = (
        f"{number} is no canary: it is answered like somebody who is not on WhatsApp, while others are not"
        for number in canaries.dropped
    )
    return (*blind, *unverified, *(why for why in halted if why != str(ending)), *lost, *useless)


def _is_in(todo: pl.Series, numbers: Iterable[int]) -> pl.Series:
    return todo.is_in(pl.Series([int(number) for number in numbers], dtype=pl.UInt64).implode())
