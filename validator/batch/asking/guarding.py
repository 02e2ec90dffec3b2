"""What guards decide, carried out: in the ledger, in the queue, and in the warnings at the end."""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import polars as pl

from validator.batch.asking.steps import Done, FetchStatus, Probe, Rest
from validator.gateways.remedies import remedy_of
from validator.model import Number, Reason, Strength, Verdict
from validator.pacing import (
    CANARY_AFTER_S,
    AskCanary,
    Confirm,
    FetchSessionStatus,
    Invalidate,
    LaneState,
    Proof,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.recorder import Recorder
    from validator.batch.asking.steps import GatewayLane
    from validator.errors import ValidatorError
    from validator.gateways.capabilities import Capabilities
    from validator.gateways.gateway import SessionReply
    from validator.ledger import Ledger
    from validator.model import Outcome, SessionRef
    from validator.pacing import Action, Canaries


MOST_TAKEN_BACK = 5

# At a slow pace a canary a minute would take the place of the checks.
CANARY_AFTER_REQUESTS = 10


def forget_unverified(ledger: Ledger, sessions: Iterable[SessionRef]) -> None:
    """Leave what earlier runs of these sessions have not verified to be asked about again, durably.

    A session may have been mended since, and what it says now would prove nothing.
    """
    for session in sessions:
        if waiting := ledger.unverified_negatives(session):
            ledger.invalidate(session, waiting[-1].ordinal)


def own_numbers(seen: Iterable[SessionReply]) -> list[Number]:
    """Return the numbers linked to sessions, if the gateway states them: canaries outside the list."""
    own = []
    for text in (session.phone_number or "" for session in seen):
        # Without its plus sign it might be a national number: somebody else's.
        digits = "".join(character for character in text if character.isdecimal())
        with suppress(ValueError):
            own += [Number.parse(f"+{digits}")] if text.startswith("+") else []
    return own


def proof_of(capabilities: Capabilities) -> Proof:
    """Return what has to speak for the "no"s of a gateway's sessions.

    A "yes" that the gateway keeps itself shows nothing, so a canary serves once where that may be. Then the
    first "yes" to a number of the list is as good as a canary's.
    """
    is_weak = capabilities.negatives is Strength.WEAK
    interval_s = 60 / capabilities.default_rate_per_min
    return Proof(
        needs_canary=is_weak and not capabilities.caches_yes,
        needs_look=is_weak and capabilities.has_session_status,
        canary_once=capabilities.caches_yes,
        canary_after_s=max(CANARY_AFTER_S, CANARY_AFTER_REQUESTS * interval_s),
    )


class Guarding:
    """Carries out what the guards of a run's lanes decide.

    What a guard takes back is asked about again: at once if there is another session to ask, otherwise when
    this one says "yes" again, since until then it may be down. That happens up to five times for a number: a
    canary that the provider always stumbles over would otherwise have a list asked about without end.

    A "no" that waits is in the ledger. What waits with the verdict `invalid` is held here until the end, when
    it shows how many there are.

    Args:
        in_order: brings numbers that were taken back into the order in which to ask about them again.
        has_others: whether there are several sessions.
        queue: where retracted numbers go to be asked about again.
        recorder: where what is vouched for and retracted is written.
        counters: what to count in.
    """

    def __init__(
        self,
        *,
        in_order: Callable[[Sequence[int]], Iterable[int]],
        has_others: bool,
        queue: Queue,
        recorder: Recorder,
        counters: RunCounters,
    ) -> None:
        self._in_order = in_order
        self._has_others = has_others
        self._parked: list[int] = []
        self._queue = queue
        self._recorder = recorder
        self._counters = counters
        self._held: defaultdict[SessionRef, deque[tuple[int, Outcome]]] = defaultdict(deque)
        self._vouched: defaultdict[SessionRef, list[Outcome]] = defaultdict(list)
        self._taken_back: Counter[int] = Counter()

    def hold(self, outcome: Outcome, ordinal: int) -> None:
        """Take a rejection: the provider's "invalid", which stands if it is vouched for and they are few."""
        self._held[outcome.session_ref].append((ordinal, outcome))

    def carry_out(self, lane: GatewayLane) -> None:
        """Do what a lane's guard has decided."""
        denied, rejected = self._rule(lane)
        if not denied and not rejected:
            return
        numbers = [*denied, *(outcome.number for outcome in rejected)]
        self._taken_back.update(map(int, numbers))
        again = [number for number in numbers if self._taken_back[number] <= MOST_TAKEN_BACK]
        self._parked += again
        if self._has_others or lane.guard.error:
            self.readmit()
        self._counters.take_back(Verdict.UNKNOWN, len({*again} & {one.number for one in rejected}))
        self._leave_unknown(lane, len(numbers) - len(again), rejected)

    def readmit(self) -> None:
        """Have the numbers asked about again that were taken back: a session says "yes"."""
        if self._parked:
            self._queue.put_back(self._in_order(self._parked))
            self._parked = []

    def close(self, lanes: Iterable[GatewayLane]) -> None:
        """At the end of a run, leave what nothing vouches for to the next run to ask."""
        for lane in lanes:
            lane.guard.release()
            denied, rejected = self._rule(lane)
            vouched = self._vouched.pop(lane.ref, [])
            if lane.guard.doubts_rejections:
                rejected, vouched = [*rejected, *vouched], []
            for outcome in vouched:
                self._recorder.add(outcome)
            self._leave_unknown(lane, len(denied) + len(rejected) + len(self._parked), rejected)
            self._parked = []

    def _leave_unknown(self, lane: GatewayLane, count: int, rejected: Iterable[Outcome]) -> None:
        """Count numbers that stay unknown, and record those rejected; of a "no" the ledger knows already."""
        for outcome in rejected:
            self._recorder.add(replace(outcome, verdict=Verdict.UNKNOWN, reason=Reason.SESSION_SUSPECT))
        if count:
            self._counters.doubted[lane.ref] += count

    def _rule(self, lane: GatewayLane) -> tuple[list[Number], list[Outcome]]:
        """Carry out what a lane's guard has decided; return what it retracts: "no"s, and rejections."""
        denied: list[Number] = []
        rejected: list[Outcome] = []
        for ruling in lane.guard.rulings():
            match ruling:
                case Confirm(through):
                    self._recorder.confirm(lane.ref, through)
                    self._vouched[lane.ref] += self._held_through(lane.ref, through)
                case Invalidate(through):
                    denied += self._invalidate(lane.ref, through)
                    rejected += self._held_through(lane.ref, through)
                case _:
                    assert_never(ruling)
        return denied, rejected

    def _invalidate(self, session: SessionRef, through: int) -> list[Number]:
        numbers = self._recorder.invalidate(session, through)
        self._counters.invalidate(len(numbers))
        return numbers

    def _held_through(self, session: SessionRef, through: int) -> list[Outcome]:
        held, taken = self._held[session], []
        while held and held[0][0] <= through:
            taken.append(held.popleft()[1])
        return taken


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
            case FetchSessionStatus() if has_open_refusals or lane.guard.wants_look:
                return FetchStatus(lane)
            case Wait() as wait if not is_early:
                rests.append(Rest.of(wait))
            case _:
                # It stays unknown.
                pass
    return min(rests, key=lambda rest: rest.until, default=Done())


def session_remedies(lanes: Sequence[GatewayLane]) -> tuple[str, ...]:
    """Return what somebody has to do about each session that is not ready in the end, a sentence each."""
    return tuple(
        f"Session {lane.session} is {lane.session_status}: {remedy}."
        for lane in lanes
        if (remedy := remedy_of(lane.session_status.state, lane.gateway.capabilities))
    )


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
    unverified = (
        f'{count:,} answers "no" of session {ref.session} stay unknown: nothing it said later shows that it '
        "told the truth, and the next run asks again. See `validator sessions`, and name a number that is on "
        "WhatsApp with --canary"
        for ref, count in sorted(counters.doubted.items())
    )
    rejecting = (
        f"session {lane.session} calls more numbers invalid than chance explains, though their form is "
        "right, so none of them is believed, and the next run asks again. See `validator sessions`"
        for lane in lanes
        if lane.guard.doubts_rejections
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
    return (*unverified, *rejecting, *(why for why in halted if why != str(ending)), *lost, *useless)


def in_order_of(todo: pl.Series) -> Callable[[Sequence[int]], Iterable[int]]:
    """Return what brings some numbers of a plan into its order, and leaves others out."""

    def in_order(numbers: Sequence[int]) -> Iterable[int]:
        wanted = pl.Series([int(number) for number in numbers], dtype=pl.UInt64)
        return todo.filter(todo.is_in(wanted.implode()))

    return in_order


def shuffled(numbers: Sequence[int]) -> Iterable[int]:
    """Return numbers in an order by chance: ascending, as the ledger has them, looks like scraping."""
    return random.sample(numbers, len(numbers))
