"""A large list of numbers that nobody knows: what a run needs before its first request, and after SIGKILL.

    python benchmarks/unknown.py [ROWS]

`validator check` over a list of so many distinct numbers (ten million), and over a tenth of it, with an empty
ledger. Each run is killed some seconds after its first request, and the same command is given again. Shown is
the time to the first request of both, the most memory of both, and how much memory a number more takes. Not
part of `run.py`: it takes five minutes, and three gigabytes of disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lists import new_list
from processes import Sandbox, environment, peak_mb, sandbox

ROWS = 10_000_000
ASKING_S = 10.0
LOOK_S = 0.05


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name, sandbox("--plan", "unlimited") as served:
        few, many = (_peaks_mb(Path(name), count, served) for count in (rows // 10, rows))
        for what, less, more in zip(("the first run", "the second"), few, many, strict=True):
            print(f"{what}: {(more - less) * 1e6 / (rows - rows // 10):.0f} bytes a number")


def _peaks_mb(folder: Path, rows: int, served: Sandbox) -> list[float]:
    """Run the command twice, and print what is seen; return the most memory of each run."""
    new_list(rows).write_csv(folder / "list.csv")
    ledger = folder / f"{rows}.sqlite"
    return [_run(folder, ledger, served, f"{rows:,} numbers, {which}") for which in ("first", "again")]


def _run(folder: Path, ledger: Path, served: Sandbox, named: str) -> float:
    words = [
        sys.executable,
        "-m",
        "validator",
        "check",
        "list.csv",
        "-o",
        "checked.csv",
        "--rate",
        "2000/min",
    ]
    options = ["--base-url", served.url, "--ledger", str(ledger), "--quiet"]
    asked = served.log()["checks"]
    started_s = time.perf_counter()
    with subprocess.Popen([*words, *options], cwd=folder, env=os.environ | environment(folder)) as run:
        while served.log()["checks"] == asked:
            if run.poll() is not None:
                raise RuntimeError(f"the run ended with exit code {run.returncode} and asked about nobody")
            time.sleep(LOOK_S)
        first_s = time.perf_counter() - started_s
        time.sleep(ASKING_S)
        most_mb = peak_mb(run.pid)
        run.kill()
    print(f"{named}: first request after {first_s:.1f} s, at most {most_mb:.0f} MB", flush=True)
    return most_mb


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if sys.argv[1:] else ROWS)
