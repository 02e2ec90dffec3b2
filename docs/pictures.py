"""Puts the pictures that `make pictures` has kept into the site; without them the pages stay as they are.

A page says where with `<!-- picture: NAME: what it shows -->`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FOLDER = Path(__file__).parent.parent / "build" / "pictures"
_MARK = re.compile(r"<!-- picture: ([\w-]+): ([^\n]+?) -->")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pictures to the files of the site."""
    for picture in sorted(FOLDER.glob("*.png")):
        files.append(File.generated(config, f"pictures/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put each picture that there is in the place of its mark."""
    return _MARK.sub(_image, markdown)


def _image(mark: re.Match[str]) -> str:
    name, shows = mark.groups()
    return f"![{shows}](pictures/{name}.png)" if (FOLDER / f"{name}.png").exists() else ""
