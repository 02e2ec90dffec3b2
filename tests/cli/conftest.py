"""The command line in this process, against sandboxes on loopback ports, with an environment of its own."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.from_thread
import pytest

from tests.support.cli.constants import KEY, LIST, PLAIN, SESSION
from tests.support.commands import Popen
from validator.cli import main
from validator.ledger import open_ledger
from validator.sandbox import SandboxConfig, create_app, listen, parse_fault, serve_async


@pytest.fixture(scope="session")
def portal():
    """An event loop in a thread beside the tests."""
    with anyio.from_thread.start_blocking_portal("asyncio") as opened:
        yield opened


class Stage:
    """An ASGI application whose part another one plays: one server for all tests, a sandbox for each."""

    app = None

    async def __call__(self, *exchange):
        await self.app(*exchange)


@pytest.fixture(scope="session")
def stage(portal):
    """Serve a stage on a loopback port; return it and its base URL."""
    stage, listener = Stage(), listen()
    stop, ready = portal.call(anyio.Event), portal.call(anyio.Event)

    async def run():
        await serve_async(stage, listener, stop, on_ready=lambda _: ready.set())

    with listener:
        served = portal.start_task_soon(run)
        portal.call(ready.wait)
        yield stage, f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        portal.call(stop.set)
        served.result()


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """A home, a state folder and a working folder of this test's own; no settings from outside."""
    for name in list(os.environ):
        if name.startswith(("SENDAPI_", "VALIDATOR_", "DATABASE_URL")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return monkeypatch


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def said(self):
        """Its own lines on standard error, log lines left out."""
        return [line for line in self.err.splitlines() if line.startswith("validator: ")]

    @property
    def json(self):
        return json.loads(self.out.splitlines()[-1])


@pytest.fixture
def run(capfd):
    """Run a command line in this process."""

    def run(*words):
        capfd.readouterr()
        code = main([str(word) for word in words])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        assert "Traceback" not in err or "-v" in words or "--verbose" in words
        assert KEY not in out + err
        return Done(code, out, err)

    return run


@pytest.fixture
def listed():
    """Write a list into the working folder."""

    def write(content=LIST, name="leads.csv"):
        path = Path(name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def provider(environment, stage):
    """Let a sandbox with faults and settings be the provider that the environment names; return it."""

    def start(*faults, wall=time.time, **settings):
        config = SandboxConfig(faults=tuple(map(parse_fault, faults)), **settings)
        stage[0].app = create_app(config, wall=wall)
        environment.setenv("SENDAPI_BASE_URL", stage[1])
        environment.setenv("SENDAPI_API_KEY", KEY)
        environment.setenv("SENDAPI_SESSION_ID", SESSION)
        return stage[0].app

    return start


@pytest.fixture
def check(run, listed, provider):
    """Run `check` over the usual list against a sandbox of its own."""

    def check(*options, content=LIST, name="leads.csv"):
        if "SENDAPI_BASE_URL" not in os.environ:
            provider()
        return run("check", listed(content, name), *PLAIN, *options)

    return check


@pytest.fixture
def files():
    """The names of the files in the working folder, hidden ones included."""
    return lambda: sorted(path.name for path in Path().iterdir())


@pytest.fixture
def ledger_path(tmp_path):
    return tmp_path / "xdg_state_home" / "recipient-validator" / "ledger.sqlite"


@pytest.fixture
def held_ledger(ledger_path):
    with open_ledger(ledger_path, holder="another run") as ledger:
        yield ledger


@pytest.fixture
def spawn():
    """Run the command line in a process of its own."""
    with ExitStack() as started:

        def start(*words, **options):
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            process = started.enter_context(Popen(words, **pipes | options))
            started.callback(process.kill)
            return process

        yield start


@pytest.fixture
def until(portal):
    """Wait until something is so in the sandbox."""

    async def wait(condition):
        with anyio.fail_after(20):
            while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
                await anyio.sleep(0.005)

    return lambda condition: portal.call(wait, condition)


@pytest.fixture
def table():
    """The rows of what was printed with tabs, the header apart."""

    def read(text):
        lines = [line.split("\t") for line in text.splitlines()]
        return lines[0], lines[1:]

    return read
