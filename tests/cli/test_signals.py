"""SIGINT, SIGTERM and SIGHUP: in order the first time, at once the second time."""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import httpx
import pytest

from tests.support.cli.constants import PLAIN
from tests.support.forms import amount
from validator.batch.watching.stop import Stop
from validator.cli.process.interruption import SIGNALS, interruptible
from validator.cli.process.interruption import until as until_deadline
from validator.cli.process.signals import raising_signals, run_interruptible, stop_on_signals
from validator.errors import Interrupted, LedgerError, StoppedEarly

CODES = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
NEVER_ANSWERS = "+447700900006"
MANY = "phone\n" + "".join(f"+4477009{place:05}\n" for place in range(20, 120))


@pytest.fixture
def start_check(spawn, listed):
    def start(*options, content=MANY):
        listed(content)
        return spawn("check", "leads.csv", *PLAIN, "--rate", "none", *options)

    return start


@pytest.mark.slow
@pytest.mark.parametrize(("signum", "code"), CODES)
def test_one_signal_finishes_what_is_in_flight_writes_it_down_and_says_how_to_go_on(
    *, provider, start_check, until, run, signum, code
):
    app = provider(latency_ms=100, plan="unlimited")
    process = start_check("--concurrency", "4")
    until(lambda: app.log.checks > 8)

    process.send_signal(signum)
    _, err = process.communicate(timeout=20)

    asked = app.log.checks
    rows = Path("leads.checked.csv").read_text().splitlines()[1:]
    assert process.returncode == code
    assert "finishing the requests in flight; send the signal again to stop at once" in err
    assert "   validator check leads.csv" in err
    assert len(rows) == 100
    assert sum(",not_checked," not in row for row in rows) == asked < 100

    assert run("check", "leads.csv", *PLAIN, "--rate", "none", "-q").code == 0
    assert set(app.log.numbers.values()) == {1}


@pytest.mark.slow
@pytest.mark.parametrize(("signum", "code"), amount([CODES[0]], CODES))
def test_a_second_signal_ends_at_once_and_leaves_the_old_output(provider, start_check, until, signum, code):
    app = provider(plan="unlimited")
    Path("leads.checked.csv").write_text("old")
    process = start_check(content=f"phone\n{NEVER_ANSWERS}\n+447700900020\n")
    until(lambda: app.log.checks == 2)

    process.send_signal(signum)
    while "again to stop at once" not in process.stderr.readline():
        pass
    process.send_signal(signum)
    _, err = process.communicate(timeout=10)

    assert process.returncode == code
    assert "Traceback" not in err
    assert Path("leads.checked.csv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["leads.checked.csv", "leads.csv"]


@pytest.mark.slow
@pytest.mark.parametrize(("signum", "code"), amount([CODES[1]], CODES))
def test_a_signal_before_anything_was_asked_ends_at_once(provider, start_check, until, signum, code):
    app = provider("timeout=1")
    process = start_check()
    until(lambda: app.log.requests == 1)

    process.send_signal(signum)
    _, err = process.communicate(timeout=10)

    assert process.returncode == code
    assert [line for line in err.splitlines() if line.startswith("validator: ")] == ["validator: interrupted"]
    assert not Path("leads.checked.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("signum", "code"), amount([CODES[2]], CODES))
def test_what_is_in_flight_after_the_grace_is_given_up_and_the_output_written(
    *, provider, start_check, until, run, signum, code
):
    app = provider(plan="unlimited", registered_share=1.0)
    process = start_check("--grace", "0.3s", content=f"phone\n{NEVER_ANSWERS}\n+447700900020\n")
    until(lambda: app.log.checks == 2)

    process.send_signal(signum)
    _, err = process.communicate(timeout=20)

    rows = Path("leads.checked.csv").read_text().splitlines()[1:]
    assert process.returncode == code
    assert "   validator check leads.csv" in err
    assert [row.split(",")[2] for row in rows] == ["unknown", "registered"]
    assert ",not_checked," in rows[0]
    assert sorted(path.name for path in Path().iterdir()) == ["leads.checked.csv", "leads.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("ignored", ["SIGINT", "SIGHUP", "SIGINT,SIGHUP"])
def test_a_signal_that_the_parent_ignores_stays_ignored(provider, listed, spawn, until, ignored):
    app = provider(latency_ms=50, plan="unlimited")
    listed(MANY)
    lines = [f"signal.signal(signal.{name}, signal.SIG_IGN)" for name in ignored.split(",")]
    words = ["check", "leads.csv", *PLAIN, "--rate", "none", "-q", "--concurrency", "2"]
    process = spawn(*words, prelude="\n".join(["import signal", *lines]))
    until(lambda: app.log.checks > 8)
    for name in ignored.split(","):
        process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")
    assert app.log.checks == 100


# Starts the command line, and presses Ctrl-C in the middle of its imports.
INTERRUPTED_IMPORT = """
import runpy, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == "validator.cli.process.interruption":
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, {handler})
sys.meta_path.insert(0, Finder())
sys.argv = ["validator", "--version"]
runpy.run_module("validator", run_name="__main__")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("handler", "code"), [("signal.default_int_handler", -signal.SIGINT), ("signal.SIG_IGN", 0)]
)
def test_ctrl_c_in_the_middle_of_an_import_shows_no_traceback(handler, code):
    command = [sys.executable, "-c", INTERRUPTED_IMPORT.format(handler=handler)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.slow
@pytest.mark.parametrize("signum", SIGNALS)
def test_the_sandbox_serves_until_a_signal(spawn, signum):
    process = spawn("sandbox", "--port", "0", stdout=subprocess.DEVNULL)
    ready = process.stderr.readline()
    url = ready.split("ready at ")[1].removesuffix("/v1\n")
    to_copy = shlex.split(process.stderr.readline())
    assert httpx.get(f"{url}/_sandbox/health", trust_env=False).status_code == 200

    process.send_signal(signum)
    _, err = process.communicate(timeout=10)

    assert to_copy[:2] == ["export", f"SENDAPI_BASE_URL={url}/v1"]
    assert [word.partition("=")[0] for word in to_copy[2:]] == ["SENDAPI_API_KEY", "SENDAPI_SESSION_ID"]
    assert ready.startswith("sandbox ready at http://127.0.0.1:")
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("signum", SIGNALS)
def test_plain_code_is_interrupted_where_it_is_and_handlers_come_back(signum):
    before = [signal.getsignal(one) for one in SIGNALS]

    with pytest.raises(Interrupted) as caught, interruptible():
        signal.raise_signal(signum)

    assert caught.value.exit_code == 128 + signum
    assert [signal.getsignal(one) for one in SIGNALS] == before


class Swallowing:
    """What compiled code does: it is interrupted where it cannot pass on what the handler raises."""

    def __init__(self, signum):
        self.signum = signum

    def __del__(self):
        signal.raise_signal(self.signum)


def swallow_and_fail(signum, error):
    Swallowing(signum)
    raise error


@pytest.mark.parametrize("signum", SIGNALS)
def test_an_error_that_a_swallowed_signal_has_caused_is_told_as_the_signal(signum, capfd):
    with pytest.raises(Interrupted) as caught, interruptible():
        swallow_and_fail(signum, TypeError("not what a library expected"))

    assert caught.value.exit_code == 128 + signum
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("error", [LedgerError("the disk is full"), SystemExit(141)])
def test_a_swallowed_signal_hides_no_error_that_says_what_to_do(error):
    with pytest.raises(type(error)), interruptible():
        swallow_and_fail(signal.SIGTERM, error)


def test_an_error_before_a_signal_stays_that_error():
    with pytest.raises(TypeError), interruptible():
        raise TypeError("a bug")


@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_first_signal_stops_and_a_second_raises(backend, signum):
    whys = []

    async def main():
        stopped = anyio.Event()

        class Noted(Stop):
            def __call__(self, why):
                whys.append(why)
                stopped.set()

        async with anyio.create_task_group() as tasks:
            await tasks.start(stop_on_signals, Noted())
            signal.raise_signal(signum)
            await stopped.wait()
            signal.raise_signal(signum)
            await anyio.sleep_forever()

    with pytest.raises(BaseExceptionGroup) as caught:
        anyio.run(main, backend=backend)

    [second] = caught.value.exceptions
    assert [why.exit_code for why in whys] == [second.exit_code] == [128 + signum]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_asynchronous_code_is_interrupted_where_it_is(backend):
    async def main():
        async with raising_signals():
            signal.raise_signal(signal.SIGTERM)
            await anyio.sleep_forever()

    with pytest.raises(BaseExceptionGroup) as caught:
        anyio.run(main, backend=backend)

    assert [one.exit_code for one in caught.value.exceptions] == [143]


@pytest.mark.parametrize("signum", SIGNALS)
def test_after_asynchronous_code_plain_code_is_interrupted_as_before(signum):
    with interruptible():
        run_interruptible(partial(anyio.sleep, 0))

        with pytest.raises(Interrupted):
            signal.raise_signal(signum)


@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_ignored_signal_reaches_neither_plain_nor_asynchronous_code(ignoring, backend, signum):
    ignoring(*SIGNALS)

    async def main():
        async with raising_signals():
            signal.raise_signal(signum)
            await anyio.sleep(0.01)
        return "done"

    with interruptible():
        signal.raise_signal(signum)
        assert anyio.run(main, backend=backend) == "done"
    assert signal.getsignal(signum) is signal.SIG_IGN


@pytest.fixture
def ignoring():
    """Ignore signals, as a parent does for the children it starts with nohup; undone after the test."""
    with ExitStack() as undone:

        def ignore(*signums):
            for signum in signums:
                undone.callback(signal.signal, signum, signal.signal(signum, signal.SIG_IGN))

        yield ignore


def test_a_deadline_ends_plain_code_that_waits():
    reader, writer = os.pipe()
    deadline = datetime.now(UTC) + timedelta(milliseconds=30)

    with pytest.raises(StoppedEarly, match="while the list was read") as caught, until_deadline(deadline):
        os.read(reader, 1)

    os.close(reader)
    os.close(writer)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("ahead_s", [0.03, 0, -60])
def test_a_deadline_ends_asynchronous_code_that_waits(ahead_s):
    deadline = datetime.now(UTC) + timedelta(seconds=ahead_s)

    with pytest.raises(StoppedEarly, match="deadline was reached"), until_deadline(deadline):
        run_interruptible(anyio.sleep_forever)


def test_a_deadline_that_was_not_needed_rings_no_more():
    with until_deadline(datetime.now(UTC) + timedelta(hours=1)):
        pass
    with until_deadline(None):
        pass

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_without_a_signal_nothing_happens():
    async def main():
        async with raising_signals():
            return "done"

    assert anyio.run(main) == "done"
