"""The files of a ledger as a crash or a power cut may leave them."""

import shutil
import tempfile
from pathlib import Path
from random import Random

SECTOR = 512  # bytes that a disk writes or does not write


def wal_of(path):
    return path.with_name(path.name + "-wal")


def wal_size(path):
    return wal_of(path).stat().st_size if wal_of(path).exists() else 0


def copied(path):
    """Copy a ledger as it is on disk at this moment, which is what a kill leaves; return the copy's path."""
    copy = Path(tempfile.mkdtemp(dir=path.parent)) / path.name
    for file in (path, wal_of(path)):
        if file.exists():
            shutil.copy(file, copy.parent)
    return copy


def mixed(before, after, seed):
    """Return what is on disk of a file's change when the power goes: some sectors new, the others old."""
    chance = Random(seed)
    kept = chance.random()
    old = before.ljust(len(after), b"\0")
    sectors = range(0, len(after), SECTOR)
    return b"".join((after if chance.random() < kept else old)[at : at + SECTOR] for at in sectors)
