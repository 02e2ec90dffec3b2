"""A clock that is set during a run: the answers of the run count in its output, whatever times they bear.

What bears a time more than a day ahead of the clock counts nowhere (`tests/cli/test_lives.py`).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli.constants import PLAIN

MANY = "phone\n" + "".join(f"+4477009{place:05}\n" for place in range(20, 80))
LIBRARY = "/usr/$LIB/faketime/libfaketime.so.1"  # as `faketime` preloads it; the linker knows $LIB
HOUR_S, DAY_S = 3_600, 86_400


@pytest.fixture
def clocked():
    """Start a check under a clock that can be set while it runs."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed")
    offset = Path("offset")
    faked = {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(offset.absolute()),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

    def set_by(seconds):
        offset.write_text(f"{seconds:+}\n")

    def start(*words):
        command = [sys.executable, "-m", "validator", "check", "leads.csv", *PLAIN, *words]
        return subprocess.Popen(command, env=os.environ | faked, stderr=subprocess.PIPE, text=True)

    set_by(0)
    return start, set_by


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "by_s"),
    [
        (["--refresh"], -600),
        (["--refresh"], -20 * HOUR_S),
        (["--max-age", "0"], -5),
        (["--max-age", "2h"], -3 * HOUR_S),
        (["--refresh"], HOUR_S),
        ([], 2 * DAY_S),
    ],
)
def test_no_answer_is_lost_over_a_clock_that_is_set(*, clocked, provider, listed, until, options, by_s):
    start, set_by = clocked
    app = provider(latency_ms=50, plan="unlimited")
    listed(MANY)
    process = start("--rate", "none", "--concurrency", "4", *options)
    until(lambda: app.log.checks > 12)

    set_by(by_s)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 0, err
    assert app.log.checks == len(MANY.splitlines()) - 1
    assert "not_checked" not in Path("leads.checked.csv").read_text()
