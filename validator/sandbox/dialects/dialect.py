"""What dialects have in common: a request as it came, what it asks for, and what stands in its way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from validator.sandbox.config import Session

JSON = b"application/json; charset=utf-8"
TEXT = b"text/plain; charset=utf-8"

# Keys with a fixed behaviour, by their first characters.
REFUSED_KEY, UNLICENSED_KEY, SPENT_KEY = "refused", "unlicensed", "spent"


class Purpose(Enum):
    """What a request is for."""

    CHECK = auto()
    STATE = auto()
    SESSIONS = auto()
    CONTACTS = auto()
    VERSION = auto()
    UNKNOWN = auto()


class RefusalReason(Enum):
    """Why a request is not served."""

    KEY = auto()
    LICENCE = auto()
    QUOTA = auto()
    TOO_FAST = auto()
    NO_PATH = auto()
    NO_SESSION = auto()
    NO_CHECK = auto()
    CLOSED = auto()
    UNANSWERED = auto()
    MALFORMED = auto()
    BAD_NUMBER = auto()
    FAILURE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """Return the body's JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRequest:
    """What a request asks for.

    Attributes:
        purpose: what it is for.
        key: its credential; empty if it has none.
        session: the session that it names; empty if it names none.
        numbers: the numbers it asks about as they were written, for a check.
        first: the first contact wanted, counted from 0.
        count: how many contacts are wanted.
        is_malformed: whether it is not in the gateway's form.
    """

    purpose: Purpose
    key: str = ""
    session: str = ""
    numbers: Sequence[str] = ()
    first: int = 0
    count: int = 0
    is_malformed: bool = False


UNKNOWN = ParsedRequest(purpose=Purpose.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Found:
    """What WhatsApp knows of a number: the number as it was written, and its account's id or None."""

    number: str
    jid: str | None
    is_missing: bool = False

    @property
    def digits(self) -> str:
        """The digits of the number."""
        return self.number.lstrip("+")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is put into bytes: a text as it is, all else as JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[bytes, bytes]:
        """Return the body and its content type."""
        if isinstance(self.body, str):
            return self.body.encode(), TEXT
        return json.dumps(self.body, separators=(",", ":")).encode(), JSON


class Dialect(Protocol):
    """How one gateway reads requests and writes answers."""

    caches_yes: bool
    """Whether it gives an earlier "yes" again without asking WhatsApp."""
    accepts: re.Pattern[str]
    """The numbers that it takes, as they are written."""

    def read(self, request: Request) -> ParsedRequest:
        """Return what a request asks for."""
        ...

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the session that a request means, or None if there is none."""
        ...

    def check(self, found: Sequence[Found]) -> Answer:
        """Return the answer to a check."""
        ...

    def state(self, session: Session) -> Answer:
        """Return the state of a session."""
        ...

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return all sessions."""
        ...

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return some contacts, each with `phone`, `is_whatsapp_user` and perhaps `name`."""
        ...

    def version(self) -> Answer:
        """Return what the server says about itself."""
        ...

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:
        """Return the answer to a request that is not served."""
        ...


def split(path: str) -> list[str]:
    """Return the parts of a path."""
    return [part for part in path.split("/") if part]


def whole(text: object, default: int) -> int:
    """Return a whole number above 0; the default for anything else."""
    word = str(text)
    return int(word) if word.isascii() and word.isdigit() and int(word[:9]) > 0 else default
