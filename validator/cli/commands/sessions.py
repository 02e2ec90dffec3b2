"""`validator sessions`: the sessions of the key, and their state."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from validator.batch.connected import connected
from validator.batch.watching.sessions import watch as watch_sessions
from validator.cli.process.logs import take_logging
from validator.cli.process.show import make_progress, show_row, show_rows
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import require_stdout, say
from validator.cli.settings.credentials import ProviderOptions, require_offered
from validator.errors import UsageError
from validator.reports import NoProgress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from validator.batch.ask_settings import KeySettings
    from validator.batch.watching.sessions import SessionChange
    from validator.gateways.gateway import SessionReply
    from validator.ledger_url import Location
    from validator.reports import Progress

COLUMNS = ("id", "name", "status", "phone_number", "last_seen_at")
CHANGE_COLUMNS = ("time", "id", "name", "was", "status")

# Each look is a request with the key, and no run can start while it lasts.
LEAST_WATCH_S = 5.0


def run(*, watch: float | None, max_wait: float, ledger: Location, as_json: bool, **given: Any) -> None:
    """List the WhatsApp sessions of the key, and whether they are connected."""
    if watch is not None:
        _require_slow(watch)
    quiet = take_logging(given)
    require_stdout()
    options = ProviderOptions(**given)
    require_offered(options.gateway, offers="lists_sessions", what="lists no sessions")
    key = options.key_settings()
    if watch is not None:
        _watch(partial(_sessions, key, NoProgress(), max_wait, ledger), watch, as_json=as_json)
        return
    with make_progress(quiet=quiet) as progress:
        found = run_interruptible(partial(_sessions, key, progress, max_wait, ledger))
    show_rows(COLUMNS, map(_row, found), as_json=as_json)


def _require_slow(every_s: float) -> None:
    if every_s < LEAST_WATCH_S:
        raise UsageError(
            f"--watch {every_s:g}s is too often, as each look is a request; use at least {LEAST_WATCH_S:.0f}s"
        )


def _watch(look: Callable[[], Awaitable[Sequence[SessionReply]]], every_s: float, *, as_json: bool) -> None:
    if not as_json:
        show_row(CHANGE_COLUMNS, CHANGE_COLUMNS, as_json=False)
    run_interruptible(
        partial(
            watch_sessions,
            look,
            every_s=every_s,
            on_change=partial(_show_change, as_json=as_json),
            on_trouble=_say_trouble,
        )
    )


def _show_change(change: SessionChange, *, as_json: bool) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    show_row(CHANGE_COLUMNS, (now, *change), as_json=as_json)
    sys.stdout.flush()


def _say_trouble(why: str) -> None:
    say(f"the sessions cannot be listed: {why}. Trying again" if why else "the sessions can be listed again")


def _row(one: SessionReply) -> tuple[str | None, ...]:
    return (one.session, one.name, str(one.status), one.phone_number, _text(one.last_seen_at))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


async def _sessions(
    key: KeySettings, progress: Progress, max_wait_s: float, ledger: Location
) -> tuple[SessionReply, ...]:
    async with connected(key, progress, max_wait_s=max_wait_s, ledger=ledger) as (gateway, through, _):
        reply = await through(gateway.sessions)
    return reply.sessions
