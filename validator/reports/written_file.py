"""The files that a run has written, and how a report links to them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from validator.reports.wording import legible

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that a run has written.

    Attributes:
        path: where it is.
        holds: what it holds, in a few words.
        rows: how many rows that are; None if they were not counted.
    """

    path: Path
    holds: str
    rows: int | None = None

    def beside(self, page: Path) -> FileLink:
        """Return the link to the file from a page, which leads there as long as both stay where they are."""
        path = os.path.relpath(self.path.absolute(), page.absolute().parent)
        href = quote_from_bytes(os.fsencode(path))  # a colon is quoted too: no name is a scheme
        return FileLink(href, legible(self.path.name), self.holds, self.rows)


@dataclass(frozen=True, slots=True)
class FileLink:
    """A link to a file: where it leads, the file's name, what it holds, and how many rows that are."""

    href: str
    name: str
    holds: str
    rows: int | None
