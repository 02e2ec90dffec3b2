"""The files that a run has written, and links to them for reports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from msgspec import Struct

from validator.reports.wording import legible
from validator.value import Value

if TYPE_CHECKING:
    from pathlib import Path


class WrittenFile(Value, Struct, frozen=True):
    """A file that a run has written.

    Attributes:
        path: its path.
        holds: its contents, in a few words.
        rows: how many rows it has; None if they were not counted.
    """

    path: Path
    holds: str
    rows: int | None = None

    def beside(self, page: Path) -> FileLink:
        """Return a link to the file from a page. It is relative, so it works until one of them is moved."""
        path = os.path.relpath(self.path.absolute(), page.absolute().parent)
        href = quote_from_bytes(
            os.fsencode(path)
        )  # quotes colons too, so that no name is taken for a URL scheme
        return FileLink(href, legible(self.path.name), self.holds, self.rows)


class FileLink(Value, Struct, frozen=True):
    """A link to a file: its URL, the file's name, its contents, and its number of rows or None."""

    href: str
    name: str
    holds: str
    rows: int | None
