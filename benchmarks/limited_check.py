"""`validator check` in a process of its own, through a limiter that is not ours: a case, and how it went."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from processes import environment
from rate_limiters import Exchange, Setup, limiting

if TYPE_CHECKING:
    from pathlib import Path

# What must not interfere: the limiter alone limits, and it alone says so.
SANDBOX = ("--plan", "unlimited", "--rate-headers", "none")

# Numbers from 555-0100 to 555-0199 are kept free for fiction in every area code; 211 is no area code.
AREAS = tuple(code for code in range(201, 220) if code != 211)
LINES = 100

# The delivery jitter that the tool allows for: it spreads a window's requests over so much more than that.
JITTER_S = 0.5
LOWEST_PLAN_PER_MIN = 60

# A run that is refused at every turn is still to end, and well before this.
LONGEST_S = 1_800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run to make.

    Attributes:
        limiter: what limits, to how much, and what it says about that.
        rate: what `--rate` says.
        numbers: how many to ask about.
        told_by: who tells the tool the limit: `headers`, `--rate`, or `the gateway's default`, which is
            nobody; None where what is announced is wrong, so that refusals show it sooner or later.
        most_refusals: how many requests may be refused; None where what is announced is wrong.
        most_times: how many times as long as the limit needs it may take, or None.
    """

    limiter: Setup
    rate: str
    numbers: int
    told_by: str | None
    most_refusals: int | None = 1
    most_times: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """How a run went: as the command says, and as the limiter saw it.

    Attributes:
        case: what was to be done.
        exit_code: the command's.
        stderr: what it said.
        summary: its summary; empty where it made none.
        exchanges: every request that reached the limiter, the look at the session included.
    """

    case: Case
    exit_code: int
    stderr: str
    summary: dict[str, Any]
    exchanges: tuple[Exchange, ...]

    @property
    def refusals(self) -> int:
        """Requests that the limiter refused."""
        return sum(exchange.status == self.case.limiter.limit.status for exchange in self.exchanges)

    def passed_per_min(self, *, after_s: float = 0.0) -> float:
        """Return how many requests a minute were let through, from the first one after so many seconds on."""
        refused = self.case.limiter.limit.status
        passed = [exchange.at_s for exchange in self.exchanges if exchange.status != refused]
        counted = [at_s for at_s in passed if at_s - passed[0] >= after_s]
        return 60 * (len(counted) - 1) / (counted[-1] - counted[0]) if len(counted) > 1 else 0.0

    def surprises(self) -> list[str]:
        """Return in which ways it went otherwise than it has to."""
        wrong = {
            f"exit {self.exit_code}: {self.stderr.strip()}": self.exit_code != 0,
            f"{self.refusals} refusals": self._is_refused_too_often(),
            f"the limit was told by {self.told_by}": self.case.told_by not in {None, self.told_by},
            f"{self.passed_per_min():.1f} a minute": self._exceeds_the_lowest_plan()
            or self._takes_too_long(),
        }
        return [what for what, is_so in wrong.items() if is_so]

    @property
    def told_by(self) -> str:
        """Where the limit came from in the end."""
        return self.summary.get("rate", {}).get("told_by", "nothing")

    def _is_refused_too_often(self) -> bool:
        most = self.case.most_refusals
        return most is not None and self.refusals > most

    def _takes_too_long(self) -> bool:
        most = self.case.most_times
        return most is not None and most * self.passed_per_min() < self.case.limiter.limit.per_min

    def _exceeds_the_lowest_plan(self) -> bool:
        """Whether more came than the plan allows, delivery jitter allowed for: the first may come late."""
        came = [exchange.at_s for exchange in self.exchanges]
        allowed = (came[-1] - came[0] + JITTER_S) * LOWEST_PLAN_PER_MIN / 60 if came else 0.0
        return self.case.told_by == "the gateway's default" and len(came) - 1 > allowed


def numbers_in(seconds: float, *, requests: int, window_s: float = 60.0) -> int:
    """Return how many numbers the tool asks about in so many seconds at a limit of `requests` in a window."""
    return round(seconds * requests / (window_s + JITTER_S))


def run_case(case: Case, *, upstream_url: str, folder: Path) -> Run:
    """Make one run in a folder of its own: start the limiter, and send the command through it.

    Args:
        case: what to do.
        upstream_url: the base URL of a sandbox started with the options `SANDBOX`; cases may share it.
        folder: where to put list, ledger, output and logs; made here.

    Raises:
        TimeoutExpired: the command has not ended after half an hour.
    """
    folder.mkdir(parents=True)
    write_list(folder / "list.csv", case.numbers)
    with limiting(case.limiter, upstream=_port_of(upstream_url), folder=folder) as limiter:
        ended = _check(case, folder, f"http://127.0.0.1:{limiter.port}/v1")
    summary = json.loads(ended.stdout) if ended.stdout else {}
    return Run(case, ended.returncode, ended.stderr, summary, tuple(limiter.exchanges()))


def write_list(path: Path, numbers: int) -> None:
    """Write a list of distinct fictional numbers; `ValueError` where there are not as many."""
    if numbers > len(AREAS) * LINES:
        raise ValueError(f"there are {len(AREAS) * LINES} fictional numbers, and {numbers} are wanted")
    cells = (f"+1{AREAS[place // LINES]}5550{LINES + place % LINES}" for place in range(numbers))
    path.write_text("\n".join(("phone", *cells, "")), encoding="utf-8")


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, url
    return port


def _check(case: Case, folder: Path, base_url: str) -> subprocess.CompletedProcess[str]:
    words = ("check", "list.csv", "--rate", case.rate, "--base-url", base_url, "--json", "--quiet")
    return subprocess.run(
        [sys.executable, "-m", "validator", *words],
        check=False,
        capture_output=True,
        cwd=folder,
        env=_nobodys_environment() | environment(folder / "state"),
        text=True,
        timeout=LONGEST_S,
    )


def _nobodys_environment() -> dict[str, str]:
    """Return the environment without anybody's settings for the command."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("SENDAPI_", "VALIDATOR_"))
    }
