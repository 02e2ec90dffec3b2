"""Finds the settings files, and decides which of them are read."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from validator.cli.process.standard_streams import say
from validator.cli.settings.encodings import decoded
from validator.errors import UsageError
from validator.places import PROJECT_FILE, user_file

if TYPE_CHECKING:
    from pathlib import Path


class SettingsFile(NamedTuple):
    """A settings file that may exist; `is_own` if the user has written or named it."""

    path: Path
    is_own: bool

    @property
    def is_there(self) -> bool:
        """Whether the file exists; a file that the user has named may also be a pipe."""
        return self.path.is_file() or (self.is_own and self.path.exists())


def files_of(config: Path | None) -> list[SettingsFile]:
    """Return the settings files that may exist; a later one overrides an earlier one.

    Args:
        config: the file that `--config` names; None if there is none.
    """
    is_same = config is not None and config.resolve() == PROJECT_FILE.resolve()
    named = [(user_file(), True), (None if is_same else PROJECT_FILE, False), (config, True)]
    return [SettingsFile(path, is_own=is_own) for path, is_own in named if path is not None]


def is_read(file: SettingsFile) -> bool:
    """Whether an existing file is read; if it is not, prints the reason."""
    if flaw := why_not_read(file):
        say(f"{file.path} is not read: {flaw}. {not_read_remedy(file)}")
    return not flaw


def not_read_remedy(file: SettingsFile) -> str:
    """Return the remedy for a file that is not read."""
    return f"Correct that, or name the file with --config {file.path}"


def why_not_read(file: SettingsFile) -> str:
    """Return why an existing file is not read; empty if it is read."""
    return "" if file.is_own else _unsafe(file.path)


def _unsafe(path: Path) -> str:
    """Return why another user may have changed a file; empty if only this user or root can."""
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


# TOML has it only as an escape, and no file name can have it.
_NUL = (r"\u0000", r"\U00000000")


def parsed(path: Path) -> dict[str, Any]:
    """Return the content of a settings file.

    Raises:
        UsageError: it cannot be read, or is not TOML.
    """
    import tomllib  # noqa: PLC0415 - most users have no settings file

    try:
        text = decoded(path.read_bytes())
        content = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; check its permissions") from error
    except RecursionError:
        raise UsageError(
            f"{path} is nested too deeply; settings need no more than a table and a list"
        ) from None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not in UTF-8: {error.reason} at byte {error.start}; save it in UTF-8"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    if any(escape in text for escape in _NUL):
        raise UsageError(f"{path} has the character NUL ({_NUL[0]}) in a text, which no setting can have")
    return content
