"""Two choices below the fan-out, with and without: sniffio beside httpcore, requests past httpx's client.

httpcore asks for sniffio at every lock and event, and a failed import is searched for anew each time. The
bare httpx loop runs with a package folder like the real one, and with one that lacks sniffio alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from statistics import median

import bare_loops
from answering import answering
from processes import CLIENT_CORE, alone
from results import Row

LOOPS = Path(bare_loops.__file__)
ROUNDS = 3
# The largest plan has 7 requests in flight where answers take 200 ms; 64 is the default of --concurrency.
FEW_IN_FLIGHT = 8
MANY_IN_FLIGHT = 64
CHECKS = {FEW_IN_FLIGHT: 2_000, MANY_IN_FLIGHT: 500}


def run() -> list[Row]:
    cases = (FEW_IN_FLIGHT, MANY_IN_FLIGHT)
    with answering() as url:
        return [*(_sniffio(url, case) for case in cases), *(_past_the_client(url, case) for case in cases)]


def _sniffio(url: str, in_flight: int) -> Row:
    with tempfile.TemporaryDirectory() as name:
        folders = {lacks: _packages(Path(name) / (lacks or "all"), lacks) for lacks in ("", "sniffio")}
        rounds = [
            {lacks: _cpu_ms_with(folder, url, in_flight) for lacks, folder in folders.items()}
            for _ in range(ROUNDS)
        ]
    there, missing = (median(each[lacks] for each in rounds) for lacks in folders)
    return Row(
        what=f"request of a bare httpx loop with sniffio installed, {in_flight} in flight",
        measured=f"{there:.2f} ms of processor",
        against=f"the same without sniffio, {missing:.2f} ms",
        ratio=f"{median(each[''] / each['sniffio'] for each in rounds):.2f}",
    )


def _packages(folder: Path, lacks: str) -> Path:
    """Make a folder that links to every installed package but one."""
    folder.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not lacks or not package.name.startswith(lacks):
            (folder / package.name).symlink_to(package)
    return folder


def _cpu_ms_with(packages: Path, url: str, in_flight: int) -> float:
    # -S leaves the usual package folder out, so that PYTHONPATH is all there is.
    words = [sys.executable, "-S", str(LOOPS), "httpx", url, str(CHECKS[in_flight]), str(in_flight)]
    environment = os.environ | {"PYTHONPATH": str(packages)}
    done = subprocess.run(words, env=environment, check=True, capture_output=True)
    return json.loads(done.stdout)[1] / CHECKS[in_flight] * 1000


def _past_the_client(url: str, in_flight: int) -> Row:
    rounds = [
        {loop: _cpu_ms(loop, url, in_flight) for loop in ("httpx-transport", "httpx")} for _ in range(ROUNDS)
    ]
    direct, client = (median(each[loop] for each in rounds) for loop in ("httpx-transport", "httpx"))
    return Row(
        what=f"request to httpx's transport directly, {in_flight} in flight",
        measured=f"{direct:.2f} ms of processor",
        against=f"through `httpx.AsyncClient`, {client:.2f} ms",
        ratio=f"{median(each['httpx-transport'] / each['httpx'] for each in rounds):.2f}",
    )


def _cpu_ms(loop: str, url: str, in_flight: int) -> float:
    timing = alone(bare_loops.run, loop, url, CHECKS[in_flight], in_flight, core=CLIENT_CORE)
    return timing.result[1] / CHECKS[in_flight] * 1000
