"""The basic types of the program: number, verdict, reason, session, outcome, rate limit. No I/O."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple, Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from validator.value import MaskedValue, Value

# ITU-T E.164 (11/2010), section 6: at most fifteen digits, country code included. No numbering plan has
# numbers of fewer than seven digits with the country code (according to libphonenumber's metadata, too).
MIN_DIGITS = 7
MAX_DIGITS = 15
_LEAST_NUMBER, _BEYOND_NUMBERS = 10 ** (MIN_DIGITS - 1), 10**MAX_DIGITS

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_WEB = frozenset({"http", "https"})


class Number(int):
    """An E.164 number, kept as the integer of its digits.

    Its text forms (`str`, `repr`, formatting) are masked, so that logs and tracebacks do not show a full
    number. `e164` is the full form.

    Raises:
        ValueError: the integer has fewer than 7 or more than 15 digits.
    """

    __slots__ = ()

    def __new__(cls, digits: int) -> Self:
        """Check the length, so that no invalid number can exist."""
        if not _LEAST_NUMBER <= digits < _BEYOND_NUMBERS:
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
        """The full number with its plus sign."""
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
    """What is known about a recipient. If a check fails, the verdict is `UNKNOWN`, never `NOT_REGISTERED`."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"

    @property
    def is_whatsapp_user(self) -> bool | None:
        """True for registered, False for not registered, None for any other verdict."""
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
    # invalid, according to the provider
    REJECTED_BY_PROVIDER = "rejected_by_provider"
    # not_registered, answered once or confirmed by a second check
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    NOT_ON_WHATSAPP_TWICE = "not_on_whatsapp_twice"
    # suppressed
    SUPPRESSION_LIST = "suppression_list"
    # unknown: not asked about, or no answer
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
    """Where a verdict came from (in this or an earlier run)."""

    API = "api"
    CONTACTS = "contacts"
    IMPORTED = "imported"
    OFFLINE = "offline"


class Strength(StrEnum):
    """How far a gateway's answer can be trusted.

    `DEFINITE`: the gateway gives this answer only if WhatsApp gave it. `WEAK`: a "no" of a gateway that also
    answers "no" after a timeout or on a dead socket, although every check from outside has confirmed it.
    """

    DEFINITE = "definite"
    WEAK = "weak"


class LineType(StrEnum):
    """The kind of line that a number belongs to, in libphonenumber's classes."""

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
    """A session of a gateway. Two gateways may have sessions with the same name."""

    gateway: str
    session: str


class SessionState(StrEnum):
    """Whether checks can go through a session of a gateway."""

    READY = "ready"
    STARTING = "starting"
    NEEDS_PERSON = "needs a person"
    GONE = "gone"
    UNKNOWN = "unknown"


class SessionStatus(Value, Struct, frozen=True):
    """The state of a session, and the gateway's own word for it, which messages show."""

    state: SessionState
    word: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether checks can go through the session."""
        return self.state is SessionState.READY

    def __str__(self) -> str:
        return self.word or self.state.value


READY = SessionStatus(SessionState.READY)


class Outcome(Value, Struct, frozen=True, kw_only=True):
    """The result of one check of one number; the ledger keeps it as a row.

    Attributes:
        number: the number that was asked about.
        verdict: the verdict.
        reason: why it is not a plain yes; None only if the verdict is `REGISTERED`.
        whatsapp_id: the account's id as the gateway gave it (it may name another number).
        source: where the verdict came from.
        checked_at_ms: the time of the check, in milliseconds since the Unix epoch.
        gateway: the gateway of `session`; empty if there is none, or if it is not known.
        session: the session that the check went through; empty if there was none.
        attempts: HTTP exchanges that count; refusals by a rate limiter do not.
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
        """Check that verdict and reason fit, so that no row of the output can contradict itself."""
        if (self.reason is None) != (self.verdict is Verdict.REGISTERED):
            raise ValueError(f"verdict {self.verdict} does not go with reason {self.reason}")

    @property
    def session_ref(self) -> SessionRef:
        """The gateway and session of the check, as one value."""
        return SessionRef(self.gateway, self.session)


class RateWindow(Value, Struct, frozen=True, kw_only=True):
    """One rate limit that a response states.

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


class RateNotice(MaskedValue, Struct, frozen=True, kw_only=True):
    """Everything that one response states about rates.

    Attributes:
        windows: its rate limits.
        retry_after_s: how long to send no request (429 and 503), or None if not stated.
        sent_at_s: the server's clock in Unix seconds, rounded down to whole seconds, or None if not stated.
    """

    _uncompared = frozenset({"sent_at_s"})

    windows: tuple[RateWindow, ...] = ()
    retry_after_s: float | None = None
    sent_at_s: float | None = None


NO_NOTICE = RateNotice()


class ObjectUrl(Value, Struct, frozen=True):
    """The URL of one object: `s3://bucket/lists/leads.csv`."""

    text: str

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text is a URL and not the name of a file."""
        return bool(_URL.match(text))

    def __str__(self) -> str:
        """Return the URL for messages: without a password, and without a query, which may be a signature."""
        parts = urlsplit(self.text)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

    @property
    def is_web(self) -> bool:
        """Whether it is an HTTP URL, which has percent escapes; keys of object stores have none."""
        return urlsplit(self.text).scheme.lower() in _WEB

    @property
    def parts(self) -> tuple[str, str]:
        """The location of the object without its name, and its name, whose extension states its format."""
        place, _, name = (unquote(self.text) if self.is_web else self.text).rpartition("/")
        return place, name
