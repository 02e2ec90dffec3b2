"""Keeps a copy of outputs that a user has edited since a run wrote them, before they are replaced.

A run records size and time of its files in the ledger. If a file differs from its record when the next run
replaces it, a user has edited it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from validator.errors import FileError
from validator.reports import legible
from validator.tables import is_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from validator.ledger import LedgerReader

log = logging.getLogger(__name__)

WRITTEN = "written"
"""The key of these records in a run's stored summary."""

# Later runs may have written another output of the same list with other options.
_LATEST_RUNS = 20


class Stamp(Struct, frozen=True):
    """The state of a file: its size in bytes, and its last change, in nanoseconds since the Unix epoch."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp | None:
        """Return the state of a file now; None if there is none, or it is not a regular file."""
        try:
            seen = path.lstat()
        except OSError:
            return None
        return None if path.is_dir() or is_stream(path) else cls(seen.st_size, seen.st_mtime_ns)


def record_of(paths: Iterable[Path]) -> dict[str, Any]:
    """Return the state of files that a run has just written, for its record in the ledger."""
    stamps = {_named(path): Stamp.of(path) for path in paths}
    return {WRITTEN: {path: [one.size, one.changed_ns] for path, one in stamps.items() if one}}


def keep_edited(paths: Iterable[Path], ledger: LedgerReader, input_name: str, now: datetime) -> None:
    """Keep files that a user has edited since a run over the same list wrote them, under a new name.

    The new name is the file's name with `.bak-` and the time after it, which no pattern of lists matches.

    Args:
        paths: the files that are about to be replaced.
        ledger: has the records of earlier runs.
        input_name: the list's name in the ledger.
        now: the current time.

    Raises:
        LedgerError: the ledger cannot be read.
        FileError: an edited file cannot be kept, so it must not be replaced.
    """
    there = {path: stamp for path in paths if (stamp := Stamp.of(path))}
    written = _written_before(ledger, input_name) if there else {}
    for path, stamp in there.items():
        before = written.get(_named(path))
        if before is not None and before != stamp:
            kept = _kept(path, now)
            log.warning(
                "%s was changed since a run wrote it; the changed file is kept as %s", path, kept.name
            )


def _written_before(ledger: LedgerReader, input_name: str) -> Mapping[str, Stamp]:
    """Return the state of each file after the latest run that wrote it."""
    found: dict[str, Stamp] = {}
    for run in ledger.runs(_LATEST_RUNS, input_name=input_name):
        for path, (size, changed_ns) in json.loads(run.summary_json or "{}").get(WRITTEN, {}).items():
            found.setdefault(path, Stamp(size, changed_ns))
    return found


def _named(path: Path) -> str:
    return legible(str(path.absolute()))


def _kept(path: Path, now: datetime) -> Path:
    """Give a file a second name by a hard link; copy it if the file system has no hard links."""
    kept = path.with_name(f"{path.name}.bak-{now:%Y%m%dT%H%M%S}Z")
    try:
        os.link(path, kept, follow_symlinks=False)
    except FileExistsError:  # a run in the same second has kept it
        return kept
    except OSError:
        _copy(path, kept)
    return kept


def _copy(path: Path, kept: Path) -> None:
    try:
        shutil.copy2(path, kept, follow_symlinks=False)
    except OSError as error:
        raise FileError(
            f"{path} was changed since a run wrote it, and cannot be kept as {kept.name} ({error.strerror}); "
            "move it elsewhere and run the same command again. Nothing that was found out is lost"
        ) from error
