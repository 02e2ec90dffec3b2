"""Check numbers through a provider of your own: a gateway in one file, without a change to the package.

    python examples/own_gateway.py +447700900001 +447700900002

The provider here is invented: it answers `GET /exists/DIGITS` with the digits and whether they exist. What a
real one needs besides is in docs/gateways.md; `tests/contracts/test_gateway.py` holds you to its checklist.
"""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from validator.errors import MissingOrBadKey
from validator.gateways.capabilities import Capabilities
from validator.gateways.entries import check_reply, result_of
from validator.gateways.gateway import CheckReply, GatewayOptions
from validator.gateways.opening import open_exchange
from validator.http.api_key import ApiKey
from validator.http.interception import intercepted
from validator.model import Number

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from validator.errors import ApiError
    from validator.http.exchange import Answer, Exchange
    from validator.http.reply import Reply
    from validator.model import RateNotice

CAPABILITIES = Capabilities(
    name="own",
    title="Our provider",
    key_variable="OWN_KEY",
    url_variable="OWN_URL",
    session_variable="OWN_SESSION",
    default_rate_per_min=60,
)


def refusal(reply: Reply, value: Any, rate: RateNotice) -> ApiError:
    """Only a body in the provider's own form says something; the rest came from something in between."""
    if isinstance(value, dict) and value.get("error") == "bad key":
        return MissingOrBadKey("our provider refuses the key", status=reply.status, rate=rate)
    return intercepted(reply, rate=rate)


@dataclass(frozen=True)
class OwnGateway:
    """The provider behind the protocol of a gateway; what it does not offer need not be here."""

    exchange: Exchange
    host: str = "our provider"
    capabilities = CAPABILITIES

    async def check(self, numbers: Sequence[Number], session: str) -> CheckReply:  # noqa: ARG002 - it has none
        """Ask about the one number; the answer names it, and is matched by it."""
        return await self.exchange.get(f"/exists/{numbers[0].e164[1:]}", _result, cap_bytes=65_536)


def _result(answer: Answer) -> CheckReply:
    body = answer.body if isinstance(answer.body, dict) else {}
    return check_reply([result_of(body.get("number"), body.get("exists"), None)], answer.rate)


@asynccontextmanager
async def open_gateway(options: GatewayOptions) -> AsyncIterator[OwnGateway]:
    """Open it, with the key in a header."""
    headers = {"X-Key": options.key.reveal()}
    async with open_exchange(CAPABILITIES, options, headers, refusal) as exchange:
        yield OwnGateway(exchange)


async def main(numbers: Sequence[str]) -> None:
    """Ask about numbers, here of a provider in this process."""

    def provider(request: httpx.Request) -> httpx.Response:
        digits = request.url.path.rpartition("/")[2]
        return httpx.Response(200, json={"number": digits, "exists": digits.endswith("1")})

    transport = httpx.MockTransport(provider)
    options = GatewayOptions(key=ApiKey("secret"), base_url="https://own.example", transport=transport)
    async with open_gateway(options) as gateway:
        for number in map(Number.parse, numbers):
            reply = await gateway.check([number], "")
            print(number.e164, reply.result(number).verdict)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1:] or ["+447700900001", "+447700900002"])
