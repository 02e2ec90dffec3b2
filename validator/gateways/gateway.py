"""The protocol of a gateway: one provider and one key. Each method is one exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec
from msgspec import Struct

from validator.arguments import NUMBER, require
from validator.errors import BadAnswer, InvalidPhone
from validator.http.network import Network
from validator.model import NO_NOTICE, Verdict
from validator.value import MaskedValue, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    import httpx

    from validator.errors import ApiError
    from validator.gateways.capabilities import Capabilities
    from validator.http.api_key import ApiKey
    from validator.http.wire import Wire
    from validator.model import Number, RateNotice, SessionStatus

# Enough for a single status request; a run sets its own value, one for each request in flight.
DEFAULT_CONNECTIONS = 4
_OPTION_KINDS = {"timeout_s": NUMBER.above_zero()}


class GatewayOptions(Value, Struct, frozen=True, kw_only=True):
    """How to reach a gateway.

    Attributes:
        key: its credential.
        base_url: its address, or None for the provider's own.
        timeout_s: the longest time of one whole exchange, in seconds.
        max_connections: connections open at the same time.
        network: the proxy to use, and the certificates to trust.
        transport: a transport (httpx's or a `Wire`) to use in place of the network, or None.
        wall_clock: the time of day in Unix seconds, for responses without a date; None for the system's.
        on_answer: called with each response, whatever it says; None if nothing has to be done.
    """

    key: ApiKey
    base_url: str | None = None
    timeout_s: float = 30.0
    max_connections: int = DEFAULT_CONNECTIONS
    network: Network = msgspec.field(default_factory=Network)
    transport: Wire | httpx.AsyncBaseTransport | None = None
    wall_clock: Callable[[], float] | None = None
    on_answer: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        """Raise `UsageError` for a timeout that no exchange can keep."""
        require(_OPTION_KINDS, timeout_s=self.timeout_s)


class NumberResult(Value, Struct, frozen=True, kw_only=True):
    """The result of one exchange for one of its numbers: an answer, or a failure of this number alone.

    Attributes:
        number: the number.
        is_whatsapp_user: the answer, or None if there is none.
        whatsapp_id: the account's id, unchanged, or None.
        failure: why there is no answer: `InvalidPhone` if the gateway calls the number invalid, another
            `ApiError` if the gateway cannot say. None if there is an answer.
        names_number: whether the response says which number it is about. If not, the result counts only if
            it came over a new connection, where it cannot be the answer to an earlier request.
    """

    number: Number
    is_whatsapp_user: bool | None = None
    whatsapp_id: str | None = None
    failure: ApiError | None = None
    names_number: bool = True

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that the gateway gives the number; None if it cannot say."""
        if self.failure is None:
            return Verdict.REGISTERED if self.is_whatsapp_user else Verdict.NOT_REGISTERED
        return Verdict.INVALID if isinstance(self.failure, InvalidPhone) else None


class CheckReply(Value, Struct, frozen=True, kw_only=True):
    """The results of one `check`, by number.

    Attributes:
        results: at most one for each number.
        rate: the rate notice of the response.
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

    def failure(self, numbers: Iterable[Number]) -> ApiError | None:
        """Return the failure of the whole exchange: no number asked about has a result. None if one has."""
        if not self.results.keys().isdisjoint(numbers):
            return None
        return BadAnswer("the gateway's answer mentions none of the numbers asked about", rate=self.rate)


class SessionReply(MaskedValue, Struct, frozen=True, kw_only=True):
    """One session, as the gateway describes it.

    Attributes:
        session: its id.
        status: its state, with the gateway's own word for it.
        name: its name, or empty.
        phone_number: the linked number as the gateway writes it, or None.
        last_seen_at: when it was last seen, or None.
        rate: the rate notice of the response.
    """

    _hidden = frozenset({"phone_number", "rate"})
    _uncompared = frozenset({"rate"})

    session: str
    status: SessionStatus
    name: str = ""
    phone_number: str | None = None
    last_seen_at: datetime | None = None
    rate: RateNotice = NO_NOTICE


class SessionsReply(MaskedValue, Struct, frozen=True, kw_only=True):
    """The sessions of the key, in the gateway's order; `rate` is what the response says about rates."""

    _hidden = frozenset({"rate"})
    _uncompared = frozenset({"rate"})

    sessions: tuple[SessionReply, ...]
    rate: RateNotice = NO_NOTICE


class GatewayContact(MaskedValue, Struct, frozen=True, kw_only=True):
    """A contact synced to a session. Its repr shows no personal data.

    Attributes:
        phone: the phone number as the gateway writes it.
        number: the same as an E.164 number, or None if it is not a valid one.
        name: the contact's name, or None.
        is_whatsapp_user: whether the gateway marks it as a WhatsApp user, or None if it does not say.
        profile_picture_url: the URL of its picture, or None.
    """

    _hidden = frozenset({"phone", "number", "name", "profile_picture_url"})

    phone: str
    number: Number | None = None
    name: str | None = None
    is_whatsapp_user: bool | None = None
    profile_picture_url: str | None = None


class ContactsReply(MaskedValue, Struct, frozen=True, kw_only=True):
    """One page of contacts. No contact is on two pages.

    Attributes:
        contacts: the contacts on this page.
        next_cursor: the argument of `contacts` for the next page; None after the last page.
        total: how many contacts the session had when the page was made; None if not stated.
        rate: the rate notice of the response.
    """

    _hidden = frozenset({"rate"})
    _uncompared = frozenset({"rate"})

    contacts: tuple[GatewayContact, ...]
    next_cursor: object | None = None
    total: int | None = None
    rate: RateNotice = NO_NOTICE


class LimitsReply(MaskedValue, Struct, frozen=True, kw_only=True):
    """The gateway's statement about quota and use, unchanged. It is for display only: its form may vary."""

    _hidden = frozenset({"rate"})
    _uncompared = frozenset({"rate"})

    facts: Mapping[str, object]
    rate: RateNotice = NO_NOTICE


class Gateway(Protocol):
    """One provider and one key.

    Each method is one HTTP exchange without retries. Network and provider errors are raised as `ApiError`.
    A method that `capabilities` does not offer is never called.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the gateway is and what it can do."""
        ...

    @property
    def host(self) -> str:
        """Host and port of the server, for messages."""
        ...

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask whether each of 1 to `max_batch` numbers has a WhatsApp account."""
        ...

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of a session."""
        ...

    async def sessions(self) -> SessionsReply:
        """Ask for the sessions of the key."""
        ...

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:
        """Ask for one page of the contacts synced to a session: the first, or the one at a cursor."""
        ...

    async def limits(self) -> LimitsReply:
        """Ask for quota and use."""
        ...


@runtime_checkable
class BeginsChecks(Protocol):
    """A gateway that can send a check without a task of its own: a task takes longer than all the rest."""

    def begin_check(
        self,
        number: Number,
        session: str,
        on_end: Callable[[CheckReply | Exception], None],
        *,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Begin a check over an idle connection, and return without waiting.

        Args:
            number: the number.
            session: the session to ask through.
            on_end: called once, with what `check` returns or raises, or with `Unanswered`: then the number
                has to be asked about over a new connection. It does not wait.
            on_unsolicited: see `ExchangeOptions`.

        Returns:
            A function that gives the check up: `on_end` is not called any more. None if nothing was sent, so
            that `check` has to do it.
        """
        ...
