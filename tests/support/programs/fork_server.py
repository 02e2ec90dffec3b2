"""Start `validator` again and again without importing it again: a small part of the processor time.

Each run is a process of its own, forked from this one. What a kill can hit, it hits: files, locks, sockets
and memory are the run's own. Polars is imported here, and no query of it runs here: it starts its pools of
threads in the run. That they are not here is checked, since threads do not survive a fork.

An order is JSON, with the descriptors of the run's standard streams. The answer is the process id, or 0 if
the run has to be started: it would read other variables than this process has read.

- Over the socket whose descriptor is the first argument: the run is forked by a process that ends at once,
  and so becomes a child of the test process, which adopts orphans in that moment.
- Over a connection to that of the second, from `forked_command.py`: the process that forks the run waits for
  it, and sends how it has ended.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import time
import warnings
from pathlib import Path

gc.disable()
sys.modules["httpx._main"] = None  # type: ignore[assignment]
from validator.cli import _POLARS  # noqa: E402 - as in `validator.__main__`

MOST_BYTES = 1 << 20
MOST_DESCRIPTORS = 64
BEYOND_ALL = 512
# What else is imported when it is needed.
LATE = (
    "anyio._backends._asyncio",
    "anyio._core._signals",
    "email.message",
    "importlib.metadata",
    "python_calamine",
    "rich.live",
    "rich.table",
    "xlsxwriter",
    "zipfile",
    "zoneinfo",
)
# Ray starts processes and threads, and `__main__` is for the run.
LEFT_OUT = ("validator.cluster", "validator.__main__")
# The interpreter, the dynamic linker and polars read these once.
READ_ONCE = ("PYTHON", "LC_", "LANG", "LD_", "POLARS_")
# The first has led here to the package; the second is read by what no module imports at its beginning.
NO_MATTER = {"PYTHONPATH", "PYTHON_KEYRING_BACKEND"}
# It removes what queries have written to the disk for want of memory. None of the suite does.
IDLE = {"polars-ooc-clea"}


def load():
    """Import what the commands need."""
    os.environ.update(_POLARS)
    os.environ["_RJEM_MALLOC_CONF"] += ",background_thread:false"
    package = importlib.import_module("validator").__path__
    ours = [module.name for module in pkgutil.walk_packages(package, "validator.")]
    for name in (*ours, *LATE):
        if not name.startswith(LEFT_OUT):
            importlib.import_module(name)
    gc.freeze()
    threads = [path for path in Path("/proc/self/task").iterdir() if path.name != str(os.getpid())]
    names = {(path / "comm").read_text().strip() for path in threads}
    assert names <= IDLE, f"{names}: a fork would be no faithful copy of this process"


def read_once(environment):
    """What is read once, with what the command line sets for polars. A test may have called it before."""
    given = {name: text for name, text in environment.items() if text and name.startswith(READ_ONCE)}
    return _POLARS | {name: text for name, text in given.items() if name not in NO_MATTER}


def serve(tests, listener):
    """Fork a run for each order. Return in each run, with its order; end when the test process has ended."""
    before = read_once(os.environ)
    load()
    while True:
        reap()
        ready, _, _ = select.select([tests, listener], [], [])
        connection = tests if tests in ready else listener.accept()[0]
        message, descriptors, _, _ = socket.recv_fds(connection, MOST_BYTES, MOST_DESCRIPTORS)
        if not message and connection is tests:
            sys.exit()
        order = json.loads(message)
        if read_once(order["environment"]) != before:
            connection.send(b"0")
        elif fork(connection, is_adopted=connection is tests):
            for one in (tests, listener, connection):
                one.close()
            take(descriptors, order["numbers"])
            return order
        for descriptor in descriptors:
            os.close(descriptor)
        if connection is not tests:
            connection.close()


def take(descriptors, numbers):
    """Have these descriptors, and no others, by these numbers."""
    high = [fcntl.fcntl(one, fcntl.F_DUPFD, BEYOND_ALL) for one in descriptors]
    os.closerange(0, BEYOND_ALL)
    for number, descriptor in zip(numbers, high, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)


def fork(connection, *, is_adopted):
    """Fork a process that forks the run; send the process id. Return whether this process is the run."""
    reader, writer = os.pipe()
    if middle := os.fork():
        os.close(writer)
        if is_adopted:
            os.waitpid(middle, 0)
            connection.send(os.read(reader, 20))
        os.close(reader)
        return False
    if pid := os.fork():
        os.write(writer, str(pid).encode())
        if not is_adopted:
            connection.send(str(pid).encode())
            connection.send(str(os.waitpid(pid, 0)[1]).encode())
        os._exit(0)
    os.close(reader)
    os.close(writer)
    return True


def reap():
    """Let those go that waited for a run."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become(*, words, folder, environment, numbers, umask, group, is_leader, prelude=""):
    """Make of this process what the interpreter is when it has started in such a place."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    if umask >= 0:
        os.umask(umask)
    if is_leader:
        os.setsid()
    if group >= 0:
        with contextlib.suppress(PermissionError):  # a group of another session
            os.setpgid(0, group)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = opened(number, getattr(sys, f"__{name}__")) if number in numbers else None
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = ["validator", *words]
    exec(prelude, {})


def opened(number, before):
    """Open a standard stream as the interpreter does."""
    raw = io.FileIO(number, "w" if number else "r", closefd=False)
    raw.name = before.name
    is_unbuffered = number and before.write_through  # PYTHONUNBUFFERED
    stream = io.TextIOWrapper(
        raw if is_unbuffered else (io.BufferedWriter if number else io.BufferedReader)(raw),
        before.encoding,
        before.errors,
        newline="\n",
        line_buffering=number == 2 or raw.isatty(),
        write_through=before.write_through,
    )
    stream.mode = before.mode
    return stream


def run(*, is_held):
    """Run the command. A held one waits for SIGCONT, with nothing left to import."""
    if not is_held:
        return importlib.import_module("validator.__main__").run()
    main = importlib.import_module("validator.cli").main
    # As in `validator.__main__`, whatever the shell that started all this has set.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGSTOP)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return main()


def end(code):
    """End as the interpreter does, but free no memory, which would take most of the time of a short run."""
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except OSError:
        sys.exit(code)  # the interpreter knows what this comes to
    os._exit(code)


def main():
    tests, listener = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a later Python warns of threads at a fork
        order = serve(tests, listener)
    is_held = order.pop("is_held")
    become(**order)
    end(run(is_held=is_held))


main()
