"""Runs of `validator` that cost half of a start: forked from a process that has imported most of it."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER = Path(__file__).parent / "programs" / "fork_server.py"


class ForkServer:
    """Starts runs on request; see `programs/fork_server.py`."""

    def __init__(self, process):
        self._process = process
        self._codes = {}

    def start(self, words, folder, environment, *, held=False):
        order = {"words": list(words), "folder": str(folder), "environment": environment, "held": held}
        run = Forked(self._ask(order), self, folder)
        self._codes.pop(run.pid, None)  # that of an earlier run, whose number has been given again
        if held:
            run.wait_until_held()
        return run

    def exit_code(self, pid):
        """Wait for the end of a run, and return its exit code, negative where a signal ended it."""
        if pid not in self._codes:
            self._codes[pid] = self._ask({"wait": pid})
        return self._codes[pid]

    def has_ended(self, pid):
        """Tell whether a run's end was waited for, so that its process id may be another's by now."""
        return pid in self._codes

    def _ask(self, order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@dataclass(frozen=True)
class Forked:
    """One run: a process of its own."""

    pid: int
    server: ForkServer
    folder: Path

    def send(self, signum):
        os.kill(self.pid, signum)

    def kill(self):
        self.send(signal.SIGKILL)

    def release(self):
        """Let a held run go on."""
        self.send(signal.SIGCONT)

    def wait(self):
        return self.server.exit_code(self.pid)

    def end(self):
        """Kill it, unless its end was waited for."""
        if not self.server.has_ended(self.pid):
            self.kill()
            self.wait()

    def ends_within(self, seconds):
        """Wait for its end, at most so long; return whether it came."""
        descriptor = os.pidfd_open(self.pid)
        try:
            ready, _, _ = select.select([descriptor], [], [], seconds)
        finally:
            os.close(descriptor)
        return bool(ready)

    def wait_until_held(self):
        # No signal comes when a grandchild stops, so this has to look.
        while self._state() != "T":
            assert not self.ends_within(0.001), self.said()

    def said(self):
        """What this folder's runs have written to standard error."""
        return (self.folder / "err").read_text(encoding="utf-8")

    def _state(self):
        # The third field of proc(5), after the name in parentheses.
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def fork_server():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, str(SERVER)], text=True, **pipes) as process:
        yield ForkServer(process)
        process.stdin.close()
