"""Options of one exchange for its transport, beside the request itself.

They are in a context variable, so that gateways and their clients need not pass them on. Each exchange of a
run sets them in its own task.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable


def ignore() -> None:
    """Do nothing."""


class ExchangeOptions(Struct, frozen=True):
    """How the transport carries out one exchange.

    Attributes:
        fresh: whether it needs a new connection. There, the first answer cannot belong to an earlier request.
        on_unsolicited: called if the connection delivers anything after the answer and before the next
            request. It may be called before the answer is read or long after. It must not wait.
    """

    fresh: bool = False
    on_unsolicited: Callable[[], None] = ignore


EXCHANGE_OPTIONS: ContextVar[ExchangeOptions] = ContextVar("EXCHANGE_OPTIONS", default=ExchangeOptions())  # noqa: B039 - it is frozen
