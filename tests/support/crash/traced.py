"""System calls of a run, seen and tampered with by strace: a kill at the Nth write, a disk that fails."""

import os
import re
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager

import pytest

# Whatever changes a file, its length, its name, or makes it durable. A `?` is for those not every system has.
CHANGES = (
    "write,pwrite64,fsync,fdatasync,ftruncate,?rename,renameat,?renameat2,?unlink,unlinkat,?mkdir,mkdirat"
)

# `PID CALL(`, as strace begins a line.
CALL = re.compile(r"(\d+) +(\w+)\(")


def require_strace():
    """Skip where strace is missing, which on a full run (`CI` is set) is a failure, or may not trace."""
    if shutil.which("strace") is None:
        assert not os.environ.get("CI"), "strace is missing"
        pytest.skip("needs strace (apt-get install strace)")
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.strip()}")


@contextmanager
def traced(run, *expressions, log=os.devnull, options=()):
    """Trace a held run with these `-e` expressions and other options, and let it go on."""
    words = [word for expression in expressions for word in ("-e", expression)]
    command = ["strace", "--follow-forks", "--output", str(log), *words, *options, "--attach", str(run.pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        said = strace.stderr.readline()
        assert "attached" in said, said
        run.release()
        yield
        strace.communicate()  # it says more, and would end without a listener


def calls_in(log, run):
    """How often the run's main thread made each system call in a log."""
    calls = filter(None, map(CALL.match, log.read_text(encoding="utf-8").splitlines()))
    return Counter(call[2] for call in calls if int(call[1]) == run.pid)


def kill_at(call, place):
    """The expression that kills a run before one of its threads makes a call for the `place`th time."""
    return f"inject={call}:signal=KILL:when={place}"


def fail(calls, error, place):
    """The expression that makes every call of these kinds fail from number `place` on."""
    return f"inject={calls}:error={error}:when={place}+"
