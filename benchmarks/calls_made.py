"""How many checks a list costs, against the fewest possible: each distinct valid number once, ever.

Three commands with one ledger: the first fifth of a list with 30 % duplicates and 5 % garbage, then the whole
list, then the whole list again. The sandbox counts. Each run that asks has one canary at its end
to see whether the session tells the truth; canaries are counted beside the list's own numbers.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from lists import drawn_numbers, write_list
from processes import alone, command, sandbox
from results import Row

ROWS = 5_000
DUPLICATES = 0.30
GARBAGE = 0.05


def run() -> list[Row]:
    recipients = drawn_numbers(ROWS, duplicates=DUPLICATES, garbage=GARBAGE)
    fewest = len(set(recipients) - {None})
    with tempfile.TemporaryDirectory() as name, sandbox("--plan", "unlimited") as served:
        folder = Path(name)
        write_list(folder / "part.csv", recipients[: ROWS // 5])
        write_list(folder / "whole.csv", recipients)
        canaries = sum(
            _check(folder, listed, served.url) for listed in ("part.csv", "whole.csv", "whole.csv")
        )
        calls = served.log()["checks"] - canaries
    return [
        Row(
            what=f"calls for {ROWS:,} rows, 30 % duplicates, 5 % garbage, in three runs",
            measured=f"{calls:,} checks, and {canaries} of canaries",
            against=f"fewest possible, {fewest:,}",
            ratio=f"{calls / fewest:.3f}",
            goal="1.000",
            reached=calls == fewest,
        )
    ]


def _check(folder: Path, listed: str, url: str) -> int:
    """Check a list; return how many canaries were asked about."""
    summary = folder / "summary.json"
    options = (
        "--rate",
        "none",
        "--concurrency",
        "16",
        "--base-url",
        url,
        "--quiet",
        "--summary",
        str(summary),
    )
    measured = alone(command, folder / "state", "check", str(folder / listed), *options)
    if measured.result != 0:
        raise RuntimeError(f"check of {listed} ended with exit code {measured.result}")
    return int(json.loads(summary.read_text(encoding="utf-8"))["calls"]["canaries"])
