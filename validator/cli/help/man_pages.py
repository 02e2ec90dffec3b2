r"""Manual pages in roff, from the same data as the help texts.

The macros are those of man(7): `.SH` begins a section, `.SS` a subsection, and `.TP` a term and its text.
Lines between `.nf` and `.fi` are not wrapped.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import click

from validator.cli.help.exit_codes import EXIT_CODES
from validator.cli.help.help_pages import Command
from validator.cli.help.option_groups import GROUPS, long_name
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# The mark before a paragraph that click does not wrap.
_KEPT = "\b\n"


def man_pages(root: click.Context) -> dict[str, str]:
    """Return the text of every page by its name (`validator-ledger-purge`), the program's own page first."""
    pages = dict(_pages(root, root.command))
    return {
        name: _page(context, others=[one for one in pages if one != name]) for name, context in pages.items()
    }


def _pages(context: click.Context, command: click.Command) -> Iterator[tuple[str, click.Context]]:
    yield context.command_path.replace(" ", "-"), context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                yield from _pages(click.Context(inner, context, info_name=name), inner)


def _page(context: click.Context, others: Sequence[str]) -> str:
    command, path = context.command, context.command_path
    name = path.replace(" ", "-")
    first, *more = _paragraphs(command.help or "")
    lines = [
        f'.TH {_roff(name.upper())} 1 "" "validator {_roff(__version__)}" "User Commands"',
        *_section("NAME", [rf"{_roff(name)} \- {_roff(first.removesuffix('.'))}"]),
        *_section("SYNOPSIS", [f".B {_roff(path)}", _roff(" ".join(command.collect_usage_pieces(context)))]),
        *_section("DESCRIPTION", _text([first, *more])),
        *_section("COMMANDS", _commands(context)),
        *_section("OPTIONS", _options(context)),
        *_section("EXAMPLES", _examples(command)),
        *_section("NOTES", _text(_paragraphs(command.epilog or ""))),
        *_section("EXIT STATUS", _terms(EXIT_CODES)),
        *_section("SEE ALSO", [", ".join(rf"\fB{_roff(other)}\fR(1)" for other in _near(name, others))]),
    ]
    return "\n".join(lines) + "\n"


def _near(name: str, others: Sequence[str]) -> list[str]:
    """Return the pages of a command's subcommands and of its parents; for the program, all pages."""
    return [other for other in others if other.startswith(f"{name}-") or name.startswith(f"{other}-")]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = list(lines)
    return [f".SH {title}", *body] if body else []


def _commands(context: click.Context) -> Iterator[str]:
    command = context.command
    if isinstance(command, click.Group):
        found = {name: command.get_command(context, name) for name in command.list_commands(context)}
        yield from _terms({name: one.get_short_help_str(200) for name, one in found.items() if one})


def _options(context: click.Context) -> Iterator[str]:
    options = {
        long_name(one): one for one in context.command.get_params(context) if isinstance(one, click.Option)
    }
    if getattr(context.command, "first", None):
        for title, names in GROUPS.items():
            if found := [options.pop(name) for name in names if name in options]:
                yield f".SS {_roff(title)}"
                yield from _records(context, found)
        yield ".SS Help"
    yield from _records(context, options.values())


def _records(context: click.Context, options: Iterable[click.Option]) -> Iterator[str]:
    records = (option.get_help_record(context) for option in options)
    yield from _terms(dict(filter(None, records)))


def _terms(terms: Mapping[str, str]) -> Iterator[str]:
    for term, text in terms.items():
        yield from (".TP", f".B {_roff(term)}", _roff(" ".join(text.split())))


def _examples(command: click.Command) -> Iterator[str]:
    if isinstance(command, Command):
        for what, line in command.examples:
            yield from (".PP", _roff(f"{what}:"), ".PP", ".RS 4", ".nf", _roff(line), ".fi", ".RE")


def _paragraphs(text: str) -> list[str]:
    return [one for one in re.split(r"\n\s*\n", inspect.cleandoc(text)) if one.strip()]


def _text(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        if paragraph.startswith(_KEPT):
            yield from (".nf", *map(_roff, paragraph.removeprefix(_KEPT).splitlines()), ".fi")
        else:
            yield _roff(" ".join(paragraph.split()))


def _roff(text: str) -> str:
    """Escape text for roff, so that it has no escapes or macros, and hyphens can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
