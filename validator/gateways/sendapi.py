"""SendAPI as a gateway. It is the reference for other gateways."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from validator.errors import InvalidPhone
from validator.gateways.capabilities import Capabilities
from validator.gateways.gateway import (
    CheckReply,
    ContactsReply,
    GatewayContact,
    LimitsReply,
    NumberResult,
    SessionReply,
    SessionsReply,
)
from validator.http.url import host_of
from validator.model import SessionState, SessionStatus
from validator.sendapi import DEFAULT_BASE_URL, Paging
from validator.sendapi import SessionStatus as Word
from validator.sendapi.key import parse_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from validator.gateways.gateway import Gateway, GatewayOptions
    from validator.model import Number
    from validator.sendapi import AsyncSendAPI, Contact, Registration, Session

CAPABILITIES = Capabilities(
    name="sendapi",
    title="SendAPI",
    key_variable="SENDAPI_API_KEY",
    url_variable="SENDAPI_BASE_URL",
    session_variable="SENDAPI_SESSION_ID",
    default_url=DEFAULT_BASE_URL,
    reports_limits=True,
    parse_key=parse_key,
    has_session_status=True,
    lists_sessions=True,
    has_contacts=True,
    has_limits=True,
    link_again="link its phone again in the provider's dashboard",
    # The rate of the lowest plan, which every key has (the provider's public documentation of rate limits).
    default_rate_per_min=60,
    plans=MappingProxyType({"starter": 60, "growth": 300, "business": 1_000, "enterprise": 2_000}),
)

# The largest page that the provider returns.
_PER_PAGE = 100

_STATES = {
    Word.CONNECTED: SessionState.READY,
    Word.PENDING: SessionState.STARTING,
    Word.DISCONNECTED: SessionState.NEEDS_PERSON,
    Word.OTHER: SessionState.UNKNOWN,
}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Gateway]:
    """Open SendAPI's client as a gateway.

    Raises:
        UsageError: the base URL is not valid.
    """
    # Imported here, so that a plan can read the capabilities above without loading httpx.
    from validator.sendapi.client import AsyncSendAPI  # noqa: PLC0415

    base_url = options.base_url or DEFAULT_BASE_URL
    client = AsyncSendAPI(
        options.key,
        base_url=base_url,
        timeout_s=options.timeout_s,
        max_connections=options.max_connections,
        network=options.network,
        transport=options.transport,
        wall_clock=options.wall_clock or time.time,
        on_answer=options.on_answer,
    )
    async with client:
        yield SendApi(client, host_of(base_url))


class SendApi(Struct, frozen=True):
    """SendAPI behind the protocol of a gateway."""

    client: AsyncSendAPI
    host: str

    capabilities: ClassVar[Capabilities] = CAPABILITIES

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask `contacts.check` about one number."""
        (number,) = numbers
        try:
            found = await self.client.whatsapp.contacts.check(number, session_id=session)
        except InvalidPhone as failure:
            result = NumberResult(number=number, failure=failure, names_number=False)
            return CheckReply.of(result, rate=failure.rate)
        return _check_reply(found)

    def begin_check(
        self,
        number: Number,
        session: str,
        on_end: Callable[[CheckReply | Exception], None],
        *,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Begin `contacts.check` about one number; see `BeginsChecks`."""

        def ended(how: Registration | Exception) -> None:
            on_end(how if isinstance(how, Exception) else _check_reply(how))

        return self.client.check_sender.begin(number, session, ended, on_unsolicited=on_unsolicited)

    async def session_status(self, session: str) -> SessionReply:
        """Ask `sessions.get`."""
        return _session(await self.client.whatsapp.sessions.get(session))

    async def sessions(self) -> SessionsReply:
        """Ask `sessions.list`."""
        page = await self.client.whatsapp.sessions.list()
        return SessionsReply(sessions=tuple(map(_session, page)), rate=page.rate)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:
        """Ask `contacts.list` for a page; the cursor is the `Paging` after the previous page."""
        paging = cursor if isinstance(cursor, Paging) else Paging(_PER_PAGE)
        page = await self.client.whatsapp.contacts.list(
            session_id=session, page=paging.next_page or 1, per_page=_PER_PAGE
        )
        contacts = tuple(map(_contact, paging.take(page)))
        cursor = None if paging.next_page is None else paging
        return ContactsReply(contacts=contacts, next_cursor=cursor, total=page.total, rate=page.rate)

    async def limits(self) -> LimitsReply:
        """Ask `account.usage`, which the provider does not document."""
        return LimitsReply(facts=await self.client.account.usage())


def _check_reply(found: Registration) -> CheckReply:
    result = NumberResult(
        number=found.phone, is_whatsapp_user=found.is_whatsapp_user, whatsapp_id=found.whatsapp_id
    )
    return CheckReply(results={found.phone: result}, rate=found.rate)


def _session(found: Session) -> SessionReply:
    return SessionReply(
        session=found.id,
        status=SessionStatus(_STATES[found.status], found.raw_status),
        name=found.name,
        phone_number=found.phone_number,
        last_seen_at=found.last_seen_at,
        rate=found.rate,
    )


def _contact(found: Contact) -> GatewayContact:
    return GatewayContact(
        phone=found.phone,
        number=found.number,
        name=found.name,
        is_whatsapp_user=found.is_whatsapp_user,
        profile_picture_url=found.profile_picture_url,
    )
