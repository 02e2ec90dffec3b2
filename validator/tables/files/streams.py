"""Targets other than plain files: standard streams, pipes and devices. No file is renamed over them."""

from __future__ import annotations

import fcntl
import os
import re
import stat
from typing import TYPE_CHECKING

from validator.errors import FileError
from validator.tables.files.os_errors import unwritable

if TYPE_CHECKING:
    from pathlib import Path

STDOUT = 1
_NAMED = {"/dev/stdin": 0, "/dev/stdout": STDOUT, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(
    r"(?:/dev/fd|/proc/(?P<process>self|thread-self|\d+)(?:/task/\d+)?/fd)/(?P<number>\d+)"
)
_MOST_LINKS = 40  # as many as the kernel follows


def is_stream(target: Path) -> bool:
    """Return whether a target is written to and not replaced: a stream, a pipe, a device such as /dev/null.

    Raises:
        FileError: it is a disk, or a socket.
    """
    if _descriptor_path(target) is not None:
        return True
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise FileError(f"{target} is a disk or a socket and is not written to; name a file for the output.")
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def is_read_once(path: Path) -> bool:
    """Return whether a list can be read only once: a named pipe, `/dev/stdin`, `<(command)` of a shell."""
    try:
        return _descriptor_path(path) is not None or stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False


def is_stdout(target: Path) -> bool:
    """Return whether a target is the standard output of this process."""
    found = _descriptor_path(target)
    return found is not None and _own_descriptor(found) == STDOUT


def open_stream(target: Path) -> int:
    """Return a new descriptor to write to a stream; a pipe waits for its reader.

    Raises:
        FileError: it is closed, or cannot be written to.
    """
    found = _descriptor_path(target)
    own = None if found is None else _own_descriptor(found)
    try:
        # If it was opened by its name, the file behind `>>` would be truncated.
        return os.dup(own) if own is not None else os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError as error:
        raise unwritable(target, error) from error


def require_open(target: Path) -> None:
    """Raise `FileError` if a stream cannot be written to. It is not opened, since a reader would notice."""
    found = _descriptor_path(target)
    own = None if found is None else _own_descriptor(found)
    try:
        if own is None:
            is_open = os.access(target, os.W_OK)
        else:
            is_open = fcntl.fcntl(own, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    except OSError as error:
        raise FileError(f"{target} is closed; name a file for the output.") from error
    if not is_open:
        raise FileError(f"{target} cannot be written to; name a file for the output.")


def _descriptor_path(target: Path) -> str | None:
    """Return the name of a descriptor if a path or a link on its way is one, else None."""
    name = os.path.abspath(target)  # noqa: PTH100 - without following links
    for _ in range(_MOST_LINKS):
        if name in _NAMED or _DESCRIPTOR.fullmatch(name):
            return name
        try:
            name = os.path.normpath(os.path.join(os.path.dirname(name), os.readlink(name)))  # noqa: PTH118, PTH120, PTH115
        except OSError:
            return None
    return None


def _own_descriptor(name: str) -> int | None:
    """Return the descriptor of this process for a name; None if it belongs to another process."""
    if name in _NAMED:
        return _NAMED[name]
    found = _DESCRIPTOR.fullmatch(name)
    if found is None or found["process"] not in {None, "self", "thread-self", str(os.getpid())}:
        return None
    return int(found["number"])
