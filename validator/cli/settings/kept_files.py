"""Files that no command overwrites: key files, settings files, and the CA file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from validator.cli.settings.defaults import KEYS_META
from validator.places import PROJECT_FILE, user_file

if TYPE_CHECKING:
    from collections.abc import Sequence


def kept_files(api_key_file: Path | None = None, ca_file: Path | None = None) -> Sequence[tuple[str, Path]]:
    """Return the files that no command may overwrite, each as description and path: `("the key file", PATH)`.

    Args:
        api_key_file: the file with the key, if there is one.
        ca_file: the file with certificate authorities, if there is one.
    """
    root = click.get_current_context().find_root()
    named = [table.get("api-key-file") for table in root.meta.get(KEYS_META, {}).values()]
    keys = [api_key_file, *(Path(name).expanduser() for name in named if isinstance(name, str))]
    settings = [user_file(), PROJECT_FILE, root.params.get("config")]
    return [
        *(("the key file", path) for path in keys if path is not None),
        *(("a settings file", path) for path in settings if path is not None),
        *(("the file of authorities", path) for path in (ca_file,) if path is not None),
    ]
