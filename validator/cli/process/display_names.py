"""Names of lists that are copied to temporary files: messages show these names, not the files' paths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from validator.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_NAMES = "validator.copies"


def names_of_copies() -> dict[Path, str]:
    """Return the names of the copied lists, by the path of the copy; later copies are added to it."""
    context = click.get_current_context(silent=True)
    names: dict[Path, str] = context.meta.setdefault(_NAMES, {}) if context else {}
    return names


@contextmanager
def naming_copies() -> Iterator[None]:
    """Replace the paths of copies in error messages with the names of the lists."""
    try:
        yield
    except (FileError, UsageError) as error:
        error.args = (named(str(error), names_of_copies()),)
        raise


def named(text: str, names: Mapping[Path, str]) -> str:
    """Return a text with the names of lists instead of the paths of their copies."""
    for path, name in names.items():
        text = text.replace(str(path), name)
    return text
