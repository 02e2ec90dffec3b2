"""Evolution Go: arrays of numbers; each token belongs to one instance, which is one session.

Its "no" is definite: WhatsApp's own `false` for that number. If a check fails at WhatsApp, by a timeout or a
limit, the answer has status 200 and no data. It says nothing about any number.
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
from validator.gateways.gateway import ContactsReply
from validator.gateways.opening import ExchangeGateway, lowercase_json, open_exchange
from validator.gateways.whatsmeow import connection_reply, named_contact, users_reply
from validator.http.body import OBJECT_CAP_BYTES, PAGE_CAP_BYTES
from validator.http.interception import intercepted
from validator.http.masking import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import CheckReply, GatewayOptions, SessionReply
    from validator.http.exchange import Answer
    from validator.http.reply import Reply
    from validator.model import Number, RateNotice

CAPABILITIES = Capabilities(
    name="evolution-go",
    title="Evolution Go",
    key_variable="EVOLUTION_GO_TOKEN",
    url_variable="EVOLUTION_GO_BASE_URL",
    session_variable="EVOLUTION_GO_INSTANCE",
    # The token alone selects the session; the name is for the ledger and for messages.
    default_session="default",
    # The server documents no maximum. A larger array costs more if it has to be sent again.
    max_batch=50,
    spelling=Spelling.E164,
    paces_checks_only=True,
    has_session_status=True,
    has_contacts=True,
    # No limit is published. WhatsApp restricted numbers after bulk checks through the same kind of session
    # (EvolutionAPI/evolution-api issue 2228).
    default_rate_per_min=1,
    # WhatsApp itself refuses, and may restrict the linked phone. The value is our own, to be careful.
    first_hold_s=60.0,
    # The daily number of checks in the only script by the vendor of a gateway (Whapi-Cloud's checker).
    daily_cap=1_000,
)

# A refusal is `{"error": text}`. Other programs use that form too, so only the texts that the server is known
# to send count. The first fragment that the text contains decides.
_BY_WORDS: tuple[tuple[str, type[ApiError]], ...] = (
    ("not authorized", MissingOrBadKey),
    ("no active session", SessionNotConnected),
    ("client disconnected", SessionNotConnected),
    ("not connected", SessionNotConnected),
    ("not logged in", SessionNotConnected),
    ("instance not found", SessionNotConnected),
    ("whatsapp rate limit", RateLimited),
    ("rate-overlimit", RateLimited),
    ("phone number is required", InvalidRequest),
    ("invalid phone number", InvalidRequest),
    ("invalid number", InvalidRequest),
    ("invalid json", InvalidRequest),
    ("number array is required", InvalidRequest),
    ("failed to query whatsapp", ServerError),
    ("whatsapp query timeout", ServerError),
    ("info query timed out", ServerError),
)


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[EvolutionGo]:
    """Open the gateway.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    headers = {"apikey": options.key.reveal()}
    async with open_exchange(CAPABILITIES, options, headers, refusal) as exchange:
        yield EvolutionGo(CAPABILITIES, exchange)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Return the failure in a response whose status is not 200, by the words of its body."""
    kind = _kind(value)
    if kind is None:
        return intercepted(reply, rate=rate)
    message = f"Evolution Go answered {reply.status}: {one_line(str(value['error']))}"
    return kind(message, status=reply.status, rate=rate)


def _kind(value: Any) -> type[ApiError] | None:
    """Return the kind of failure; None if the body has not the server's form."""
    if not isinstance(value, dict) or list(value) != ["error"] or not isinstance(value["error"], str):
        return None
    words = lowercase_json(value["error"])
    return next((kind for fragment, kind in _BY_WORDS if fragment in words), None)


@dataclass(frozen=True, slots=True)
class EvolutionGo(ExchangeGateway):
    """Evolution Go behind the protocol of a gateway."""

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:  # noqa: ARG002 - the token's
        """Ask about up to 50 numbers; `formatJid: false` keeps the server from rewriting some of them."""
        body = {"number": [number.e164 for number in numbers], "formatJid": False}
        return await self.exchange.post("/user/check", body, _results, cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of the token's instance."""
        read = partial(_state, session)
        return await self.exchange.get("/instance/status", read, cap_bytes=OBJECT_CAP_BYTES)

    async def contacts(self, session: str, cursor: object | None = None) -> ContactsReply:  # noqa: ARG002 - as above
        """Ask for all contacts, in one answer without pages."""
        return await self.exchange.get("/user/contacts", _contacts, cap_bytes=PAGE_CAP_BYTES)


def _data(answer: Answer) -> Any:
    """Return the `data` of a success; raises `BadAnswer` if the envelope does not say success."""
    body = answer.body
    if not isinstance(body, dict) or body.get("message") != "success" or "data" not in body:
        raise answer.unusable("it does not say that it is a success")
    return body["data"]


def _object(answer: Answer, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise answer.unusable("there is no object in it")
    return data


def _results(answer: Answer) -> CheckReply:
    data = _data(answer)
    if data is None:
        raise ServerError(
            "Evolution Go answered 200 without data, as it does if its own query to WhatsApp failed",
            rate=answer.rate,
        )
    return users_reply(answer, _object(answer, data))


def _state(session: str, answer: Answer) -> SessionReply:
    return connection_reply(session, answer, _object(answer, _data(answer)))


def _contacts(answer: Answer) -> ContactsReply:
    rows = _data(answer) or []
    if not isinstance(rows, list):
        raise answer.unusable("there is no list in it")
    contacts = tuple(named_contact(row.get("Jid"), row) for row in rows if isinstance(row, dict))
    return ContactsReply(contacts=contacts, rate=answer.rate)
