"""What INPUT may be: a file, several, a pattern that the shell did not expand, a URL, or standard input."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from validator.cli.lists.copies import copy_of_object, copy_of_pipe, copy_of_stdin, objects_of
from validator.errors import FileError, UsageError
from validator.model import ObjectUrl
from validator.tables import is_read_once

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIO = "-"


@dataclass(frozen=True, slots=True)
class Found:
    """A list to read.

    Attributes:
        path: where it lies.
        beside: the folder that its output goes to, unless another is named.
    """

    path: Path
    beside: Path


def found_inputs(given: Sequence[Path | ObjectUrl], *, quiet: bool) -> tuple[Found, ...]:
    """Return the files that INPUT names, each once, those of a pattern in the order of their names.

    Standard input and objects are copied into temporary files; the output of an object goes to the current
    folder.

    Raises:
        FileError: nothing matches a pattern, an object cannot be fetched, or a temporary file not be written.
        UsageError: standard input is named beside files.
    """
    if Path(STDIO) not in given:
        lists = dict.fromkeys(one for name in given for one in matching_lists(name))
        return tuple(_found(one, quiet=quiet) for one in lists)
    if len(given) > 1:
        raise UsageError("standard input (-) cannot be read beside files; name the files alone")
    return (Found(copy_of_stdin(quiet=quiet), Path()),)


def local_file(given: Path | ObjectUrl, *, quiet: bool) -> Path:
    """Return the file, or the temporary one that an object or a pipe was copied into.

    Raises:
        FileError: it cannot be.
    """
    if isinstance(given, ObjectUrl):
        return copy_of_object(given, quiet=quiet)
    return copy_of_pipe(given, quiet=quiet) if is_read_once(given) else given


def _found(one: Path | ObjectUrl, *, quiet: bool) -> Found:
    path = local_file(one, quiet=quiet)
    return Found(path, path.parent if path is one else Path())


def matching_lists(name: Path | ObjectUrl) -> Sequence[Path | ObjectUrl]:
    """Return the files or objects that a name means: those that match it if it is a pattern.

    Raises:
        FileError: nothing matches.
    """
    if isinstance(name, ObjectUrl):
        return objects_of(name)
    if name.exists() or not glob.has_magic(str(name)):
        return [name]
    if found := sorted(glob.glob(str(name), recursive=True)):  # noqa: PTH207 - also of absolute patterns
        return [Path(path) for path in found]
    raise FileError(f"nothing matches {name}; check the pattern and the folder.")
