"""A resolver whose servers are silent holds up no end: neither that of a signal nor that of the deadline."""

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.cli.constants import KEY, PLAIN, SESSION
from tests.support.commands import Popen

pytestmark = pytest.mark.slow

HOST = "provider.example"
# What is asked to resolve that name never comes back, as no thread could be made to.
SILENT = """
import socket, sys, threading
known = socket.getaddrinfo
def resolve(host, *rest, **more):
    if host in ("{host}", b"{host}"):
        print("resolving", file=sys.stderr, flush=True)
        threading.Event().wait()
    return known(host, *rest, **more)
socket.getaddrinfo = resolve
"""
# Far more than an end takes on a busy machine, and far less than for ever.
ENDS_WITHIN_S = 40

COMMANDS = {
    "check": ("check", "leads.csv", *PLAIN),
    "lookup": ("lookup", "+447700900020", *PLAIN),
    "sessions": ("sessions",),
    "contacts": ("contacts",),
    "doctor": ("doctor",),
    "a list": ("check", f"https://{HOST}/list.csv", "-o", "out.csv", *PLAIN),
}


@pytest.fixture
def start(listed):
    with ExitStack() as started:

        def run(*words):
            listed()
            process = started.enter_context(
                Popen(
                    words,
                    prelude=SILENT.format(host=HOST),
                    env=os.environ
                    | {
                        "SENDAPI_BASE_URL": f"https://{HOST}/v1",
                        "SENDAPI_API_KEY": KEY,
                        "SENDAPI_SESSION_ID": SESSION,
                    },
                    stderr=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    text=True,
                )
            )
            started.callback(process.kill)
            return process

        yield run


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_signal_ends_the_command(start, words):
    process = start(*words)
    assert "resolving\n" in iter(process.stderr.readline, "")

    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=ENDS_WITHIN_S)

    assert process.returncode == 143, err


def test_the_deadline_ends_the_first_look_and_the_output_is_written(start):
    process = start(*COMMANDS["check"], "--deadline", "5s")
    _, err = process.communicate(timeout=ENDS_WITHIN_S)

    assert process.returncode == 5, err
    assert "the deadline was reached" in err
    assert Path("leads.checked.csv").exists()


@pytest.mark.parametrize("command", ["sessions", "lookup"])
def test_the_end_of_patience_ends_the_command(start, command):
    process = start(*COMMANDS[command], "--timeout", "0.2s")
    _, err = process.communicate(timeout=ENDS_WITHIN_S)

    assert process.returncode == 5, err
    assert f"no answer from {HOST}" in err
