"""The options of a sandbox: frozen, and validated here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from validator.sandbox.dialects import DIALECTS, SENDAPI, SESSION_NAMES
from validator.sandbox.words import (
    CONNECTED_SESSION,
    PLAN_LIMITS_PER_MIN,
    Answers,
    Envelope,
    LimiterKind,
    RateHeaders,
    ResetForm,
    RetryAfterForm,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from validator.sandbox.faults import Fault

# There are as many reserved numbers for contacts, see `behaviour.contact_phone`.
MAX_CONTACTS = 80_000

# Each has its own linked number, other than those of the default sessions.
MAX_MORE_SESSIONS = 900


class Session(Struct, frozen=True, kw_only=True):
    """One linked phone of the account.

    Attributes:
        id: its id in the API.
        name: a label.
        status: `connected`, `pending`, `disconnected`, or any other word of a gateway.
        phone_number: the linked number, or None if none is linked.
        answers: whether its answers are true.
    """

    id: str
    name: str
    status: str = "connected"
    phone_number: str | None = None
    answers: Answers = Answers.HONEST


DEFAULT_SESSIONS = (
    Session(id=CONNECTED_SESSION, name="Shop", phone_number="+447700900999"),
    Session(id="sess_01H8BKF0000000000000000PND", name="New phone", status="pending"),
    Session(
        id="sess_01H8BKF0000000000000000DSC",
        name="Old phone",
        status="disconnected",
        phone_number="+447700900998",
    ),
)
INTEGER_SESSIONS = (
    Session(id="1", name="Shop", phone_number="+447700900999"),
    Session(id="2", name="New phone", status="pending"),
    Session(id="3", name="Old phone", status="disconnected", phone_number="+447700900998"),
)

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """The options of a sandbox. Where an enum is expected, its value as a plain text works too.

    Attributes:
        gateway: the gateway whose API it speaks.
        seed: the seed for answers, ids, faults and delays, together with the number asked about.
        registered_share: the share of numbers on WhatsApp, 0 to 1.
        plan: the plan of keys that do not name one.
        limit_per_min: a limit for every key, in place of the plan's.
        key_limits_per_min: limits of single keys, in place of `limit_per_min`.
        limiter: the algorithm of the rate limiter.
        foreign_per_min: requests a minute that another program sends with each key.
        penalty_s: how long a key is blocked after a refusal, in seconds.
        penalty_extends: whether each request in this time restarts it.
        max_in_flight: requests served at once before a 429 of another type; 0 for no such limit.
        envelope: the envelope of success bodies.
        error_envelope: which of the contract's three error bodies, 1 to 3.
        bad_request_status: 400 or 422, for code 4000.
        not_connected_status: 409 or 422, for a session that is not connected.
        rate_headers: which headers state the limit.
        reset_form: the form of `X-RateLimit-Reset`.
        retry_after_form: the form of `Retry-After`.
        integer_ids: whether session ids are integers.
        latency_ms: the delay of every answer, in milliseconds.
        latency_jitter_ms: the largest random addition to it, uniformly distributed.
        latency_tail_share: the share of answers with a further delay, 0 to 1.
        latency_tail_ms: that further delay.
        faults: the faults. The shares of the random ones add up to at most 1.
        sessions: the account's sessions; if none are given, a connected, a pending and a disconnected one.
        more_sessions: the number of further connected sessions: `sess_more_1` and so on.
        contacts: how many contacts each session has synced.
        any_key: whether every `sk_live_` and `sk_test_` key is accepted; if not, only `keys` are.
        keys: the accepted keys if `any_key` is off.
        log_path: a file to append one line of JSON a request to, or None.

    Raises:
        ValueError: a value is out of its range; the message names it.
    """

    gateway: str = SENDAPI
    seed: int = 0
    registered_share: float = 0.6
    plan: str = "growth"
    limit_per_min: int | None = None
    key_limits_per_min: Mapping[str, int] = field(default_factory=dict)
    limiter: LimiterKind = LimiterKind.TOKEN_BUCKET
    foreign_per_min: float = 0.0
    penalty_s: float = 0.0
    penalty_extends: bool = False
    max_in_flight: int = 0
    envelope: Envelope = Envelope.BARE
    error_envelope: int = 1
    bad_request_status: int = 422
    not_connected_status: int = 409
    rate_headers: RateHeaders = RateHeaders.X
    reset_form: ResetForm = ResetForm.UNIX
    retry_after_form: RetryAfterForm = RetryAfterForm.SECONDS
    integer_ids: bool = False
    latency_ms: float = 0.0
    latency_jitter_ms: float = 0.0
    latency_tail_share: float = 0.0
    latency_tail_ms: float = 1000.0
    faults: tuple[Fault, ...] = ()
    sessions: tuple[Session, ...] = ()
    more_sessions: int = 0
    contacts: int = 250
    any_key: bool = True
    keys: tuple[str, ...] = ()
    log_path: Path | None = None

    def __post_init__(self) -> None:
        """Validate every value."""
        self._parse_words()
        _one_of("gateway", self.gateway, (SENDAPI, *DIALECTS))
        _one_of("plan", self.plan, tuple(PLAN_LIMITS_PER_MIN))
        _one_of("error_envelope", self.error_envelope, (1, 2, 3))
        _one_of("bad_request_status", self.bad_request_status, (400, 422))
        _one_of("not_connected_status", self.not_connected_status, (409, 422))
        for name in ("registered_share", "latency_tail_share"):
            _between(name, getattr(self, name), 0, 1)
        for name in ("latency_ms", "latency_jitter_ms", "latency_tail_ms", "foreign_per_min", "penalty_s"):
            _between(name, getattr(self, name), 0, float("inf"))
        _between("max_in_flight", self.max_in_flight, 0, 10**9)
        _between("contacts", self.contacts, 0, MAX_CONTACTS)
        if self.limit_per_min is not None:
            _between("limit_per_min", self.limit_per_min, 1, 10**9)
        for key, limit in self.key_limits_per_min.items():
            _between(f"the limit of {key}", limit, 1, 10**9)
        _between("more_sessions", self.more_sessions, 0, MAX_MORE_SESSIONS)
        check_faults(self.faults)
        object.__setattr__(self, "sessions", (self.sessions or self._own_sessions()) + self._more_sessions())

    def _more_sessions(self) -> tuple[Session, ...]:
        return tuple(
            Session(id=f"sess_more_{one}", name=f"Phone {one}", phone_number=f"+4477009{90_000 + one}")
            for one in range(1, self.more_sessions + 1)
        )

    def _own_sessions(self) -> tuple[Session, ...]:
        """Return a connected, a pending and a disconnected session, with names in the gateway's form."""
        if self.gateway == SENDAPI:
            return INTEGER_SESSIONS if self.integer_ids else DEFAULT_SESSIONS
        names = SESSION_NAMES[self.gateway]
        return tuple(replace(one, id=name) for one, name in zip(DEFAULT_SESSIONS, names, strict=True))

    def _parse_words(self) -> None:
        for name, enum in _WORDS.items():
            object.__setattr__(self, name, _word(name, getattr(self, name), enum))


_WORDS: dict[str, type[StrEnum]] = {
    "limiter": LimiterKind,
    "envelope": Envelope,
    "rate_headers": RateHeaders,
    "reset_form": ResetForm,
    "retry_after_form": RetryAfterForm,
}


def check_faults(faults: tuple[Fault, ...]) -> None:
    """Raise `ValueError` if the shares of the random faults add up to more than 1."""
    total = sum(fault.share for fault in faults if fault.at_check is None)
    if total > 1 + 1e-9:
        raise ValueError(
            f"the shares of the faults add up to {total:g}; together they can meet at most 1, every request"
        )


def _word(name: str, word: str, enum: type[_Word]) -> _Word:
    _one_of(name, word, tuple(member.value for member in enum))
    return enum(word)


def _one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} {value!r} is not known; known are: {', '.join(map(str, known))}")


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} {value!r} is not from {low} to {high}")
