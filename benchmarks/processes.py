"""Work in a process of its own, so that its processor time and peak memory are its own as well."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Result = TypeVar("Result")

CLIENT_CORE = 0
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"


@dataclass(frozen=True, slots=True)
class Measured(Generic[Result]):
    """What some work returned, and what its process spent: seconds, processor seconds, and memory."""

    result: Result
    wall_s: float
    cpu_s: float
    peak_mb: float


def alone(work: Callable[..., Result], *arguments: Any, core: int | None = None) -> Measured[Result]:
    """Run a module's function in a fresh process, on one core if one is named."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        return executor.submit(_measure, work, arguments, core).result()


def _measure(work: Callable[..., Result], arguments: Sequence[Any], core: int | None) -> Measured[Result]:
    if core is not None:
        pin_to_core(core)
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    result = work(*arguments)
    wall_s, cpu_s = time.perf_counter() - started_s, time.process_time() - started_cpu_s
    return Measured(result, wall_s, cpu_s, peak_mb())


def pin_to_core(core: int) -> None:
    """Stay on one core, where the system can do that and has as many."""
    if hasattr(os, "sched_setaffinity") and core < (os.cpu_count() or 1):
        os.sched_setaffinity(0, {core})


def peak_mb(process: int | str = "self") -> float:
    """Return the most memory that a process has held, by default this one, in MB (10^6 bytes)."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        # Not `ru_maxrss`, which a process inherits from the one that started it.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES / 1e6


def command(state: Path, *words: str) -> int:
    """Run a command of `validator` in this process, with a user's state of its own; return its exit code.

    Only for `alone`: settings are read once a process, from the environment as it then is.
    """
    os.environ.update(environment(state))
    from validator.cli import main  # noqa: PLC0415 - reads the environment when imported

    return main(words)


def installed(state: Path, *words: str) -> Measured[int]:
    """Run a command of `validator` as a user does, in a process that has loaded nothing before.

    polars takes memory as the command has set it up only if the command loads it. The peak is at least what
    this process holds: on Linux a process inherits that.
    """
    started_s = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "validator", *words], env=os.environ | environment(state)
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s, cpu_s = time.perf_counter() - started_s, used.ru_utime + used.ru_stime
    return Measured(process.returncode, wall_s, cpu_s, used.ru_maxrss * MAXRSS_BYTES / 1e6)


def environment(state: Path) -> dict[str, str]:
    """Return the environment variables of a run with a state of its own."""
    folders = {"XDG_STATE_HOME": str(state), "XDG_CONFIG_HOME": str(state / "config")}
    return folders | {"SENDAPI_API_KEY": KEY, "SENDAPI_SESSION_ID": SESSION}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running `validator sandbox`."""

    url: str

    def log(self) -> dict[str, Any]:
        """Return what it was asked, in numbers."""
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/_sandbox/log", timeout=30) as reply:
            return json.load(reply)


@contextmanager
def sandbox(*options: str) -> Iterator[Sandbox]:
    """Run the sandbox in a process of its own."""
    words = [sys.executable, "-m", "validator", "sandbox", "--port", "0", *options]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Sandbox(process.stderr.readline().split()[-1])
        finally:
            process.terminate()
