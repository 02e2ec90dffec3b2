"""Runs of `validator` in processes of their own, at a small part of the processor time of a start.

`Popen` and `run` take the words of the command line, and the options of those of `subprocess`. A run is
forked from a process that has imported the package; see `programs/fork_server.py`. A test of the start
itself, of imports, or of what the interpreter reads from its environment starts it, with `subprocess`.
"""

import atexit
import ctypes
import functools
import inspect
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

PROGRAMS = Path(__file__).parent / "programs"
SERVER, PROGRAM = PROGRAMS / "fork_server.py", PROGRAMS / "forked_command.py"
START = (sys.executable, "-m", "validator")
# Not that of a test which sets it for its runs, and looks at what they leave there.
TEMPORARY = gettempdir()
# A run inherits it from the test if these are ignored.
INHERITED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_CHILD_SUBREAPER = 36


class Popen(subprocess.Popen):
    """`subprocess.Popen` for `validator` with these words.

    Where a fork would not be the same as a start, it is a start. A run that `is_held` has imported all it
    needs, and waits for SIGCONT. The prelude is Python that a run executes first, to play what is around it.
    """

    def __init__(self, words, *, is_held=False, prelude="", **options):
        self._is_held, self._prelude = is_held, prelude
        super().__init__([*START, *map(str, words)], **options)

    def _execute_child(self, *given):
        """Start the process: the one step that is not as in `subprocess`."""
        of = inspect.signature(super()._execute_child).bind(*given).arguments
        environment = dict(os.environ if of["env"] is None else of["env"])
        order = {
            "words": of["args"][len(START) :],
            "folder": os.path.join(os.getcwd(), os.fspath(of["cwd"] or "")),  # noqa: PTH118, PTH109 - any kind of name
            "environment": environment,
            "numbers": [0, 1, 2],
            "umask": of["umask"],
            "group": of["process_group"],
            "is_leader": of["start_new_session"],
            "is_held": self._is_held,
            "prelude": self._prelude,
        }
        ours = of["p2cread"], of["c2pwrite"], of["errwrite"]
        streams = [number if ours[number] == -1 else ours[number] for number in range(3)]
        pid = 0 if _needs_start(of) else _server().fork(order, streams)
        if not pid:
            assert not self._is_held
            assert not self._prelude
            super()._execute_child(*given)
            return
        self.pid, self._child_created = pid, True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(of[name] for name in pipes))


def run(words, *, input=None, timeout=None, check=False, capture_output=False, **options):  # noqa: A002 - as there
    """`subprocess.run` for `validator` with these words."""
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if input is not None:
        options["stdin"] = subprocess.PIPE
    with Popen(words, **options) as process:
        try:
            out, err = process.communicate(input, timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(process.args, process.returncode, out, err)
    if check:
        done.check_returncode()
    return done


def path_with_validator():
    """A PATH on which `validator` is forked too: signals, exit codes and streams are those of the run."""
    return os.pathsep.join((str(_server().programs), os.environ.get("PATH", os.defpath)))


def _needs_start(of):
    return (
        sys.platform != "linux"
        or any(of[name] for name in ("preexec_fn", "pass_fds", "shell"))
        or any(of[name] is not None for name in ("executable", "uid", "gid", "gids"))
        or not (of["close_fds"] and of["restore_signals"])
        or any(signal.getsignal(signum) is signal.SIG_IGN for signum in INHERITED)
    )


class _Server:
    """The process that forks, and the socket over which it takes orders."""

    def __init__(self):
        self._lock = threading.Lock()
        self._folder = TemporaryDirectory(dir=TEMPORARY)
        address = str(Path(self._folder.name) / "orders")
        self.programs = Path(self._folder.name) / "bin"
        self.programs.mkdir()
        program = self.programs / "validator"
        words = shlex.join((sys.executable, "-IS", str(PROGRAM), address))
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        program.chmod(0o755)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(address)
            listener.listen()
            numbers = theirs.fileno(), listener.fileno()
            self._process = subprocess.Popen(
                [sys.executable, SERVER, *map(str, numbers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=numbers,
            )
        self._prctl = ctypes.CDLL(None).prctl

    def fork(self, order, streams):
        """Return the process id of a new child of this process, or 0 if it has to be started."""
        with self._lock:
            # The process that forks the run ends at once, and this one adopts the run.
            self._prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            try:
                socket.send_fds(self._socket, [json.dumps(order).encode()], streams)
                answer = self._socket.recv(20)
            finally:
                self._prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        assert answer, "the fork server has ended"
        return int(answer)

    def end(self):
        self._socket.close()
        self._process.wait()
        self._folder.cleanup()


@functools.cache
def _server():
    server = _Server()
    atexit.register(server.end)
    return server
