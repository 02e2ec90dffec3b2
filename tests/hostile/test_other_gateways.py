"""The key of each gateway, through every misdeed of a hostile provider: it is in no message, log or repr."""

import logging
import traceback
from functools import partial
from urllib.parse import quote

import anyio
import pytest

from tests.support.hostile.misdeeds import CASES, ENDINGS
from validator.errors import ApiError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import GATEWAYS, open_gateway
from validator.http.api_key import ApiKey
from validator.model import Number
from validator.sandbox import SESSION_NAMES

KEY = "canary/5f2d+9a77=CANARY"
NUMBER = Number(447_700_900_100)
MISDEEDS = {name: case.play for name, case in CASES.items()} | {
    name: play for name, (play, _) in ENDINGS.items()
}
TIMEOUT_S = 0.5


@pytest.fixture(params=[name for name in GATEWAYS if name != "sendapi"])
def gateway(request):
    return request.param


async def talk(misdeed, stream):
    """Answer the one request of a connection as the misdeed says, quoting the request and the key."""
    async with stream:
        try:
            request = await stream.receive()
            line = request.split(b"\r\n", 1)[0]
            await misdeed(stream, NUMBER.e164, b"%s %s %s" % (NUMBER.e164.encode(), KEY.encode(), line))
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            pass


async def failure_of(gateway, misdeed):
    """Return what a check and a look at the session raise before a provider with a misdeed."""
    session = SESSION_NAMES[gateway][0]
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    found = []
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, partial(talk, misdeed))
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        options = GatewayOptions(key=ApiKey(KEY), base_url=f"http://127.0.0.1:{port}", timeout_s=TIMEOUT_S)
        async with open_gateway(gateway, options) as opened:
            for call in (opened.check([NUMBER], session), opened.session_status(session)):
                try:
                    reply = await call
                except ApiError as failure:
                    found += ["".join(traceback.format_exception(failure)), repr(failure)]
                else:
                    found.append(repr(reply))
            found += [repr(opened), repr(options)]
        tasks.cancel_scope.cancel()
    return found


@pytest.mark.slow
def test_the_key_is_in_no_message_no_log_and_no_repr(gateway, caplog):
    caplog.set_level(logging.DEBUG)

    async def main():
        said = []

        async def keep(name, misdeed):
            said.extend((name, text) for text in await failure_of(gateway, misdeed))

        async with anyio.create_task_group() as tasks:
            for name, misdeed in MISDEEDS.items():
                tasks.start_soon(keep, name, misdeed)
        return said

    said = anyio.run(main)

    secrets = (KEY, quote(KEY, safe=""), KEY.replace("/", r"\/"))
    assert len(said) > 2 * len(MISDEEDS)
    assert [name for name, text in said if any(secret in text for secret in secrets)] == []
    assert not any(secret in caplog.text for secret in secrets)
