"""Asking once more about every "no" of a run, through another session where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import polars as pl

from validator.batch.ask import ask_all
from validator.batch.tally import Tally
from validator.model import Source, Verdict
from validator.pacing import Halt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.batch.ask import Asking, Watcher
    from validator.errors import ValidatorError
    from validator.ledger import LedgerReader
    from validator.pacing import Lane


async def confirm_negatives(
    todo: pl.Series,
    asking: Asking,
    tally: Tally,
    *,
    since_ms: int,
    watchers: Callable[[int], Sequence[Watcher]] = lambda _: (),
) -> ValidatorError | None:
    """Ask once more about the numbers of `todo` that were answered "no"; a "yes" takes the place of the "no".

    What nothing vouched for is `unknown` and not asked about again. Which answers have been confirmed is
    remembered for this run only.

    Args:
        todo: the numbers the run was about, all of them asked about by now.
        asking: as for `ask_all`.
        tally: what to count in.
        since_ms: when the run began, in milliseconds since the Unix epoch.
        watchers: makes those of one round, given how many numbers it is about.

    Returns:
        Why it ended early, or None.

    Raises:
        ExceptionGroup: with a `LedgerError`, as `ask_all`.
    """
    for session, numbers in negatives(asking.ledger, todo, since_ms).items():
        second = Tally()
        left_today = {
            name: left - tally.attempts_through(name) for name, left in asking.bounds.left_today.items()
        }
        again = replace(
            asking,
            lanes=_others(asking.lanes, session, left_today, anyio.current_time()),
            bounds=replace(asking.bounds, left_today=left_today),
            inherited={},
        )
        ending = await ask_all(numbers, again, second, watchers(len(numbers)))
        tally.add_confirmations(second)
        if ending is not None:
            return ending
    return None


def negatives(ledger: LedgerReader, todo: pl.Series, since_ms: int) -> dict[str, pl.Series]:
    """Return the numbers of `todo` that were answered "no" since that time, by session."""
    found: dict[str, list[int]] = {}
    for rows in ledger.known(todo.to_list()):
        for number, verdict, _, _, source, at_ms, session, _ in rows:
            if (verdict, source) == (Verdict.NOT_REGISTERED, Source.API) and at_ms >= since_ms:
                found.setdefault(session, []).append(number)
    # In the ledger they are in order, which looks like scraping; a run asks in the order of `todo`.
    return {
        session: todo.filter(todo.is_in(pl.Series(numbers, dtype=pl.UInt64).implode()))
        for session, numbers in found.items()
    }


def _others(lanes: Sequence[Lane], session: str, left_today: Mapping[str, int], now: float) -> list[Lane]:
    """Return the lanes that can confirm what a session has said: other ones, or its own if there are none."""
    others = [
        lane
        for lane in lanes
        if lane.session != session
        and left_today.get(lane.session, 1) > 0
        and not isinstance(lane.next(now), Halt)
    ]
    return others or [lane for lane in lanes if lane.session == session]
