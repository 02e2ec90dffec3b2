"""The words of the tool as frozen types: what a number is, what can be said of it, and why. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self
from urllib.parse import unquote, urlsplit

# ITU-T E.164 (11/2010), section 6: at most fifteen digits, country code included. No plan in force has
# numbers of fewer than seven digits with their country code (libphonenumber's metadata agree).
MIN_DIGITS = 7
MAX_DIGITS = 15

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_WEB = frozenset({"http", "https"})


class Number(int):
    """An E.164 number, held as the integer of its digits.

    Its text forms (`str`, `repr`, formatting) are masked, so that a number which slips into a log or a
    traceback names nobody; the full form has to be asked for with `e164`.

    Raises:
        ValueError: the integer has fewer than 7 or more than 15 digits.
    """

    __slots__ = ()

    def __new__(cls, digits: int) -> Self:
        """Check the length once, here, so that no invalid number can exist."""
        if not 10 ** (MIN_DIGITS - 1) <= digits < 10**MAX_DIGITS:
            raise ValueError(f"an E.164 number has {MIN_DIGITS} to {MAX_DIGITS} digits")
        return super().__new__(cls, digits)

    @classmethod
    def parse(cls, e164: str) -> Self:
        """Return the number written as `+` and ASCII digits; `ValueError` for any other spelling."""
        if not (e164.startswith("+") and e164[1:].isascii() and e164[1:].isdigit()) or e164[1] == "0":
            raise ValueError("not an E.164 number: a plus sign and 7 to 15 digits are expected")
        return cls(int(e164[1:]))

    @property
    def e164(self) -> str:
        """The number with its plus sign, as the provider takes it."""
        return f"+{int(self):d}"

    @property
    def masked(self) -> str:
        """The number for logs: country and last two digits, as in `+4477******00`."""
        text = self.e164
        return f"{text[:5]}{'*' * (len(text) - 7)}{text[-2:]}"

    def __repr__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)


class Verdict(StrEnum):
    """What is known about a recipient. A failure to find out is `UNKNOWN`, never `NOT_REGISTERED`."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"

    @property
    def is_whatsapp_user(self) -> bool | None:
        """The provider's boolean, or None where there is no answer of the provider behind the verdict."""
        return {Verdict.REGISTERED: True, Verdict.NOT_REGISTERED: False}.get(self)


class Reason(StrEnum):
    """Why a verdict is not a plain yes: the closed set of words in the output's `reason` column."""

    # invalid, decided offline
    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_COUNTRY = "no_country"
    UNKNOWN_COUNTRY = "unknown_country"
    NOT_IN_PLAN = "not_in_plan"
    SPREADSHEET_DAMAGE = "spreadsheet_damage"
    SEVERAL_NUMBERS = "several_numbers"
    AMBIGUOUS = "ambiguous"
    LANDLINE = "landline"
    # invalid, by the provider's word
    REJECTED_BY_PROVIDER = "rejected_by_provider"
    # not_registered, said once or confirmed by a second asking
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    NOT_ON_WHATSAPP_TWICE = "not_on_whatsapp_twice"
    # suppressed
    SUPPRESSION_LIST = "suppression_list"
    # unknown: not asked, or asked without an answer
    NOT_CHECKED = "not_checked"
    TIMEOUT = "timeout"
    NO_CONNECTION = "no_connection"
    SERVER_ERROR = "server_error"
    BAD_ANSWER = "bad_answer"
    REQUEST_REJECTED = "request_rejected"
    UNEXPECTED_STATUS = "unexpected_status"
    SESSION_DISCONNECTED = "session_disconnected"
    SESSION_SUSPECT = "session_suspect"
    NOT_CONFIRMED = "not_confirmed"


class Source(StrEnum):
    """Where a verdict came from (which is not the same as which run asked)."""

    API = "api"
    CONTACTS = "contacts"
    IMPORTED = "imported"
    OFFLINE = "offline"


class Strength(StrEnum):
    """How far a gateway's answer can be trusted.

    `DEFINITE`: it was given only because WhatsApp said so. `WEAK`: it is a "no" of a gateway that also says
    "no" after a time-out, or through a dead socket; all that can be seen from outside has spoken for it.
    """

    DEFINITE = "definite"
    WEAK = "weak"


class LineType(StrEnum):
    """The kind of line a number belongs to, in libphonenumber's classes."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


class SessionRef(NamedTuple):
    """A session of a gateway. Two gateways may have sessions of one name."""

    gateway: str
    session: str


class SessionState(StrEnum):
    """Whether checks can go through a session of a gateway."""

    READY = "ready"
    STARTING = "starting"
    NEEDS_PERSON = "needs a person"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The state of a session, and the gateway's own word for it, which messages show."""

    state: SessionState
    word: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether checks can go through."""
        return self.state is SessionState.READY

    def __str__(self) -> str:
        return self.word or self.state.value


READY = SessionStatus(SessionState.READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check found out about one number: the row the ledger keeps.

    Attributes:
        number: the number asked about.
        verdict: what was found.
        reason: why it is not a plain yes; None exactly when the verdict is `REGISTERED`.
        whatsapp_id: the provider's id for the account, kept as it came (it may name another number).
        source: where the verdict came from.
        checked_at_ms: when, in milliseconds since the Unix epoch.
        gateway: the gateway of the session asked through; empty if none was, or if it is not known.
        session: the session asked through; empty if none was.
        attempts: HTTP exchanges spent, refusals by the rate limiter not counted.
        strength: how far the verdict can be trusted.
    """

    number: Number
    verdict: Verdict
    reason: Reason | None = None
    whatsapp_id: str | None = None
    source: Source = Source.API
    checked_at_ms: int
    gateway: str = ""
    session: str = ""
    attempts: int = 1
    strength: Strength = Strength.DEFINITE

    def __post_init__(self) -> None:
        """Hold verdict and reason to each other, so that no row of the output can contradict itself."""
        if (self.reason is None) != (self.verdict is Verdict.REGISTERED):
            raise ValueError(f"verdict {self.verdict} does not go with reason {self.reason}")

    @property
    def session_ref(self) -> SessionRef:
        """The session asked through, as one value."""
        return SessionRef(self.gateway, self.session)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWindow:
    """One rate limit as a response states it.

    Attributes:
        limit: requests allowed in the window, or None if not stated.
        remaining: requests left in it, or None if not stated.
        reset_s: seconds from the response until the window is full again, or None if not stated.
        window_s: the window's length in seconds.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_s: float | None = None
    window_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateNotice:
    """All that one response said about rates.

    Attributes:
        windows: its rate limits.
        retry_after_s: how long to stay away (429 and 503), or None if not stated.
        sent_at_s: the server's time of day in Unix seconds, cut to whole ones, or None if not stated.
    """

    windows: tuple[RateWindow, ...] = ()
    retry_after_s: float | None = None
    sent_at_s: float | None = field(default=None, compare=False)


NO_NOTICE = RateNotice()


@dataclass(frozen=True, slots=True)
class ObjectUrl:
    """The URL of one object: `s3://bucket/lists/leads.csv`."""

    text: str

    @staticmethod
    def is_one(text: str) -> bool:
        """Tell whether a text is a URL rather than the name of a file."""
        return bool(_URL.match(text))

    def __str__(self) -> str:
        """Return it as messages name it: without a password or a query, which may be a signature."""
        parts = urlsplit(self.text)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

    @property
    def is_web(self) -> bool:
        """Whether it is one of the web, which is written with escapes; keys of object stores are not."""
        return urlsplit(self.text).scheme.lower() in _WEB

    @property
    def parts(self) -> tuple[str, str]:
        """What the object lies in, and its own name, which says its format as that of a file does."""
        place, _, name = (unquote(self.text) if self.is_web else self.text).rpartition("/")
        return place, name
