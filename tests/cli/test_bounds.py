"""Bounds of a whole command: the deadline in each phase, and over the clock changes of three zones."""

import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.cli.constants import KEY, PLAIN
from validator.batch.ask_settings import KeySettings
from validator.batch.wiring import locked
from validator.gateways.gateway import GatewayOptions
from validator.http.api_key import ApiKey

pytestmark = pytest.mark.slow

REFUSED = ("429=1",)


@pytest.mark.slow
def test_a_refused_first_look_ends_at_the_deadline_shows_the_hold_and_writes_the_output(check, provider):
    app = provider(*REFUSED, retry_after_form="huge")

    done = check("--deadline", "3s", "--max-wait", "100d", "--json")

    assert (done.code, done.json["stopped_because"]) == (5, "the deadline was reached")
    assert "paused: the provider refused a request for its rate" in done.err
    assert app.log.checks == 0
    assert Path("leads.checked.csv").read_text().count(",not_checked,") == 3


@pytest.mark.parametrize("command", ["sessions", "contacts", "doctor"])
def test_single_requests_wait_no_longer_than_max_wait(provider, run, command):
    provider(*REFUSED, retry_after_form="huge")

    done = run(command, "--max-wait", "30s")

    assert done.code == 5
    assert "longer than --max-wait 30s" in done.err + done.out


@pytest.mark.parametrize("command", [("check", "leads.csv"), ("lookup", "+447700900001")])
def test_the_wait_for_a_key_ends_at_the_deadline(provider, listed, run, command):
    provider()
    listed()
    key = KeySettings(options=GatewayOptions(key=ApiKey(KEY)), sessions=("s",))
    words = (*command, *PLAIN, "--wait-for-key", "10m", "--deadline", "2s")

    with locked([key], "another run"):
        begun_s = time.monotonic()
        done = run(*words)

    assert (done.code, time.monotonic() - begun_s < 60) == (7, True)
    assert run(*words).code == 0


@pytest.mark.parametrize("source", ["stdin", "url"])
def test_a_list_that_never_comes_ends_at_the_deadline(spawn, provider, source):
    provider()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = ["-"] if source == "stdin" else [f"http://127.0.0.1:{silent.getsockname()[1]}/list.csv"]
        process = spawn("check", *words, "-o", "out.csv", *PLAIN, "--deadline", "1s", stdin=subprocess.PIPE)
        process.wait(timeout=30)
        err = process.stderr.read()

    assert process.returncode == 5, err
    assert err.splitlines()[-1] == (
        "validator: the deadline was reached while the list was read; nothing was asked"
    )


# Some seconds before each clock change, and a time of day that is due some seconds after it.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
]
# Prints when a deadline falls due, as the command line reads it at the faked time.
DUE = """
from validator.cli.options.values import DEADLINE
print(DEADLINE.convert("{text}", None, None).timestamp())
"""


@pytest.fixture
def faked():
    """Run Python in a zone, from a moment on."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed")

    def run(zone, moment, *words, **options):
        inside = ["env", f"TZ={zone}", sys.executable, *words]
        offset_s = f"{(moment - datetime.now(UTC)).total_seconds():+.0f}"
        return subprocess.Popen(["faketime", "-f", offset_s, *inside], **options)

    return run


@pytest.mark.parametrize(("zone", "moment"), CHANGES)
@pytest.mark.parametrize("hours_after", [0.5, 4])
def test_a_deadline_over_a_clock_change_is_right_to_the_second_under_faketime(
    faked, zone, moment, hours_after
):
    due = moment + timedelta(hours=hours_after)
    shown = due.astimezone(ZoneInfo(zone))
    before = moment - timedelta(hours=2)

    # Where the clock is set back the same time may come before it, and that one is the next.
    earlier = datetime.combine(shown.date(), shown.time().replace(fold=0), ZoneInfo(zone)).timestamp()
    process = faked(zone, before, "-c", DUE.format(text=f"{shown:%H:%M}"), stdout=subprocess.PIPE, text=True)

    assert float(process.communicate(timeout=60)[0]) == earlier


@pytest.mark.slow
def test_a_run_over_a_clock_change_ends_when_the_clock_shows_its_deadline(faked, provider):
    """The list never comes. Half a minute is there to start in: a deadline that was missed is tomorrow's."""
    provider()
    runs = {}
    for zone, moment in CHANGES:
        due = moment.astimezone(ZoneInfo(zone))
        words = ["-m", "validator", "check", "-", "-o", "out.csv", "--deadline", f"{due:%H:%M}", *PLAIN]
        runs[zone, moment] = faked(zone, moment - timedelta(seconds=30), *words, stdin=subprocess.PIPE)

    codes = {}
    try:
        for change, run in runs.items():
            codes[change] = run.wait(timeout=120)
    finally:
        for run in runs.values():
            run.kill()
            run.stdin.close()
            run.wait()

    assert codes == dict.fromkeys(runs, 5)
