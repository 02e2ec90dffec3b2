"""Shared code of all gateways but SendAPI: the base class, opening a connection, and reading refusals."""

from __future__ import annotations

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from validator.errors import Intercepted, OtherGateway, ServerError, UnexpectedStatus, UsageError
from validator.http.body import decode_json
from validator.http.connection_settings import connection_settings
from validator.http.exchange import Answer, Exchange, bad_answer
from validator.http.interception import GATEWAYS, appearance
from validator.http.masking import mask_logs, one_line
from validator.http.rate_headers import read_rates
from validator.http.transport import KeepAliveTransport
from validator.http.url import checked_base_url, host_of
from validator.model import RateNotice
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from validator.errors import ApiError
    from validator.gateways.capabilities import Capabilities
    from validator.gateways.gateway import GatewayOptions
    from validator.http.reply import Reply

    # Returns the failure in a refusal. Arguments: the response, its JSON or None, and its rate notice.
    Refusal = Callable[[Reply, Any, RateNotice], ApiError]

_MAX_NAME_CHARS = 128
# How much of a body is searched for the words that distinguish refusals.
_MAX_SEARCHED_CHARS = 4_096


@dataclass(frozen=True, slots=True)
class ExchangeGateway:
    """Base class of the gateways that send their requests through an `Exchange`."""

    capabilities: Capabilities
    exchange: Exchange

    @property
    def host(self) -> str:
        """Host and port of the server."""
        return host_of(self.exchange.base_url)


@asynccontextmanager
async def open_exchange(
    capabilities: Capabilities, options: GatewayOptions, headers: Mapping[str, str], refusal: Refusal
) -> AsyncIterator[Exchange]:
    """Open the `Exchange` of a gateway.

    Args:
        capabilities: those of the gateway.
        options: how to reach it.
        headers: sent with every request; they include the key if the gateway reads it there.
        refusal: makes the failure of a response whose status is not 200.

    Raises:
        UsageError: there is no base URL, or it is not valid.
    """
    if not (given := options.base_url or capabilities.default_url):
        raise capabilities.no_address()
    url = checked_base_url(given, remedy=capabilities.url_remedy())
    transport, trust = options.transport, ""
    if transport is None:
        settings = connection_settings(url, options.network)
        trust = str(settings.trust)
        transport = KeepAliveTransport(
            url,
            max_connections=options.max_connections,
            make_context=settings.trust.context,
            proxy=settings.proxy,
        )
    # Before the first request, so that httpx logs neither a number nor the key.
    mask_logs()
    async with transport:
        yield Exchange(
            transport=transport,
            base_url=url,
            headers={**_HEADERS, **headers},
            understand=lambda reply, wall_now: _understood(capabilities.title, reply, wall_now, refusal),
            timeout_s=options.timeout_s,
            wall_clock=options.wall_clock or time.time,
            trust=trust,
            on_answer=options.on_answer,
        )


_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"recipient-validator/{__version__}",
}


def segment(capabilities: Capabilities, session: str) -> str:
    """Return a session's name, encoded as one segment of a path.

    Raises:
        UsageError: it cannot be the name of a session.
    """
    is_name = 0 < len(session) <= _MAX_NAME_CHARS and session.isprintable() and session not in {".", ".."}
    if not is_name:
        raise UsageError(
            f"the session {one_line(session)!r} cannot be right; name one of {capabilities.title} with "
            f"--session or {capabilities.session_variable}"
        )
    return quote(session, safe="")


def _understood(title: str, reply: Reply, wall_now: float, refusal: Refusal) -> Answer:
    value, flaw = _decoded(reply.body)
    rate = read_rates(reply.headers, value if isinstance(value, dict) else None, wall_now=wall_now)
    if reply.status != HTTPStatus.OK:
        failure = refusal(reply, value, rate)
        raise _of_another(title, reply, rate) or failure if type(failure) is Intercepted else failure
    if flaw:
        text = f"{flaw}; it looks like {appearance(reply)}, and not like {title}"
        raise bad_answer(text, rate=rate, request_id="")
    return Answer(body=value, rate=rate, request_id="")


def _of_another(title: str, reply: Reply, rate: RateNotice) -> OtherGateway | None:
    """Return the failure if a refusal looks like one of another known gateway, else None."""
    looks = appearance(reply)
    if looks == title or looks not in GATEWAYS:
        return None
    return OtherGateway(
        f"what answered {reply.status} is not {title}: it looks like {looks}. See that --gateway and "
        "--base-url belong together",
        status=reply.status,
        rate=RateNotice(sent_at_s=rate.sent_at_s),
    )


def _decoded(body: bytes | None) -> tuple[Any, str]:
    """Return the JSON value of a body, and an error text; the text is empty if the body is JSON."""
    if body is None:
        return None, "it is larger than any answer can be, or compressed without being asked to"
    try:
        return decode_json(body), ""
    except ValueError as error:
        return None, f"it is {error}"


def lowercase_json(value: object) -> str:
    """Return a JSON value as text in lower case, in which fragments of known refusals can be searched."""
    return json.dumps(value)[:_MAX_SEARCHED_CHARS].lower()


def message_text(message: object) -> str:
    """Return a message, or the texts of a list of messages, for people; empty for anything else.

    Other JSON values are left out, since they may hold secrets, such as tokens of other sessions.
    """
    parts = message if isinstance(message, list) else [message]
    return one_line(" ".join(part for part in parts if isinstance(part, str)))


def kind_of_status(status: int, by_status: Mapping[int, type[ApiError]]) -> type[ApiError]:
    """Return the kind of failure of a refusal in the gateway's own form if only its status is known."""
    return by_status.get(status, ServerError if status >= 500 else UnexpectedStatus)  # noqa: PLR2004 - 5xx
