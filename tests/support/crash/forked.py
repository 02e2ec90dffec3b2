"""Runs of `validator` that can be held before they begin, and killed."""

import os
import select
import signal
from pathlib import Path

from tests.support.commands import Popen


class Forked(Popen):
    """One run in a folder, whose files `out` and `err` take what it writes."""

    def __init__(self, words, folder, environment, *, held=False):
        self._folder = Path(folder)
        with (self._folder / "out").open("a") as out, (self._folder / "err").open("a") as err:
            super().__init__(words, is_held=held, cwd=folder, env=environment, stdout=out, stderr=err)
        if held:
            self._wait_until_held()

    def send(self, signum):
        os.kill(self.pid, signum)

    def release(self):
        """Let a held run go on."""
        self.send(signal.SIGCONT)

    def end(self):
        """Kill it, unless it has ended."""
        self.kill()
        self.wait()

    def ends_within(self, seconds):
        """Wait for its end, at most so long; return whether it came."""
        if self.returncode is not None:
            return True
        descriptor = os.pidfd_open(self.pid)
        try:
            ready, _, _ = select.select([descriptor], [], [], seconds)
        finally:
            os.close(descriptor)
        return bool(ready)

    def said(self):
        """What this folder's runs have written to standard error."""
        return (self._folder / "err").read_text(encoding="utf-8")

    def _wait_until_held(self):
        # Its parent is not asked about a stop: that would take its end as well.
        while self._state() != "T":
            assert not self.ends_within(0.001), self.said()

    def _state(self):
        # The third field of proc(5), after the name in parentheses.
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
