"""The interface of one connection to a server, which serves one request at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from validator.http.exchange_options import ignore

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.http.reply import Reply


class PendingRequest(Struct, frozen=True):
    """One request, with its limits.

    Attributes:
        request: the bytes of the request.
        cap_bytes: the largest body to accept.
        deadline_s: when to stop waiting for the answer, on the event loop's clock.
        on_unsolicited: called once if more bytes arrive than the answer (see `ExchangeOptions`).
    """

    request: bytes
    cap_bytes: int
    deadline_s: float = math.inf
    on_unsolicited: Callable[[], None] = ignore


class Connection(Protocol):
    """A connection that sends a request, reads its answer, and may then be idle and be used again.

    Attributes:
        opened_at_s: when it was opened, on the event loop's clock.
        was_used: whether it has carried a request before.
        idle_since_s: when it became idle, on the same clock.
    """

    opened_at_s: float
    was_used: bool
    idle_since_s: float

    @property
    def has_answered(self) -> bool:
        """Whether any byte has arrived since the request was sent."""
        ...

    @property
    def is_reusable(self) -> bool:
        """Whether it can carry another request.

        The answer was read to its end and was not distrusted, nothing came after it, and neither side closes.
        """
        ...

    async def ask(self, pending: PendingRequest) -> Reply:
        """Send a request and return the answer. Interim answers (1xx) are skipped.

        If this fails or is cancelled, the connection is closed.

        Raises:
            TransportError: the connection broke off, or the answer has wrong framing.
            TimeoutError: the answer was not complete at the deadline.
        """
        ...

    def distrust(self) -> None:
        """Do not use the connection again: the next answer on it may belong to an earlier request."""
        ...

    def is_silent(self) -> bool:
        """Whether nothing has arrived while it was idle, neither bytes nor an end. Does not wait.

        Unsolicited bytes would be read as the answer to the next request.
        """
        ...

    async def aclose(self) -> None:
        """Close it at once, even if the caller is cancelled. A second call does nothing."""
        ...
