"""Carries out the decisions of guards: in the ledger, in the queue, and in the warnings at the end."""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, assert_never

import polars as pl
from msgspec.structs import replace

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
    from validator.pacing import Action, Canaries, Ruling


MOST_RETRACTIONS = 5

# The fewest requests between two canaries: at a slow pace, a canary every minute would displace checks.
CANARY_AFTER_REQUESTS = 10


def forget_unverified(ledger: Ledger, sessions: Iterable[SessionRef]) -> None:
    """Invalidate the unverified "no"s of earlier runs through these sessions, durably, to ask again.

    A session may have been repaired since, so its answers now do not prove that its earlier ones were true.
    """
    for session in sessions:
        if waiting := ledger.unverified_negatives(session):
            ledger.invalidate(session, waiting[-1].ordinal)


def own_numbers(seen: Iterable[SessionReply]) -> list[Number]:
    """Return the numbers linked to sessions, if the gateway states them. They serve as canaries."""
    own = []
    for text in (session.phone_number or "" for session in seen):
        # Without a plus sign it may be in national form, and would be read as another person's number.
        digits = "".join(character for character in text if character.isdecimal())
        with suppress(ValueError):
            own += [Number.parse(f"+{digits}")] if text.startswith("+") else []
    return own


def proof_of(capabilities: Capabilities) -> Proof:
    """Return what has to prove the "no"s of a gateway's sessions.

    If the gateway caches "yes" answers, a second "yes" to a canary proves nothing, so a canary is used once.
    Then the first "yes" to a number of the list counts like a canary's.
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
    """Carries out the decisions of the guards of a run's lanes.

    If a guard retracts the answer about a number, the number is asked about again: at once if there is
    another session, otherwise after the next "yes" of this session, which may be down until then. This
    happens up to five times for each number, so a canary which always fails cannot make the run endless.

    A "no" that waits for confirmation is in the ledger. An `invalid` that waits is held here until the end of
    the run, when their total is known.

    Args:
        in_order: sorts retracted numbers into the order in which to ask about them again.
        has_others: whether there are several sessions.
        queue: gets the retracted numbers.
        recorder: writes confirmations and retractions.
        counters: the counters of the run.

    Attributes:
        parked: retracted numbers that are asked about again after the next "yes".
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
        self.parked: list[int] = []
        self._queue = queue
        self._recorder = recorder
        self._counters = counters
        self._held: defaultdict[SessionRef, deque[tuple[int, Outcome]]] = defaultdict(deque)
        self._confirmed: defaultdict[SessionRef, list[Outcome]] = defaultdict(list)
        self._retracted: Counter[int] = Counter()

    def hold(self, outcome: Outcome, ordinal: int) -> None:
        """Hold a rejection, the provider's "invalid". It counts if it is confirmed and they are few."""
        self._held[outcome.session_ref].append((ordinal, outcome))

    def carry_out(self, lane: GatewayLane, rulings: Iterable[Ruling]) -> None:
        """Carry out the decisions of a lane's guard, and ask again about retracted numbers."""
        denied, rejected = self._rule(lane, rulings)
        if not denied and not rejected:
            return
        numbers = [*denied, *(outcome.number for outcome in rejected)]
        self._retracted.update(map(int, numbers))
        again = [number for number in numbers if self._retracted[number] <= MOST_RETRACTIONS]
        self.parked += again
        if self._has_others or lane.guard.error:
            self.readmit()
        self._counters.take_back(Verdict.UNKNOWN, len({*again} & {one.number for one in rejected}))
        self._leave_unknown(lane, len(numbers) - len(again), rejected)

    def readmit(self) -> None:
        """Put the retracted numbers back into the queue, because a session says "yes"."""
        if self.parked:
            self._queue.put_back(self._in_order(self.parked))
            self.parked = []

    def close(self, lanes: Iterable[GatewayLane]) -> None:
        """End the run: numbers without a confirmed answer stay `unknown`, and the next run asks again."""
        for lane in lanes:
            lane.guard.release()
            denied, rejected = self._rule(lane, lane.guard.rulings())
            confirmed = self._confirmed.pop(lane.ref, [])
            if lane.guard.doubts_rejections:
                rejected, confirmed = [*rejected, *confirmed], []
            for outcome in confirmed:
                self._recorder.add(outcome)
            self._leave_unknown(lane, len(denied) + len(rejected) + len(self.parked), rejected)
            self.parked = []

    def _leave_unknown(self, lane: GatewayLane, count: int, rejected: Iterable[Outcome]) -> None:
        """Count numbers that stay unknown, and record the rejected ones. The ledger already has each "no"."""
        for outcome in rejected:
            self._recorder.add(replace(outcome, verdict=Verdict.UNKNOWN, reason=Reason.SESSION_SUSPECT))
        if count:
            self._counters.doubted[lane.ref] += count

    def _rule(self, lane: GatewayLane, rulings: Iterable[Ruling]) -> tuple[list[Number], list[Outcome]]:
        """Record the decisions of a lane's guard; return what it retracts: "no"s and rejections."""
        denied: list[Number] = []
        rejected: list[Outcome] = []
        for ruling in rulings:
            match ruling:
                case Confirm(through):
                    self._recorder.confirm(lane.ref, through)
                    self._confirmed[lane.ref] += self._held_through(lane.ref, through)
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
    """Return the step that decides waiting answers or refusals, after all numbers were asked about.

    Args:
        lanes: the lanes of the run.
        action: returns the last action of a lane.
        is_early: whether the run stops early, so only steps that need no wait are taken.
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
                # The numbers stay unknown.
                pass
    return min(rests, key=lambda rest: rest.until, default=Done())


def session_remedies(
    lanes: Sequence[GatewayLane], canaries: Canaries, counters: RunCounters
) -> tuple[str, ...]:
    """Return remedies: for each session that is not ready at the end, and for answers without a canary."""
    not_ready = (
        f"Session {lane.session} is {lane.session_status}: {remedy}."
        for lane in lanes
        if (remedy := remedy_of(lane.session_status.state, lane.gateway.capabilities))
    )
    is_in_vain = counters.doubted and not len(canaries)
    canary = "Name a number that is on WhatsApp with --canary: without one, asking again is in vain."
    return (*not_ready, *([canary] if is_in_vain else []))


def session_warnings(
    lanes: Sequence[GatewayLane],
    canaries: Canaries,
    counters: RunCounters,
    ending: ValidatorError | None,
    now: float,
) -> tuple[str, ...]:
    """Return warnings about sessions that were lost, or whose answers cannot be trusted.

    Args:
        lanes: the lanes of the run.
        canaries: the canaries of the run.
        counters: the counters of the run.
        ending: why the run has ended early; it is shown elsewhere and left out here.
        now: the current time.
    """
    unverified = (
        f'{count:,} answers "no" of session {ref.session} stay unknown: no later answer of the session shows '
        "that they are true, and the next run asks again. See `validator sessions`, and name a number that "
        "is on WhatsApp with --canary"
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
        f"session {report.session} was not connected in the end, so few or no numbers were asked about "
        "through it; see `validator sessions`"
        for report in reports
        if report.state is LaneState.DISCONNECTED
    )
    useless = (
        f"{number} is no canary: the answer is that it is not on WhatsApp, while other numbers are"
        for number in canaries.dropped
    )
    return (*unverified, *rejecting, *(why for why in halted if why != str(ending)), *lost, *useless)


def in_order_of(todo: pl.Series) -> Callable[[Sequence[int]], Iterable[int]]:
    """Return a function that sorts numbers into the order of a plan. It leaves out numbers not in it."""

    def in_order(numbers: Sequence[int]) -> Iterable[int]:
        wanted = pl.Series([int(number) for number in numbers], dtype=pl.UInt64)
        return todo.filter(todo.is_in(wanted.implode()))

    return in_order


def shuffled(numbers: Sequence[int]) -> Iterable[int]:
    """Return numbers in random order. The ascending order of the ledger would look like scraping."""
    return random.sample(numbers, len(numbers))
