"""Warns of suppression lists that a settings file names for one command only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def commands_without_lists(
    origin: str,
    option: str,
    shared: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, set[str]],
) -> Iterator[tuple[str, str]]:
    """Yield the commands that ignore the suppression lists of a file, each with a warning.

    Args:
        origin: the file, and the profile in it.
        option: the option with suppression lists.
        shared: the settings of the file that apply to every command.
        tables: its tables for one command each.
        known: each command's option names.
    """
    named = [command for command, table in tables.items() if table.get(option)]
    if shared.get(option) or not named:
        return
    where = " and ".join(f"[{command}]" for command in named)
    top = "top of the profile" if origin.endswith("]") else "top"
    for command, options in known.items():
        if option in options and option not in tables.get(command, {}):
            ignored = f"so that `{command}` does not leave these people out"
            yield command, f"{origin} sets {option} under {where} only, {ignored}; move the line to the {top}"
