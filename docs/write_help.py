"""Write docs/commands.md: the help text of every command with a width of 80 columns."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from validator.cli import COMMANDS, cli
from validator.cli.help.help_pages import HELP_ALL

PAGE = Path(__file__).with_name("commands.md")
WIDTH = "80"
INTRODUCTION = """\
# Commands and options

`make docs` writes this page. It has the output of `--help-all` for commands that have this option, and
of `--help` for the others; `--help` shows the options that most users need. Every option can also be
set in a settings file, or in the environment (`VALIDATOR_CHECK_RATE=300/min`):
[settings.md](settings.md).
"""


def commands() -> list[str]:
    """Return the names of all commands, subcommands included; the program itself is the empty name."""
    context = click.Context(cli)
    found = [""]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        inner = command.commands if isinstance(command, click.Group) else {}
        found += [name, *(f"{name} {one}" for one in inner)]
    return found


def option_of_all(command: str) -> str:
    """Return the option with which a command shows all of its options."""
    found = cli.get_command(click.Context(cli), command)
    return HELP_ALL if getattr(found, "first", None) else "--help"


def help_text(command: str) -> str:
    """Return what `validator COMMAND --help` prints on a terminal of 80 columns, with all options."""
    arguments = [sys.executable, "-m", "validator", *command.split(), option_of_all(command)]
    environment = os.environ | {"COLUMNS": WIDTH}
    return subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True).stdout


def page() -> str:
    """Return the text of the page."""
    names = commands()
    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(help_text, names))
    sections = (
        f"\n## `validator {name}".rstrip() + f"`\n\n```text\n{text.rstrip()}\n```\n"
        for name, text in zip(names, texts, strict=True)
    )
    return INTRODUCTION + "".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
