"""`validator` for shells: it hands its streams to the fork server, and ends as the run does."""

import json
import os
import signal
import socket
import sys

START = (sys.executable, "-m", "validator")
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(address, *words):
    numbers = sorted(filter(is_passed_on, map(int, os.listdir("/proc/self/fd"))))  # noqa: PTH208 - as below
    if any(signal.getsignal(one) is signal.SIG_IGN for one in PASSED_ON):
        os.execv(sys.executable, (*START, *words))
    umask = os.umask(0)
    os.umask(umask)
    order = {
        "words": words,
        "folder": os.getcwd(),  # noqa: PTH109 - pathlib takes time to import
        "environment": dict(os.environ),
        "numbers": numbers,
        "umask": umask,
        "group": os.getpgrp(),
        "is_leader": False,
        "is_held": False,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(address)
        socket.send_fds(server, [json.dumps(order).encode()], numbers)
        pid = int(server.recv(20))
        if not pid:
            os.execv(sys.executable, (*START, *words))
        for signum in PASSED_ON:
            signal.signal(signum, lambda signum, _: os.kill(pid, signum))
        for number in numbers:
            os.close(number)
        code = os.waitstatus_to_exitcode(int(server.recv(20)))
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def is_passed_on(number):
    """Whether a descriptor is the parent's: what this process has opened closes at a start."""
    try:
        return os.get_inheritable(number)
    except OSError:
        return False  # it read the folder


main(*sys.argv[1:])
