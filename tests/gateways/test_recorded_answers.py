"""What real servers answered, once, on loopback and without WhatsApp, is what `refusal` makes of it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx

from validator.errors import (
    ApiError,
    InvalidRequest,
    MissingOrBadKey,
    NoAnswer,
    NotFound,
    SessionNotConnected,
)
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import open_gateway
from validator.http.api_key import ApiKey
from validator.model import Number, SessionState

ANSWERS = Path(__file__).parent / "answers"
NUMBER = Number(447_700_900_000)
PATHS = ("/user/check", "/status", "/contacts", "GET /devices ")


@dataclass(frozen=True)
class Recorded:
    """One request in words, and what came back: no status if the connection was dropped."""

    asked: str
    status: int | None
    headers: dict
    body: str


def recorded(name):
    """Return the answers of a server in the order in which they came."""
    parts = re.split(r"^### ", (ANSWERS / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_recorded(part) for part in parts[1:]]


def _recorded(part):
    head, _, body = part.partition("\n\n")
    asked, *lines = head.splitlines()
    status = int(lines[0].split()[1]) if lines else None
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return Recorded(re.sub(r"http://[0-9.:]+", "", asked), status, headers, body.strip())


def outcome_of(gateway, one):
    """Make the call that an answer is to, and return what comes of it: a failure, or a reply."""

    async def respond(request):
        if one.status is None:
            raise httpx.RemoteProtocolError("the server closed the connection without answering")
        return httpx.Response(one.status, headers=one.headers, text=one.body)

    async def main():
        options = GatewayOptions(
            key=ApiKey("user:canary_5f2d9a77"),
            base_url="http://127.0.0.1:9",
            transport=httpx.MockTransport(respond),
            wall_clock=lambda: 1_800_000_000.0,
        )
        async with open_gateway(gateway, options) as opened:
            match next(path for path in PATHS if path in one.asked):
                case "/user/check":
                    call = opened.check([NUMBER], "dev-a")
                case "/status":
                    call = opened.session_status("dev-a")
                case "/contacts":
                    call = opened.contacts("dev-a")
                case "GET /devices ":
                    call = opened.sessions()
            try:
                return await call
            except ApiError as failure:
                return failure

    return anyio.run(main)


# Those that the adapter asks for, in their order; the others are set-up.
OF_WUZAPI = (
    MissingOrBadKey,  # no token
    SessionState.NEEDS_PERSON,  # a session's status, without a client
    SessionNotConnected,  # no session
    SessionNotConnected,  # no session, the token in the query
    MissingOrBadKey,  # a wrong token
    SessionNotConnected,  # a bad body, sent to an absent session
    SessionNotConnected,  # contacts, no session
    ApiError,  # a wrong method: the text of any server written in Go
    SessionState.NEEDS_PERSON,  # connected to nothing
    SessionNotConnected,  # the websocket is not connected
    InvalidRequest,  # no numbers
    InvalidRequest,  # no JSON
    InvalidRequest,  # a text for an array
    NoAnswer,  # contacts of a session never paired: the connection is dropped
)


def test_wuzapi():
    asked = [one for one in recorded("wuzapi") if not re.search("/admin/users|/session/connect", one.asked)]

    assert len(asked) == len(OF_WUZAPI)
    for one, expected in zip(asked, OF_WUZAPI, strict=True):
        found = outcome_of("wuzapi", one)
        if isinstance(expected, SessionState):
            assert found.status.state is expected, one.asked
        else:
            assert isinstance(found, expected), one.asked


OF_GOWA = (
    MissingOrBadKey,  # no password
    MissingOrBadKey,  # a wrong one
    0,  # devices
    NotFound,  # no device is named
    1,  # devices
    SessionState.NEEDS_PERSON,  # one that is not connected
    SessionState.NEEDS_PERSON,  # the same by the server's own status
    SessionNotConnected,  # a check through a device without a client
    SessionNotConnected,  # the same with a plus sign
    SessionNotConnected,  # the same without a phone
    SessionNotConnected,  # the same with an empty one
    NotFound,  # a device that there is none of
    SessionNotConnected,  # contacts, without a client
    1,  # devices
    SessionState.NEEDS_PERSON,  # one that is not connected
    SessionNotConnected,  # a device that is not connected
    SessionNotConnected,  # the same with twenty digits
    SessionNotConnected,  # contacts, not connected
    ApiError,  # a wrong method
)


def test_gowa():
    left_out = r"/health|/nope|/app/devices|POST http\S*/devices|POST \S*/devices|/devices/dev-a -u|/login"
    asked = [one for one in recorded("gowa") if not re.search(left_out, one.asked)]

    assert len(asked) == len(OF_GOWA)
    for one, expected in zip(asked, OF_GOWA, strict=True):
        found = outcome_of("gowa", one)
        if isinstance(expected, int):
            assert len(found.sessions) == expected, one.asked
        elif isinstance(expected, SessionState):
            assert found.status.state is expected, one.asked
        else:
            assert isinstance(found, expected), one.asked


def test_nothing_recorded_is_of_a_person():
    text = "".join(path.read_text(encoding="utf-8") for path in ANSWERS.iterdir())
    synthetic = {"447700900000", "5511900000000", "12345678901234567890"}

    assert set(re.findall(r"\d{10,}", text)) - synthetic <= set(re.findall(r"\.(\d+)Z", text))
    assert {
        json.loads(body)["data"][0]["token"] for body in re.findall(r'^\{.*"token".*$', text, re.MULTILINE)
    } == {"tok1"}
