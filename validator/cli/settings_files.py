"""Settings files: what they say, and what each may say.

A file named with `--config` beats the project file (`validator.toml` in the working folder), which beats the
user's own (`config.toml` in the configuration folder). A working folder may be somebody else's: its file says
nothing about where a key goes, which credentials are read, or what is written outside that folder.
"""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validator.cli.nearest import suggestion
from validator.cli.standard_streams import say
from validator.errors import UsageError
from validator.model import ObjectUrl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

# What a file found in a folder may set. An option that is not named here has to come from somebody who runs
# the command, so that a new option is refused until somebody has thought about it.
FOLDER_MAY_SET = frozenset(
    {
        "accept", "canary", "column", "concurrency", "confirm-negatives", "contacts", "daily-cap", "deadline",
        "dry-run", "encoding", "enough", "excel-safe", "format", "grace", "header-row", "hidden", "join",
        "json", "landlines", "limit", "line-type", "log-format", "max-age", "max-error-rate", "max-invalid",
        "max-outage", "max-unknown", "max-wait", "numbers", "only", "order", "output", "output-dir", "prefix",
        "quiet", "ragged", "rate", "rate-share", "refresh", "region", "region-column", "report", "retries",
        "seed", "sendable", "session", "sheet", "size", "split", "strict", "summary", "suppress",
        "suppress-column", "timeout", "variants", "verbose",
    }
)  # fmt: skip
# Those among them that name files.
_NAME_FILES = frozenset({"output", "output-dir", "report", "sendable", "split", "summary", "suppress"})
_STDOUT = "-"
# Lists that protect people: those of a folder's file come beside the user's own, and never in place of them.
_PROTECTING = "suppress"

KEYS = "keys"
"""The table with the keys: `[keys.NAME]`."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file that may be there; `is_own` if the user has written or named it."""

    path: Path
    is_own: bool

    @property
    def is_there(self) -> bool:
        """Whether there is something to read, be it a pipe where the user has named one."""
        return self.path.is_file() or (self.is_own and self.path.exists())


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the settings files say.

    Attributes:
        options: for each command its options with a text, a number, a boolean or a list of these.
        keys: the tables `[keys.NAME]`, by name.
    """

    options: dict[str, dict[str, Any]]
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_defaults(
    known: Mapping[str, set[str]],
    files: Sequence[SettingsFile],
    heed: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Defaults:
    """Return the defaults of each command; a later file beats an earlier one, option by option.

    A key at the top level goes to every command that has such an option; a key in a table named after a
    command goes to that command alone. A folder's file that others may write to is not read, with a warning.

    Args:
        known: each command's option names, as they are written on the command line without their dashes.
        files: the files, which need not exist.
        heed: called with what each of them says, before anything in it is refused.

    Raises:
        UsageError: a file is not TOML, names a command or an option that does not exist, or is found in a
            folder and sets what only the user may set.
    """
    merged = Defaults({command: {} for command in known})
    for file in files:
        if file.is_there and _is_read(file):
            content = _dashed(_parsed(file.path))
            heed(content)
            _merge(merged, file, content, known)
    return merged


def _is_read(file: SettingsFile) -> bool:
    flaw = "" if file.is_own else why_unread(file.path)
    if flaw:
        remedy = f"Mend that, or name the file with --config {file.path}"
        say(f"{file.path} is not read: {flaw}. {remedy}")
    return not flaw


def why_unread(path: Path) -> str:
    """Return why a folder's file is not read: somebody else may have written it; empty if nobody can have."""
    folder = path.absolute().parent
    for place, what in ((path, "it"), (folder, "its folder")):
        seen = place.stat()
        if {seen.st_uid, place.lstat().st_uid} - {os.geteuid(), 0}:
            return f"{what} belongs to another user"
        if seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not (
            place is folder and seen.st_mode & stat.S_ISVTX
        ):
            return f"others may write to {what} (mode {stat.S_IMODE(seen.st_mode):04o}); chmod go-w {place}"
    return ""


def _merge(
    merged: Defaults, file: SettingsFile, content: dict[str, Any], known: Mapping[str, set[str]]
) -> None:
    keys = content.pop(KEYS, {}) if isinstance(content.get(KEYS), dict) else {}
    tables = {name: _dashed(value) for name, value in content.items() if isinstance(value, dict)}
    shared = {name: value for name, value in content.items() if name not in tables}
    _check_names(file.path, shared, tables, known)
    for table in (shared, *tables.values()):
        _check_values(file.path, table)
    if not file.is_own:
        _check_folder_file(file.path, keys, (shared, *tables.values()))
    merged.keys.update(_key_tables(file.path, keys))
    for command, options in known.items():
        given = {name: value for name, value in shared.items() if name in options} | tables.get(command, {})
        if not file.is_own:
            given = _beside(merged.options[command], given, file.path)
        merged.options[command].update(given)


def _beside(own: Mapping[str, Any], given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what a folder's file sets; the user's lists of people to protect stay as they are."""
    if own.get(_PROTECTING) and f"{_PROTECTING}-column" in given:
        raise UsageError(
            f"{path} sets '{_PROTECTING}-column', which would change how the lists of your own settings file "
            f"are read. Use a flag, or name this file with --config {path}"
        )
    lists = [*_listed(own.get(_PROTECTING)), *_listed(given.get(_PROTECTING))]
    return {**given, _PROTECTING: lists} if _PROTECTING in given else dict(given)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parsed(path: Path) -> dict[str, Any]:
    try:
        # Notepad begins a file with a byte order mark, which TOML does not know.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; see to its permissions") from error
    except RecursionError:
        raise UsageError(
            f"{path} is nested too deeply; settings need no more than a table and a list"
        ) from None
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def _dashed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table whose keys may be written as on the command line, or with underscores."""
    return {key.replace("_", "-"): value for key, value in table.items()}


def _check_names(
    path: Path,
    shared: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, set[str]],
) -> None:
    if any("api-key" in table for table in (shared, *tables.values())):
        raise UsageError(
            f"{path}: a key does not belong in here; name a file that holds it with api-key-file"
        )
    options = set().union(*known.values())
    if strange := sorted(set(shared) - options):
        hint = suggestion(strange[0], options)
        raise UsageError(
            f"{path}: no command has an option {strange[0]!r}; see `validator COMMAND --help`.{hint}"
        )
    for command, table in tables.items():
        if command not in known:
            raise UsageError(
                f"{path}: there is no command {command!r}; there are: {', '.join(sorted(known))}."
                f"{suggestion(command, known)}"
            )
        if strange := sorted(set(table) - known[command]):
            raise UsageError(
                f"{path}: command {command!r} has no option {strange[0]!r}; see `validator {command} --help`."
                f"{suggestion(strange[0], known[command])}"
            )


def _check_values(path: Path, table: Mapping[str, Any]) -> None:
    for option, value in table.items():
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str | int | float) for part in parts):
            raise UsageError(f"{path}: option {option!r} needs a text, a number, true or false, or a list")


def _check_folder_file(path: Path, keys: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what a file that lies in a folder may not set."""
    named = [*([KEYS] if keys else []), *(option for table in tables for option in table)]
    if refused := next((option for option in named if option not in FOLDER_MAY_SET), None):
        raise UsageError(
            f"{path} sets {refused!r}, which a file found in a folder may not: it decides where a key goes, "
            "or what is read and written outside that folder. Use a flag or an environment variable, or your "
            f"own settings file, or name this one with --config {path}"
        )
    for table in tables:
        for option, value in _files_in(table):
            if outside := _outside(path, value):
                raise UsageError(
                    f"{path}: {option} = {value!r} is {outside}, and a file found in a folder may name files "
                    f"in that folder only. Use a flag, or name this file with --config {path}"
                )


def _files_in(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for option, value in table.items():
        if option in _NAME_FILES:
            yield from ((option, str(part)) for part in _listed(value))


def _outside(path: Path, value: str) -> str:
    """Return where a file is that is not in the folder of `path`, links followed; empty if it is in it."""
    if value == _STDOUT:
        return ""
    if ObjectUrl.is_one(value):
        return "a URL"
    folder = path.absolute().parent.resolve()
    return "" if (folder / value).resolve().is_relative_to(folder) else "outside that folder"


def _key_tables(path: Path, keys: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    for name, table in keys.items():
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {KEYS}.{name} is no table; write [keys.{name}] and its settings below")
    return {name: _dashed(table) for name, table in keys.items()}
