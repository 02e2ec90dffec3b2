"""Logging of the command line: to standard error, as text or as lines of JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from validator.cli.process.display_names import named, names_of_copies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROOT = "validator"
_FACTS = ("plan", "progress", "summary")


class Lines(logging.Formatter):
    """Lines of text. Masks keys and numbers in tracebacks, since a library's error may quote its input."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, masked."""
        return _mask(super().formatException(ei))


class JsonLines(Lines):
    """One JSON object on each line: `time` (ISO 8601, UTC), `level`, `logger`, `message`, and any `error`.

    Lines about progress, the plan and the summary also have their values, as `progress`, `plan` or `summary`.
    """

    is_json = True

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FACTS if hasattr(record, name)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to the current `sys.stderr`, which a live display replaces in order to print above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self.stream = sys.stderr
        super().emit(record)


def set_up_logging(*, quiet: bool, verbose: bool, log_format: str) -> None:
    """Log this program's messages to standard error, and the warnings of other libraries."""
    handler = StandardError()
    handler.setFormatter(JsonLines() if log_format == "json" else Lines("%(asctime)s %(message)s"))
    handler.addFilter(_mask_what_others_say)
    handler.addFilter(partial(_name_copies, names=names_of_copies()))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO
    logging.getLogger(ROOT).setLevel(level)


def take_logging(options: dict[str, Any]) -> bool:
    """Remove the logging options from a command's options, set up logging, and return whether to be quiet."""
    quiet, verbose = options.pop("quiet"), options.pop("verbose")
    set_up_logging(quiet=quiet, verbose=verbose, log_format=options.pop("log_format"))
    return bool(quiet)


def _mask_what_others_say(record: logging.LogRecord) -> bool:
    """Mask another library's message. Our own have masked numbers, and dates that look like numbers."""
    if not record.name.startswith(ROOT):
        record.msg, record.args = _mask(record.getMessage()), ()
    return True


def _name_copies(record: logging.LogRecord, *, names: Mapping[Path, str]) -> bool:
    if names:
        record.msg, record.args = named(record.getMessage(), names), ()
    return True


def _mask(text: str) -> str:
    # Imported here, since it loads the HTTP client, which commands without network do not need.
    from validator.http.masking import mask  # noqa: PLC0415

    return mask(text)
