"""The interface of our own transport: the bytes of a request in, a whole response out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from validator.http.reply import Reply

T = TypeVar("T")


class Wire(ABC):
    """A transport that takes requests as bytes.

    The request and response objects of httpx take as much CPU time as the rest of a check, and httpx takes
    longer to import than a short list takes to check.
    """

    @abstractmethod
    async def exchange(
        self, request: bytes, read: Callable[[Reply], T], *, cap_bytes: int, timeout_s: float
    ) -> T:
        """Send a request and return the value that `read` gets from the answer.

        If `read` raises, the connection is not used again: the answer may be the second one to an earlier
        request, and the answer to this request would follow it.

        Args:
            request: the bytes of the request.
            read: turns the response into a value; must not wait.
            cap_bytes: the largest body to accept.
            timeout_s: the longest time of the exchange, including the wait for a connection.

        Raises:
            TransportError: there was no answer.
            TimeoutError: there was no answer in time.
        """

    @abstractmethod
    def begin(
        self,
        request: bytes,
        on_end: Callable[[Reply | Exception], bool],
        *,
        cap_bytes: int,
        timeout_s: float,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Send a request at once over a connection that is open and idle, and return without waiting.

        A task and a future for each request take more CPU time than to send it and to read its answer.

        Args:
            request: the bytes of the request.
            on_end: called once, with the response, or with the exception that `exchange` raises, or with
                `Unanswered`. It must not wait or raise. Returns whether the connection can be used again.
            cap_bytes: the largest body to accept.
            timeout_s: the longest time of the exchange.
            on_unsolicited: see `ExchangeOptions`.

        Returns:
            A function that gives the exchange up: `on_end` is not called any more. None if nothing was sent,
            so that `exchange` has to do it.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the idle connections now, and each other one after its answer."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()
