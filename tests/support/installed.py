"""The installed command, run as a user runs it, and its own sandbox to run it against.

INSTALLED names the environment to look at, by default the one of these tests.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
VALIDATOR = Path(os.environ.get("INSTALLED") or sys.prefix) / "bin" / "validator"


def environment(folder, **more):
    """An environment with a state folder of its own and no settings from outside."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("SENDAPI_", "VALIDATOR_"))
    }
    kept.pop("PYTHONPATH", None)
    homes = {name: str(folder) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    return kept | homes | more


def run(folder, *words, **more):
    return subprocess.run(
        [VALIDATOR, *words],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def sandbox(folder):
    """Serve the bundled sandbox; give its base URL."""
    command = [VALIDATOR, "sandbox", "--port", "0", "--plan", "unlimited"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stderr.readline()
            assert "ready at" in line, line + process.stderr.read()
            yield line.split()[-1]
        finally:
            process.terminate()
