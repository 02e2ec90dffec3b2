"""The key of each gateway, through each misdeed of a hostile provider: in no message, log, repr or file."""

import logging
import os
import traceback
from base64 import b64encode
from functools import partial
from urllib.parse import quote

import anyio
import pytest

from tests.support.hostile.misdeeds import CASES, ENDINGS
from tests.support.hostile.spoiled import SOUND_BETWEEN, Spoiled
from tests.support.http.loopback import served
from validator.errors import ApiError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import GATEWAYS, capabilities_of, open_gateway
from validator.http.api_key import ApiKey
from validator.model import Number
from validator.sandbox import SESSION_NAMES, SandboxConfig, create_app

KEY = "canary/5f2d+9a77=CANARY"
# With a colon, as GOWA has user and password, and without a slash: what stands in a path is one part of it.
PLAIN_KEY = "canary:5f2d.9a77_CANARY"
PLAIN_SPELLINGS = (PLAIN_KEY.encode(), quote(PLAIN_KEY, safe="").encode(), b64encode(PLAIN_KEY.encode()))
SECRETS = (KEY, quote(KEY, safe=""), KEY.replace("/", r"\/"))
NUMBER = Number(447_700_900_100)
MISDEEDS = {name: case.play for name, case in CASES.items()} | {
    name: play for name, (play, _) in ENDINGS.items()
}
TIMEOUT_S = 0.5
OTHERS = [name for name in GATEWAYS if name != "sendapi"]
# In the long form each gateway meets every misdeed in a whole run; else each of them meets its share.
EVERY = "HOSTILE_EVERY" in os.environ


@pytest.fixture(params=OTHERS)
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

    assert len(said) > 2 * len(MISDEEDS)
    assert [name for name, text in said if any(secret in text for secret in SECRETS)] == []
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.fixture
def spoiled(gateway, portal, folder, monkeypatch):
    """The gateway's own sandbox on a loopback port, some of its answers to checks replaced by misdeeds."""
    misdeeds = [case.play for case in CASES.values()]
    share = misdeeds if EVERY else misdeeds[OTHERS.index(gateway) :: len(OTHERS)]
    # Without a "no", which would have to wait for canaries.
    config = SandboxConfig(gateway=gateway, plan="unlimited", registered_share=1.0)
    made = Spoiled(create_app(config), share, PLAIN_KEY)
    capabilities = capabilities_of(gateway)
    with portal.wrap_async_context_manager(served(made.talk)) as port:
        monkeypatch.setenv(capabilities.key_variable, PLAIN_KEY)
        monkeypatch.setenv(capabilities.url_variable, f"http://127.0.0.1:{port}")
        monkeypatch.setenv(capabilities.session_variable, SESSION_NAMES[gateway][0])
        yield made


@pytest.mark.slow
def test_the_key_is_in_no_log_no_ledger_no_output_and_no_report(run, folder, gateway, spoiled):
    requests = (SOUND_BETWEEN + 1) * (len(spoiled.misdeeds) + 1)
    numbers = range(447_700_900_100, 447_700_900_100 + requests * capabilities_of(gateway).max_batch)
    (folder / "list.csv").write_text("phone\n" + "".join(f"+{number}\n" for number in numbers))
    files = "-o out.csv --sendable send.csv --report r.html --summary s.json --accept possible"
    pace = "--rate none --daily-cap 100000 --concurrency 8 --retries 0 --timeout 3s -v"

    code, said = run("check", "list.csv", "--gateway", gateway, *files.split(), *pace.split())

    assert code == 4, said
    assert spoiled.misdeeds == [], said
    found = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()} | {
        "said": said.encode()
    }
    assert {"ledger.sqlite", "out.csv", "send.csv", "r.html", "s.json"} <= {
        name.rsplit("/", 1)[-1] for name in found
    }
    assert [name for name, text in found.items() if any(one in text for one in PLAIN_SPELLINGS)] == []
