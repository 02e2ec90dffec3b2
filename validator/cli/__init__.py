"""The command line: `main` parses the arguments, runs one command, and turns an error into an exit code.

- `help/`: help texts, manual pages, and the words for exit codes.
- `process/`: standard streams, signals, logs, error messages, and everything that is shown.
- `settings/`: settings files, environment variables, and credentials.
- `lists/`: the files, URLs and streams that INPUT may name.
- `diagnosis/`: the checks of `validator doctor`.
- `options/`: the options that commands share.
- `runs/`: a run over a list, and the reports of its end.
- `commands/`: the work of each command.
- `declarations/`: the arguments, options and help text of each command.
- `deferred`: imports the work of a command when the command runs.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from validator.cli.help.help_pages import help_width
from validator.cli.options import completing
from validator.cli.options.values import FilePath
from validator.cli.process.display_names import naming_copies
from validator.cli.process.interruption import interruptible
from validator.cli.process.standard_streams import prepare_streams, translated_io
from validator.cli.settings import environment
from validator.cli.settings.defaults import FILES_META
from validator.nearest import suggestion
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Environment variables that polars reads when it is imported, and when it first scans a file.
_POLARS = {
    # By default polars reads many row groups of a Parquet file ahead. With ten million rows each raises the
    # peak memory by 100 MB, and saves no time.
    "POLARS_ROW_GROUP_PREFETCH_SIZE": "1",
    # By default its allocator (jemalloc) has several arenas. Memory that a thread has freed in one of them is
    # not used in another one. With one arena, a long list has a tenth less at its peak and a fifth fewer page
    # faults. Freed memory is returned to the system after this time, although the next batch needs it again.
    # After less time, that takes more processor time; after more time, the peak is higher.
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:800",
}

# Names of standard output, as an output or as the value of an option.
_STDOUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-o-"})
_OUTPUTS = frozenset({"-o", "--output", "--export", "--sendable", "--report", "--summary"})
_DASHED = frozenset(f"{option}=-" for option in _OUTPUTS)

# The short help of each command. It is kept here so that `--help` does not import polars and httpx.
COMMANDS = {
    "check": "Validate a list: the main job.",
    "plan": "Show what a check would do and how long it would take; no network.",
    "sample": "Check a random sample of a list, and estimate the share on WhatsApp.",
    "lookup": "Check a few numbers at once.",
    "contacts": "List or export the contacts synced to a session.",
    "sessions": "List the sessions of the key and their state.",
    "gateways": "List the supported providers, and how far each can be trusted.",
    "doctor": "Check key, session, connection, clock and ledger: is a run going to work?",
    "ledger": "Read the ledger of earlier answers; purge, export, import.",
    "init": "Write a commented settings file for a folder's lists, and show the next steps.",
    "config": "Show each setting and where it comes from.",
    "report": "Make summary and HTML report again from the ledger; makes no request.",
    "web": "Serve a local web page for checking lists in a browser.",
    "completion": "Print the script with which bash, zsh or fish completes commands and values.",
    "manual": "Print or write manual pages.",
    "sandbox": "Serve a local SendAPI, or another gateway, for tests.",
}


class Commands(click.Group):
    """A group that imports a command's declaration when the command is named, and its work when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which users need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"validator.cli.declarations.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; if there is none, the error suggests a similar name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + suggestion(args[0], COMMANDS), ctx) from error

    def make_context(self, *given: Any, **extra: Any) -> click.Context:
        """Parse the arguments. `--help` and `--version` print here, and standard output may be closed."""
        with translated_io():
            return super().make_context(*given, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. In click alone a closed pipe would exit with 1, which means a bug here."""
        with interruptible(), translated_io(), naming_copies():
            try:
                return super().invoke(ctx)
            except click.BadParameter as error:
                from validator.cli.options.shown_settings import placed  # noqa: PLC0415 - only for errors

                raise placed(error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="validator")
@click.option(
    "--config",
    type=FilePath(exists=True, dir_okay=False),
    help="Settings file to trust as your own; it overrides validator.toml in the working folder.",
)
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=completing.PROFILES,
    help="Use the settings of the table [profiles.NAME] of a settings file.",
)
@click.pass_context
def cli(context: click.Context, config: Path | None, profile: str | None) -> None:
    """Find out which recipients of a list are on WhatsApp, before a campaign.

    Start with `validator plan LIST`, which shows what a check would do without doing it.
    """
    # A help text of the program itself, and a version, come before this, and need no settings.
    from validator.cli.settings.settings_sources import files_of  # noqa: PLC0415

    files = context.meta[FILES_META] = files_of(config)
    has_settings = bool(profile or environment.given(os.environ)) or any(file.is_there for file in files)
    # Without settings only the invoked command has to be imported.
    if context.invoked_subcommand in COMMANDS and has_settings:
        from validator.cli.settings.reading import apply_settings  # noqa: PLC0415

        found = {name: cli.get_command(context, name) for name in COMMANDS}
        apply_settings(context, {name: command for name, command in found.items() if command}, profile)


def _wants_json_lines(words: Sequence[str]) -> bool:
    """Whether each line on standard error has to be JSON, decided before click parses the arguments."""
    asked = [word for option, word in pairwise(words) if option == "--log-format"]
    asked += [value for name, value in os.environ.items() if re.fullmatch(r"VALIDATOR_\w+_LOG_FORMAT", name)]
    asked += [word.partition("=")[2] for word in words if word.startswith("--log-format=")]
    return "json" in asked


def _wants_json(words: Sequence[str]) -> bool:
    """Whether standard output has to end with one line of JSON, decided before click parses the arguments.

    If an output goes to standard output, only its rows may go there.
    """
    asked = [value for name, value in os.environ.items() if re.fullmatch(r"VALIDATOR_\w+_AS_JSON", name)]
    is_output = any(option in _OUTPUTS and word == "-" for option, word in pairwise(words))
    names_it = any(word.rpartition("=")[2] in _STDOUT or word in _DASHED for word in words)
    if is_output or names_it:
        return False
    return "--json" in words or any(value.lower() in {"1", "true", "yes", "on"} for value in asked)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; prints every error as one line on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for name, value in _POLARS.items():
        os.environ.setdefault(name, value)
    prepare_streams()
    if completing.VARIABLE in os.environ:
        from validator.cli.options.bash_words import quote_for_bash  # noqa: PLC0415 - only for completions

        quote_for_bash()
    if _wants_json_lines(words):
        from validator.cli.process.logs import set_up_logging  # noqa: PLC0415 - not for help texts

        set_up_logging(quiet=False, verbose=False, log_format="json")
    try:
        code = cli.main(
            words,
            prog_name="validator",
            standalone_mode=False,
            auto_envvar_prefix=environment.PREFIX,
            obj=words,
            terminal_width=help_width(),
        )
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last handler: a panic of polars is no Exception
        from validator.cli.process.errors import report_failure  # noqa: PLC0415 - not for help texts

        return report_failure(error, as_json=_wants_json(words))
    return code if isinstance(code, int) else 0
