"""`validator contacts`: all contacts synced to a session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from validator.batch.asking.contacts import all_contacts, contacts_frame
from validator.batch.connected import connected
from validator.batch.output.targets import refuse_kept
from validator.batch.watching.phase_feed import READING_CONTACTS
from validator.cli.process.logs import take_logging
from validator.cli.process.show import make_progress, show_rows
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import require_stdout, say
from validator.cli.settings.credentials import ProviderOptions, require_offered, require_sessions
from validator.cli.settings.kept_files import kept_files
from validator.tables import require_writable, require_written_ending, writing

if TYPE_CHECKING:
    from pathlib import Path

    from validator.batch.ask_settings import KeySettings
    from validator.batch.watching.phase_feed import PhaseFeed
    from validator.gateways.gateway import ContactsReply, GatewayContact
    from validator.ledger_url import Location
    from validator.reports import Progress


# More attempts than for a single request, since one failed page would lose a long list.
ATTEMPTS_PER_PAGE = 6


def run(
    *,
    sessions: tuple[str, ...],
    output: Path | None,
    format: str | None,  # noqa: A002 - the option's name
    max_wait: float,
    ledger: Location,
    as_json: bool,
    **given: Any,
) -> None:
    """List the contacts synced to the sessions, or export them to a file.

    If the provider does not give the whole list, this is an error, and no file is written.
    """
    quiet = take_logging(given)
    options = ProviderOptions(**given)
    require_offered(options.gateway, offers="has_contacts", what="gives no contacts")
    if output is None:
        require_stdout()
    else:
        kept = kept_files(options.api_key_file, options.ca_file)
        refuse_kept({"--output": output}, kept, ledger=ledger)
        require_written_ending("--output", output, format)
        require_writable(output)
    sessions = require_sessions(sessions, options.gateway)
    key = options.key_settings(sessions)
    with make_progress(quiet=quiet) as progress:
        found = run_interruptible(partial(_contacts, key, sessions, progress, max_wait, ledger))
    table = contacts_frame(found)
    if output is None:
        show_rows(table.columns, table.iter_rows(), as_json=as_json)
        return
    with writing(output, schema=table.schema, like=None, format=format, excel_safe=True) as writer:
        writer.write(table)
    if not quiet:
        say(f"{table.height:,} contacts written to {output}")


async def _contacts(
    key: KeySettings, sessions: tuple[str, ...], progress: Progress, max_wait_s: float, ledger: Location
) -> list[GatewayContact]:
    found: list[GatewayContact] = []
    async with connected(
        key,
        progress,
        max_wait_s=max_wait_s,
        max_attempts=ATTEMPTS_PER_PAGE,
        phase=READING_CONTACTS,
        ledger=ledger,
    ) as (gateway, through, feed):
        for session in sessions:
            pages = _Pages(feed, before=len(found))
            found += [one async for one in all_contacts(gateway, session, through, on_page=pages.take)]
            if flaw := pages.flaw():
                say(f"contacts of session {session} may be missing: {flaw}. Run the same command again")
    return found


class _Pages:
    """Counts the contacts of a session's pages, and detects whether the list changed between them."""

    def __init__(self, feed: PhaseFeed, *, before: int) -> None:
        self._feed = feed
        self._before = before
        self._came = 0
        self._totals: list[int] = []

    def take(self, page: ContactsReply) -> None:
        """Count the contacts of a page, and show the progress."""
        self._came += len(page.contacts)
        self._feed.add_page(page)
        if page.total is not None:
            self._totals.append(page.total)
            self._feed.expect(self._before + page.total)

    def flaw(self) -> str:
        """Return why contacts may be missing; empty if there is no sign of it.

        A contact that moves to an earlier page is missed, and the provider offers no cursor to prevent it.
        """
        if not self._totals:
            return ""
        first, last = self._totals[0], self._totals[-1]
        if first != last:
            return f"its list changed while it was read, from {first:,} to {last:,} contacts"
        if self._came != last:
            return f"the provider lists {last:,}, and {self._came:,} came, as pages repeat some"
        return ""
