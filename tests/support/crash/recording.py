"""A run's changes to files, one by one, as strace has written them down."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.crash.traced import CHANGES, traced

# Strings in hexadecimal, so that none holds a comma, a bracket or the end of a line; descriptors with paths.
OPTIONS = ("-y", "-xx", "-s", str(2**24))
CALLS = f"openat,{CHANGES}"

LINE = re.compile(r"(\d+) +(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (\d+)")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
HEX = re.compile(r"(?:\\x[0-9a-f]{2})*")
DESCRIPTOR = re.compile(r"(?:\d+|AT_FDCWD)<(.*)>")


@dataclass(frozen=True)
class Create:
    path: str


@dataclass(frozen=True)
class MakeFolder:
    path: str


@dataclass(frozen=True)
class Write:
    path: str
    offset: int
    data: bytes

    def torn(self, length):
        return replace(self, data=self.data[:length])


@dataclass(frozen=True)
class Truncate:
    path: str
    length: int


@dataclass(frozen=True)
class Sync:
    path: str


@dataclass(frozen=True)
class Move:
    path: str
    to: str


@dataclass(frozen=True)
class Remove:
    path: str


def record(run, root, log):
    """Let a held run go on to its end; return what it did to files below a folder, in order.

    All paths are relative to that folder.
    """
    with traced(run, f"trace={CALLS}", log=log, options=OPTIONS):
        assert run.wait() == 0, run.said()
    reader = _Reader(root)
    lines = log.read_text(encoding="ascii").splitlines()
    done = [change for line in _whole(lines) for change in reader.read(line)]
    return [_relative(change, root) for change in done if Path(change.path).is_relative_to(root)]


def _relative(change, root):
    places = {field: getattr(change, field) for field in ("path", "to") if hasattr(change, field)}
    return replace(change, **{field: str(Path(place).relative_to(root)) for field, place in places.items()})


def _whole(lines):
    """The calls that ended, those put together again that another thread's came in the middle of."""
    begun = {}
    for line in lines:
        thread, text = LINE.fullmatch(line).groups()
        if text.endswith(UNFINISHED):
            begun[thread] = text.removesuffix(UNFINISHED)
        elif resumed := RESUMED.fullmatch(text):
            yield begun.pop(thread) + resumed[1]
        else:
            yield text


class _Reader:
    """Knows where each file that is written to in order has come to."""

    def __init__(self, root):
        self._root = root
        self._ends = {}

    def read(self, text):
        if not (call := CALL.match(text)):
            return  # it failed, or is no call
        name, words, result = call.groups()
        arguments = [_plain(word) for word in words.split(", ")]
        assert "write" not in name or int(result) == len(arguments[1]), "a write that was cut short"
        yield from getattr(self, f"_{name}")(*arguments)

    def _openat(self, folder, path, flags, *_):
        if "O_CREAT" in flags:
            self._ends[_below(folder, path)] = 0
            yield Create(_below(folder, path))

    def _write(self, path, data, _):
        place = self._ends.get(path, 0)
        self._ends[path] = place + len(data)
        yield Write(path, place, data)

    def _pwrite64(self, path, data, _, place):
        yield Write(path, int(place), data)

    def _ftruncate(self, path, length):
        yield Truncate(path, int(length))

    def _fsync(self, path):
        yield Sync(path)

    _fdatasync = _fsync

    def _mkdir(self, path, _):
        yield MakeFolder(_below(self._root, path))

    def _rename(self, path, to):
        yield Move(_below(self._root, path), _below(self._root, to))

    def _renameat(self, folder, path, to_folder, to, *_):
        yield Move(_below(folder, path), _below(to_folder, to))

    _renameat2 = _renameat

    def _unlink(self, path):
        yield Remove(_below(self._root, path))

    def _unlinkat(self, folder, path, _):
        yield Remove(_below(folder, path))


def _below(folder, path):
    path = path.decode()
    return path if path.startswith("/") else f"{folder}/{path}"


def _plain(word):
    """An argument as it was: a string as bytes, a descriptor as its path, the rest as strace has it."""
    if word.startswith('"'):
        return _bytes(word.strip('"'))
    if found := DESCRIPTOR.fullmatch(word):
        return _bytes(found[1]).decode() if found[1].startswith("\\x") else found[1]
    return word


def _bytes(text):
    assert HEX.fullmatch(text), text[:100]
    return bytes.fromhex(text.replace("\\x", ""))
