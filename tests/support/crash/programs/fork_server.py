"""Start `validator` again and again without importing all of it again: half of the processor time.

Each run is a process of its own, forked from this one before polars is imported: the threads of polars would
not survive that, and that there are none is checked. What a kill can hit, it hits: files, locks, sockets and
memory are the run's own.

A line of JSON on standard input starts a run: `{"words", "folder", "environment", "held"}`. The answer is
its process id. A held run has imported all it needs and waits for SIGCONT. `{"wait": PID}` is answered with
how it ended, as `subprocess` tells it.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path

HEAVY = (
    "anyio._backends._asyncio",
    "email.message",
    "importlib.metadata",
    "phonenumbers",
    "rich.console",
    "rich.live",
    "validator.cli",
    "validator.gateways.gateway",
    "validator.ledger",
    "validator.pacing",
    "validator.sendapi",
    "zipfile",
    "zoneinfo",
)


def main():
    for name in HEAVY:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads: a fork would be no faithful copy of this process"
    for line in sys.stdin:
        order = json.loads(line)
        answer = _exit_code(order["wait"]) if "wait" in order else _fork(order)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _exit_code(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork(order):
    if pid := os.fork():
        return pid
    code = 70
    try:
        code = _run(**order)
    except BaseException:  # noqa: BLE001 - whatever it is must not go on as a second server
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(words, folder, environment, *, held):
    os.chdir(folder)
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    for stream, name in ((sys.stdout, "out"), (sys.stderr, "err")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream.fileno())
    # As `validator.__main__` does it, whatever the shell that started all this has set.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = importlib.import_module("validator.cli")
    importlib.import_module(f"validator.cli.commands.{words[0]}")
    if held:
        signal.raise_signal(signal.SIGSTOP)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return command.main(words)


main()
