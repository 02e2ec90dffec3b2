"""A transport interface without httpx objects: the bytes of a request in, a whole response out."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.http.reply import Reply

T = TypeVar("T")


class Wire(httpx.AsyncBaseTransport):
    """An httpx transport that also takes requests as bytes.

    The request and response objects of httpx take as much CPU time as the rest of a check.
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
            httpx.TransportError: there was no answer.
            TimeoutError: there was no answer in time.
        """
