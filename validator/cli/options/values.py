"""The types of option values: how a text is parsed, and the name of the type in help texts.

Help texts import this module, and parse nothing: what parses is imported with the first value.
"""

from __future__ import annotations

import os
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click

from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_DASH, _STDOUT = "-", "/dev/stdout"


class Parsed(click.ParamType[Any]):
    """A value that a function parses; the function raises `UsageError` if the text is wrong.

    Args:
        parse: parses the text.
        metavar: the name of the value in the help text.
    """

    def __init__(self, parse: Callable[[str], Any], metavar: str) -> None:
        self.name = metavar
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a text, or a number of a settings file; a value that is already parsed passes."""
        if not isinstance(value, str | int | float):
            return value
        return _placed(self._parse, str(value), param, ctx)


def _placed(
    parse: Callable[[str], Any], text: str, param: click.Parameter | None, ctx: click.Context | None
) -> Any:
    """Parse a text; the error about a wrong one names the place where it is set."""
    try:
        return parse(text)
    except UsageError as error:
        from validator.cli.options.shown_settings import with_place  # noqa: PLC0415 - see above

        raise UsageError(with_place(str(error), param, ctx)) from error


def of_settings(name: str, **arguments: Any) -> Callable[[str], Any]:
    """Return the function of `validator.settings` with this name, which may be a class and its method."""

    def parse(text: str) -> Any:
        return attrgetter(name)(import_module("validator.settings"))(text, **arguments)

    return parse


def _deadline(text: str) -> Any:
    from datetime import datetime  # noqa: PLC0415 - see above

    # A naive `now` uses the system's zone with its rules; an aware one would have a fixed offset.
    return of_settings("parse_deadline", now=datetime.now())(text)  # noqa: DTZ005


class ColumnName(click.types.StringParamType):
    """The name of a column, which may have spaces; an environment variable has several on separate lines."""

    envvar_list_splitter = "\n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        name = str(super().convert(value, param, ctx))
        try:
            name.encode()
        except UnicodeEncodeError:
            self.fail("the name is not in the encoding that LANG names; correct that.", param, ctx)
        return name


class FilePath(click.Path):
    """The path of a file or folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path."""
        from pathlib import Path  # noqa: PLC0415 - see above

        return Path(os.fsdecode(super().convert(value, param, ctx)))


class OutputPath(FilePath):
    """The path of a file to write; `-` is standard output."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path."""
        return super().convert(_STDOUT if value == _DASH else value, param, ctx)


class OwnPath(FilePath):
    """The path of a folder, or of a file that is replaced or kept open: it cannot be standard output."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path."""
        if value == _DASH:
            self.fail("- is standard output, which cannot take this; give a name.", param, ctx)
        return super().convert(value, param, ctx)


class Source(FilePath):
    """A list to read: a file, or the URL of an object (`Path` would change the URL's text)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a URL or a path."""
        from validator.model import ObjectUrl  # noqa: PLC0415 - see above

        if isinstance(value, str) and ObjectUrl.is_one(value):
            return ObjectUrl(value)
        return super().convert(value, param, ctx)


class OutputFolder(Source):
    """A folder to write to, or the URL of one in an object store."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a URL or a path."""
        return super().convert(OWN.convert(value, param, ctx) if value == _DASH else value, param, ctx)


# Exit codes of runs that ended in order, or whose cause lies outside of the command.
MAY_BE_SUCCESS = (0, 4, 5, 6, 7, 129, 130, 143)


def parse_columns(text: str) -> tuple[str, ...]:
    """Return the names of two or more columns, separated by commas.

    Raises:
        UsageError: there is only one name.
    """
    columns = tuple(filter(None, map(str.strip, text.split(","))))
    if len(columns) == 1:
        raise UsageError(f"--join takes two columns or more with a comma between, not {text!r}")
    return columns


def parse_exit_codes(text: str) -> frozenset[int]:
    """Return the exit codes that count as success, from text like `0,4`; 0 is always included.

    Raises:
        UsageError: a code is not in `MAY_BE_SUCCESS`.
    """
    words = {word.strip() for word in text.split(",")} - {""}
    known = {str(code): code for code in MAY_BE_SUCCESS}
    if strange := sorted(words - set(known)):
        raise UsageError(
            f"exit code {strange[0]!r} cannot count as success; there are: {', '.join(known)} (1 is a bug, "
            "and after 2 and 3 nothing is as it was asked for)"
        )
    return frozenset({0, *(known[word] for word in words)})


COLUMN = ColumnName()
JOIN = Parsed(parse_columns, "column,column")
DURATION = Parsed(of_settings("parse_duration_s"), "duration")
TIMEOUT = Parsed(of_settings("parse_positive_duration_s"), "duration")
SHARE = Parsed(of_settings("parse_share"), "share")
PART = Parsed(of_settings("parse_positive_share"), "share")
RATE = Parsed(of_settings("Rate.parse"), "N/min|auto|find|none")
MAX_AGE = Parsed(of_settings("MaxAge.parse"), "age")
DEADLINE = Parsed(_deadline, "time")
CANARY = Parsed(of_settings("parse_number", option="--canary"), "number")
NUMBER = Parsed(of_settings("parse_number", option="--number"), "number")
PRICE = Parsed(of_settings("parse_price"), "money")
EXIT_CODES = Parsed(parse_exit_codes, "code,...")
TOLERANCE = Parsed(of_settings("Tolerance.parse"), "rows|share")
FILE = FilePath()
OUTPUT = OutputPath()
OWN = OwnPath()
FOLDER = OutputFolder()


class LedgerPlace(FilePath):
    """The location of the ledger: a file, or the URL of a database."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a URL or a path."""
        from validator.ledger_url import LedgerUrl, ledger_location  # noqa: PLC0415 - see above

        place = _placed(ledger_location, value, param, ctx) if isinstance(value, str) else value
        return place if isinstance(place, LedgerUrl) else OWN.convert(value, param, ctx)


LEDGER = LedgerPlace()
SOURCE = Source()


SHELLS = ("bash", "zsh", "fish")

FORMATS = (
    "csv",
    "ndjson",
    "parquet",
    "arrow",
    "excel",
)  # the formats of `tables`, repeated here so that help texts do not load it
