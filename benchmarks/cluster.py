"""What each stage of a run over several machines costs one core, in processor time for a million rows.

    POLARS_MAX_THREADS=1 .venv/bin/python benchmarks/cluster.py [ROWS]

The stages are called as a machine of a cluster calls them, over one part, with a ledger that holds nothing.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.batch.recipients.job import Job, ListSettings
from validator.batch.recipients.opening import open_job
from validator.cluster.list_work import (
    LedgerView,
    ReadAs,
    inspect_part,
    measure,
    numbers_of,
    plan_partition,
    write_part,
)
from validator.cluster.parts import MARKER, Part

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = ListSettings(region="GB")
PARTITIONS = 4


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), rows)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def run(folder: Path, rows: int) -> None:
    rng = random.Random(1)
    source = folder / "leads.csv"
    text = "".join(f"row {row},+4474{rng.randrange(10**8):08}\n" for row in range(rows))
    source.write_text("name,phone\n" + text, encoding="utf-8")
    (folder / MARKER).write_text("", encoding="utf-8")
    part, known = (
        Part(source, folder / "leads.checked.csv"),
        LedgerView(folder / "none.sqlite", 1_800_000_000_000),
    )
    opened = open_job(Job(**SETTINGS.values(), input=source, output=folder / "out.csv"))
    timed(rows, "look at", inspect_part, part, SETTINGS)
    measured = timed(rows, "read: evidence", measure, [part], ReadAs(SETTINGS, opened.reading))
    as_ = ReadAs(SETTINGS, opened.reading, measured.evidence)
    found, *pieces = timed(rows, "read: distinct numbers", numbers_of, [part], as_, PARTITIONS)
    settled = timed(
        rows, "look up and plan", lambda: [plan_partition(known, SETTINGS, one) for one in pieces]
    )
    timed(rows, "write", write_part, part, as_, known, found.prints[0])
    print(f"bytes a number between machines: {sum(one.estimated_size() for one in pieces) / rows:.1f}")
    print(f"numbers to ask about: {sum(one.size for one, _ in settled):,}")


def timed(rows: int, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
    begun = time.process_time()
    result = work(*arguments)
    print(f"{name:<24} {(time.process_time() - begun) * 1e6 / rows:6.2f} s for a million rows")
    return result


if __name__ == "__main__":
    main()
