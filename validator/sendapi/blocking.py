"""The synchronous client: runs the asynchronous client on an event loop in its own thread."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio
from anyio.from_thread import BlockingPortal

from validator.errors import UsageError
from validator.http.event_loop import OPTIONS
from validator.sendapi.address import DEFAULT_BASE_URL, MAX_PER_PAGE
from validator.sendapi.client import DEFAULT_PER_PAGE, AsyncSendAPI
from validator.sendapi.paging import Paging

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import TracebackType

    import httpx

    from validator.http.api_key import ApiKey
    from validator.http.network import Network
    from validator.http.wire import Wire
    from validator.model import Number
    from validator.sendapi import client
    from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage


T = TypeVar("T")


class _Loop:
    """An event loop in its own thread, with an open asynchronous client.

    The thread is a daemon, so that the process can end even if the client was not closed.
    """

    def __init__(self, asynchronous: AsyncSendAPI) -> None:
        started: Future[BlockingPortal] = Future()
        self._thread = threading.Thread(target=_serve, args=(started,), name="sendapi", daemon=True)
        self._thread.start()
        self._portal = started.result()
        self._stop = weakref.finalize(self, _stop, self._portal)
        self._stop.atexit = False
        with ExitStack() as stack:
            stack.callback(self._stop)
            stack.enter_context(self._portal.wrap_async_context_manager(asynchronous))
            self._open = stack.pop_all()

    def call(self, function: Callable[[], Awaitable[T]]) -> T:
        """Call the asynchronous client and return its result; raises `UsageError` after `close`."""
        if not self._stop.alive:
            raise UsageError("this client is closed; call it inside of its `with` block, or make a new one")
        return self._portal.call(function)

    def close(self) -> None:
        """Close the client and end the thread. A second call does nothing."""
        self._open.close()
        self._thread.join()


def _serve(started: Future[BlockingPortal]) -> None:
    async def run() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    anyio.run(run, backend_options=OPTIONS)


def _stop(portal: BlockingPortal) -> None:
    # Cancels the calls and connections that are still open.
    portal.start_task_soon(portal.stop, True)  # noqa: FBT003 - anyio passes no keywords on


class SendAPI:
    """SendAPI for synchronous code. It has the calls of `AsyncSendAPI`, which it runs in its own thread.

    Use it in a `with` block, or call `close()`. An open client ends with the process. Threads may share it.
    Each call is one HTTP exchange. It does not retry, and does not wait for the rate limit.

    If an argument is not valid, a call raises `UsageError` before it sends anything. If the exchange fails,
    it raises `ApiError`. No other exception comes from the network.

    Args:
        api_key: the key, or its text.
        base_url: the server, if not the provider's; https only, except on this machine.
        timeout_s: the most seconds for one whole exchange.
        max_connections: connections open at the same time; all of them are kept for the next request.
        network: the proxy to use and the certificates to trust; by default those of the environment.
        transport: a transport (httpx's or a `Wire`) to use in place of the network; it ignores `network`.

    Raises:
        UsageError: the key or the URL is not valid. Nothing was sent.

    Example:
        with SendAPI(os.environ["SENDAPI_API_KEY"]) as client:
            session = next(one for one in client.whatsapp.sessions.list() if one.status == "connected")
            answer = client.whatsapp.contacts.check("+447400123456", session_id=session.id)
            print(answer.is_whatsapp_user)
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
    ) -> None:
        asynchronous = AsyncSendAPI(
            api_key,
            base_url=base_url,
            timeout_s=timeout_s,
            max_connections=max_connections,
            network=network,
            transport=transport,
        )
        self._loop = _Loop(asynchronous)
        self.whatsapp = WhatsApp(asynchronous.whatsapp, self._loop)
        self.account = Account(asynchronous.account, self._loop)

    def close(self) -> None:
        """Close the connections and end the thread. A second call does nothing; other calls then fail."""
        self._loop.close()

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
    """The calls below `/whatsapp`."""

    def __init__(self, asynchronous: client.WhatsApp, loop: _Loop) -> None:
        self.contacts = Contacts(asynchronous.contacts, loop)
        self.sessions = Sessions(asynchronous.sessions, loop)


class Contacts:
    """Numbers, and the contacts that are synced to a session."""

    def __init__(self, asynchronous: client.Contacts, loop: _Loop) -> None:
        self._async = asynchronous
        self._loop = loop

    def check(self, phone: Number | str | int, *, session_id: str | int) -> Registration:
        """Return whether a number is registered on WhatsApp.

        Args:
            phone: the number, or its text in E.164 with the plus sign.
            session_id: the session that makes the check.

        Raises:
            UsageError: the number or the session id is not valid. Nothing was sent.
            ApiError: the exchange failed; see `validator.errors`.
        """
        return self._loop.call(partial(self._async.check, phone, session_id=session_id))

    def list(self, *, session_id: str | int, page: int = 1, per_page: int = DEFAULT_PER_PAGE) -> ContactPage:
        """Return one page of the contacts synced to a session.

        Args:
            session_id: the session.
            page: which page, from 1.
            per_page: contacts on a page, up to 100.

        Raises:
            UsageError: the session id, the page or its size is not valid. Nothing was sent.
            ApiError: the exchange failed; see `validator.errors`.
        """
        return self._loop.call(partial(self._async.list, session_id=session_id, page=page, per_page=per_page))

    def iterate(self, *, session_id: str | int, per_page: int = MAX_PER_PAGE) -> Iterator[Contact]:
        """Yield all contacts of a session, each once. Each page is fetched after the previous one is used up.

        Each page is one request, without a wait between them. `Paging` explains what happens if the list
        changes meanwhile. Use it directly to fetch pages at your own rate.

        Args:
            session_id: the session.
            per_page: contacts on a page, up to 100.

        Raises:
            UsageError: the session id or the page size is not valid. Nothing was sent.
            ApiError: an exchange failed; see `validator.errors`.
            IncompleteList: the list ended too early, or does not end.
        """
        paging = Paging(per_page)
        while paging.next_page is not None:
            page = self.list(session_id=session_id, page=paging.next_page, per_page=per_page)
            yield from paging.take(page)


class Sessions:
    """The WhatsApp sessions of the account."""

    def __init__(self, asynchronous: client.Sessions, loop: _Loop) -> None:
        self._async = asynchronous
        self._loop = loop

    def list(self) -> SessionPage:
        """Return the sessions of the account, each with its state.

        Raises:
            ApiError: the exchange failed; see `validator.errors`.
        """
        return self._loop.call(self._async.list)

    def get(self, session_id: str | int) -> Session:
        """Return one session and its state.

        Args:
            session_id: the session's id, as a text or an integer.

        Raises:
            UsageError: the session id is not valid. Nothing was sent.
            NotFound: the account has no such session.
            ApiError: the exchange failed otherwise; see `validator.errors`.
        """
        return self._loop.call(partial(self._async.get, session_id))


class Account:
    """The account behind the key."""

    def __init__(self, asynchronous: client.Account, loop: _Loop) -> None:
        self._async = asynchronous
        self._loop = loop

    def usage(self) -> dict[str, Any]:
        """Return quota and usage, unchanged. They are not documented: use them for display only.

        Raises:
            ApiError: the exchange failed; see `validator.errors`.
        """
        return self._loop.call(self._async.usage)
