"""Validate every list of this folder against the bundled sandbox: what `make demo` runs.

Starts a sandbox on a free port, runs `validator check` on each list as its user would, says where the outputs
are, and stops the sandbox. Everything is written below `demo_output/`, the ledger included, so that a second
run shows that nobody is asked twice.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
OUTPUT = Path("demo_output")
SESSION = "sess_01H8BKF0000000000000000Z2T"

# Each list, and the options its owner would give; README.md in this folder tells how each list was made.
LISTS = {
    "crm_export.csv": ["--region", "GB", "--region-column", "Country", "--accept", "possible"],
    "loja_clientes.csv": ["--region", "BR", "--variants"],
    "excel_export.txt": ["--region", "DE"],
    "subscribers.parquet": [],
    "messy.csv": ["--region", "US"],
}


def main() -> int:
    """Run the demo and return the worst exit code."""
    OUTPUT.mkdir(mode=0o700, exist_ok=True)
    with sandbox() as base_url:
        settings = {
            "SENDAPI_API_KEY": "sk_test_enterprise_demo",
            "SENDAPI_SESSION_ID": SESSION,
            "SENDAPI_BASE_URL": base_url,
            "XDG_STATE_HOME": str((OUTPUT / "state").resolve()),
        }
        codes = [check(name, options, settings) for name, options in LISTS.items()]
    print(f"\nThe outputs are in {OUTPUT}/:", *sorted(path.name for path in OUTPUT.glob("*.*")), sep="\n  ")
    return max(codes)


@contextmanager
def sandbox() -> Iterator[str]:
    """Start a sandbox and yield its base URL; stop it in the end, whatever happens."""
    command = [sys.executable, "-m", "validator", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            ready = server.stderr.readline() if server.stderr else ""
            if "ready at " not in ready:
                sys.exit(f"the sandbox did not start: {ready.strip()}")
            yield ready.split("ready at ")[1].strip()
        finally:
            server.terminate()


def check(name: str, options: list[str], settings: dict[str, str]) -> int:
    """Run `validator check` on one list, and return its exit code."""
    source = HERE / name
    stem, suffix = OUTPUT / source.stem, source.suffix
    files = {
        "--output": f"{stem}.checked{suffix}",
        "--sendable": f"{stem}.sendable{suffix}",
        "--summary": f"{stem}.summary.json",
        "--report": f"{stem}.report.html",
    }
    arguments = ["check", str(source), *options, *(word for pair in files.items() for word in pair)]
    print(f"\n$ validator {shlex.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "validator", *arguments]
    return subprocess.run(command, env=os.environ | settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
