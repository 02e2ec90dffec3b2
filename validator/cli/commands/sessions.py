"""`validator sessions`: the sessions of the key, and their state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import click

from validator.cli import options as opt
from validator.cli.credentials import ProviderOptions, connected
from validator.cli.show import show_rows

if TYPE_CHECKING:
    from datetime import datetime

    from validator.sendapi import Session

COLUMNS = ("id", "name", "status", "phone_number", "last_seen_at")


@click.command()
@opt.stack(opt.provider_options, opt.rate_option, opt.json_option)
def sessions(*, as_json: bool, **given: Any) -> None:
    """List the WhatsApp sessions of the key, and whether they are connected."""
    found = anyio.run(_sessions, ProviderOptions(**given))
    rows = [(one.id, one.name, one.raw_status, one.phone_number, _text(one.last_seen_at)) for one in found]
    show_rows(COLUMNS, rows, as_json=as_json)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


async def _sessions(options: ProviderOptions) -> tuple[Session, ...]:
    async with connected(options) as (client, through):
        return (await through(client.whatsapp.sessions.list)).sessions
