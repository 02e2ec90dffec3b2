"""The help text of a command: the options that most users need, all options in groups, and examples."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from validator.cli.help.option_groups import GROUPS, long_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELP_ALL = "--help-all"

# A longer name is on a line of its own, above its text; on a narrow terminal nearly every name is.
_NAME_WIDTH, _NARROW_NAME_WIDTH = 30, 6

# click formats help for 50 to 78 columns. On a narrower terminal we use what there is.
_LEAST_WIDTH, _MOST_WIDTH, _MARGIN = 50, 78, 2
_USUAL_COLUMNS = 80

_ALL_META = "validator.help_all"


class Example(NamedTuple):
    """A task, and the command line for it."""

    what: str
    line: str


class Command(click.Command):
    """A command with examples.

    Args:
        args: as for `click.Command`.
        first: the options that most users need, as long names without dashes, separated by spaces. If there
            are any, `--help` shows only these, and `--help-all` shows every option, in groups.
        examples: the examples at the end of the help text.
        given: as for `click.Command`.
    """

    def __init__(self, *args: Any, first: str = "", examples: Iterable[Example] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.first = first.split()
        self.examples = tuple(examples)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters, including the help options."""
        return [*super().get_params(ctx), *([_HELP_ALL_OPTION] if self.first else [])]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options: the first ones, or all in groups for `--help-all`."""
        options = {long_name(option): option for option in self.get_params(ctx) if is_option(option)}
        if not self.first:
            _write(ctx, formatter, "Options", list(options.values()))
        elif ctx.meta.get(_ALL_META):
            _write_groups(ctx, formatter, options)
        else:
            shown = [*self.first, *(long_name(option) for option in _help_options(ctx, self))]
            _write(ctx, formatter, "Options", [options[name] for name in shown])
            formatter.write_paragraph()
            formatter.write_text(f"`{ctx.command_path} {HELP_ALL}` shows all {len(options)} options.")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples. A command line is not wrapped, so that it can be copied."""
        if self.examples:
            with formatter.section("Examples"):
                for place, example in enumerate(self.examples):
                    if place:
                        formatter.write_paragraph()
                    formatter.write_text(f"{example.what}:")
                    formatter.write(f"{'':{formatter.current_indent + 2}}{example.line}\n")
        super().format_epilog(ctx, formatter)


def help_width() -> int:
    """Return the width for help texts: that of the terminal within bounds, or `COLUMNS`.

    It is what click would use, but for narrow terminals. click would import shutil with its archive formats.
    """
    return min(max(_columns() - _MARGIN, _LEAST_WIDTH // 2), _MOST_WIDTH)


def _columns() -> int:
    """Return the columns of the terminal, as `shutil.get_terminal_size` does."""
    with suppress(KeyError, ValueError):
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    with suppress(ValueError, OSError):
        if sys.__stdout__ and (columns := os.get_terminal_size(sys.__stdout__.fileno()).columns):
            return columns
    return _USUAL_COLUMNS


def is_option(parameter: click.Parameter) -> bool:
    """Whether a parameter is an option and not an argument."""
    return isinstance(parameter, click.Option)


def _show_all(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's
    if wanted and not context.resilient_parsing:
        context.meta[_ALL_META] = True
        click.echo(context.get_help())
        context.exit()


_HELP_ALL_OPTION = click.Option(
    [HELP_ALL],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_all,
    help="Show all options, in groups, and exit.",
)


def _help_options(ctx: click.Context, command: click.Command) -> list[click.Parameter]:
    own = command.get_help_option(ctx)
    return [_HELP_ALL_OPTION, *([own] if own else [])]


def _write_groups(
    ctx: click.Context, formatter: click.HelpFormatter, options: dict[str, click.Parameter]
) -> None:
    grouped = {
        title: [options.pop(name) for name in names if name in options] for title, names in GROUPS.items()
    }
    for title, found in grouped.items():
        _write(ctx, formatter, title, found)
    _write(ctx, formatter, "Other options", list(options.values()))


def _write(
    ctx: click.Context, formatter: click.HelpFormatter, title: str, options: Sequence[click.Parameter]
) -> None:
    is_narrow = formatter.width < _LEAST_WIDTH
    if records := [record for option in options if (record := option.get_help_record(ctx))]:
        with formatter.section(title):
            formatter.write_dl(records, col_max=_NARROW_NAME_WIDTH if is_narrow else _NAME_WIDTH)
