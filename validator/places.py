"""Default locations: the folder for durable data, the ledger, and the settings files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from validator.errors import UsageError
from validator.ledger_url import Location, database_location

if TYPE_CHECKING:
    from platformdirs import PlatformDirs

PROJECT_FILE = Path("validator.toml")

DATABASE_VARIABLE = "DATABASE_URL"


def state_folder() -> Path:
    """Return the folder for durable data; reads the environment (`XDG_STATE_HOME`) at each call.

    Raises:
        UsageError: this user has no home folder.
    """
    try:
        return Path(_dirs().user_state_dir)
    except RuntimeError:
        raise UsageError(
            "this user has no home folder to keep the ledger in; name a file of yours with --ledger, or set "
            "XDG_STATE_HOME to a folder"
        ) from None


def default_ledger() -> Location:
    """Return the default ledger: the database that `DATABASE_URL` names, or a file in `state_folder`.

    Raises:
        UsageError: `DATABASE_URL` looks like a misspelled URL of PostgreSQL.
    """
    given = database_location(os.environ.get(DATABASE_VARIABLE, ""), DATABASE_VARIABLE)
    return given or state_folder() / "ledger.sqlite"


def user_file() -> Path | None:
    """Return the user's own settings file; reads the environment (`XDG_CONFIG_HOME`) at each call.

    None if this user has no home folder.
    """
    try:
        return Path(_dirs().user_config_dir) / "config.toml"
    except RuntimeError:
        return None


def _dirs() -> PlatformDirs:
    from platformdirs import PlatformDirs  # noqa: PLC0415 - no help text needs it

    return PlatformDirs("recipient-validator", appauthor=False)
