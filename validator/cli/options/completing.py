"""Shell completion for values of options: columns, sheets, regions, sessions, keys, profiles.

It runs while the user types, so it ignores errors and prints no messages. It makes no request and reads no
key. Help texts import it, so it imports what completes only when it completes.
"""

from __future__ import annotations

from contextlib import redirect_stderr, suppress
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

from validator.errors import ValidatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import click
    from click.shell_completion import CompletionItem

    from validator.cli.settings.settings_files import Defaults

    Found = Callable[[click.Context], Iterable[str]]

VARIABLE = "_VALIDATOR_COMPLETE"
"""If this environment variable is set, the program only prints completions for a shell."""

_COMMA = ","
# The parameters that name the list: of most commands, and of `ledger import`.
_LISTS = ("input", "path")


class Completer:
    """Completes a value for click.

    Args:
        found: finds the possible words.
        several: whether the value is a list with commas; its last word is completed.
    """

    def __init__(self, found: Found, *, several: bool = False) -> None:
        self._found = found
        self._several = several

    def __call__(
        self, ctx: click.Context, _option: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the words that begin with the text so far; upper and lower case make no difference."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - see above

        before, comma, begun = incomplete.rpartition(_COMMA) if self._several else ("", "", incomplete)
        words: list[str] = []
        with suppress(ValidatorError, OSError, ValueError), redirect_stderr(StringIO()):
            words = list(dict.fromkeys(self._found(ctx)))
        taken = before.split(_COMMA)
        return [
            CompletionItem(f"{before}{comma}{word}")
            for word in words
            if word.casefold().startswith(begun.casefold()) and word not in taken
        ]


def _columns(*parameters: str) -> Found:
    """Return a function that finds the columns of the files that the first of these parameters names."""

    def found(ctx: click.Context) -> Iterable[str]:
        from validator.tables import ReadOptions, open_table  # noqa: PLC0415 - see above

        given = ctx.params
        options = ReadOptions(
            sheet=given.get("sheet"), header_row=given.get("header_row"), encoding=given.get("encoding")
        )
        for path in _files(ctx, *parameters):
            yield from open_table(path, options=options).schema

    return found


def _sheets(ctx: click.Context) -> Iterable[str]:
    from validator.tables.excel import sheet_names  # noqa: PLC0415 - see above

    for path in _files(ctx, *_LISTS):
        yield from sheet_names(path)


def _files(ctx: click.Context, *parameters: str) -> Iterable[Path]:
    """Return the files that a parameter names; while an option has no value yet, they are in `ctx.args`."""
    from pathlib import Path  # noqa: PLC0415 - see above

    given = next(filter(None, map(ctx.params.get, parameters)), ctx.args)
    paths = [Path(one) for one in ([given] if isinstance(given, Path) else given)]
    return [path for path in paths if path.is_file()]


def _regions(_: click.Context) -> Iterable[str]:
    from validator.phone.regions.countries import region_codes  # noqa: PLC0415 - see above

    return region_codes()


def _sessions(ctx: click.Context) -> Iterable[str]:
    found = _settings(ctx)
    for options in found.options.values():
        yield from _texts(options.get("session"))
    for table in found.keys.values():
        yield from _texts(table.get("sessions"))


def _texts(value: Any) -> Iterable[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one is not None]


def _settings(ctx: click.Context) -> Defaults:
    from validator.cli.settings.reading import settings_in  # noqa: PLC0415 - see above
    from validator.cli.settings.settings_sources import files_of  # noqa: PLC0415 - see above

    root = ctx.find_root()
    group = cast("click.Group", root.command)
    found = {name: group.get_command(root, name) for name in group.list_commands(root)}
    commands = {name: command for name, command in found.items() if command}
    config = root.params.get("config")
    profile = root.params.get("profile") if ctx is not root else None
    return settings_in(commands, files_of(config), profile)


COLUMNS = Completer(_columns(*_LISTS))
COLUMNS_JOINED = Completer(_columns(*_LISTS), several=True)
COLUMNS_OF_SUPPRESSED = Completer(_columns("suppress"))
SHEETS = Completer(_sheets)
REGIONS = Completer(_regions)
SESSIONS = Completer(_sessions)
KEYS = Completer(lambda ctx: _settings(ctx).keys, several=True)
PROFILES = Completer(lambda ctx: _settings(ctx).profiles)
