"""The command line in this process, against a server that does its worst."""

import logging
import os
import sys

import anyio
import anyio.from_thread
import pytest

from tests.support.hostile.misdeeds import KEY, SESSION, Provider
from tests.support.http.loopback import served
from validator.cli import main

LIBRARIES = ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "h11", "anyio", "asyncio")


@pytest.fixture(scope="session")
def portal():
    """An event loop in a thread beside the tests."""
    with anyio.from_thread.start_blocking_portal("asyncio") as opened:
        yield opened


@pytest.fixture
def provider(portal):
    """A provider on a loopback port that answers as it should until it is told otherwise."""
    made = Provider()
    with portal.wrap_async_context_manager(served(made.talk)) as port:
        made.port = port
        yield made


@pytest.fixture
def folder(monkeypatch, tmp_path, provider):
    """A working folder with the state of the tool in it, and an environment that names the provider."""
    for name in list(os.environ):
        if name.startswith(("SENDAPI_", "VALIDATOR_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("SENDAPI_API_KEY", KEY)
    monkeypatch.setenv("SENDAPI_SESSION_ID", SESSION)
    monkeypatch.setenv("SENDAPI_BASE_URL", f"http://127.0.0.1:{provider.port}/v1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def talkative():
    """Let every library below the client log all it has to say, and put logging back afterwards."""
    loggers = [logging.getLogger(name) for name in ("", "validator", *LIBRARIES)]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def run(capfd, folder, talkative):
    """Run a command line in this process; return its exit code and all that it said."""

    def run(*words):
        capfd.readouterr()
        code = main([str(word) for word in words])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return code, out + err

    return run
