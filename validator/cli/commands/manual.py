"""`validator manual`: manual pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from validator.cli.help.man_pages import man_pages
from validator.cli.process.standard_streams import say
from validator.errors import FileError, UsageError
from validator.nearest import suggestion

if TYPE_CHECKING:
    from pathlib import Path


def run(*, words: tuple[str, ...], folder: Path | None) -> None:
    """Print a page, or write all of them.

    Raises:
        UsageError: there is no such command, or a command is named together with a folder.
        FileError: a page cannot be written.
    """
    root = click.get_current_context().find_root()
    pages = man_pages(root)
    if folder is None:
        click.echo(_named(pages, "-".join((root.info_name or "", *words))), nl=False)
        return
    if words:
        raise UsageError("--dir writes every page; leave the command out, or --dir")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / f"{name}.1").write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"{error.filename} cannot be written ({error.strerror}); name another --dir"
        ) from error
    say(f"{len(pages)} pages written to {folder}")


def _named(pages: dict[str, str], name: str) -> str:
    if name in pages:
        return pages[name]
    there = ", ".join(pages)
    raise UsageError(f"there is no page {name!r}; there are: {there}.{suggestion(name, pages)}")
