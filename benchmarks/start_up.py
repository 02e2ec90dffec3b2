"""What a person waits for beside the calls: help texts, and short commands on a list of ten rows.

Each is timed in turn with its floor, which no command can be under: Python with `click`, and Python with
polars and one query.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from lists import FICTIONAL, write_list
from processes import environment, sandbox
from results import Row

import validator
from validator.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

HELPS = 10
HELPS_OF_EACH = 3
HELP_GOAL_S = 0.100
CHECKS = 7
ROWS = 10
CHECK_GOAL_S = 0.40
OVER_FLOOR_S = 0.10

VALIDATOR = Path(sys.executable).with_name("validator")
CLICK = [sys.executable, "-c", "import click"]
POLARS = [sys.executable, "-c", "import polars; polars.LazyFrame({'a': [1]}).select('a').collect()"]


def run() -> list[Row]:
    # As an installer does; not every checkout keeps what was compiled (PYTHONDONTWRITEBYTECODE).
    for package in (
        validator,
        *map(__import__, ("click", "polars", "httpx", "anyio", "h11", "phonenumbers")),
    ):
        compileall.compile_dir(Path(package.__file__).parent, quiet=2)
    with sandbox("--plan", "unlimited") as served, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_list(folder / "list.csv", FICTIONAL[:ROWS])
        asked = ["--rate", "none", "--base-url", served.url, "--quiet"]
        number = f"+{FICTIONAL[0]}"
        return [
            _help(),
            _dearest_help(),
            _short(folder, "check", ["list.csv", *asked], f"{ROWS} rows, {ROWS + 1} calls"),
            _short(folder, "plan", ["list.csv", "--quiet"], f"{ROWS} rows, no call"),
            _short(folder, "lookup", [number, *asked, "--no-canaries"], "one number"),
        ]


def _help() -> Row:
    took_s, floor_s = _in_turn(lambda: _seconds([VALIDATOR, "--help"]), lambda: _seconds(CLICK), HELPS)
    return _help_row(f"`validator --help`, median of {HELPS}", took_s, floor_s)


def _dearest_help() -> Row:
    found = {name: _in_turn(_helped(name), lambda: _seconds(CLICK), HELPS_OF_EACH) for name in COMMANDS}
    name, (took_s, floor_s) = max(found.items(), key=lambda one: one[1][0] / one[1][1])
    return _help_row(
        f"the dearest of the commands' help texts (`{name}`), median of {HELPS_OF_EACH}", took_s, floor_s
    )


def _helped(name: str) -> Callable[[], float]:
    return lambda: _seconds([VALIDATOR, name, "--help"])


def _help_row(what: str, took_s: float, floor_s: float) -> Row:
    return Row(
        what=what,
        measured=f"{took_s * 1000:.0f} ms",
        against=f"Python and `import click`, {floor_s * 1000:.0f} ms",
        ratio=f"{took_s / floor_s:.2f}",
        goal=f"<= {HELP_GOAL_S * 1000:.0f} ms",
        reached=took_s <= HELP_GOAL_S,
    )


def _short(folder: Path, command: str, words: list[str], what: str) -> Row:
    """Time a command with an empty ledger each time, from its start to its end."""
    states = (folder / f"{command}-{place}" for place in count())

    def took() -> float:
        return _seconds([VALIDATOR, command, *words], environment(next(states)), folder)

    took_s, floor_s = _in_turn(took, lambda: _seconds(POLARS), CHECKS)
    goal_s = max(CHECK_GOAL_S, floor_s + OVER_FLOOR_S)
    return Row(
        what=f"`{command}`, {what}, with an empty ledger, all of it, median of {CHECKS}",
        measured=f"{took_s * 1000:.0f} ms",
        against=f"Python, `import polars` and one query, {floor_s * 1000:.0f} ms",
        ratio=f"{took_s / floor_s:.2f}",
        goal=f"<= {CHECK_GOAL_S * 1000:.0f} ms, or the floor and {OVER_FLOOR_S * 1000:.0f} ms",
        reached=took_s <= goal_s,
    )


def _in_turn(one: Callable[[], float], other: Callable[[], float], times: int) -> tuple[float, float]:
    """Return the medians of two measurements made in turn, so that a busy machine is so for both."""
    one(), other()
    pairs = [(one(), other()) for _ in range(times)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def _seconds(
    words: list[str | Path], extra: dict[str, str] | None = None, folder: Path | None = None
) -> float:
    started_s = time.perf_counter()
    subprocess.run(words, env=os.environ | (extra or {}), cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started_s
