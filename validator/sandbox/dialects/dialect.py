"""Shared by all dialects: the request, its meaning, the reasons for a refusal, and the dialect protocol."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from validator.sandbox.config import Session

JSON = b"application/json; charset=utf-8"
TEXT = b"text/plain; charset=utf-8"

# Keys with a fixed behaviour, by their first characters.
REFUSED_KEY, UNLICENSED_KEY, SPENT_KEY = "refused", "unlicensed", "spent"


class Purpose(Enum):
    """The purpose of a request."""

    CHECK = auto()
    STATE = auto()
    SESSIONS = auto()
    CONTACTS = auto()
    VERSION = auto()
    UNKNOWN = auto()


class RefusalReason(Enum):
    """Why a request is refused."""

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


class Request(Struct, frozen=True, kw_only=True):
    """A request as received. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """Return the JSON value of the body; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class ParsedRequest(Struct, frozen=True, kw_only=True):
    """The meaning of a request.

    Attributes:
        purpose: its purpose.
        key: its credential, or empty.
        session: the session that it names, or empty.
        numbers: the numbers of a check, in the spelling of the request.
        first: the first requested contact, counted from 0.
        count: how many contacts are requested.
        is_malformed: whether it has not the gateway's form.
    """

    purpose: Purpose
    key: str = ""
    session: str = ""
    numbers: Sequence[str] = ()
    first: int = 0
    count: int = 0
    is_malformed: bool = False


UNKNOWN = ParsedRequest(purpose=Purpose.UNKNOWN)


class Found(Struct, frozen=True):
    """WhatsApp's answer about a number.

    Attributes:
        number: the number in the spelling of the request.
        jid: its account's id, or None if it has no account.
        is_missing: whether WhatsApp gave no answer.
    """

    number: str
    jid: str | None
    is_missing: bool = False

    @property
    def digits(self) -> str:
        """The digits of the number."""
        return self.number.lstrip("+")


class Answer(Struct, frozen=True):
    """An answer before it is encoded. A text is sent unchanged, any other body as JSON."""

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
    """Whether it repeats an earlier "yes" without asking WhatsApp."""
    accepts: re.Pattern[str]
    """The form of the numbers that it accepts."""

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        ...

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the session of a request, or None if there is none."""
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
        """Return a page of contacts; each row has `phone`, `is_whatsapp_user` and perhaps `name`."""
        ...

    def version(self) -> Answer:
        """Return the server's description of itself."""
        ...

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:
        """Return the answer to a refused request."""
        ...


def split(path: str) -> list[str]:
    """Return the segments of a path, without empty ones."""
    return [part for part in path.split("/") if part]


def whole(text: object, default: int) -> int:
    """Return a whole number above 0; the default for anything else."""
    word = str(text)
    return int(word) if word.isascii() and word.isdigit() and int(word[:9]) > 0 else default
