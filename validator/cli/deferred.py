"""The work of a command, imported when it is done: help texts and completions need none of it."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def work(command: str, given: Mapping[str, Any], *, function: str = "run") -> int | None:
    """Import `validator.cli.commands.COMMAND` and call its function; return the exit code, None for 0.

    Args:
        command: the name of the command.
        given: the values of its options and arguments, by name.
        function: what to call there.
    """
    do = getattr(import_module(f"validator.cli.commands.{command}"), function)
    _collect_garbage()
    code: int | None = do(**given)
    return code


def _collect_garbage() -> None:
    """Turn the collector on if `__main__` has turned it off, and spare it what has been loaded."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
