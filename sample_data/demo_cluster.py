"""Validate a list of 20,000 rows on a cluster made for it: what `make demo-cluster` runs.

Starts PostgreSQL in a temporary folder, a sandbox, and Ray with two nodes; runs `validator check --cluster`
with three keys over a list in four parts; and stops everything again. The outputs are in
`demo_output/cluster/`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.ledger.postgres_server import running_server  # noqa: E402 - from this repository
from tests.support.sandboxes import served  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUT = ROOT / "demo_output" / "cluster"
KEYS = ("shop", "support", "news")
ROWS, PARTS = 20_000, 4
LIMIT_PER_MIN = 20_000  # of each key: ten times the largest plan, so that the demo takes a minute


def main() -> int:
    """Run the demo and return the exit code of the check."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True, mode=0o700)
    lists = write_lists()
    limits = {f"sk_test_{name}": LIMIT_PER_MIN for name in KEYS}
    with (
        running_server() as database,
        served(more_sessions=len(KEYS), key_limits_per_min=limits) as (app, url),
        ray_nodes() as address,
    ):
        code = check(lists, address, database.url("postgres").reveal(), url)
        print(f"\nThe outputs and report.html are in {OUTPUT}. What the sandbox saw of each key:")
        for key, counts in app.log.summary()["keys"].items():
            print(f"  {key}  {json.dumps(counts)}")
    return code


def write_lists() -> list[Path]:
    """Write the list: made-up numbers, some of them twice, and some cells that are none."""
    rng, paths = random.Random(1), []
    for part in range(PARTS):
        cells = [f"07400{100_000 + rng.randrange(ROWS)}" for _ in range(ROWS // PARTS)]
        cells[::100] = ["ask reception"] * len(cells[::100])
        paths.append(OUTPUT / f"leads-{part}.csv")
        text = "".join(f"{part}-{row},{cell}\n" for row, cell in enumerate(cells))
        paths[-1].write_text(f"id,phone\n{text}", encoding="utf-8")
    return paths


@contextmanager
def ray_nodes() -> Iterator[str]:
    """Start a cluster of two nodes and yield its address."""
    program = ROOT / "tests" / "support" / "cluster" / "ray_nodes.py"
    command, pipe = [sys.executable, str(program), "2"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as nodes:
        ready = nodes.stdout.readline() if nodes.stdout else ""
        if not ready:
            sys.exit("the Ray cluster did not start")
        yield json.loads(ready)["address"]


def check(lists: list[Path], address: str, ledger: str, url: str) -> int:
    """Run the command as its user would, and return its exit code."""
    tables = (
        f'[keys.{name}]\napi-key-variable = "KEY_{name.upper()}"\nbase-url = "{url}"\n'
        f'sessions = ["sess_more_{place}"]\n'
        for place, name in enumerate(KEYS, start=1)
    )
    settings = OUTPUT / "keys.toml"
    settings.write_text("\n".join(tables), encoding="utf-8")
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(OUTPUT / "state"),
        **{f"KEY_{name.upper()}": f"sk_test_{name}" for name in KEYS},
    }
    command = [sys.executable, "-m", "validator", "--config", str(settings), "check", *map(str, lists)]
    command += ["--region", "GB", "--keys", ",".join(KEYS), "--cluster", address, "--ledger", ledger]
    command += ["--output-dir", str(OUTPUT / "checked"), "--report", str(OUTPUT / "report.html")]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
