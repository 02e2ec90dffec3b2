"""`validator contacts`: the contacts synced to a session, all pages of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asking.contacts import all_contacts, contacts_frame
from validator.batch.output.targets import refuse_kept
from validator.batch.watching.phase_feed import READING_CONTACTS
from validator.cli import options as opt
from validator.cli.credentials import ProviderOptions, connected, require_sessions
from validator.cli.kept_files import kept_files
from validator.cli.logs import take_logging
from validator.cli.show import make_progress, show_rows
from validator.cli.signals import run_interruptible
from validator.cli.standard_streams import require_stdout, say
from validator.cli.values import FILE
from validator.tables import require_writable, writing

if TYPE_CHECKING:
    from pathlib import Path

    from validator.gateways.gateway import GatewayContact
    from validator.reports import Progress


# A long list is worth more patience than a single look.
ATTEMPTS_PER_PAGE = 6


@click.command()
@opt.stack(
    opt.session_option,
    click.option("-o", "--output", type=FILE, help="File to export to.  [default: standard output]"),
    opt.provider_options,
    opt.rate_option,
    opt.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def contacts(
    *,
    sessions: tuple[str, ...],
    output: Path | None,
    max_wait: float,
    ledger: Path,
    as_json: bool,
    **given: Any,
) -> None:
    """List the contacts synced to the sessions, or export them to a CSV or Parquet file."""
    quiet = take_logging(given)
    options = ProviderOptions(**given)
    if output is None:
        require_stdout()
    else:
        kept = kept_files(options.api_key_file, options.ca_file)
        refuse_kept({"--output": output}, kept, ledger=ledger)
        require_writable(output)
    sessions = require_sessions(sessions)
    with make_progress(quiet=quiet) as progress:
        found = run_interruptible(partial(_contacts, options, sessions, progress, max_wait, ledger))
    table = contacts_frame(found)
    if output is None:
        show_rows(table.columns, table.iter_rows(), as_json=as_json)
        return
    with writing(output, schema=table.schema, like=None, excel_safe=True) as writer:
        writer.write(table)
    if not quiet:
        say(f"{table.height:,} contacts written to {output}")


async def _contacts(
    options: ProviderOptions,
    sessions: tuple[str, ...],
    progress: Progress,
    max_wait_s: float,
    ledger: Path,
) -> list[GatewayContact]:
    async with connected(
        options,
        progress,
        max_wait_s=max_wait_s,
        max_attempts=ATTEMPTS_PER_PAGE,
        phase=READING_CONTACTS,
        ledger=ledger,
    ) as (gateway, through):
        return [contact for session in sessions async for contact in all_contacts(gateway, session, through)]
