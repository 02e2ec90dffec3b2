"""Opens all that a run asks with: its keys locked, its ledger to write to, and what asks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.sharing import source_of_plans
from validator.batch.wiring import locked
from validator.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.watching.stop import Stop
    from validator.ledger import Ledger
    from validator.ledger_url import Location
    from validator.reports import Progress
    from validator.settings import MaxAge


class OpenAsker(NamedTuple):
    """What asks, the ledger it writes to, and what it counts in."""

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
        ledger: where the ledger is.
        holder: what a person needs to recognise this run; neither key nor number.
        progress: shows how it goes.
        stop: ends the run in order.
        shared_until: how long answers hold, if the numbers are shared with other runs over a ledger that
            several write to; None if they are not.

    Raises:
        Busy: another run holds a key or the ledger.
        LedgerError: the ledger cannot be opened.
    """
    with (
        locked(keys, holder, ledger=ledger, wait_s=settings.wait_for_key_s) as hold,
        open_ledger(ledger, holder=holder) as opened,
    ):
        counters = RunCounters()
        asker = Asker(
            keys,
            settings,
            ledger=opened,
            counters=counters,
            progress=progress,
            stop=stop,
            hold=hold,
            source_of=None if shared_until is None else source_of_plans(ledger, opened, shared_until),
        )
        yield OpenAsker(asker, opened, counters)
