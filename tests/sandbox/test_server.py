from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import anyio
import anyio.lowlevel
import httpx
import pytest

from validator.sandbox import SandboxConfig, create_app, listen, parse_fault, serve, serve_async

CONNECTED = "sess_01H8BKF0000000000000000Z2T"
AUTH = {"authorization": "Bearer sk_live_abc"}
CODE = """
from pathlib import Path
from validator.sandbox import SandboxConfig, serve
serve(SandboxConfig(log_path=Path({log!r})), port=0, on_ready=lambda url: print(url, flush=True))
"""


def check_path(number):
    return f"/v1/whatsapp/contacts/%2B{number[1:]}/check?session_id={CONNECTED}"


@contextmanager
def serving(log_path):
    """Run a sandbox in a process of its own; yield its base URL and the process."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE.format(log=str(log_path))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_until_a_signal_and_ends_without_a_word(tmp_path, signal_):
    log_path = tmp_path / "requests.jsonl"
    with serving(log_path) as (url, process):
        response = httpx.get(url + check_path("+447700900000"), headers=AUTH, trust_env=False)
        assert response.json()["is_whatsapp_user"] is True
        assert response.headers["x-ratelimit-remaining"] == "299"
        assert len(log_path.read_text().splitlines()) == 1
        process.send_signal(signal_)
        assert process.wait(timeout=10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def in_process(scenario, **settings):
    """Run an async scenario, given a client on a real socket, against a sandbox in this process."""

    async def main():
        app, stop, ready = create_app(SandboxConfig(**settings)), anyio.Event(), anyio.Event()
        with listen() as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with anyio.create_task_group() as tasks:

                async def server():
                    await serve_async(app, listener, stop, on_ready=lambda _: ready.set())

                tasks.start_soon(server)
                await ready.wait()
                async with httpx.AsyncClient(base_url=url, headers=AUTH, trust_env=False) as client:
                    result = await scenario(client, app, stop)
                stop.set()
        return result

    return anyio.run(main)


@pytest.mark.slow
def test_a_cut_answer_ends_early_and_a_reset_one_never_begins():
    async def scenario(client, app, stop):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(check_path("+447700900016"))
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.get(check_path("+447700900017"))
        return (await client.get(check_path("+447700900001"))).status_code

    assert in_process(scenario) == 200


@pytest.mark.slow
def test_a_reset_is_seen_as_a_reset():
    async def scenario(client, app, stop):
        stream = await anyio.connect_tcp(client.base_url.host, client.base_url.port)
        async with stream:
            path = check_path("+447700900017")
            await stream.send(
                f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_live_a\r\n\r\n".encode()
            )
            with pytest.raises(anyio.BrokenResourceError):
                await stream.receive()

    in_process(scenario)


@pytest.mark.slow
def test_a_client_that_gives_up_is_noticed_and_others_go_on():
    async def scenario(client, app, stop):
        for number in ("+447700900006", "+447700900015"):
            with pytest.raises(httpx.ReadTimeout):
                await client.get(check_path(number), timeout=0.05)
        return (await client.get(check_path("+447700900001"))).status_code

    assert in_process(scenario) == 200


@pytest.mark.slow
def test_a_client_that_tires_of_a_dripping_answer_is_noticed():
    async def scenario(client, app, stop):
        with pytest.raises(httpx.ReadTimeout):
            await client.get(check_path("+447700900001"), timeout=0.05)
        while app.world.in_flight:
            await anyio.lowlevel.checkpoint()

    in_process(scenario, faults=(parse_fault("drip"),))


@pytest.mark.slow
def test_a_stop_does_not_wait_for_answers_that_never_come(caplog):
    async def scenario(client, app, stop):
        async with anyio.create_task_group() as tasks:

            async def hang():
                with pytest.raises(httpx.RemoteProtocolError):
                    await client.get(check_path("+447700900006"), timeout=30)

            tasks.start_soon(hang)
            while not app.log.requests:
                await anyio.lowlevel.checkpoint()
            stop.set()

    in_process(scenario)
    assert caplog.records == []


def test_answers_are_sent_without_waiting_for_acknowledgements():
    # asyncio sets TCP_NODELAY only where a socket names its protocol; connections inherit the name from here.
    with listen() as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.test", "::"])
def test_an_address_that_others_can_reach_is_refused(host):
    with pytest.raises(ValueError, match="is not a loopback address"):
        serve(SandboxConfig(), host=host, port=0)


def test_an_address_that_others_can_reach_can_be_forced():
    with listen("0.0.0.0", 0, allow_remote=True) as listener:
        assert listener.getsockname()[0] == "0.0.0.0"


def test_localhost_is_a_loopback_host():
    with listen("localhost") as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_named_with_the_remedy():
    message = r"cannot listen on 127\.0\.0\.1:\d+: .* 0 takes any free one"
    with listen() as taken, pytest.raises(OSError, match=message):
        listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6_loopback_serves_too():
    try:
        listener = listen("::1")
    except OSError:
        pytest.skip("no IPv6 loopback address here")
    with listener:
        assert listener.getsockname()[0] == "::1"
