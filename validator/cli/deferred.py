"""Imports the work of a command when the command runs: help texts and completions do not need it."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def work(command: str, given: Mapping[str, Any], *, function: str = "run") -> int | None:
    """Import `validator.cli.commands.COMMAND`, call its function, and return the exit code (None for 0).

    Args:
        command: the name of the command.
        given: the values of its options and arguments, by name.
        function: the name of the function.
    """
    # An error is shown even if no more file can be opened, or memory has run out.
    import_module("validator.cli.process.errors")
    do = getattr(import_module(f"validator.cli.commands.{command}"), function)
    _collect_garbage()
    code: int | None = do(**given)
    return code


def _collect_garbage() -> None:
    """Enable the garbage collector if `__main__` has disabled it; it does not scan the loaded modules."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
