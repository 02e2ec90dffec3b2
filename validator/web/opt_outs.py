"""The suppression lists of the page, which apply to every list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.batch.recipients.job import ListSettings, checked_name
from validator.batch.recipients.opening import open_list
from validator.errors import UsageError
from validator.ledger import make_folder
from validator.web.lists import Missing, plain_name

if TYPE_CHECKING:
    from pathlib import Path


class OptOuts:
    """The suppression lists in a folder; every run uses all of them.

    Args:
        folder: the page's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "suppress"
        make_folder(self._folder)

    def paths(self) -> tuple[Path, ...]:
        """Return their files."""
        return tuple(sorted(self._folder.iterdir()))

    def add(self, name: str, file: Path) -> None:
        """Move a file here.

        Raises:
            FileError: it is not a list.
            UsageError: there is already one with this name, which would be lost.
        """
        target = self._folder / plain_name(name)
        checked_name(target, None)
        if target.exists():
            raise UsageError(
                f"there is a suppression list {target.name} already; remove it, or rename the file"
            )
        file.rename(target)
        try:
            open_list(target, ListSettings())
        except BaseException:
            target.unlink()
            raise

    def remove(self, name: str) -> None:
        """Remove a suppression list by name; raises `Missing` if there is no such list."""
        for path in self.paths():
            if path.name == name:
                path.unlink()
                return
        raise Missing
