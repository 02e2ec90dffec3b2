"""The checks of `validator doctor` on this machine: key, settings, time zone, extras, ledger, disk."""

from __future__ import annotations

import os
import re
import shutil
import time
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from validator.cli.diagnosis.findings import Finding, State, problem
from validator.cli.settings.credentials import key_file_warning, read_key
from validator.cli.settings.defaults import FILES_META
from validator.cli.settings.environment import given
from validator.cli.settings.settings_sources import not_read_remedy, why_not_read
from validator.errors import FileError, UsageError, ValidatorError
from validator.ledger import SQLITE_VERSION, loses_commits, open_ledger, read, wider_modes
from validator.local_time import unknown_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validator.ledger import LedgerReader
    from validator.ledger_url import Location

# A million numbers take about 25 MB in the ledger, its log up to 64 MB more, and the outputs need space too.
LEAST_FREE_BYTES = 256 * 2**20

_DISTRIBUTION = "recipient-validator"
_OF_EXTRA = re.compile(r"""([\w.-]+).*;.*\bextra == ["']([\w-]+)["']""")


def key_of(path: Path | None, gateway: str) -> Finding:
    """Check that there is a key, and that it is well-formed for its gateway."""
    try:
        key = read_key(path, gateway)
    except UsageError as error:
        return problem("key", error)
    return Finding("key", State.OK, f"well-formed; its fingerprint is {key.fingerprint}")


def key_file(path: Path | None) -> Iterator[Finding]:
    """Check who may read the key's file, if there is one."""
    if path is None:
        return
    warning = key_file_warning(path)
    yield (
        problem("key file", UsageError(warning))
        if warning
        else Finding("key file", State.OK, f"{path} is not readable by other users")
    )


def settings() -> Iterator[Finding]:
    """List the settings files that are read, and warn about existing files that are not."""
    there = [file for file in click.get_current_context().find_root().meta[FILES_META] if file.is_there]
    unread = {file: why for file in there if (why := why_not_read(file))}
    read = [str(file.path) for file in there if file not in unread]
    variables = given(os.environ)
    yield Finding("settings", State.OK, ", ".join([*(read or ["no settings file"]), *variables]))
    for file, why in unread.items():
        what = f"{file.path} is not read: {why}. {not_read_remedy(file)}"
        yield Finding("settings", State.WARNING, what)


def time_zone() -> Finding:
    """Show the local time, by which `--deadline 06:30` goes, and check that its zone is known."""
    if zone := unknown_zone():
        what = (
            f"this machine knows no zone {zone!r} (TZ), and takes UTC; correct TZ (Europe/Berlin), or "
            "install the zones of the system (tzdata)"
        )
        return Finding("time zone", State.WARNING, what)
    return Finding("time zone", State.OK, time.strftime("it is %H:%M %Z (%z)"))


def extras() -> Finding:
    """List the extras that are installed, and how to install the others."""
    try:
        required = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return Finding("extras", State.SKIPPED, "run from its sources; install it with pip to see its extras")
    needs: dict[str, list[str]] = {}
    for line in required:
        if found := _OF_EXTRA.match(line):
            needs.setdefault(found[2], []).append(found[1])
    missing = [extra for extra, names in needs.items() if not all(map(_is_installed, names))]
    there = ", ".join(extra for extra in needs if extra not in missing) or "none"
    remedy = f"; for the others: pip install '{_DISTRIBUTION}[{','.join(missing)}]'" if missing else ""
    return Finding("extras", State.OK, there + remedy)


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def ledger_at(location: Location) -> Iterator[Finding]:
    """Check the ledger; if there is none yet, check that the first run can create it."""
    if not isinstance(location, Path):
        yield from _looked_through(location, partial(read, location))
        return
    if not location.exists():
        yield _absent(location)
    else:
        yield from _looked_through(location, partial(open_ledger, location, holder="validator doctor"))
        modes = wider_modes(location.resolve()) if location.is_file() else ()
        yield from (Finding("permissions", State.WARNING, warning) for warning in modes)
    yield Finding("sqlite", State.OK, _sqlite())


def _looked_through(location: Location, opened: Callable[[], LedgerReader]) -> Iterator[Finding]:
    try:
        with opened() as ledger:
            ledger.require_sound()
            numbers, found = ledger.numbers(), ledger.stats(int(time.time() * 1000))
    except ValidatorError as error:
        yield problem("ledger", error)
        return
    yield Finding("ledger", State.OK, f"{location} is intact and has {numbers:,} numbers")
    if ahead := sum(ages.get("in the future", 0) for ages in found.by_age.values()):
        yield Finding(
            "ages",
            State.WARNING,
            f"{ahead:,} answers have a time in the future, from a wrong clock: they do not count. "
            "`validator ledger purge --older-than 30d` deletes them",
        )


def _absent(path: Path) -> Finding:
    """Check that the first run can create the ledger; does not create it."""
    if not os.access(_nearest_folder(path), os.W_OK | os.X_OK):
        return problem(
            "ledger",
            FileError(
                f"{path} does not exist, and cannot be created; "
                "name a file of yours with --ledger, or set XDG_STATE_HOME to a folder of yours"
            ),
        )
    return Finding("ledger", State.OK, f"{path} does not exist yet; the first run creates it")


def _sqlite() -> str:
    if not loses_commits():
        return SQLITE_VERSION
    return (
        f"{SQLITE_VERSION}, in which two programs that write can lose results: during a run, open the ledger "
        "with nothing else (`sqlite3 -readonly` is harmless)"
    )


def disk(ledger: Path) -> Finding:
    """Check the free space on the ledger's disk."""
    try:
        free_bytes = shutil.disk_usage(_nearest_folder(ledger)).free
    except OSError as error:
        return problem(
            "disk",
            FileError(
                f"{ledger.parent} cannot be checked ({error.strerror}); name another ledger with --ledger"
            ),
        )
    return room(free_bytes)


def _nearest_folder(path: Path) -> Path:
    """Return the nearest place above a path that exists; the root itself, which has none above it."""
    place = path.resolve()
    return next(folder for folder in (*place.parents, place) if folder.exists())


def room(free_bytes: int) -> Finding:
    """Check that this much free space is enough."""
    if free_bytes < LEAST_FREE_BYTES:
        return problem(
            "disk",
            FileError(
                f"{free_bytes // 2**20:,} MB free beside the ledger; free some more, or "
                "name a ledger on another disk with --ledger"
            ),
        )
    return Finding("disk", State.OK, f"{free_bytes / 2**30:,.1f} GB free beside the ledger")
