"""`validator sandbox` in a process of its own, whose request log says what was really asked."""

import json
import subprocess
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import commands

# The linked phone of the sandbox's session. It is asked about to see whether the session tells the truth, and
# is in nobody's list.
LINKED = "+447700900999"

WORDS = ("sandbox", "--port", "0", "--plan", "unlimited")


@dataclass(frozen=True)
class Witness:
    """A sandbox that serves: its base URL, and the file it appends a line to for every request."""

    url: str
    log_path: Path

    def mark(self):
        """A place in the log, from which on to read it later."""
        return self.log_path.stat().st_size

    def entries(self, since=0):
        with self.log_path.open(encoding="utf-8") as log:
            log.seek(since)
            return [json.loads(line) for line in log]

    def numbers_asked(self, since=0):
        """The number of every check of the list, in the order in which they arrived."""
        numbers = (entry["number"] for entry in self.entries(since))
        return [number for number in numbers if number not in {"", LINKED}]

    def calls(self):
        return Counter(self.numbers_asked())

    def settle(self):
        """Wait until everything that was sent before this call is in the log.

        Connections and requests are served in the order of their arrival, and this one comes last. It is a
        new connection on purpose: it queues behind those that were opened and not yet accepted.
        """
        with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/_sandbox/health", timeout=30) as reply:
            assert reply.status == 200

    def wait_for(self, checks, run, since=0):
        """Wait until so many checks were asked from a place in the log on, or the run has ended."""
        with self.log_path.open(encoding="utf-8") as log:
            log.seek(since)
            line = ""
            while checks > 0:
                line += log.readline()  # what is there of it: the end may not be written yet
                if line.endswith("\n"):
                    checks -= json.loads(line)["number"] not in {"", LINKED}
                    line = ""
                elif run.ends_within(0.002):
                    return


@contextmanager
def serve(log_path, *options):
    log_path.touch()
    words = [*WORDS, "--log", str(log_path), *options]
    with commands.Popen(words, stderr=subprocess.PIPE, text=True, cwd=log_path.parent) as process:
        try:
            yield Witness(_address(process), log_path)
        finally:
            process.terminate()


def _address(process):
    line = process.stderr.readline()
    assert "ready at" in line, line + process.stderr.read()
    return line.split()[-1]
