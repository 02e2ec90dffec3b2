"""What a person waits for beside the calls: `validator --help`, and `check` on a list of ten rows."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from lists import FICTIONAL, write_list
from processes import environment, sandbox
from results import Row

import validator

HELPS = 10
HELP_GOAL_S = 0.150
CHECKS = 5
ROWS = 10
CHECK_GOAL_S = 0.5

VALIDATOR = Path(sys.executable).with_name("validator")


def run() -> list[Row]:
    # As an installer does; not every checkout keeps what was compiled (PYTHONDONTWRITEBYTECODE).
    compileall.compile_dir(Path(validator.__file__).parent, quiet=1)
    return [_help(), _check()]


def _help() -> Row:
    took_s = median(_seconds([VALIDATOR, "--help"], {}) for _ in range(HELPS))
    bare_s = median(_seconds([sys.executable, "-c", "import click"], {}) for _ in range(HELPS))
    return Row(
        what=f"`validator --help`, median of {HELPS}",
        measured=f"{took_s * 1000:.0f} ms",
        against=f"Python and `import click`, {bare_s * 1000:.0f} ms",
        ratio=f"{took_s / bare_s:.2f}",
        goal=f"<= {HELP_GOAL_S * 1000:.0f} ms",
        reached=took_s <= HELP_GOAL_S,
    )


def _check() -> Row:
    with sandbox("--plan", "unlimited") as served:
        took_s = median(_first_check(served.url) for _ in range(CHECKS))
    return Row(
        what=f"`check` on {ROWS} rows with an empty ledger, all of it, median of {CHECKS}",
        measured=f"{took_s * 1000:.0f} ms, {ROWS + 1} calls to a server that answers at once included",
        goal=f"<= {CHECK_GOAL_S * 1000:.0f} ms",
        reached=took_s <= CHECK_GOAL_S,
    )


def _first_check(url: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "list.csv"
        write_list(listed, FICTIONAL[:ROWS])
        words = ["check", str(listed), "--rate", "none", "--base-url", url, "--quiet"]
        return _seconds([VALIDATOR, *words], environment(Path(name) / "state"))


def _seconds(words: list[str | Path], extra: dict[str, str]) -> float:
    started_s = time.perf_counter()
    subprocess.run(words, env=os.environ | extra, check=True, capture_output=True)
    return time.perf_counter() - started_s
