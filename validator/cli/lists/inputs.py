"""Finds the lists of INPUT: files, patterns that the shell did not expand, URLs, or standard input."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.cli.lists.copies import copy_of_object, copy_of_pipe, copy_of_stdin, objects_of
from validator.errors import FileError, UsageError
from validator.model import ObjectUrl
from validator.tables import is_read_once

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIO = "-"


class InputFile(Struct, frozen=True):
    """A list to read.

    Attributes:
        path: its file, or the temporary copy.
        beside: the default folder of its output.
    """

    path: Path
    beside: Path


def found_inputs(given: Sequence[Path | ObjectUrl], *, quiet: bool) -> tuple[InputFile, ...]:
    """Return the files that INPUT names, without duplicates; files of a pattern are sorted by name.

    Standard input and objects are copied to temporary files. The default folder for the output of an object
    is the current folder.

    Raises:
        FileError: nothing matches a pattern, an object cannot be fetched, or a temporary file cannot be
            written.
        UsageError: standard input is named together with files.
    """
    if Path(STDIO) not in given:
        lists = dict.fromkeys(one for name in given for one in matching_lists(name))
        return tuple(_found(one, quiet=quiet) for one in lists)
    if len(given) > 1:
        raise UsageError("standard input (-) cannot be read together with files; name only the files")
    return (InputFile(copy_of_stdin(quiet=quiet), Path()),)


def local_file(given: Path | ObjectUrl, *, quiet: bool) -> Path:
    """Return a local file; an object or a pipe is copied to a temporary one.

    Raises:
        FileError: it cannot be copied.
    """
    if isinstance(given, ObjectUrl):
        return copy_of_object(given, quiet=quiet)
    return copy_of_pipe(given, quiet=quiet) if is_read_once(given) else given


def _found(one: Path | ObjectUrl, *, quiet: bool) -> InputFile:
    path = local_file(one, quiet=quiet)
    return InputFile(path, path.parent if path is one else Path())


def matching_lists(name: Path | ObjectUrl) -> Sequence[Path | ObjectUrl]:
    """Return the files or objects that a name means; if it is a pattern, all that match.

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
