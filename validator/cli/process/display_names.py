"""Names of lists that lie in temporary files: messages speak of them as people do."""

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
    """Return what people call the lists that the command has copied; it grows by those to come."""
    context = click.get_current_context(silent=True)
    names: dict[Path, str] = context.meta.setdefault(_NAMES, {}) if context else {}
    return names


@contextmanager
def naming_copies() -> Iterator[None]:
    """Have errors speak of a list as people do, and not of the file that it was copied into."""
    try:
        yield
    except (FileError, UsageError) as error:
        error.args = (named(str(error), names_of_copies()),)
        raise


def named(text: str, names: Mapping[Path, str]) -> str:
    """Return a text with the names of lists in place of their copies' paths."""
    for path, name in names.items():
        text = text.replace(str(path), name)
    return text
