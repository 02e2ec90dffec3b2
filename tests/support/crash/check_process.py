"""`validator check` in a process of its own, in a folder and a user's state of its own."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.commands import Popen
from tests.support.crash.forked import Forked
from validator.ledger import open_ledger
from validator.model import Verdict

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"
CONCURRENCY = 16

# Variables that would change the command under test.
OURS = ("SENDAPI_", "VALIDATOR_")


@dataclass(frozen=True)
class Checks:
    """One command, to be run over and over in one folder."""

    folder: Path
    url: str
    key: str = KEY
    output_name: str = "list.checked.csv"
    ledger_name: str = "state/recipient-validator/ledger.sqlite"

    @property
    def output(self):
        return self.folder / self.output_name

    @property
    def sendable(self):
        return self.folder / "sendable.csv"

    @property
    def ledger(self):
        return self.folder / self.ledger_name

    def outputs(self):
        """What stands in the places of the output and the sendable file."""
        return [path.read_bytes() for path in (self.output, self.sendable)]

    def litter(self):
        """The names of temporary files."""
        return [path.name for path in self.folder.glob(".validator-*")]

    @property
    def words(self):
        options = ["--region", "US", "--rate", "none", "--concurrency", str(CONCURRENCY), "--quiet", "--json"]
        files = ["--output", self.output_name, "--sendable", self.sendable.name, "--ledger", self.ledger_name]
        return ["check", "list.csv", *files, *options]

    def start(self, *more):
        return Popen(
            [*self.words, *more],
            cwd=self.folder,
            env=os_environment() | self._settings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fork(self, *more, held=False):
        """Start the same command without its imports."""
        return Forked([*self.words, *more], self.folder, os_environment() | self._settings(), held=held)

    def run(self):
        """Run to the end, which has to be a good one; return the summary."""
        with self.start() as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        return json.loads(out)

    def recorded(self):
        """The numbers that the ledger has a verdict for; opened is a copy, and nothing is touched."""
        if not self.ledger.exists():
            return set()
        with TemporaryDirectory() as folder:
            for path in self.ledger.parent.glob("ledger.sqlite*"):
                shutil.copy(path, folder)
            return numbers_in(Path(folder) / self.ledger.name)

    def _settings(self):
        return {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "SENDAPI_API_KEY": self.key,
            "SENDAPI_BASE_URL": self.url,
            "SENDAPI_SESSION_ID": SESSION,
        }


def numbers_in(ledger):
    """The numbers that a ledger has a verdict for, once it has been recovered and found to be sound."""
    with open_ledger(ledger, holder="tests") as opened:
        rows = [row for chunk in opened.known() for row in chunk]
        return {f"+{row.number}" for row in rows if row.verdict != Verdict.UNKNOWN}


def os_environment():
    """This process's environment without what would change the command under test."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
