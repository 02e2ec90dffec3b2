"""The command line: `main` parses, runs one command, and turns what went wrong into an exit code."""

from __future__ import annotations

import importlib
import os
import re
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from validator.cli.help.help_pages import narrow_width
from validator.cli.options import completing
from validator.cli.process.display_names import naming_copies
from validator.cli.process.errors import report_failure, translated_io
from validator.cli.process.interruption import interruptible
from validator.cli.process.logs import set_up_logging
from validator.cli.process.standard_streams import prepare_streams
from validator.cli.settings import environment
from validator.cli.settings.defaults import FILES_META, PROFILE_META, default_map
from validator.cli.settings.settings_files import PROTECTING
from validator.cli.settings.settings_sources import files_of
from validator.nearest import suggestion
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What polars looks for when it is imported, and when it first scans.
_POLARS = {
    # By default it reads so many row groups of a Parquet file ahead that the peak of ten million rows is
    # 100 MB higher, and no second is gained by it.
    "POLARS_ROW_GROUP_PREFETCH_SIZE": "2",
    # Its allocator (jemalloc) gives back to the system in half a second what the next batch wants again: a
    # tenth of the processor time of a long list went into that. The peak is the same.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:3000",
}

# Names of standard output, as an output or as the value of an option.
_STDOUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-o-"})

# What each command does, written here so that `--help` need not import polars and httpx to say it.
COMMANDS = {
    "check": "Validate a list: the main job.",
    "plan": "Show what a check would do and how long it would take; no network.",
    "sample": "Ask about a random part of a list, and say what the whole is like.",
    "lookup": "Check a few numbers at once.",
    "contacts": "List or export the contacts synced to a session.",
    "sessions": "List the sessions of the key and their state.",
    "gateways": "List the providers that can be asked, and how far each can be trusted.",
    "doctor": "Look at key, session, connection, clock and ledger: is a run going to work?",
    "ledger": "Read the ledger of earlier answers; purge, export, import.",
    "init": "Write a commented settings file for a folder's lists, and say what to do next.",
    "config": "Show each setting and where it comes from.",
    "report": "Make summary and HTML again from the ledger; asks nobody.",
    "web": "Serve a page on this machine to check lists with, in a browser.",
    "completion": "Print what bash, zsh or fish needs to complete commands and values.",
    "manual": "Print or write manual pages.",
    "sandbox": "Serve a local SendAPI, or another gateway, to try things on.",
}


class Commands(click.Group):
    """A group that imports a command's face when the command is used, and its work when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"validator.cli.faces.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called for; where there is none, say which may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + suggestion(args[0], COMMANDS), ctx) from error

    def make_context(self, *given: Any, **extra: Any) -> click.Context:
        """Read the arguments. `--help` and `--version` are answered here, and their reader may be gone."""
        with translated_io():
            return super().make_context(*given, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Left to click, a closed pipe would end with 1, which stands for a bug here."""
        with interruptible(), translated_io(), naming_copies():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="validator")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Settings file to trust as your own; it beats validator.toml in the working folder.",
)
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=completing.PROFILES,
    help="Use the settings of the table [profiles.NAME] of a settings file.",
)
@click.pass_context
def cli(context: click.Context, config: Path | None, profile: str | None) -> None:
    """Find out which recipients of a list are on WhatsApp, before the campaign.

    Start with `validator plan LIST`, which shows what a check would do without doing it.
    """
    files = files_of(config)
    variables = environment.given(os.environ)
    has_settings = any(file.is_there for file in files)
    # Without settings no command but the one invoked has to be imported.
    context.meta[FILES_META] = files
    if context.invoked_subcommand in COMMANDS and (variables or has_settings or profile):
        found = {name: cli.get_command(context, name) for name in COMMANDS}
        commands = {name: command for name, command in found.items() if command}
        environment.warn_of_unknown(variables, cli, commands)
        heed = partial(_heed_log_format, context)
        context.default_map = default_map(commands, files, profile, heed)
        command = context.invoked_subcommand
        sets = context.meta[PROFILE_META].get(command, set())
        environment.leave_out(sets, commands[command], os.environ, protecting=PROTECTING)


def _heed_log_format(context: click.Context, settings: Mapping[str, Any]) -> None:
    """Log lines of JSON from here on if a settings file wants it of the command, and no argument decides."""
    table = settings.get(context.invoked_subcommand or "")
    named = {**settings, **(table if isinstance(table, dict) else {})}
    wants_json = "json" in (named.get("log-format"), named.get("log_format"))
    if wants_json and not any(word.startswith("--log-format") for word in context.obj or ()):
        set_up_logging(quiet=False, verbose=False, log_format="json")


def _wants_json_lines(words: Sequence[str]) -> bool:
    """Whether each line on standard error has to be JSON, before click has looked at the words."""
    asked = [word for option, word in pairwise(words) if option == "--log-format"]
    asked += [value for name, value in os.environ.items() if re.fullmatch(r"VALIDATOR_\w+_LOG_FORMAT", name)]
    asked += [word.partition("=")[2] for word in words if word.startswith("--log-format=")]
    return "json" in asked


def _wants_json(words: Sequence[str]) -> bool:
    """Whether standard output has to end with one line of JSON, before click has looked at the words.

    An output that goes there has it for itself: then it gets rows or nothing.
    """
    asked = [value for name, value in os.environ.items() if re.fullmatch(r"VALIDATOR_\w+_AS_JSON", name)]
    is_output = any(option in {"-o", "--output"} and word == "-" for option, word in pairwise(words))
    if is_output or "--output=-" in words or any(word.rpartition("=")[2] in _STDOUT for word in words):
        return False
    return "--json" in words or any(value.lower() in {"1", "true", "yes", "on"} for value in asked)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error ends as one line on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for name, value in _POLARS.items():
        os.environ.setdefault(name, value)
    prepare_streams()
    if completing.VARIABLE in os.environ:
        completing.quote_for_bash()
    if _wants_json_lines(words):
        set_up_logging(quiet=False, verbose=False, log_format="json")
    try:
        code = cli.main(
            words,
            prog_name="validator",
            standalone_mode=False,
            auto_envvar_prefix=environment.PREFIX,
            obj=words,
            terminal_width=narrow_width(),
        )
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last net: a panic of polars is no Exception
        return report_failure(error, as_json=_wants_json(words))
    return code if isinstance(code, int) else 0
