"""Opens an asker: locks its keys, and opens the ledger that it writes to."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.wiring import locked
from validator.ledger import open_ledger
from validator.ledger_url import LedgerUrl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import polars as pl

    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.asking.feeding import Source
    from validator.batch.watching.stop import Stop
    from validator.ledger import Ledger
    from validator.ledger_url import Location
    from validator.reports import Progress
    from validator.settings import MaxAge


class OpenAsker(NamedTuple):
    """An asker, its open ledger, and its counters."""

    asker: Asker
    ledger: Ledger
    counters: RunCounters


@contextmanager
def open_asker(
    keys: Sequence[KeySettings],
    settings: AskSettings,
    *,
    ledger: Location,
    holder: str,
    progress: Progress,
    stop: Stop,
    shared_until: MaxAge | None = None,
) -> Iterator[OpenAsker]:
    """Lock the keys and open the ledger, both until the end of the block.

    Args:
        keys: the keys to ask with.
        settings: how to ask.
        ledger: the location of the ledger.
        holder: a text by which a user recognises this run; neither key nor number.
        progress: shows the progress.
        stop: ends the run in order.
        shared_until: how long answers are valid, if the numbers may be shared with other runs through the
            ledger; None if they are never shared.

    Raises:
        Busy: another run holds a key or the ledger.
        LedgerError: the ledger cannot be opened.
    """
    with (
        locked(keys, holder, ledger=ledger, wait_s=settings.key_wait_s(time.time())) as held,
        open_ledger(ledger, holder=holder) as opened,
    ):
        counters = RunCounters()
        asker = Asker(
            held.keys,
            settings,
            ledger=opened,
            counters=counters,
            progress=progress,
            stop=stop,
            hold=held.hold,
            source_of=_source_of_plans(ledger, opened, shared_until),
        )
        yield OpenAsker(asker, opened, counters)


def _source_of_plans(
    location: Location, ledger: Ledger, shared_until: MaxAge | None
) -> Callable[[pl.Series], Source] | None:
    """Return a function that makes the source of a plan's numbers; None if they are not shared."""
    if shared_until is None or not isinstance(location, LedgerUrl):
        return None
    from validator.batch.sharing import source_of_plans  # noqa: PLC0415 - only one run can use most ledgers

    return source_of_plans(ledger, shared_until)
