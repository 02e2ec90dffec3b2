"""Shows an error as one line on standard error, and maps it to an exit code. Users never see a traceback."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import click

from validator.cli.process.standard_streams import end_stdout, is_json_wanted, say
from validator.errors import Interrupted, UsageError, ValidatorError, innermost
from validator.reports.schema_version import SCHEMA_VERSION

log = logging.getLogger(__name__)


def report_failure(error: BaseException, *, as_json: bool = False) -> int:
    """Print an error, and return its exit code.

    Args:
        error: the error that ended the command.
        as_json: whether to end standard output with a line of JSON that has `exit_code` and `error`.
    """
    cause = innermost(error)
    log.debug("traceback", exc_info=cause)
    code, message = exit_code_of(cause), _described(cause)
    if isinstance(cause, click.ClickException) and not is_json_wanted():
        cause.show(file=sys.stderr)
    else:
        say(message)
    if as_json:
        end_stdout({"schema_version": SCHEMA_VERSION, "exit_code": code, "error": message})
    return code


def _described(cause: BaseException) -> str:
    match cause:
        case ValidatorError():
            return str(cause)
        case click.ClickException():
            return cause.format_message()
        case KeyboardInterrupt() | click.exceptions.Abort():
            words = "interrupted; no recorded answer is lost. The same command goes on from here, but with"
            return f"{words} --refresh it asks about every number again"
        case MemoryError():
            words = "memory ran out; no recorded answer is lost. Give this process more memory, then run"
            return f"{words} the same command again"
        case _:
            what = f"internal error: {type(cause).__name__} {_place(cause)}"
            return f"{what}. This is a bug; -v shows the traceback"


def exit_code_of(error: BaseException | None) -> int:
    """Return the exit code for an error; 0 for None."""
    if error is None:
        return 0
    match innermost(error):
        case ValidatorError() as ours:
            return ours.exit_code
        case SystemExit(code=int() as code):
            return code
        case click.ClickException():
            return UsageError.exit_code
        case KeyboardInterrupt() | click.exceptions.Abort():
            return Interrupted.exit_code
        case _:
            return ValidatorError.exit_code


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"in {last.name}, line {last.lineno} of {Path(last.filename).name}" if last else ""
