"""Programs of others that listen on loopback: a port of their own, and the wait until they answer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Debian puts servers where only root's PATH leads.
_SEARCHED = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))


def program(name: str) -> str:
    """Return the path of an installed program, or an empty text."""
    return shutil.which(name, path=_SEARCHED) or ""


def reserved_port() -> int:
    """Return a port of loopback that the system gives to nobody else for a minute.

    A port that was only bound and closed is free again at once, so two processes can be given the same one.
    Here the server's end of a connection is closed first, which leaves the port in TIME_WAIT: the system
    skips it when it chooses a port, and a server that sets SO_REUSEADDR, as servers do, can still bind it.
    """
    with socket.socket() as listener, socket.socket() as client:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client.connect(listener.getsockname())
        listener.accept()[0].close()
        return listener.getsockname()[1]


def wait_until_listening(port: int, process: subprocess.Popen[bytes], errors: Path) -> None:
    """Return as soon as the program takes connections.

    Raises:
        RuntimeError: it ended before; the message has what it wrote to `errors`.
    """
    while not _takes_connections(port):
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"{process.args[0]} did not start: {errors.read_text(encoding='utf-8')}")


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
