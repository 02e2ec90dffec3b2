"""The asynchronous client: `client.whatsapp.contacts.check(...)`, as the provider documents it."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from validator.arguments import TEXT, WHOLE, Kind, require
from validator.errors import UsageError
from validator.http.api_key import ApiKey
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.connection_settings import connection_settings
from validator.http.exchange import Exchange
from validator.http.masking import mask_logs
from validator.http.network import Network
from validator.http.transport import KeepAliveTransport
from validator.http.url import checked_base_url
from validator.http.wire import Wire
from validator.sendapi.address import (
    DEFAULT_BASE_URL,
    MAX_PER_PAGE,
    check_path,
    checked_number,
    contacts_path,
    session_path,
)
from validator.sendapi.check_sender import CheckSender
from validator.sendapi.common_registration import read_registration
from validator.sendapi.envelope import understand
from validator.sendapi.key import parse_key
from validator.sendapi.paging import Paging
from validator.sendapi.reading import contacts_in, session_in, sessions_in, usage_in
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType

    import httpx

    from validator.model import Number
    from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage

DEFAULT_PER_PAGE = 25  # the provider's contract
_URL_REMEDY = f"Give one like {DEFAULT_BASE_URL} (--base-url or SENDAPI_BASE_URL)"


class AsyncSendAPI:
    """SendAPI for asynchronous code, on asyncio and on Trio.

    Each call is one HTTP exchange. It does not retry, and does not wait for the rate limit. Each answer has
    its rate notice. Up to `max_connections` calls may run at the same time.

    If an argument is not valid, a call raises `UsageError` before it sends anything. If the exchange fails,
    it raises `ApiError`. No other exception comes from the network.

    Args:
        api_key: the key, or its text.
        base_url: the server, if not the provider's; https only, except on this machine.
        timeout_s: the most seconds for one whole exchange.
        max_connections: connections open at the same time; all of them are kept for the next request.
        network: the proxy to use and the certificates to trust; by default those of the environment.
        transport: a transport (httpx's or a `Wire`) to use in place of the network; it ignores `network`.
        wall_clock: the time of day in Unix seconds, for responses without a `Date`.
        on_answer: called with each response, whatever it says.

    Raises:
        UsageError: the key, the URL, the timeout or the number of connections is not valid. Nothing was sent.

    Attributes:
        whatsapp: the calls below `/whatsapp`.
        account: the account behind the key.
        check_sender: sends checks without a task for each, for callers with very many of them.
    """

    def __init__(
        self,
        api_key: ApiKey | str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout_s: float = 30.0,
        max_connections: int = 100,
        network: Network | None = None,
        transport: Wire | httpx.AsyncBaseTransport | None = None,
        wall_clock: Callable[[], float] = time.time,
        on_answer: Callable[[], None] | None = None,
    ) -> None:
        require(
            _KINDS,
            api_key=api_key,
            base_url=base_url,
            timeout_s=timeout_s,
            max_connections=max_connections,
            network=network,
        )
        _require_transport(transport)
        if not (0 < timeout_s < math.inf and max_connections >= 1):
            raise UsageError(
                f"timeout_s is {timeout_s:g} and max_connections {max_connections}; "
                "both have to be above zero, and the timeout finite"
            )
        key = parse_key(api_key.reveal() if isinstance(api_key, ApiKey) else api_key)
        url = checked_base_url(base_url, remedy=_URL_REMEDY)
        trust = ""
        if transport is None:
            settings = connection_settings(url, network or Network())
            trust = str(settings.trust)
            transport = KeepAliveTransport(
                url,
                max_connections=max_connections,
                make_context=settings.trust.context,
                proxy=settings.proxy,
            )
        exchange = Exchange(
            base_url=url,
            headers=_headers(key),
            understand=understand,
            timeout_s=timeout_s,
            wall_clock=wall_clock,
            trust=trust,
            transport=transport,
            on_answer=on_answer,
        )
        # Before the first request, so that httpx logs no number at any level.
        mask_logs()
        self._transport = exchange.transport
        self.whatsapp = WhatsApp(exchange)
        self.account = Account(exchange)
        self.check_sender = CheckSender(exchange)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)


_KINDS = {
    "api_key": Kind((ApiKey, str), "a text"),
    "base_url": TEXT,
    "timeout_s": Kind((int, float), "a number of seconds"),
    "max_connections": WHOLE,
    "network": Kind((Network,), "a Network").or_none,
}


def _require_transport(transport: object) -> None:
    """Raise `UsageError` if it is neither None, nor a transport of ours or of httpx."""
    if transport is None or isinstance(transport, Wire):
        return
    # Imported here, since only a transport of the caller needs httpx.
    import httpx  # noqa: PLC0415

    kind = Kind((httpx.AsyncBaseTransport,), "an asynchronous transport of httpx").or_none
    require({"transport": kind}, transport=transport)


def _headers(key: ApiKey) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key.reveal()}",
        "Accept": "application/json",
        # An answer has 150 bytes. Compression would save nothing, and a small body could become huge.
        "Accept-Encoding": "identity",
        "User-Agent": f"recipient-validator/{__version__}",
    }


class WhatsApp:
    """The calls below `/whatsapp`."""

    def __init__(self, exchange: Exchange) -> None:
        self.contacts = Contacts(exchange)
        self.sessions = Sessions(exchange)


class Contacts:
    """Numbers, and the contacts that are synced to a session."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def check(self, phone: Number | str | int, *, session_id: str | int) -> Registration:
        """Return whether a number is registered on WhatsApp.

        Args:
            phone: the number, or its text in E.164 with the plus sign.
            session_id: the session that makes the check.
        """
        number = checked_number(phone)
        return await self._exchange.get_reply(
            check_path(number, session_id), partial(read_registration, number), cap_bytes=OBJECT_CAP_BYTES
        )

    async def list(
        self, *, session_id: str | int, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> ContactPage:
        """Return one page of the contacts synced to a session. Pages count from 1 and have up to 100."""
        path = contacts_path(session_id, page=page, per_page=per_page)
        return await self._exchange.get(path, contacts_in, cap_bytes=PAGE_CAP_BYTES)

    async def iterate(self, *, session_id: str | int, per_page: int = MAX_PER_PAGE) -> AsyncIterator[Contact]:
        """Yield all contacts of a session, each once. Each page is fetched after the previous one is used up.

        `Paging` explains what happens if the list changes meanwhile. Use it directly to fetch pages at your
        own rate.
        """
        paging = Paging(per_page)
        while paging.next_page is not None:
            page = await self.list(session_id=session_id, page=paging.next_page, per_page=per_page)
            for contact in paging.take(page):
                yield contact


class Sessions:
    """The WhatsApp sessions of the account."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def list(self) -> SessionPage:
        """Return the sessions of the account."""
        return await self._exchange.get("/whatsapp/sessions", sessions_in, cap_bytes=PAGE_CAP_BYTES)

    async def get(self, session_id: str | int) -> Session:
        """Return one session and its state."""
        return await self._exchange.get(session_path(session_id), session_in, cap_bytes=OBJECT_CAP_BYTES)


class Account:
    """The account behind the key."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def usage(self) -> dict[str, Any]:
        """Return quota and usage, unchanged. They are not documented: use them for display only."""
        return await self._exchange.get("/account/usage", usage_in, cap_bytes=OBJECT_CAP_BYTES)
