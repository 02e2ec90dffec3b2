"""wuzapi: arrays of numbers; each token belongs to one user, which is one session.

Its "no" is definite: WhatsApp's own `false` for that number. Errors have another form. If a number has no
entry, WhatsApp has not answered about it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from validator.errors import (
    InvalidRequest,
    MissingOrBadKey,
    RateLimited,
    ServerError,
    SessionNotConnected,
)
from validator.gateways.capabilities import Capabilities, Spelling
from validator.gateways.gateway import ContactsReply, SessionReply
from validator.gateways.opening import ExchangeGateway, kind_of_status, lowercase_json, open_exchange
from validator.gateways.whatsmeow import connection_reply, named_contact, users_reply
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.interception import intercepted
from validator.http.masking import one_line
from validator.model import SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import CheckReply, GatewayOptions
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice

CAPABILITIES = Capabilities(
    name="wuzapi",
    title="wuzapi",
    key_variable="WUZAPI_TOKEN",
    url_variable="WUZAPI_BASE_URL",
    session_variable="WUZAPI_SESSION",
    # The token alone selects the session; the name is for the ledger and for messages.
    default_session="default",
    # The server documents no maximum. A larger array costs more if it has to be sent again.
    max_batch=50,
    spelling=Spelling.E164,
    paces_checks_only=True,
    has_session_status=True,
    has_contacts=True,
    link_again="connect the user again at the server's /login page, by its QR code",
    # No limit is published. WhatsApp restricted numbers after bulk checks through the same kind of session
    # (EvolutionAPI/evolution-api issue 2228).
    default_rate_per_min=1,
    # WhatsApp itself refuses, and may restrict the linked phone. The value is our own, to be careful.
    first_hold_s=60.0,
    # The daily number of checks in the only script by the vendor of a gateway (Whapi-Cloud's checker).
    daily_cap=1_000,
)

# The first fragment that the text of a 500 contains decides. Versions differ in upper and lower case.
_BY_WORDS: tuple[tuple[str, type[ApiError]], ...] = (
    ("no session", SessionNotConnected),
    ("not connected", SessionNotConnected),
    ("not logged in", SessionNotConnected),
    ("rate-overlimit", RateLimited),
    ("status 429", RateLimited),
)
_BY_STATUS: dict[int, type[ApiError]] = {400: InvalidRequest, 401: MissingOrBadKey, 429: RateLimited}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Wuzapi]:
    """Open the gateway.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    async with open_exchange(CAPABILITIES, options, {"token": options.key.reveal()}, refusal) as exchange:
        yield Wuzapi(CAPABILITIES, exchange)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200: by its body first, then by its status."""
    kind = _kind(reply.status, value)
    if kind is None:
        return intercepted(reply, rate=rate)
    message = f"wuzapi answered {reply.status}: {one_line(str(value['error']))}"
    return kind(message, status=reply.status, rate=rate)


def _kind(status: int, value: Any) -> type[ApiError] | None:
    """Return the kind of failure; None if the body has not the server's form."""
    if not isinstance(value, dict) or value.get("success") is not False:
        return None
    if value.get("code") != status or not isinstance(value.get("error"), str):
        return None
    if status < 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return kind_of_status(status, _BY_STATUS)
    words = lowercase_json(value["error"])
    return next((kind for fragment, kind in _BY_WORDS if fragment in words), ServerError)


@dataclass(frozen=True, slots=True)
class Wuzapi(ExchangeGateway):
    """Wuzapi behind the protocol of a gateway."""

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:  # noqa: ARG002 - the token's
        """Ask about up to 50 numbers, with the plus sign that the whatsmeow library expects."""
        body = {"Phone": [number.e164 for number in numbers]}
        return await self.exchange.post("/user/check", body, _results, cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of the token's session. Some versions send the token too, which is not kept."""
        read = partial(_state, session)
        try:
            return await self.exchange.get("/session/status", read, cap_bytes=OBJECT_CAP_BYTES)
        except SessionNotConnected as failure:
            status = SessionStatus(SessionState.NEEDS_PERSON, "no session")
            return SessionReply(session=session, status=status, rate=failure.rate)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:  # noqa: ARG002 - as above
        """Ask for all contacts, in one answer without pages."""
        return await self.exchange.get("/user/contacts", _contacts, cap_bytes=PAGE_CAP_BYTES)


def _data(answer: Answer) -> dict[str, Any]:
    """Return the `data` of a success; raises `BadAnswer` if the envelope does not say success."""
    body = answer.body
    if not isinstance(body, dict) or body.get("success") is not True or body.get("code", 200) != 200:  # noqa: PLR2004
        raise answer.unusable("it does not say that it is a success")
    data = body.get("data")
    if data is not None and not isinstance(data, dict):
        raise answer.unusable("there is no object in it")
    return data or {}


def _results(answer: Answer) -> CheckReply:
    return users_reply(answer, _data(answer))


def _state(session: str, answer: Answer) -> SessionReply:
    return connection_reply(session, answer, _data(answer))


def _contacts(answer: Answer) -> ContactsReply:
    rows = _data(answer).items()
    contacts = tuple(named_contact(jid, row if isinstance(row, dict) else {}) for jid, row in rows)
    return ContactsReply(contacts=contacts, rate=answer.rate)
