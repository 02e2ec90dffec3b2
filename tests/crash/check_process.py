"""`validator check` in a process of its own, in a folder and a user's state of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from validator.ledger import read

SESSION = "sess_01H8BKF0000000000000000Z2T"
CONCURRENCY = 16

# Variables that would change the command under test.
OURS = ("SENDAPI_", "VALIDATOR_")


@dataclass(frozen=True)
class Checks:
    """One command, to be run over and over in one folder."""

    folder: Path
    url: str

    @property
    def output(self):
        return self.folder / "list.checked.csv"

    @property
    def sendable(self):
        return self.folder / "sendable.csv"

    @property
    def ledger(self):
        return self.folder / "state" / "recipient-validator" / "ledger.sqlite"

    def start(self):
        options = ["--region", "US", "--rate", "none", "--concurrency", str(CONCURRENCY), "--quiet", "--json"]
        files = ["list.csv", "--sendable", self.sendable.name]
        return subprocess.Popen(
            [sys.executable, "-m", "validator", "check", *files, *options],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self):
        """Run to the end, which has to be a good one; return the summary."""
        with self.start() as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        return json.loads(out)

    def recorded(self):
        """The numbers that the ledger has a verdict for."""
        if not self.ledger.exists():
            return set()
        with read(self.ledger) as ledger:
            return {f"+{row[0]}" for rows in ledger.known() for row in rows}

    def _environment(self):
        inherited = os.environ.items()
        foreign = {name: value for name, value in inherited if not name.startswith(OURS)}
        return foreign | {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "SENDAPI_API_KEY": "sk_test_0123456789abcdefghijklmn",
            "SENDAPI_BASE_URL": self.url,
            "SENDAPI_SESSION_ID": SESSION,
        }
