"""The short way of a request: bytes out, a whole answer in, and nothing of httpx between."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.http.reply import Reply

T = TypeVar("T")


class Wire(httpx.AsyncBaseTransport):
    """A transport of httpx's that offers the short way as well.

    A request and a response of httpx's cost as much processor time as all the rest of a check does.
    """

    @abstractmethod
    async def exchange(
        self, request: bytes, read: Callable[[Reply], T], *, cap_bytes: int, timeout_s: float
    ) -> T:
        """Send a request and return what `read` makes of the answer.

        If `read` raises, the answer may be one to an earlier request, sent twice. The next one would be
        behind it, so the connection is not used again.

        Args:
            request: the request, as it goes on the wire.
            read: takes the answer; must not wait.
            cap_bytes: the largest body to accept.
            timeout_s: how long it may take in all, waiting for a connection included.

        Raises:
            httpx.TransportError: there was no answer.
            TimeoutError: there was none in time.
        """
