"""WAHA: one number a request. The answer does not repeat the number.

Its "no" is weak on every engine: NOWEB says `false` if WhatsApp has not answered, GOWS for an empty list,
WEBJS if its page returns nothing. WhatsApp's rate limit arrives as a 500.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from validator.errors import (
    IncompleteList,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    RateLimited,
    ServerError,
    SessionNotConnected,
)
from validator.gateways.capabilities import Capabilities, Spelling
from validator.gateways.entries import contact_of, objects_in, phone_of, single_result
from validator.gateways.gateway import CheckReply, ContactsReply, GatewayContact, SessionReply, SessionsReply
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
from validator.model import SessionState, Strength

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import GatewayOptions
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice

CAPABILITIES = Capabilities(
    name="waha",
    title="WAHA",
    key_variable="WAHA_API_KEY",
    url_variable="WAHA_BASE_URL",
    session_variable="WAHA_SESSION",
    default_session="default",
    spelling=Spelling.DIGITS,
    names_numbers=False,
    negatives=Strength.WEAK,
    paces_checks_only=True,
    has_session_status=True,
    lists_sessions=True,
    has_contacts=True,
    link_again="start the session in WAHA's dashboard, and scan its QR code",
    # No limit is published. Bulk checks exceeded WhatsApp's own limit (devlikeapro/waha issue 619).
    default_rate_per_min=60,
    # WhatsApp itself refuses, and may restrict the linked phone. The value is our own, to be careful.
    first_hold_s=60.0,
    # The daily number of checks in the only script by the vendor of a gateway (Whapi-Cloud's checker).
    daily_cap=1_000,
)

_NEEDS_PERSON = ("stopped", "scan_qr_code", "passkey_required", "passkey_confirmation_required", "failed")
_STATES = {
    "working": SessionState.READY,
    "starting": SessionState.STARTING,
    **dict.fromkeys(_NEEDS_PERSON, SessionState.NEEDS_PERSON),
}
_PER_PAGE = 100
_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequest,
    401: MissingOrBadKey,
    403: MissingOrBadKey,
    404: NotFound,
    422: InvalidRequest,
    429: RateLimited,
}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Waha]:
    """Open the gateway.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    headers = {"X-Api-Key": options.key.reveal()}
    async with open_exchange(CAPABILITIES, options, headers, refusal) as exchange:
        yield Waha(CAPABILITIES, exchange)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200: by its body first, then by its status."""
    kind = _kind(reply.status, value)
    if kind is None:
        return intercepted(reply, rate=rate)
    return kind(f"WAHA answered {reply.status}: {_message(value)}", status=reply.status, rate=rate)


def _kind(status: int, value: Any) -> type[ApiError] | None:
    """Return the kind of failure; None if the body has none of the server's forms."""
    if not isinstance(value, dict):
        return None
    if status == 422 and isinstance(value.get("expected"), list):  # noqa: PLR2004 - the session is not ready
        return SessionNotConnected
    exception = value.get("exception")
    if isinstance(exception, dict):
        is_over_limit = "rate-overlimit" in lowercase_json(exception) or str(exception.get("data")) == "429"
        return RateLimited if is_over_limit else ServerError
    if value.get("statusCode") != status or not isinstance(value.get("message"), str | list):
        return None
    if "path" in value:  # another service has this form
        return None
    return kind_of_status(status, _BY_STATUS)


def _message(value: dict[str, Any]) -> str:
    exception = value.get("exception")
    fields = exception if isinstance(exception, dict) else value
    message = message_text(fields.get("message")) or message_text(fields.get("error"))
    state = message_text(value.get("status"))
    return f"{message} (it is {state})" if state else message


@dataclass(frozen=True, slots=True)
class Waha(ExchangeGateway):
    """WAHA behind the protocol of a gateway."""

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask about one number."""
        (number,) = numbers
        name = segment(CAPABILITIES, session)
        path = f"/api/contacts/check-exists?phone={number.e164[1:]}&session={name}"
        return await self.exchange.get(path, partial(_result, number), cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of a session."""
        path = f"/api/sessions/{segment(CAPABILITIES, session)}"
        return await self.exchange.get(path, partial(_state, session), cap_bytes=OBJECT_CAP_BYTES)

    async def sessions(self) -> SessionsReply:
        """Ask for all sessions, including stopped ones."""
        return await self.exchange.get("/api/sessions?all=true", _sessions, cap_bytes=PAGE_CAP_BYTES)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:
        """Ask for a page of contacts; the cursor is its offset and the first contact of the previous page."""
        offset, before = cursor if isinstance(cursor, tuple) else (0, "")
        path = (
            f"/api/contacts/all?session={quote(session, safe='')}&limit={_PER_PAGE}&offset={offset}"
            "&sortBy=id&sortOrder=asc"
        )
        read = partial(_contacts, offset, before)
        return await self.exchange.get(path, read, cap_bytes=PAGE_CAP_BYTES)


def _result(asked: Number, answer: Answer) -> CheckReply:
    body = answer.body if isinstance(answer.body, dict) else {}
    return single_result(asked, answer, body, "numberExists", "chatId", "pn")


def _state(session: str, answer: Answer) -> SessionReply:
    if not isinstance(answer.body, dict) or not isinstance(answer.body.get("name"), str):
        raise answer.unusable("there is no session in it")
    require_same_session(answer, session, answer.body["name"])
    return _session(answer.body, answer.rate)


def _session(body: dict[str, Any], rate: RateNotice) -> SessionReply:
    me = body.get("me")
    fields = me if isinstance(me, dict) else {}
    return SessionReply(
        session=clean_text(str(body["name"])),
        status=status_of(body.get("status"), _STATES),
        name=text_in(fields.get("pushName")) or "",
        phone_number=phone_of(fields.get("id")),
        rate=rate,
    )


def _sessions(answer: Answer) -> SessionsReply:
    rows = named_rows(answer, objects_in(answer), "name")
    return SessionsReply(sessions=tuple(_session(row, answer.rate) for row in rows), rate=answer.rate)


def _contacts(offset: int, before: str, answer: Answer) -> ContactsReply:
    rows = objects_in(answer)
    first = str(rows[0].get("id")) if rows else ""
    if rows and first == before:
        raise IncompleteList("WAHA gives the same page of contacts again", rate=answer.rate)
    contacts = tuple(_contact(row) for row in rows if row.get("isGroup") is not True)
    cursor = None if len(rows) != _PER_PAGE else (offset + _PER_PAGE, first)
    return ContactsReply(contacts=contacts, next_cursor=cursor, rate=answer.rate)


def _contact(row: dict[str, Any]) -> GatewayContact:
    name, flag = text_in(row.get("name")) or text_in(row.get("pushname")), row.get("isWAContact")
    return contact_of(row.get("id"), name=name, is_user=flag if isinstance(flag, bool) else None)
