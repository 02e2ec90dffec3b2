"""Imports the work of a command when the command runs: help texts and completions do not need it."""

from __future__ import annotations

import gc
import signal
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# As many new objects start the garbage collector: some MB, in place of Python's 700 objects.
NEW_OBJECTS = 20_000


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
    let_signals_interrupt_reads()
    if not gc.isenabled():
        collect_garbage_rarely()
    code: int | None = do(**given)
    return code


def let_signals_interrupt_reads() -> None:
    """Let Ctrl-C end a read that waits for a line or a pipe.

    When polars is imported, it puts a handler of its own before Python's, with which such a read goes on.
    """
    signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - has no keywords


def collect_garbage_rarely() -> None:
    """Enable the garbage collector, which `__main__` disables; it does not scan the loaded modules.

    With Python's own threshold it would take a tenth of a check's processor time, and find next to nothing.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()
