"""What a user would pick instead, over the same list and before the same limited server: `make peers`.

    python benchmarks/peers/run.py [--write] [--faults] [--rows 900] [--per-min 300] [NAME ...]

Each gets a server of its own (`validator sandbox`, a sliding log, answers after 100 ms), the same list and
the same command twice: once to the end, and once killed with SIGKILL halfway and started again. All run at
the same time: each waits for its limit most of it, and processor time is each process's own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from processes import KEY, SESSION, environment, sandbox  # noqa: E402 - a folder of scripts, not a package

if TYPE_CHECKING:
    from collections.abc import Sequence

DUPLICATES, GARBAGE = 0.2, 0.03
LATENCY_MS = 100
LONGEST_S = 600  # nothing is waited for any longer than that
FAULTS = ("--fault", "500=0.03", "--fault", "reset=0.01", "--fault", "wrong_number=0.01")


@dataclass(frozen=True, slots=True)
class Peer:
    """One of them: its name, its command before list and output, and how it tells its version."""

    name: str
    command: tuple[str, ...]
    version: tuple[str, ...]
    adds: tuple[str, ...] = ("{list}", "{out}")


_PIP = ("from importlib.metadata import version as v; print(*(f'{n} {v(n)}' for n in %r.split()))",)
_NODE = (
    "for (const n of ['undici', 'p-limit']) console.log(n, JSON.parse("
    "require('fs').readFileSync(`node_modules/${n}/package.json`)).version)"
)
PYTHON = ".venv/bin/python"
PEERS = (
    Peer(
        "validator check",
        (sys.executable, "-m", "validator", "check"),
        (sys.executable, "-m", "validator", "--version"),
        ("{list}", "--output", "{out}", "--quiet"),
    ),
    # Behind a dash stands what machine it runs on.
    Peer("qsv fetch", ("./qsv.sh",), ("sh", "-c", 'said=$(.qsv/bin/qsv --version) && echo "${said%%-*}"')),
    Peer("minet fetch", ("./minet.sh",), (PYTHON, "-c", _PIP[0] % "minet")),
    Peer(
        "aiohttp, aiolimiter",
        (PYTHON, "aiohttp_aiolimiter.py"),
        (PYTHON, "-c", _PIP[0] % "aiohttp aiolimiter"),
    ),
    Peer("httpx, tenacity", (PYTHON, "httpx_tenacity.py"), (PYTHON, "-c", _PIP[0] % "httpx tenacity")),
    Peer("undici, p-limit", ("node", "undici_p_limit.mjs"), ("node", "-e", _NODE)),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a command: how it ended, and what it took."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """What one of them came to; `requests` are those that the server got."""

    peer: Peer
    whole: Ran
    requests: int
    refused: int
    bad_rows: int
    asked_again: int
    lost: int


def main() -> None:
    """Run those that are named, all if none is; print the table, or write it into the page."""
    given = _arguments()
    peers = [peer for peer in PEERS if not given.names or peer.name in given.names]
    missing = [peer.name for peer in peers if not _is_installed(peer)]
    present = [peer for peer in peers if peer.name not in missing]
    numbers = _numbers(given.rows)
    fewest = len(set(numbers) - {""})
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(present)) as pool:
        ran = pool.map(lambda peer: _measured(peer, Path(name), numbers, given), present)
        text = _page(list(ran), fewest, given, missing)
    print(text)
    if given.write:
        _write(text, "peers and faults" if given.faults else "peers")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *(peer.name for peer in PEERS)])
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md")
    parser.add_argument(
        "--faults", action="store_true", help="5 of 100 answers are errors or another number's"
    )
    parser.add_argument("--rows", type=int, default=900)
    parser.add_argument("--per-min", type=int, default=300)
    return parser.parse_args()


def _is_installed(peer: Peer) -> bool:
    try:
        return subprocess.run(peer.version, cwd=HERE, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _numbers(rows: int) -> list[str]:
    from lists import drawn_numbers  # noqa: PLC0415 - brings polars, which the processes to be measured need not see

    drawn = drawn_numbers(rows, duplicates=DUPLICATES, garbage=GARBAGE)
    return ["" if number is None else f"+{number}" for number in drawn]


def _measured(peer: Peer, folder: Path, numbers: Sequence[str], given: argparse.Namespace) -> Result:
    place = folder / peer.name.replace(" ", "_").replace(",", "")
    whole, asked, out = _run(peer, place / "whole", numbers, given, kills=False)
    _, asked_twice, out_twice = _run(peer, place / "killed", numbers, given, kills=True)
    answered = {entry["number"] for entry in asked_twice if entry["status"] == OK and not entry["again"]}
    again = [entry for entry in asked_twice if entry["again"] and entry["number"] in answered]
    return Result(
        peer,
        whole,
        requests=len(asked),
        refused=sum(entry["status"] == TOO_MANY for entry in asked),
        bad_rows=_bad_rows(numbers, out),
        asked_again=len(again),
        lost=_bad_rows(numbers, out_twice),
    )


OK, TOO_MANY = 200, 429


def _run(
    peer: Peer, folder: Path, numbers: Sequence[str], given: argparse.Namespace, *, kills: bool
) -> tuple[Ran, list[dict[str, Any]], Path]:
    """Run a command, killed once halfway if so wanted; return the last run, the requests, and its output."""
    folder.mkdir(parents=True)
    listed, out, log = folder / "list.csv", folder / "out.csv", folder / "log.jsonl"
    _write_list(listed, numbers)
    limit = ("--limit-per-min", str(given.per_min), "--limiter", "sliding_log")
    slow = ("--latency-ms", str(LATENCY_MS), "--log", str(log), *(FAULTS if given.faults else ()))
    half_s = len(set(numbers)) / given.per_min * 60 / 2
    with sandbox(*limit, *slow) as served:
        words = [*peer.command, *(word.format(list=listed, out=out) for word in peer.adds)]
        spoken = {"BASE_URL": served.url, "SENDAPI_BASE_URL": served.url, "PER_MIN": str(given.per_min)}
        env = os.environ | environment(folder / "state") | spoken | {"KEY": KEY, "SESSION": SESSION}
        before = 0
        if kills:
            _watched(words, env, kill_after_s=half_s)
            before = len(_checks(log))
        ran = _watched(words, env, kill_after_s=LONGEST_S)
        asked = [entry | {"again": place >= before} for place, entry in enumerate(_checks(log))]
    return ran, asked, out


def _watched(words: Sequence[str], env: dict[str, str], kill_after_s: float) -> Ran:
    """Run a command to its end, or kill it; memory is the most that its process has held."""
    started_s, peak_kb = time.monotonic(), 0
    with subprocess.Popen(
        words, cwd=HERE, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        pid, status, used = 0, 0, None
        while pid == 0:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(0.05)
            if time.monotonic() - started_s > kill_after_s:
                os.kill(process.pid, signal.SIGKILL)  # `send_signal` would take the process's usage
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(
        process.returncode, time.monotonic() - started_s, used.ru_utime + used.ru_stime, peak_kb * 1024 / 1e6
    )


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _write_list(path: Path, numbers: Sequence[str]) -> None:
    rows = [f"{place},Person {place},{number or 'n/a'}" for place, number in enumerate(numbers)]
    path.write_text("\n".join(["id,name,phone", *rows, ""]), encoding="utf-8")


def _checks(log: Path) -> list[dict[str, Any]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    entries = map(json.loads, lines)
    return [entry for entry in entries if entry["path"].endswith("/check")]


def _bad_rows(numbers: Sequence[str], out: Path) -> int:
    """Count the rows of the list whose verdict in an output is not the right one, or is not there."""
    found = _verdicts(out)
    return sum(found.get(str(place)) != _truth(number) for place, number in enumerate(numbers))


def _truth(number: str) -> bool | None:
    from validator.sandbox.behaviour import registration  # noqa: PLC0415 - as with lists

    return bool(registration(number, seed=0, share=0.6)["is_whatsapp_user"]) if number else None


def _verdicts(out: Path) -> dict[str, bool | None]:
    if not out.exists():
        return {}
    with out.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {str(row.get("id")): _verdict(row) for row in rows}


def _verdict(row: dict[str, str]) -> bool | None:
    """Return what a row says: by itself, or in the answer that stands in it."""
    text = row.get("is_whatsapp_user") or row.get("answer") or row.get("body") or ""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    flag = value.get("is_whatsapp_user") if isinstance(value, dict) else value
    return flag if isinstance(flag, bool) else None


HEADER = (
    "what",
    "requests, of the fewest",
    "refused",
    "rows wrong or without a verdict",
    "time, of the limit's own",
    "processor",
    "memory",
    "after a kill: asked again",
    "after a kill: rows wrong or without a verdict",
)


def _page(results: Sequence[Result], fewest: int, given: argparse.Namespace, missing: Sequence[str]) -> str:
    limit_s = fewest / given.per_min * 60
    lines = [HEADER, ("---",) * len(HEADER), *(_cells(one, fewest, limit_s) for one in results)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    faults = ", 5 of 100 answers an error or another number's" if given.faults else ""
    head = (
        f"{time.strftime('%Y-%m-%d')}. {given.rows} rows, {fewest} distinct numbers, "
        f"{Counter(_numbers(given.rows))['']} cells without one; {given.per_min} a minute, a sliding log, "
        f"answers after {LATENCY_MS} ms{faults}. The limit's own time is {limit_s:.0f} s."
    )
    versions = "; ".join(_version(one.peer) for one in results)
    absent = f"\n\nNot installed, and so not run: {', '.join(missing)}." if missing else ""
    return f"{head}\n\n{table}\n\n{versions}.{absent}"


def _cells(one: Result, fewest: int, limit_s: float) -> tuple[str, ...]:
    return (
        one.peer.name if one.whole.code in {0, 4} else f"{one.peer.name} (ended with {one.whole.code})",
        f"{one.requests}, {one.requests / fewest:.2f}",
        str(one.refused),
        str(one.bad_rows),
        f"{one.whole.wall_s:.0f} s, {one.whole.wall_s / limit_s:.2f}",
        f"{one.whole.cpu_s:.1f} s",
        f"{one.whole.peak_mb:.0f} MB",
        str(one.asked_again),
        str(one.lost),
    )


def _version(peer: Peer) -> str:
    said = subprocess.run(peer.version, cwd=HERE, capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:8])


def _write(text: str, marks: str) -> None:
    page, begin, end = HERE.parent / "README.md", f"<!-- {marks} -->", f"<!-- end of {marks} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no lines {begin!r} and {end!r} to write between")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
