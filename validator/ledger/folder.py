"""Folders and files that are their owner's alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from validator.errors import LedgerError

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def make_folder(folder: Path) -> None:
    """Make the folder for its owner alone, and those above it as the system does; durable when it returns.

    Raises:
        LedgerError: it cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        # SQLite syncs the folder that its files are in, and not the names of those above: after a power loss
        # a ledger could be gone together with its folder.
        for one in missing:
            _sync(one.parent)
    except OSError as error:
        raise LedgerError(
            f"the folder {folder} cannot be made: {error.strerror}; choose another path with --ledger"
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
