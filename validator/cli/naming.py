"""Names of lists that lie in temporary files: messages speak of them as people do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from validator.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES = "validator.copies"


def names_of_copies() -> dict[Path, str]:
    """Return what people call the lists whose copies were made so far."""
    names: dict[Path, str] = click.get_current_context().meta.setdefault(_NAMES, {})
    return names


@contextmanager
def naming_copies() -> Iterator[None]:
    """Have errors speak of a list as people do, and not of the file that it was copied into."""
    try:
        yield
    except (FileError, UsageError) as error:
        message = str(error)
        for path, name in names_of_copies().items():
            message = message.replace(str(path), name)
        error.args = (message,)
        raise
