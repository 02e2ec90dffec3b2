"""The protocol of a gateway: one provider and one key, asked in single exchanges."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from validator.errors import BadAnswer, InvalidPhone, UsageError
from validator.http.api_key import ApiKey
from validator.http.network import Network
from validator.model import NO_NOTICE, Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import httpx

    from validator.errors import ApiError
    from validator.model import Number, RateNotice, SessionStatus

# Enough for one look at a session; a run asks for as many as it has requests in flight.
FEW_CONNECTIONS = 4


class Spelling(StrEnum):
    """How a gateway takes a number."""

    E164 = "e164"
    DIGITS = "digits"


class SecretPlace(StrEnum):
    """Where the key is in a request. In a path or a query it is masked in every message and log."""

    HEADER = "header"
    PATH = "path"
    QUERY = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway is and what it can do: everything about it that the rest of the program needs.

    Attributes:
        name: its name in options, files and the ledger.
        title: its name in messages.
        key_variable: the environment variable that holds its key.
        url_variable: the environment variable that holds its base URL.
        session_variable: the environment variable that holds its session.
        default_url: the provider's own address; None if each user runs a server of their own.
        max_batch: the most numbers in one `check`.
        spelling: how it takes a number.
        names_numbers: whether its answers say which number they are about. If not, each check goes over a
            connection of its own, where no other answer can come.
        negatives: how far its "no" can be trusted.
        tells_limits: whether its responses carry rate limits.
        paces_checks_only: whether requests other than checks count towards no limit.
        caches_yes: whether a "yes" may be an earlier one, kept by the gateway.
        default_session: the session if the user names none; empty if one has to be named.
        has_session_status: whether `session_status` is offered.
        lists_sessions: whether `sessions` is offered.
        has_contacts: whether `contacts` is offered.
        has_limits: whether `limits` is offered.
        secret_in: where the key is in a request.
        link_again: what somebody has to do about a session whose phone is not linked any more.
        parse_key: makes a key of a text; raises `UsageError` if it has not the shape of the gateway's keys.
        default_rate_per_min: the pace in requests a minute if nothing says what the limit is.
        first_hold_s: the first wait after a refusal for the rate that names none; the next are twice as long.
        daily_cap: the most attempts a day through one session if the user names no cap; None for no cap.
        plans: the provider's plans, with their requests a minute.
    """

    name: str
    title: str
    key_variable: str
    url_variable: str
    session_variable: str
    default_url: str | None = None
    max_batch: int = 1
    spelling: Spelling = Spelling.E164
    names_numbers: bool = True
    negatives: Strength = Strength.DEFINITE
    tells_limits: bool = False
    paces_checks_only: bool = False
    caches_yes: bool = False
    default_session: str = ""
    has_session_status: bool = False
    lists_sessions: bool = False
    has_contacts: bool = False
    has_limits: bool = False
    secret_in: SecretPlace = SecretPlace.HEADER
    link_again: str = "link its phone again by the QR code that the gateway shows"
    parse_key: Callable[[str], ApiKey] = ApiKey.parse
    default_rate_per_min: float
    first_hold_s: float = 1.0
    daily_cap: int | None = None
    plans: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def paces(self) -> Mapping[str, float]:
        """The numbers a minute on each plan; if there are none, at the pace that holds by default."""
        return self.plans or {"default": self.default_rate_per_min * self.max_batch}

    def no_address(self) -> UsageError:
        """Return the error for a gateway without an address of its own, if the user names none."""
        return UsageError(
            f"{self.title} runs on a server of your own; say where, as in https://gateway.example "
            f"(--base-url or {self.url_variable})"
        )

    def strength_of(self, verdict: Verdict) -> Strength:
        """Return how far a verdict of the gateway can be trusted."""
        return self.negatives if verdict is Verdict.NOT_REGISTERED else Strength.DEFINITE


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """How to reach a gateway.

    Attributes:
        key: its credential.
        base_url: its address, or None for the provider's own.
        timeout_s: how long one exchange may take in all, in seconds.
        max_connections: connections open at the same time.
        network: the proxy to go through, and the certificates to trust.
        transport: another carrier of requests, as httpx defines them; None for the network.
        wall_clock: the time of day in Unix seconds, for responses without a date; None for the system's.
    """

    key: ApiKey
    base_url: str | None = None
    timeout_s: float = 30.0
    max_connections: int = FEW_CONNECTIONS
    network: Network = field(default_factory=Network)
    transport: httpx.AsyncBaseTransport | None = None
    wall_clock: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberResult:
    """What one exchange says about one of its numbers: an answer, or a failure that concerns it alone.

    Attributes:
        number: the number.
        is_whatsapp_user: the answer, or None if there is none.
        whatsapp_id: the account's id as it came, or None.
        failure: why there is no answer: `InvalidPhone` if the gateway calls the number invalid, another
            `ApiError` if the gateway cannot say. None if there is an answer.
        names_number: whether the response says which number it is about. If not, it counts only if it came
            over a new connection, where it cannot be the answer to an earlier request.
    """

    number: Number
    is_whatsapp_user: bool | None = None
    whatsapp_id: str | None = None
    failure: ApiError | None = None
    names_number: bool = True

    @property
    def verdict(self) -> Verdict | None:
        """What the gateway says about the number; None if it cannot say."""
        if self.failure is None:
            return Verdict.REGISTERED if self.is_whatsapp_user else Verdict.NOT_REGISTERED
        return Verdict.INVALID if isinstance(self.failure, InvalidPhone) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReply:
    """What one `check` says, by number.

    Attributes:
        results: at most one for each number.
        rate: what the response says about rates.
    """

    results: Mapping[Number, NumberResult]
    rate: RateNotice = NO_NOTICE

    @classmethod
    def of(cls, *results: NumberResult, rate: RateNotice = NO_NOTICE) -> CheckReply:
        """Return the reply that holds these results."""
        return cls(results={result.number: result for result in results}, rate=rate)

    def result(self, number: Number) -> NumberResult:
        """Return the result for a number. If the reply does not name it, the gateway cannot say."""
        if (found := self.results.get(number)) is not None:
            return found
        missing = BadAnswer("the gateway's answer does not mention one of the numbers asked about")
        return NumberResult(number=number, failure=missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReply:
    """One session, as an exchange describes it.

    Attributes:
        session: its id.
        status: its state, with the gateway's own word.
        name: empty if it has none.
        phone_number: the linked number as the gateway writes it, or None.
        last_seen_at: when it was last seen, or None.
        rate: what the response says about rates.
    """

    session: str
    status: SessionStatus
    name: str = ""
    phone_number: str | None = field(default=None, repr=False)
    last_seen_at: datetime | None = None
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsReply:
    """The sessions of the key, in the gateway's order; `rate` is what the response says about rates."""

    sessions: tuple[SessionReply, ...]
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayContact:
    """A contact synced to a session. People's data stays out of its repr.

    Attributes:
        phone: as the gateway writes it.
        number: the same in E.164, or None if it is no such number.
        name: None if there is none.
        is_whatsapp_user: the gateway's mark, or None if it sets none.
        profile_picture_url: None if there is none.
    """

    phone: str = field(repr=False)
    number: Number | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    is_whatsapp_user: bool | None = None
    profile_picture_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsReply:
    """One page of contacts, each contact once over all pages.

    Attributes:
        contacts: those on this page.
        next_cursor: give it to `contacts` for the next page; None after the last.
        total: contacts of the session when the page was made; None if not stated.
        rate: what the response says about rates.
    """

    contacts: tuple[GatewayContact, ...]
    next_cursor: object | None = None
    total: int | None = None
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsReply:
    """What the gateway says about quota and use, as it came: show it, and depend on nothing in it."""

    facts: Mapping[str, object]
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)


class Gateway(Protocol):
    """One provider and one key.

    Each method is one HTTP exchange, raises `ApiError` and nothing else from the network, and retries
    nothing. A method that `capabilities` does not offer is never called.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the gateway can do."""
        ...

    @property
    def host(self) -> str:
        """Host and port that requests go to, for messages."""
        ...

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask whether each of 1 to `max_batch` numbers has an account."""
        ...

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of a session."""
        ...

    async def sessions(self) -> SessionsReply:
        """Ask for the sessions of the key."""
        ...

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:
        """Ask for a page of the contacts synced to a session: the first, or the one after a cursor."""
        ...

    async def limits(self) -> LimitsReply:
        """Ask for quota and use."""
        ...
