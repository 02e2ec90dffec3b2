"""The values that options take: how a text becomes one, and how the help text names it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from validator.ledger_url import LedgerUrl, ledger_location
from validator.model import ObjectUrl
from validator.settings import (
    MaxAge,
    Rate,
    Tolerance,
    parse_columns,
    parse_deadline,
    parse_duration_s,
    parse_exit_codes,
    parse_number,
    parse_positive_share,
    parse_price,
    parse_share,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class Parsed(click.ParamType[Any]):
    """An option whose text a function of `settings` understands; its `UsageError` says what is wrong.

    Args:
        parse: turns the text into a value.
        metavar: how the value is shown in the help text.
    """

    def __init__(self, parse: Callable[[str], Any], metavar: str) -> None:
        self.name = metavar
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Parse a text; numbers of a settings file are texts here, and parsed values pass."""
        return self._parse(str(value)) if isinstance(value, str | int | float) else value


class ColumnName(click.types.StringParamType):
    """The name of a column, which may have spaces in it; an environment variable names several in lines."""

    envvar_list_splitter = "\n"


class Source(click.Path):
    """A list to read: a file, or the URL of an object, which a path would not keep as it is written."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Tell URLs from names of files."""
        if isinstance(value, str) and ObjectUrl.is_one(value):
            return ObjectUrl(value)
        return super().convert(value, param, ctx)


COLUMN = ColumnName()
JOIN = Parsed(parse_columns, "column,column")
DURATION = Parsed(parse_duration_s, "duration")
SHARE = Parsed(parse_share, "share")
PART = Parsed(parse_positive_share, "share")
RATE = Parsed(Rate.parse, "N/min|auto|find|none")
MAX_AGE = Parsed(MaxAge.parse, "age")
# Without a zone it is the system's, with its rules; a zone taken from the system would be one day's offset.
DEADLINE = Parsed(lambda text: parse_deadline(text, datetime.now()), "time")  # noqa: DTZ005
CANARY = Parsed(partial(parse_number, option="--canary"), "number")
NUMBER = Parsed(partial(parse_number, option="--number"), "number")
PRICE = Parsed(parse_price, "money")
EXIT_CODES = Parsed(parse_exit_codes, "code,...")
TOLERANCE = Parsed(Tolerance.parse, "rows|share")
FILE = click.Path(path_type=Path)


class LedgerPlace(click.Path):
    """Where the ledger is: a file, or the URL of a database."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Tell URLs from names of files."""
        place = ledger_location(value) if isinstance(value, str) else value
        return place if isinstance(place, LedgerUrl) else super().convert(place, param, ctx)


LEDGER = LedgerPlace()
SOURCE = Source()


SHELLS = ("bash", "zsh", "fish")

FORMATS = (
    "csv",
    "ndjson",
    "parquet",
    "arrow",
    "excel",
)  # those of `tables`, which the help text need not load
