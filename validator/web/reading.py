"""Turns the user's choices on the page into settings of a run, and messages into the page's words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from validator.batch.recipients.job import ListSettings, Several
from validator.batch.recipients.opening import open_list
from validator.errors import UsageError
from validator.phone import Numbers, parse_region
from validator.ranges import SAMPLE_SIZE
from validator.settings import Rate
from validator.tables import ReadOptions, ending_of
from validator.tables.excel import sheet_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validator.web.lists import Choices

AUTO = "auto"

# No list has more numbers, and each count of rows fits into 64 bits.
_MOST_DIGITS = 12
# Of a wrong text in a message.
_SHOWN_CHARS = 40

# Options in messages of the library, and the names of the page's fields for them.
_FIELDS = {
    "--allow-new-host": "--allow-new-host (when you start the page)",
    "--column": "Phone column",
    "--limit": "Numbers at most",
    "--numbers": "Numbers without a plus",
    "--rate": "Requests a minute",
    "--refresh": "`validator check --refresh`",
    "--region": "Region",
    "--region-column": "Region: auto",
    "--session": "Session",
    "--several": "Several numbers in a cell:",
    "--sheet": "Sheet",
    "--suppress": "Suppression lists",
}


# Users know the files by their names, so messages leave out the page's folders.
_FOLDERS = re.compile(r"/\S*/web/(lists/[0-9a-f]{16}/(out/)?|suppress/)")


def page_text(text: str) -> str:
    """Return a message with the names of the page's fields instead of options, and without its folders."""
    text = _FOLDERS.sub("", text)
    return re.sub(r"--[a-z][a-z-]+", lambda found: _FIELDS.get(found[0], found[0]), text)


def settings_of(choices: Choices) -> ListSettings:
    """Return the settings of a list for the user's choices.

    Raises:
        UsageError: the region or the limit is wrong.
    """
    return ListSettings(
        column=(choices.column,) if choices.column else (),
        region=_region_of(choices),
        find_region=_finds_region(choices),
        numbers=Numbers(choices.numbers) if choices.numbers in set(Numbers) else Numbers.AUTO,
        several=Several(choices.several) if choices.several in set(Several) else Several.REFUSE,
        options=ReadOptions(sheet=choices.sheet or None),
        limit=_limit_of(choices),
    )


def problems_of(choices: Choices) -> dict[str, str]:
    """Return why typed choices are wrong, each with a remedy, by field; empty if all are right.

    Fields to choose from are not looked at: whether a column is there is known once the list is read.
    """
    found = {name: _problem(read, choices) for name, read in _TYPED.items()}
    return {name: problem for name, problem in found.items() if problem}


def usable(choices: Choices) -> Choices:
    """Return the choices with the default in place of each wrong one, so that the list can be shown."""
    return replace(choices, **dict.fromkeys(problems_of(choices), ""))


def _problem(read: Callable[[Choices], object], choices: Choices) -> str:
    try:
        read(choices)
    except UsageError as error:
        return page_text(str(error))
    return ""


def _finds_region(choices: Choices) -> bool:
    return choices.region.strip().lower() == AUTO


def _region_of(choices: Choices) -> str | None:
    region = choices.region.strip()
    return None if not region or _finds_region(choices) else parse_region(region)


def _limit_of(choices: Choices) -> int | None:
    return _whole("Numbers at most", choices.limit, least=0) if choices.limit.strip() else None


def rate_of(choices: Choices) -> Rate:
    """Return the rate; a plain number means requests a minute."""
    text = choices.rate.strip() or AUTO
    return Rate.parse(f"{text}/min" if text.replace(".", "", 1).isdecimal() else text)


def size_of(choices: Choices) -> int:
    """Return the count of numbers in a sample."""
    return _whole("Sample of", choices.size, least=1) if choices.size.strip() else SAMPLE_SIZE


# The fields that are typed, and what reads each.
_TYPED: dict[str, Callable[[Choices], object]] = {
    "region": _region_of,
    "rate": rate_of,
    "limit": _limit_of,
    "size": size_of,
}


def columns_of(path: Path, choices: Choices) -> list[str]:
    """Return the columns of a list; raises `FileError` if the file is not a list."""
    return list(open_list(path, settings_of(choices)).schema)


def sheets_of(path: Path) -> list[str]:
    """Return the sheets of a workbook; empty for another list."""
    return sheet_names(path) if ending_of(path) == ".xlsx" else []


def _whole(name: str, text: str, *, least: int) -> int:
    word = text.strip()
    if not word.isdecimal() or len(word) > _MOST_DIGITS or int(word) < least:
        raise UsageError(f"{name} is {word[:_SHOWN_CHARS]!r}; a whole number from {least} is expected")
    return int(word)
