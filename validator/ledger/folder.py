"""Folders and files that only their owner can read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from validator.errors import LedgerError

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner can read, and its parents with the system's default modes. Durable.

    Raises:
        LedgerError: it cannot be created.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        # SQLite syncs only the folder of its files, and not the parents: after a power loss a ledger could be
        # lost together with its folder.
        for one in missing:
            _sync(one.parent)
    except OSError as error:
        raise LedgerError(
            f"the folder {folder} cannot be made: {error.strerror}; choose another path with --ledger, or "
            "set XDG_STATE_HOME to another folder"
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
