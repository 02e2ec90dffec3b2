"""Protects the user's own suppression lists from the settings of a folder's settings file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.core import ParameterSource

from validator.cli.help.option_groups import long_name
from validator.cli.settings.defaults import FILES_META, GUARDED_META, ORIGINS_META, PROTECTING
from validator.errors import UsageError

if TYPE_CHECKING:
    import click

_READING = {"region": "region", "region-column": "region_column", "numbers": "numbers"}
"""Options that change the number of a cell, so that a list would protect other people, and their settings."""
_COLUMN = f"{PROTECTING}-column"


def settings_of_others(context: click.Context) -> tuple[str, ...]:
    """Return the settings that do not apply to the user's own lists, since a folder's file sets them.

    Raises:
        UsageError: a folder's file sets the columns of these lists.
    """
    if not _are_own(context):
        return ()
    set_by = _set_by_folder(context)
    if _COLUMN in set_by:
        path = set_by[_COLUMN]
        raise UsageError(
            f"{path} sets {_COLUMN!r}, which would change how your own lists of people who opted out are "
            f"read. Use a flag, or name this file with --config {path}"
        )
    return tuple(setting for option, setting in _READING.items() if option in set_by)


def _are_own(context: click.Context) -> bool:
    """Whether the user has named a suppression list, and not only a folder's file."""
    source = context.get_parameter_source(PROTECTING)
    if source is ParameterSource.DEFAULT_MAP:
        return context.info_name in context.meta.get(GUARDED_META, ())
    return source in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def _set_by_folder(context: click.Context) -> dict[str, str]:
    """Return the options with a value from a file found in a folder, each with the path of that file."""
    origins = context.meta.get(ORIGINS_META, {}).get(context.info_name, {})
    found = [str(file.path) for file in context.meta.get(FILES_META, ()) if not file.is_own]
    from_files = [
        long_name(option)
        for option in context.command.params
        if context.get_parameter_source(option.name or "") is ParameterSource.DEFAULT_MAP
    ]
    return {
        name: path
        for name in from_files
        for path in found
        if origins.get(name) == path or origins.get(name, "").startswith(f"{path} [")
    }
