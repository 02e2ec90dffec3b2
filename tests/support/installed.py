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
    with serving(folder, "sandbox", "--port", "0", "--plan", "unlimited") as line:
        assert "ready at" in line
        yield line.split()[-1]


@contextmanager
def serving(folder, *words):
    """Run a command that serves; give the first line that it prints."""
    command = [VALIDATOR, *words]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stderr.readline()
        finally:
            process.terminate()
