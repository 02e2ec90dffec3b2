"""The synced contacts of a session: fetches all pages under the budget, and uses them as answers."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from validator.errors import ApiError, BadAnswer
from validator.model import Number, Outcome, Source, Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable

    from validator.batch.planning.plan import Numbers
    from validator.gateways.gateway import ContactsReply, Gateway, GatewayContact
    from validator.ledger import Ledger

    Through = Callable[[Callable[[], Awaitable[ContactsReply]]], Awaitable[ContactsReply]]

log = logging.getLogger(__name__)

# 200,000 contacts at a hundred per page, far more than any phone's address book. A list without an end would
# use up memory, and the limit of the key, for the rest of the run.
MAX_PAGES = 2_000

SCHEMA = pl.Schema(
    {
        "phone": pl.String(),
        "name": pl.String(),
        "is_whatsapp_user": pl.Boolean(),
        "profile_picture_url": pl.String(),
    }
)


async def all_contacts(
    gateway: Gateway,
    session: str,
    through: Through,
    *,
    on_page: Callable[[ContactsReply], None] = lambda _: None,
) -> AsyncIterator[GatewayContact]:
    """Yield the contacts of a session, each once.

    Args:
        gateway: the gateway of the session.
        session: the id of the session.
        through: makes the exchange of each page when the budget allows it.
        on_page: called with each page.

    Raises:
        BadAnswer: the list has more than `MAX_PAGES` pages.
    """
    ask: Callable[[], Awaitable[ContactsReply]] = partial(gateway.contacts, session)
    for _ in range(MAX_PAGES):
        reply = await through(ask)
        on_page(reply)
        for contact in reply.contacts:
            yield contact
        if reply.next_cursor is None:
            return
        ask = partial(gateway.contacts, session, reply.next_cursor)
    raise BadAnswer(
        f"the contacts of session {session} do not end after {MAX_PAGES:,} pages; the provider's list is "
        "broken. A check without --contacts does not need it"
    )


async def take_contacts(
    contacts: AsyncIterable[GatewayContact],
    todo: Numbers,
    others: Numbers,
    *,
    ledger: Ledger,
    now_ms: Callable[[], int],
) -> Numbers:
    """Record the numbers of `todo` that are contacts as registered; return those still to ask about.

    The numbers of `others`, which may have to be asked about later, are recorded too. If not all contacts can
    be read, the remaining numbers are asked about.

    Only contacts which the provider marks as WhatsApp users count. A contact without the mark is weaker
    evidence than an answer to a check, so its number is asked about.
    """
    wanted = {*todo, *others}
    before = len(wanted)
    try:
        async for contact in contacts:
            if contact.number is not None and contact.is_whatsapp_user and contact.number in wanted:
                wanted.remove(contact.number)
                ledger.record(_outcome(contact.number, now_ms()))
    except ApiError as failure:
        log.warning(
            "not all contacts could be read: %s. The others are asked about", str(failure).rstrip(".")
        )
    finally:  # keeps the pages read so far, if a deadline comes or a page cannot be read
        ledger.commit()
    log.info("%d of %d numbers are synced contacts", before - len(wanted), before)
    return todo.filter(todo.is_in(sorted(wanted)))


def contacts_frame(contacts: Iterable[GatewayContact]) -> pl.DataFrame:
    """Return contacts as a frame with the columns of `SCHEMA`, one row each, in their order."""
    rows = [(one.phone, one.name, one.is_whatsapp_user, one.profile_picture_url) for one in contacts]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _outcome(number: Number, now_ms: int) -> Outcome:
    return Outcome(
        number=number, verdict=Verdict.REGISTERED, source=Source.CONTACTS, checked_at_ms=now_ms, attempts=0
    )
