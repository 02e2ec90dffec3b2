"""Asks a second time about every "no", through another session if there is one.

The ledger records whether a "no" is confirmed, as its reason. So if a run is killed, or stops before this
step, the next run makes exactly the missing calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import polars as pl
from msgspec.structs import replace

from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.model import Reason, SessionRef, Source, Verdict
from validator.pacing import Halt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.batch.asking.checks import Asking, Watcher
    from validator.batch.asking.steps import GatewayLane
    from validator.batch.planning.plan import Numbers
    from validator.errors import ValidatorError


async def confirm_negatives(
    todo: Numbers,
    earlier: Numbers,
    asking: Asking,
    counters: RunCounters,
    *,
    since_ms: int,
    watchers: Callable[[int], Sequence[Watcher]] = lambda _: (),
) -> ValidatorError | None:
    """Ask again about every number that was answered "no" once; a "yes" replaces the "no".

    A "no" that the guard did not confirm is `unknown` and is not asked about here. If there is no second
    answer, the first stays in the ledger, and the next run that confirms asks again.

    Args:
        todo: the numbers of this run, after it has asked about all of them.
        earlier: the numbers that an earlier run has asked about once.
        asking: as for `ask_all`.
        counters: the counters of the run.
        since_ms: the start of the run, in milliseconds since the Unix epoch.
        watchers: makes the watchers of `ask_all`, given the total of numbers to confirm.

    Returns:
        Why it ended early, or None.

    Raises:
        ExceptionGroup: with a `LedgerError`, as `ask_all`.
    """
    groups = _by_session(asking, {0: earlier, since_ms: todo})
    second = RunCounters()
    confirming = _Confirming(asking, counters, second, watchers(sum(map(len, groups.values()))))
    ending = None
    for session, numbers in groups.items():
        if (ending := await confirming.ask(session, numbers)) is not None:
            break
    counters.add_confirmations(second)
    return ending


class _Confirming:
    """Asks again about the numbers that a session has answered "no", for one session after the other.

    Args:
        asking: as for `ask_all`.
        first: the counters of the run before the confirmations.
        second: the counters for the confirmations.
        watchers: the watchers of every `ask_all`.
    """

    def __init__(
        self, asking: Asking, first: RunCounters, second: RunCounters, watchers: Sequence[Watcher]
    ) -> None:
        left_today = {
            ref: left - first.numbers_through(ref) for ref, left in asking.bounds.left_today.items()
        }
        self._asking = replace(
            asking,
            bounds=replace(asking.bounds, left_today=left_today, needed=_still_needed(asking, first)),
            negative_reason=Reason.NOT_ON_WHATSAPP_TWICE,
            # These numbers have a verdict, so no other run asks about them: they need no lease.
            source_of=None,
        )
        self._counters = second
        self._watchers = watchers

    async def ask(self, session: SessionRef, numbers: Numbers) -> ValidatorError | None:
        """Ask about the numbers that a session has answered "no"; return why it ended early, or None.

        If every lane that can confirm them halts, the other lanes take over.
        """
        while True:
            lanes = self._able(session)
            ending = await ask_all(
                numbers, replace(self._asking, lanes=lanes), self._counters, self._watchers
            )
            alive = self._alive()
            if ending is None or not alive or any(lane in alive for lane in lanes):
                return ending
            numbers = _by_session(self._asking, {0: numbers}).get(session, numbers.clear())

    def _able(self, session: SessionRef) -> list[GatewayLane]:
        """Return the lanes that can confirm a session's answers: the other lanes, or its own if none."""
        others = [lane for lane in self._alive() if not _may_be(lane.ref, session)]
        return others or [lane for lane in self._asking.lanes if _may_be(lane.ref, session)]

    def _alive(self) -> list[GatewayLane]:
        now, left = anyio.current_time(), self._asking.bounds.left_today
        return [
            lane
            for lane in self._asking.lanes
            if self._counters.numbers_through(lane.ref) < left.get(lane.ref, float("inf"))
            and not isinstance(lane.next(now), Halt)
        ]


def _may_be(lane: SessionRef, session: SessionRef) -> bool:
    """Whether a lane's session may be the session of a fact. An imported fact may lack the gateway."""
    return lane.session == session.session and session.gateway in {lane.gateway, ""}


def _by_session(asking: Asking, numbers_since_ms: Mapping[int, Numbers]) -> dict[SessionRef, Numbers]:
    """Return the numbers that were answered "no" once since the given time, by session."""
    found: dict[SessionRef, list[int]] = {}
    for since_ms, numbers in numbers_since_ms.items():
        for rows in asking.ledger.known(numbers.to_list()):
            for row in rows:
                is_once = (row.reason, row.source) == (Reason.NOT_ON_WHATSAPP, Source.API)
                if is_once and row.checked_at_ms >= since_ms:
                    found.setdefault(SessionRef(row.gateway, row.session), []).append(row.number)
    # The ledger has the numbers in ascending order, which looks like scraping. So keep the order of the run.
    everyone = pl.concat(numbers_since_ms.values())
    return {
        session: everyone.filter(everyone.is_in(pl.Series(numbers, dtype=pl.UInt64).implode()))
        for session, numbers in found.items()
    }


def _still_needed(asking: Asking, first: RunCounters) -> int | None:
    needed = asking.bounds.needed
    return None if needed is None else needed - first.verdicts[Verdict.REGISTERED.value]
