"""A disk that keeps what was synced, and of the rest whatever it likes: what a power loss may leave on it."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.crash.recording import Create, MakeFolder, Move, Remove, Sync, Truncate, Write

SECTOR_BYTES = 512


@dataclass
class File:
    """A file's content as of its last sync, and what was done to it since."""

    durable: bytes = b""
    pending: list = field(default_factory=list)

    def sync(self):
        self.durable = changed(self.durable, self.pending)
        self.pending = []


class Disk:
    """The files below a folder through a recorded run, by relative path.

    Names are as durable as their folder's last sync: file systems give more, POSIX does not promise it.
    """

    def __init__(self, root):
        self._durable = {path.name: File(path.read_bytes()) for path in root.iterdir()}
        self._names = dict(self._durable)
        self._pending = []

    def do(self, change):
        match change:
            case Write(path) | Truncate(path):
                self._names[path].pending.append(change)
            case Sync(path) if self._names.get(path):
                self._names[path].sync()
            case Sync(folder):
                self._sync_names(folder)
            case Create(path):
                if path not in self._names:
                    self._change_name(change, File())
            case _:
                self._change_name(change, self._names.get(change.path))

    def after_loss(self, loss):
        """The content of each file, None for a folder, as the loss leaves them."""
        names = dict(self._durable)
        for named in loss.names(self._pending):
            name(names, *named)
        there = {path: file for path, file in names.items() if _has_folder(path, names)}
        return {
            path: file and changed(file.durable, loss.writes(file.pending)) for path, file in there.items()
        }

    def _change_name(self, change, file):
        self._pending.append((change, file))
        name(self._names, change, file)

    def _sync_names(self, folder):
        synced = [named for named in self._pending if str(Path(named[0].path).parent) == folder]
        for named in synced:
            self._pending.remove(named)
            name(self._durable, *named)


def name(names, change, file):
    """Give, take or change a name in a folder."""
    match change:
        case Create(path) | MakeFolder(path):
            names[path] = file
        case Remove(path):
            names.pop(path, None)
        case Move(path, to):
            names.pop(path, None)
            names[to] = file


def changed(content, changes):
    """A file's content after some changes to it."""
    content = bytearray(content)
    for change in changes:
        match change:
            case Write(_, offset, data):
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
            case Truncate(_, length):
                del content[length:]
                content.extend(bytes(length - len(content)))
    return bytes(content)


def _has_folder(path, names):
    return all(str(folder) in names for folder in Path(path).parents if folder.name)


def lay_out(content, folder):
    """Write files and folders as a loss has left them."""
    for path, data in sorted(content.items()):
        place = folder / path
        if data is None:
            place.mkdir(mode=0o700)
        else:
            place.touch(mode=0o600)
            place.write_bytes(data)


class Everything:
    """The power did not fail: the process was killed."""

    def names(self, pending):
        return pending

    def writes(self, pending):
        return pending


class Nothing:
    """All that was not synced is gone."""

    def names(self, _):
        return []

    def writes(self, _):
        return []


class NamesAlone(Nothing):
    """A file system that puts names into its journal and leaves contents for later."""

    def names(self, pending):
        return pending


class AtRandom:
    """Each write is there or not, in any order, some in part; names are there up to some moment."""

    def __init__(self, chance):
        self._chance = chance

    def names(self, pending):
        return pending[: self._chance.randint(0, len(pending))]

    def writes(self, pending):
        return [self._torn(change) for change in pending if self._chance.random() < 0.5]

    def _torn(self, change):
        if isinstance(change, Truncate) or self._chance.random() < 0.75:
            return change
        return change.torn(SECTOR_BYTES * self._chance.randint(0, len(change.data) // SECTOR_BYTES))
