"""Faults: what can go wrong in an exchange, how often or from which check on, and how to write that as text.

A fault is written in one of these forms. Durations are written as `500ms`, `2s`, `1m`; a plain number is in
seconds.

    500=0.05          a twentieth of the requests
    slow=0.1:2s       a tenth of them, two seconds late
    truncated         every request
    401@500           every request from the 500th check on
    disconnect@100+30s  from the 100th check on, for thirty seconds
    limit=60@200      the plan's limit becomes 60 a minute at the 200th check
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class FaultKind(StrEnum):
    """What goes wrong. The value is its word in a fault text; a status is written as its digits."""

    STATUS = "status"
    TIMEOUT = "timeout"
    RESET = "reset"
    CUT = "cut"
    DRIP = "drip"
    CLOSE = "close"
    SLOW = "slow"
    STALL = "stall"
    HTML = "html"
    HTML_502 = "html502"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    OVERSIZE = "oversize"
    WRONG_TYPE = "wrong_type"
    REDIRECT = "redirect"
    OVERLIMIT_500 = "overlimit500"
    SUCCESS_FALSE = "success_false"
    NONZERO_CODE = "nonzero_code"
    WRONG_NUMBER = "wrong_number"
    NULL_FLAG = "null_flag"
    STRING_FLAG = "string_flag"
    MISSING_FLAG = "missing_flag"
    NAN = "nan"
    DUPLICATE_KEYS = "duplicate_keys"
    NULL_ID = "null_id"
    EXTRA_FIELDS = "extra_fields"
    LIST = "list"
    PENDING = "pending"
    FLAP = "flap"
    UNANSWERED = "unanswered"
    PARTIAL = "partial"
    LID_DENIED = "lid_denied"
    REPEATED_ROW = "repeated_row"
    SHORT_PAGE = "short_page"
    LID_CONTACT = "lid_contact"
    DISCONNECT = "disconnect"
    LIE = "lie"
    LIMIT = "limit"


FAULT_WORDS: tuple[tuple[str, str], ...] = (
    ("400 to 599", "that status with the provider's error body (429 with Retry-After)"),
    ("timeout", "no answer until the client gives up"),
    ("reset", "connection reset before any answer"),
    ("cut", "connection closed in the middle of the body"),
    ("drip", "the body comes one byte a second"),
    ("close", "right answer, then the connection is closed"),
    ("slow", "right answer, late: `slow=SHARE:DURATION`, 2 s by default"),
    ("stall", "late (60 s by default), and then `false`"),
    ("html", "an HTML page with status 200"),
    ("html502", "an HTML page with status 502"),
    ("empty", "status 200 without a body"),
    ("truncated", "JSON that stops half-way"),
    ("oversize", "an answer padded to 8 MiB"),
    ("wrong_type", "right answer, called text/plain"),
    ("redirect", "302 to another host"),
    ("overlimit500", "500 that wraps a 429 `rate-overlimit`"),
    ("success_false", "status 200 with `success: false`"),
    ("nonzero_code", "status 200 with a `code` that is an error's"),
    ("wrong_number", "the answer for another number"),
    ("null_flag", "`is_whatsapp_user: null`"),
    ("string_flag", '`is_whatsapp_user: "true"`'),
    ("missing_flag", "no `is_whatsapp_user` at all"),
    ("nan", "`is_whatsapp_user: NaN`, which is no JSON"),
    ("duplicate_keys", "`is_whatsapp_user` twice, true and false"),
    ("null_id", "registered, but `whatsapp_id: null`"),
    ("extra_fields", "right answer with fields nobody documented"),
    ("list", "the answer wrapped in a list"),
    ("pending", '`status: "processing"` in place of an answer'),
    ("flap", "the opposite of the right answer"),
    ("unanswered", "other gateways: WhatsApp does not answer the gateway"),
    ("partial", "other gateways: no entry for the numbers of an array"),
    ("lid_denied", 'other gateways: a "no" for accounts with an @lid id'),
    ("repeated_row", "contacts: the page begins with a row of the page before"),
    ("short_page", "contacts: the page has one row too few"),
    ("lid_contact", "contacts: a row with an @lid in place of a phone"),
    ("outage", "503 to everything; only as `outage@CHECK+DURATION`"),
    ("disconnect", "sessions disconnect; only as `disconnect@CHECK[+DURATION]`"),
    ("lie", "sessions answer no to everybody; only as `lie@CHECK[+DURATION]`"),
    ("limit", "the plan's limit changes; only as `limit=PER_MINUTE@CHECK[+DURATION]`"),
)

_KINDS = {kind.value: kind for kind in FaultKind if kind is not FaultKind.STATUS}
_SCHEDULED_ONLY = frozenset({FaultKind.DISCONNECT, FaultKind.LIE, FaultKind.LIMIT})
_DEFAULT_DELAY_S = {FaultKind.SLOW: 2.0, FaultKind.STALL: 60.0}
_UNITS_S = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
_FAULT = re.compile(
    r"(?P<word>\w+)"
    r"(?:=(?P<amount>[^@:+]+))?"
    r"(?::(?P<delay>[^@+]+))?"
    r"(?:@(?P<at>[^+]+)(?:\+(?P<lasts>.+))?)?"
)


class Fault(NamedTuple):
    """One fault: a random one, or a scheduled one, which begins at a certain check.

    Attributes:
        kind: what goes wrong.
        status: the HTTP status, for `STATUS`.
        share: the share of requests with the fault, 0 to 1; 1 if it is scheduled.
        delay_s: how late the answer is, for `SLOW` and `STALL`.
        at_check: the check at which it begins, counted from 1; None for a random fault.
        lasts_s: how long it lasts, in seconds; None for ever.
        limit_per_min: the new limit, for `LIMIT`.
    """

    kind: FaultKind
    status: int = 0
    share: float = 1.0
    delay_s: float = 0.0
    at_check: int | None = None
    lasts_s: float | None = None
    limit_per_min: int = 0

    @property
    def name(self) -> str:
        """Its word in a fault text."""
        return str(self.status) if self.kind is FaultKind.STATUS else self.kind.value


def parse_fault(text: str) -> Fault:
    """Return the fault in a text, which has one of the forms in this module's docstring.

    Raises:
        ValueError: the text has none of these forms, or names no fault. The message names the wrong part and
            the known values.
    """
    match = _FAULT.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"cannot read fault {text!r}; write NAME=SHARE, NAME=SHARE:DURATION or NAME@CHECK+DURATION"
        )
    word, amount, delay, at, lasts = match.group("word", "amount", "delay", "at", "lasts")
    kind, status = _kind(text, "503" if word == "outage" else word)
    if at is None and (kind in _SCHEDULED_ONLY or word == "outage"):
        raise ValueError(f"fault {text!r} needs the check it begins with, as in {_example(word)!r}")
    if at is not None and amount is not None and kind is not FaultKind.LIMIT:
        raise ValueError(
            f"fault {text!r} has both a share and a check; from its check on it meets every request"
        )
    return Fault(
        kind=kind,
        status=status,
        share=_share(text, amount) if kind is not FaultKind.LIMIT else 1.0,
        delay_s=_duration_s(text, delay) if delay else _DEFAULT_DELAY_S.get(kind, 0.0),
        at_check=_count(text, at) if at else None,
        lasts_s=_duration_s(text, lasts) if lasts else None,
        limit_per_min=_count(text, amount or "") if kind is FaultKind.LIMIT else 0,
    )


def _kind(text: str, word: str) -> tuple[FaultKind, int]:
    if re.fullmatch(r"[45]\d\d", word):
        return FaultKind.STATUS, int(word)
    if word in _KINDS:
        return _KINDS[word], 0
    known = ", ".join(name for name, _ in FAULT_WORDS)
    raise ValueError(f"unknown fault {word!r} in {text!r}; known faults are: {known}")


def _example(word: str) -> str:
    return "limit=60@200" if word == FaultKind.LIMIT else f"{word}@100+30s"


def _share(text: str, amount: str | None) -> float:
    try:
        share = 1.0 if amount is None else float(amount)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"the share {amount!r} in fault {text!r} is not a number from 0 to 1")
    return share


def _duration_s(text: str, duration: str) -> float:
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"the duration {duration!r} in fault {text!r} is none; write it as 500ms, 2s or 1m")
    return float(match[1]) * _UNITS_S[match[2]]


def _count(text: str, count: str) -> int:
    if not (count.isascii() and count.isdigit() and int(count) > 0):
        raise ValueError(f"{count!r} in fault {text!r} is not a whole number above 0")
    return int(count)
