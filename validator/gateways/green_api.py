"""GREEN-API: one number a request, with the instance and its token in the path.

Its "no" is definite by its contract. The answer does not repeat the number. Any failed check has status 400,
and only the text says why. Status 466 means that the month's quota is used up.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from validator.errors import (
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    QuotaExceeded,
    RateLimited,
    ServerError,
    SessionNotConnected,
    UsageError,
)
from validator.gateways.capabilities import Capabilities, SecretPlace, Spelling
from validator.gateways.entries import contact_of, objects_in, single_result
from validator.gateways.gateway import CheckReply, ContactsReply, GatewayContact, NumberResult, SessionReply
from validator.gateways.opening import (
    ExchangeGateway,
    kind_of_status,
    lowercase_json,
    message_text,
    open_exchange,
)
from validator.gateways.sessions import status_of
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.interception import intercepted
from validator.http.received import text_in
from validator.model import SessionState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import GatewayOptions
    from validator.http.api_key import ApiKey
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice

CAPABILITIES = Capabilities(
    name="green-api",
    title="GREEN-API",
    key_variable="GREENAPI_TOKEN",
    url_variable="GREENAPI_BASE_URL",
    session_variable="GREENAPI_INSTANCE",
    default_url="https://api.green-api.com",
    spelling=Spelling.DIGITS,
    names_numbers=False,
    secret_in=SecretPlace.PATH,
    paces_checks_only=True,
    has_session_status=True,
    has_contacts=True,
    link_again="link its phone again in the console, by the instance's QR code",
    # A tenth of the documented limit of an instance, which is 10 checks a second.
    default_rate_per_min=60,
    # A thirtieth of the 30,000 checks a month of its Business plan.
    daily_cap=1_000,
)

_STATES = {
    "authorized": SessionState.READY,
    "starting": SessionState.STARTING,
    **dict.fromkeys(("notauthorized", "sleepmode", "blocked", "yellowcard"), SessionState.NEEDS_PERSON),
}
# The service accepts 11 to 16 digits. Shorter numbers exist and are valid.
_LEAST_DIGITS = 11
# The list has no pages. This many contacts fit into the largest body that we accept.
_MOST_CONTACTS = 5_000
# The first fragment that the text of a 400 contains decides.
_BY_WORDS: tuple[tuple[str, type[ApiError]], ...] = (
    *((words, ServerError) for words in ("timeout", "time out", "timed out")),
    *((words, SessionNotConnected) for words in ("not authorized", "not authorised", "notauthorized")),
    ("starting", SessionNotConnected),
    ("bad phone number", InvalidPhone),
)
# The fields of a 466: the month's checks, and the people who may be written to. One or both are present.
_QUOTAS = ("invokeStatus", "correspondentsStatus")
_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequest,
    401: MissingOrBadKey,
    403: MissingOrBadKey,
    429: RateLimited,
}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[GreenApi]:
    """Open the gateway.

    Raises:
        UsageError: the base URL is not valid.
    """
    async with open_exchange(CAPABILITIES, options, {}, refusal) as exchange:
        yield GreenApi(CAPABILITIES, exchange, options.key)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200: by its body first, then by its status."""
    kind = _kind(reply.status, value)
    if kind is None:
        return intercepted(reply, rate=rate)
    message = f"GREEN-API answered {reply.status}: {_message(value)}"
    return kind(message, status=reply.status, rate=rate)


def _kind(status: int, value: Any) -> type[ApiError] | None:
    """Return the kind of failure; None if the body has none of the service's forms."""
    if not isinstance(value, dict):
        return None
    if any(isinstance(value.get(field), dict) for field in _QUOTAS):
        return QuotaExceeded
    words = lowercase_json(value.get("message"))
    if status == 400:  # noqa: PLR2004 - it has four meanings
        found = next((kind for fragment, kind in _BY_WORDS if fragment in words), None)
        if found is not None:
            return found
    is_own = value.get("statusCode") == status and ("path" in value or "timestamp" in value)
    if not is_own:
        return None
    return kind_of_status(status, _BY_STATUS)


def _message(value: dict[str, Any]) -> str:
    places = (value.get("invokeStatus"), value.get("correspondentsStatus"), value)
    fields = [place for place in places if isinstance(place, dict)]
    texts = (message_text(place.get(name)) for place in fields for name in ("description", "message"))
    return next(filter(None, texts), "")


@dataclass(frozen=True, slots=True)
class GreenApi(ExchangeGateway):
    """GREEN-API behind the protocol of a gateway."""

    key: ApiKey

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask about one number. Each check counts towards the month's quota."""
        (number,) = numbers
        path, body = self._path("checkWhatsapp", session), {"phoneNumber": int(number)}
        read = partial(_result, number)
        try:
            return await self.exchange.post(path, body, read, cap_bytes=OBJECT_CAP_BYTES)
        except InvalidPhone as failure:
            if len(number.e164) <= _LEAST_DIGITS:
                message = f"GREEN-API takes no number of fewer than {_LEAST_DIGITS} digits"
                raise InvalidRequest(message, status=failure.status, rate=failure.rate) from failure
            result = NumberResult(number=number, failure=failure, names_number=False)
            return CheckReply.of(result, rate=failure.rate)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of the instance."""
        path = self._path("getStateInstance", session)
        return await self.exchange.get(path, partial(_state, session), cap_bytes=OBJECT_CAP_BYTES)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:  # noqa: ARG002 - there is one page
        """Ask for all contacts, in one answer without pages. The service caches it for up to five minutes."""
        path = f"{self._path('getContacts', session)}?group=false&count={_MOST_CONTACTS}"
        return await self.exchange.get(path, _contacts, cap_bytes=PAGE_CAP_BYTES)

    def _path(self, method: str, session: str) -> str:
        """Return the path of a method. It contains the token, so it is a secret."""
        if not (session.isascii() and session.isdigit()):
            raise UsageError(
                "the session of GREEN-API is the number of an instance, as in 1101000001; give that with "
                f"--session or {CAPABILITIES.session_variable}, and its token with "
                f"{CAPABILITIES.key_variable} or --api-key-file"
            )
        return f"/waInstance{session}/{method}/{quote(self.key.reveal(), safe='')}"


def _result(asked: Number, answer: Answer) -> CheckReply:
    body = answer.body if isinstance(answer.body, dict) else {}
    return single_result(asked, answer, body, "existsWhatsapp")


def _state(session: str, answer: Answer) -> SessionReply:
    word = answer.body.get("stateInstance") if isinstance(answer.body, dict) else None
    if not isinstance(word, str):
        raise answer.unusable("there is no state in it")
    return SessionReply(session=session, status=status_of(word, _STATES), rate=answer.rate)


def _contacts(answer: Answer) -> ContactsReply:
    rows = objects_in(answer)
    if not rows:
        raise ServerError("GREEN-API gives no contacts, as it does while it reads them", rate=answer.rate)
    contacts = tuple(_contact(row) for row in rows if row.get("type") != "group")
    return ContactsReply(contacts=contacts, rate=answer.rate)


def _contact(row: dict[str, Any]) -> GatewayContact:
    return contact_of(row.get("id"), name=text_in(row.get("contactName")) or text_in(row.get("name")))
