"""Evolution API v2: arrays of numbers, the instance in the path, and status 400 for any failed check.

Its "no" is weak: if WhatsApp gives no answer, or an unusual one, the server also says `exists: false`. It
caches a "yes" for seven days (`DATABASE_SAVE_IS_ON_WHATSAPP`) and repeats it without a new check.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from validator.errors import (
    IncompleteList,
    Intercepted,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    RateLimited,
    ServerError,
    SessionNotConnected,
    Unsupported,
)
from validator.gateways.capabilities import Capabilities, Spelling
from validator.gateways.entries import check_reply, contact_of, objects_in, phone_of, result_of, sound_rows
from validator.gateways.gateway import ContactsReply, GatewayContact, SessionReply, SessionsReply
from validator.gateways.opening import (
    ExchangeGateway,
    kind_of_status,
    lowercase_json,
    message_text,
    open_exchange,
    segment,
)
from validator.gateways.sessions import named_rows, require_same_session, status_of
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.interception import intercepted
from validator.http.received import clean_text, text_in
from validator.model import SessionState, SessionStatus, Strength

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import CheckReply, GatewayOptions
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice

CAPABILITIES = Capabilities(
    name="evolution",
    title="Evolution API",
    key_variable="EVOLUTION_API_KEY",
    url_variable="EVOLUTION_BASE_URL",
    session_variable="EVOLUTION_INSTANCE",
    # The server documents no maximum. A larger array costs more if it has to be sent again.
    max_batch=50,
    spelling=Spelling.DIGITS,
    negatives=Strength.WEAK,
    caches_yes=True,
    paces_checks_only=True,
    has_session_status=True,
    lists_sessions=True,
    has_contacts=True,
    link_again="connect the instance in Evolution's manager, by its QR code",
    # No limit is published. WhatsApp restricted numbers after bulk checks (EvolutionAPI/evolution-api issue
    # 2228).
    default_rate_per_min=1,
    # WhatsApp itself refuses, and may restrict the linked phone. The value is our own, to be careful.
    first_hold_s=60.0,
    # The daily number of checks in the only script by the vendor of a gateway (Whapi-Cloud's checker).
    daily_cap=1_000,
)

_STATES = {
    "open": SessionState.READY,
    "connecting": SessionState.STARTING,
    "close": SessionState.NEEDS_PERSON,
}
_WITH_CHECK = "WHATSAPP-BAILEYS"
_PER_PAGE = 100
_CLOSED = "connection closed"
_OVER_LIMIT = "rate-overlimit"
# The message of instances of Meta's Cloud API ("WhatsApp Business API") and of Evolution's own channel.
_NO_CHECK = "method not available on"
# Baileys' reasons for the end of a connection (`DisconnectReason`): logged out, forbidden, version mismatch,
# closed, replaced by another connection, restart required. Its other reasons mean a lost or slow network.
_ENDS_OF_SOCKET = frozenset({401, 403, 411, 428, 440, 515})
_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequest,
    401: MissingOrBadKey,
    403: MissingOrBadKey,
    404: NotFound,
    429: RateLimited,
}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Evolution]:
    """Open the gateway.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    headers = {"apikey": options.key.reveal()}
    async with open_exchange(CAPABILITIES, options, headers, refusal) as exchange:
        yield Evolution(CAPABILITIES, exchange)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200: by its body first, then by its status."""
    kind = _kind(reply.status, value)
    if kind is None:
        return intercepted(reply, rate=rate)
    return kind(_words(kind, value, reply.status), status=reply.status, rate=rate)


def _kind(status: int, value: Any) -> type[ApiError] | None:  # noqa: PLR0911 - one return a form
    """Return the kind of failure; None if the body has none of the server's forms."""
    if not isinstance(value, dict):
        return None
    if value.get("code") == "LICENSE_REQUIRED":
        return Unsupported
    if not value and status == 400:  # noqa: PLR2004 - the one status of a check that failed
        return Intercepted
    words = lowercase_json(value)
    if value.get("isBoom") is True:
        return _kind_of_boom(value, words)
    if not _is_own(status, value):
        return None
    if _CLOSED in words:
        return SessionNotConnected
    return Unsupported if _NO_CHECK in words else kind_of_status(value["status"], _BY_STATUS)


def _is_own(status: int, value: dict[str, Any]) -> bool:
    """Whether the body comes from the server. With 400 it may hold a thrown error with another status."""
    own = value.get("status")
    is_status = own == status or (status == 400 and isinstance(own, int) and 400 <= own < 600)  # noqa: PLR2004
    has_message = isinstance(value.get("response"), dict) or isinstance(value.get("message"), list | str)
    return is_status and isinstance(value.get("error"), str) and has_message


def _kind_of_boom(value: dict[str, Any], words: str) -> type[ApiError]:
    """Return the kind of an error of the WhatsApp library, which a check passes on unchanged."""
    output = value.get("output")
    code = output.get("statusCode") if isinstance(output, dict) else None
    if _OVER_LIMIT in words or "429" in {str(value.get("data")), str(code)}:
        return RateLimited
    is_end = isinstance(code, int) and code in _ENDS_OF_SOCKET
    return SessionNotConnected if is_end or _CLOSED in words else ServerError


def _words(kind: type[ApiError], value: dict[str, Any], status: int) -> str:
    if value.get("code") == "LICENSE_REQUIRED":
        return "Evolution API answers LICENSE_REQUIRED until its owner activates it; do so in its manager"
    if kind is Unsupported:
        return "an instance of the Cloud API has no number check; name one that is linked by its QR code"
    if not value:
        return "Evolution API answered 400 without a message: WhatsApp has not answered it"
    return f"Evolution API answered {status}: {_message(value)}"


def _message(value: dict[str, Any]) -> str:
    """Return the message in a refusal, wherever it is."""
    response, output = value.get("response"), value.get("output")
    payload = output.get("payload") if isinstance(output, dict) else None
    places = (response, payload, value)
    found = (place.get("message") for place in places if isinstance(place, dict))
    return next(filter(None, map(message_text, found)), "")


class _Page(NamedTuple):
    """The page of contacts to ask for, and the first contact of the previous page."""

    number: int = 1
    before: str = ""


@dataclass(frozen=True, slots=True)
class Evolution(ExchangeGateway):
    """Evolution API behind the protocol of a gateway."""

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask about up to 50 numbers. With a plus sign the server would not find those of some countries."""
        path = f"/chat/whatsappNumbers/{segment(CAPABILITIES, session)}"
        body = {"numbers": [number.e164[1:] for number in numbers]}
        return await self.exchange.post(path, body, _results, cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of an instance."""
        path = f"/instance/connectionState/{segment(CAPABILITIES, session)}"
        return await self.exchange.get(path, partial(_state, session), cap_bytes=OBJECT_CAP_BYTES)

    async def sessions(self) -> SessionsReply:
        """Ask for the instances. The answer has their tokens too, which are not read."""
        path = "/instance/fetchInstances"
        return await self.exchange.get(path, _sessions, cap_bytes=PAGE_CAP_BYTES)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:
        """Ask for a page of contacts; the cursor is a `_Page`."""
        page = cursor if isinstance(cursor, _Page) else _Page()
        path = f"/chat/findContacts/{segment(CAPABILITIES, session)}"
        body = {"where": {}, "page": page.number, "offset": _PER_PAGE}
        return await self.exchange.post(path, body, partial(_contacts, page), cap_bytes=PAGE_CAP_BYTES)


def _results(answer: Answer) -> CheckReply:
    rows = sound_rows(objects_in(answer))
    results = (result_of(row.get("number"), row.get("exists"), row.get("jid")) for row in rows)
    return check_reply(results, answer.rate)


def _state(session: str, answer: Answer) -> SessionReply:
    instance = answer.body.get("instance") if isinstance(answer.body, dict) else None
    if not isinstance(instance, dict):
        raise answer.unusable("there is no instance in it")
    require_same_session(answer, session, instance.get("instanceName"))
    status = status_of(instance.get("state"), _STATES)
    return SessionReply(session=session, status=status, rate=answer.rate)


def _sessions(answer: Answer) -> SessionsReply:
    found = tuple(
        SessionReply(
            session=clean_text(one["name"]),
            status=_status(one),
            name=text_in(one.get("profileName")) or "",
            phone_number=phone_of(one.get("ownerJid")),
        )
        for one in named_rows(answer, objects_in(answer), "name")
    )
    return SessionsReply(sessions=found, rate=answer.rate)


def _status(instance: dict[str, Any]) -> SessionStatus:
    """Return the state of an instance; unknown if it has no number check, since those are always `open`."""
    kind = instance.get("integration")
    if isinstance(kind, str) and kind != _WITH_CHECK:
        return SessionStatus(SessionState.UNKNOWN, f"no number check ({clean_text(kind)})")
    return status_of(instance.get("connectionStatus"), _STATES)


def _contacts(page: _Page, answer: Answer) -> ContactsReply:
    rows = objects_in(answer)
    first = str(rows[0].get("remoteJid")) if rows else ""
    if rows and first == page.before:
        raise IncompleteList("Evolution API gives the same page of contacts again", rate=answer.rate)
    contacts = tuple(_contact(row) for row in rows if row.get("isGroup") is not True)
    # More rows than requested are the whole list, from a version without paging.
    is_last = len(rows) != _PER_PAGE
    cursor = None if is_last else _Page(page.number + 1, first)
    return ContactsReply(contacts=contacts, next_cursor=cursor, rate=answer.rate)


def _contact(row: dict[str, Any]) -> GatewayContact:
    name, picture_url = text_in(row.get("pushName")), text_in(row.get("profilePicUrl"))
    return contact_of(row.get("remoteJid"), name=name, picture_url=picture_url)
