"""`validator sessions`: the sessions of the key, and their state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.cli import options as opt
from validator.cli.credentials import ProviderOptions, connected
from validator.cli.logs import take_logging
from validator.cli.show import make_progress, show_rows
from validator.cli.signals import run_interruptible
from validator.cli.standard_streams import require_stdout

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from validator.gateways.gateway import SessionReply
    from validator.reports import Progress

COLUMNS = ("id", "name", "status", "phone_number", "last_seen_at")


@click.command()
@opt.stack(
    opt.provider_options,
    opt.rate_option,
    opt.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def sessions(*, max_wait: float, ledger: Path, as_json: bool, **given: Any) -> None:
    """List the WhatsApp sessions of the key, and whether they are connected."""
    quiet = take_logging(given)
    require_stdout()
    with make_progress(quiet=quiet) as progress:
        found = run_interruptible(partial(_sessions, ProviderOptions(**given), progress, max_wait, ledger))
    show_rows(COLUMNS, map(_row, found), as_json=as_json)


def _row(one: SessionReply) -> tuple[str | None, ...]:
    return (one.session, one.name, str(one.status), one.phone_number, _text(one.last_seen_at))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


async def _sessions(
    options: ProviderOptions, progress: Progress, max_wait_s: float, ledger: Path
) -> tuple[SessionReply, ...]:
    async with connected(options, progress, max_wait_s=max_wait_s, ledger=ledger) as (gateway, through):
        return (await through(gateway.sessions)).sessions
