"""The synchronous client: the asynchronous one, run on an event loop in a thread of its own."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from anyio.from_thread import start_blocking_portal

from validator.sendapi.address import DEFAULT_BASE_URL, MAX_PER_PAGE
from validator.sendapi.client import DEFAULT_PER_PAGE, AsyncSendAPI
from validator.sendapi.paging import Paging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import httpx
    from anyio.from_thread import BlockingPortal

    from validator.http.api_key import ApiKey
    from validator.http.network import Network
    from validator.model import Number
    from validator.sendapi import client
    from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage


class SendAPI:
    """SendAPI for synchronous code: the calls, arguments and errors of `AsyncSendAPI`, which does the work.

    Use it in a `with` block, or `close()` it. It may be shared between threads.
    """

    def __init__(
        self,
        api_key: ApiKey | str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout_s: float = 30.0,
        max_connections: int = 100,
        network: Network | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        asynchronous = AsyncSendAPI(
            api_key,
            base_url=base_url,
            timeout_s=timeout_s,
            max_connections=max_connections,
            network=network,
            transport=transport,
        )
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal(name="sendapi"))
            stack.enter_context(portal.wrap_async_context_manager(asynchronous))
            self._open = stack.pop_all()
        self.whatsapp = WhatsApp(asynchronous.whatsapp, portal)
        self.account = Account(asynchronous.account, portal)

    def close(self) -> None:
        """Close the connections and end the thread. Closing again does nothing; calls after it are errors."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class WhatsApp:
    """What the provider keeps under `/whatsapp`."""

    def __init__(self, asynchronous: client.WhatsApp, portal: BlockingPortal) -> None:
        self.contacts = Contacts(asynchronous.contacts, portal)
        self.sessions = Sessions(asynchronous.sessions, portal)


class Contacts:
    """Numbers, and the contacts that are synced to a session."""

    def __init__(self, asynchronous: client.Contacts, portal: BlockingPortal) -> None:
        self._async = asynchronous
        self._portal = portal

    def check(self, phone: Number | str, *, session_id: str) -> Registration:
        """As `AsyncSendAPI`'s `whatsapp.contacts.check`."""
        return self._portal.call(partial(self._async.check, phone, session_id=session_id))

    def list(self, *, session_id: str, page: int = 1, per_page: int = DEFAULT_PER_PAGE) -> ContactPage:
        """As `AsyncSendAPI`'s `whatsapp.contacts.list`."""
        return self._portal.call(
            partial(self._async.list, session_id=session_id, page=page, per_page=per_page)
        )

    def iterate(self, *, session_id: str, per_page: int = MAX_PER_PAGE) -> Iterator[Contact]:
        """As `AsyncSendAPI`'s `whatsapp.contacts.iterate`."""
        paging = Paging(per_page)
        while paging.next_page is not None:
            page = self.list(session_id=session_id, page=paging.next_page, per_page=per_page)
            yield from paging.take(page)


class Sessions:
    """The WhatsApp sessions of the account."""

    def __init__(self, asynchronous: client.Sessions, portal: BlockingPortal) -> None:
        self._async = asynchronous
        self._portal = portal

    def list(self) -> SessionPage:
        """As `AsyncSendAPI`'s `whatsapp.sessions.list`."""
        return self._portal.call(self._async.list)

    def get(self, session_id: str) -> Session:
        """As `AsyncSendAPI`'s `whatsapp.sessions.get`."""
        return self._portal.call(self._async.get, session_id)


class Account:
    """The account behind the key."""

    def __init__(self, asynchronous: client.Account, portal: BlockingPortal) -> None:
        self._async = asynchronous
        self._portal = portal

    def usage(self) -> dict[str, Any]:
        """As `AsyncSendAPI`'s `account.usage`."""
        return self._portal.call(self._async.usage)
