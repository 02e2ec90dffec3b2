"""The smallest gateway that asks about several numbers at once: the example of `docs/gateways.md`."""

from __future__ import annotations

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from validator.errors import (
    BadAnswer,
    InvalidPhone,
    MissingOrBadKey,
    RateLimited,
    SessionNotConnected,
    UnexpectedStatus,
)
from validator.gateways.capabilities import Capabilities, Spelling
from validator.gateways.gateway import CheckReply, NumberResult, SessionReply
from validator.http.body import OBJECT_CAP_BYTES
from validator.http.exchange import Answer, Exchange
from validator.http.interception import intercepted
from validator.http.rate_headers import read_rates
from validator.http.url import checked_base_url, host_of
from validator.model import Number, SessionState, SessionStatus, Strength

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.gateways.gateway import GatewayOptions
    from validator.http.reply import Reply
    from validator.model import RateNotice

CAPABILITIES = Capabilities(
    name="toy",
    title="Toy",
    key_variable="TOY_KEY",
    url_variable="TOY_URL",
    session_variable="TOY_SESSION",
    max_batch=3,
    spelling=Spelling.DIGITS,
    negatives=Strength.WEAK,
    has_session_status=True,
    default_rate_per_min=20,
)

# By the code in the body alone: a page of something in between has no code, whatever its status is.
_BY_CODE = {"bad_key": MissingOrBadKey, "session_lost": SessionNotConnected, "slow_down": RateLimited}
_STATES = {"open": SessionState.READY, "close": SessionState.NEEDS_PERSON}


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[Toy]:
    """Open the gateway."""
    url = checked_base_url(options.base_url or "https://toy.example", remedy="Give another --base-url")
    transport = options.transport or httpx.AsyncHTTPTransport()
    async with transport:
        yield Toy(
            Exchange(
                transport=transport,
                base_url=url,
                headers={"apikey": options.key.reveal()},
                understand=understand,
                timeout_s=options.timeout_s,
                wall_clock=options.wall_clock or time.time,
                on_answer=options.on_answer,
            )
        )


def understand(reply: Reply, wall_now: float) -> Answer:
    """Return the answer in a response, or raise what it says instead."""
    rate = read_rates(reply.headers, None, wall_now=wall_now)
    body = _object(reply.body)
    if reply.status != httpx.codes.OK:
        raise _failure(reply, body, rate)
    if not body:
        raise BadAnswer("toy's answer is no JSON object", status=reply.status, rate=rate)
    return Answer(body=body, rate=rate, request_id="")


def _object(body: bytes | None) -> dict[str, object]:
    try:
        found = json.loads(body or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(reply: Reply, body: dict[str, object], rate: RateNotice) -> ApiError:
    if "code" not in body:
        return intercepted(reply, rate=rate)
    known = _BY_CODE.get(str(body["code"]), UnexpectedStatus)
    return known(f"toy answered {reply.status}", status=reply.status, rate=rate)


@dataclass(frozen=True, slots=True)
class Toy:
    """The toy provider behind the protocol of a gateway."""

    exchange: Exchange

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return CAPABILITIES

    @property
    def host(self) -> str:
        """Where requests go."""
        return host_of(self.exchange.base_url)

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:
        """Ask about up to three numbers."""
        digits = ",".join(number.e164[1:] for number in numbers)
        return await self.exchange.get(f"/{session}/check/{digits}", _results, cap_bytes=OBJECT_CAP_BYTES)

    async def session_status(self, session: str) -> SessionReply:
        """Ask for the state of a session."""
        path = f"/{session}/state"
        return await self.exchange.get(
            path, lambda answer: _state(session, answer), cap_bytes=OBJECT_CAP_BYTES
        )


def _results(answer: Answer) -> CheckReply:
    entries = answer.body.get("numbers")
    if not isinstance(entries, list):
        raise answer.unusable("there is no list in it")
    results = (_result(entry) for entry in entries if isinstance(entry, dict))
    return CheckReply.of(*(result for result in results if result is not None), rate=answer.rate)


def _result(entry: dict[str, object]) -> NumberResult | None:
    """Return what an entry says; None if it does not name a number or says nothing about it."""
    try:
        number = Number.parse(f"+{entry.get('number')}")
    except (ValueError, IndexError):
        return None
    if entry.get("error") == "invalid":
        return NumberResult(number=number, failure=InvalidPhone("toy calls the number invalid"))
    exists = entry.get("exists")
    return NumberResult(number=number, is_whatsapp_user=exists) if isinstance(exists, bool) else None


def _state(session: str, answer: Answer) -> SessionReply:
    word = str(answer.body.get("state"))
    status = SessionStatus(_STATES.get(word, SessionState.UNKNOWN), word)
    return SessionReply(session=session, status=status, rate=answer.rate)
