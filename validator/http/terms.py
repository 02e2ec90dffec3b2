"""What the caller of an exchange asks of its transport, beside the request itself.

It is in a context variable, so that a gateway and its client need not hand it on: each exchange of a run sets
what holds for it in the task that carries it out.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _ignore() -> None:
    """Take no note."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How one exchange is carried.

    Attributes:
        fresh: whether it needs a new connection: the first answer there cannot be one to an earlier request.
        on_unasked: called if its connection delivers anything after the answer, before the next request. It
            may be called before the answer is read or long after; it must not wait.
    """

    fresh: bool = False
    on_unasked: Callable[[], None] = _ignore


TERMS: ContextVar[Terms] = ContextVar("TERMS", default=Terms())  # noqa: B039 - it is frozen
