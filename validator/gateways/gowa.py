"""go-whatsapp-web-multidevice (GOWA): one number a request. The answer does not repeat the number.

Its "no" is weak: any error, a timeout of ten seconds, WhatsApp's rate limit and an empty answer are `false`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from validator.errors import (
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    ServerError,
    SessionNotConnected,
    UsageError,
)
from validator.gateways.capabilities import Capabilities, Spelling
from validator.gateways.entries import contact_of, phone_of, require_success, single_result
from validator.gateways.gateway import CheckReply, ContactsReply, GatewayContact, SessionReply, SessionsReply
from validator.gateways.opening import ExchangeGateway, kind_of_status, open_exchange, segment
from validator.gateways.sessions import named_rows, require_same_session, status_of
from validator.http.api_key import ApiKey
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.interception import intercepted
from validator.http.masking import hide_key, one_line
from validator.http.received import clean_text, text_in
from validator.model import SessionState, Strength

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import GatewayOptions
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice


def parse_key(text: str) -> ApiKey:
    """Return the key, which is `user:password` of the server; raises `UsageError` if it has no colon."""
    key = ApiKey.parse(text)
    if ":" not in key.reveal():
        raise UsageError(
            "the key of GOWA is a user and a password with a colon between them, as the server has them"
        )
    return key


CAPABILITIES = Capabilities(
    name="gowa",
    title="GOWA",
    key_variable="GOWA_BASIC_AUTH",
    url_variable="GOWA_BASE_URL",
    session_variable="GOWA_DEVICE",
    spelling=Spelling.DIGITS,
    names_numbers=False,
    negatives=Strength.WEAK,
    paces_checks_only=True,
    has_session_status=True,
    lists_sessions=True,
    has_contacts=True,
    parse_key=parse_key,
    link_again="open the server's page, and log in again by its QR code",
    # No limit is published, and a rate refusal by WhatsApp is answered `false`.
    default_rate_per_min=60,
    # The daily number of checks in the only script by the vendor of a gateway (Whapi-Cloud's checker).
    daily_cap=1_000,
)

_SUCCESS = "SUCCESS"
_WORD = re.compile(r"[A-Z][A-Z_]+")
_BY_WORD: dict[str, type[ApiError]] = {
    "AUTHENTICATION_ERROR": SessionNotConnected,
    "INVALID_WA_CLI": SessionNotConnected,
    "DEVICE_NOT_FOUND": NotFound,
    "DEVICE_ID_REQUIRED": NotFound,
    "GATEWAY_TIMEOUT": ServerError,
}
_STATES = {
    "logged_in": SessionState.READY,
    "connected": SessionState.STARTING,
    "connecting": SessionState.STARTING,
    "disconnected": SessionState.NEEDS_PERSON,
}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Gowa]:
    """Open the gateway.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    credentials = b64encode(options.key.reveal().encode()).decode()
    password = options.key.reveal().partition(":")[2]
    for secret in filter(None, (credentials, password)):
        hide_key(secret)
    headers = {"Authorization": f"Basic {credentials}"}
    async with open_exchange(CAPABILITIES, options, headers, refusal) as exchange:
        yield Gowa(CAPABILITIES, exchange)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200: by its body first, then by its status."""
    if reply.status == 401 and 'realm="Restricted"' in reply.headers.get("www-authenticate", ""):  # noqa: PLR2004
        return MissingOrBadKey("GOWA answered 401: Unauthorized", status=reply.status, rate=rate)
    code, message = _code(value), value.get("message") if isinstance(value, dict) else None
    if code in {"", _SUCCESS} or not isinstance(message, str):
        return intercepted(reply, rate=rate)
    text = f"GOWA answered {reply.status} {code}: {one_line(message)}"
    return _kind(reply.status, code)(text, status=reply.status, code=code, rate=rate)


def _code(value: Any) -> str:
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) and _WORD.fullmatch(code) else ""


def _kind(status: int, code: str) -> type[ApiError]:
    return _BY_WORD.get(code) or kind_of_status(status, {400: InvalidRequest})


@dataclass(frozen=True, slots=True)
class Gowa(ExchangeGateway):
    """GOWA behind the protocol of a gateway."""

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask about one number."""
        (number,) = numbers
        path = f"/user/check?phone={number.e164[1:]}&device_id={segment(CAPABILITIES, session)}"
        return await self.exchange.get(path, partial(_result, number), cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the connection state of a device."""
        path = f"/devices/{segment(CAPABILITIES, session)}/status"
        return await self.exchange.get(path, partial(_state, session), cap_bytes=OBJECT_CAP_BYTES)

    async def sessions(self) -> SessionsReply:
        """Ask for the devices."""
        return await self.exchange.get("/devices", _sessions, cap_bytes=PAGE_CAP_BYTES)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:  # noqa: ARG002 - there is one page
        """Ask for all contacts, in one answer without pages."""
        path = f"/user/my/contacts?device_id={segment(CAPABILITIES, session)}"
        return await self.exchange.get(path, _contacts, cap_bytes=PAGE_CAP_BYTES)


def _results(answer: Answer) -> Any:
    """Return the `results` of a success; raises `BadAnswer` if the envelope does not say success."""
    if _code(answer.body) != _SUCCESS:
        raise answer.unusable("it does not say that it is a success")
    return answer.body.get("results")


def _fields(answer: Answer) -> dict[str, Any]:
    results = _results(answer)
    return results if isinstance(results, dict) else {}


def _objects(answer: Answer, rows: Any) -> list[dict[str, Any]]:
    """Return the objects of a list. Servers written in Go send null for an empty list."""
    if not isinstance(rows, list | None):
        raise answer.unusable("there is no list in it")
    return [row for row in rows or [] if isinstance(row, dict)]


def _result(asked: Number, answer: Answer) -> CheckReply:
    fields = _fields(answer)
    require_success(answer, answer.body)
    return single_result(asked, answer, fields, "is_on_whatsapp")


def _state(session: str, answer: Answer) -> SessionReply:
    found = _fields(answer)
    if not isinstance(found.get("is_connected"), bool):
        raise answer.unusable("there is no state in it")
    require_same_session(answer, session, found.get("device_id"))
    is_in = found["is_connected"] and found.get("is_logged_in") is True
    word = "logged_in" if is_in else "connected" if found["is_connected"] else "disconnected"
    phone = phone_of(found.get("jid"))
    status = status_of(word, _STATES)
    return SessionReply(session=session, status=status, phone_number=phone, rate=answer.rate)


def _sessions(answer: Answer) -> SessionsReply:
    found = tuple(
        SessionReply(
            session=clean_text(row["id"]),
            status=status_of(row.get("state"), _STATES),
            name=text_in(row.get("display_name")) or "",
            phone_number=phone_of(row.get("jid")),
        )
        for row in named_rows(answer, _objects(answer, _results(answer)), "id")
    )
    return SessionsReply(sessions=found, rate=answer.rate)


def _contacts(answer: Answer) -> ContactsReply:
    rows = _objects(answer, _fields(answer).get("data"))
    return ContactsReply(contacts=tuple(map(_contact, rows)), rate=answer.rate)


def _contact(row: dict[str, Any]) -> GatewayContact:
    return contact_of(row.get("jid"), name=text_in(row.get("name")))
