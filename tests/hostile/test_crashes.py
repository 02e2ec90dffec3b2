"""What is left when the interpreter itself crashes in mid-run, and what others see of a run meanwhile."""

import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import anyio
import pytest

from tests.support.hostile.misdeeds import KEY, answer

NUMBERS = ["+447700900100", "+447700900101"]
OUTPUTS = {"out.csv", "send.csv", "r.html", "s.json"}
OPTIONS = (
    "-o out.csv --sendable send.csv --report r.html --summary s.json --accept possible --no-canaries "
    "--rate none --api-key-file key -v"
)

pytestmark = pytest.mark.slow


@pytest.fixture
def start(folder, monkeypatch):
    """Start a run in a process of its own, with nothing kept from others but what it keeps itself."""
    monkeypatch.delenv("SENDAPI_API_KEY")
    (folder / "key").write_text(KEY)
    (folder / "key").chmod(0o600)
    (folder / "list.csv").write_text("phone\n" + "\n".join(NUMBERS) + "\n")

    def start():
        python = [sys.executable, "-X", "faulthandler", "-m", "validator"]
        command = [*python, "check", "list.csv", *OPTIONS.split()]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, umask=0)

    return start


def test_a_crash_of_the_interpreter_tells_nothing_and_is_gone_on_after(start, provider, folder):
    all_asked = threading.Event()

    async def keep_waiting(stream, number, echo):
        if len(provider.checks) == len(NUMBERS):
            all_asked.set()
        await anyio.sleep_forever()

    provider.misdeed = keep_waiting
    with start() as process:
        assert all_asked.wait(60), "nothing was asked"
        seen = shown_by_the_system(process.pid)
        process.send_signal(signal.SIGSEGV)
        said = process.communicate()[0]

    assert process.returncode == -signal.SIGSEGV
    assert b"Fatal Python error: Segmentation fault" in said
    for text in (KEY, *[number[1:] for number in NUMBERS]):
        assert text.encode() not in said
        assert text.encode() not in seen
    assert not list(folder.glob("*core*"))

    provider.misdeed = answer
    with start() as process:
        said = process.communicate()[0]

    assert process.returncode == 0, said
    assert_closed_to_others(folder)


def shown_by_the_system(pid):
    """Return what a list of processes shows of a run, environment included; nothing without /proc."""
    process = Path(f"/proc/{pid}")
    if not process.is_dir():
        return b""
    assert b"Max core file size        0 " in (process / "limits").read_bytes()
    return (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


def assert_closed_to_others(folder):
    """All that the runs have made, with a umask that closes nothing."""
    given = {"list.csv", "key"}
    made = [path for path in folder.rglob("*") if path.is_file() and path.name not in given]
    state = folder / "xdg_state_home" / "recipient-validator"
    assert {path.name for path in made} >= OUTPUTS | {"ledger.sqlite"}
    assert {path: oct(mode(path)) for path in made if mode(path) != 0o600} == {}
    assert mode(state) == 0o700
    assert all(state in path.parents or path.name in OUTPUTS for path in made)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)
