"""`validator ledger`: its commands, their arguments, options and help texts."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options.values import DURATION, FILE, NUMBER, OUTPUT


@click.group()
def ledger() -> None:
    """Read and maintain the ledger: the latest answer about each number, and the runs that asked."""


@ledger.command(
    cls=Command,
    short_help="Show the counts, and the latest runs.",
    examples=(
        Example("Counts of the default ledger", "validator ledger stats"),
        Example("As one line of JSON", "validator ledger stats --json"),
    ),
)
@opt.stack(opt.ledger_option, opt.json_option)
def stats(**given: Any) -> int | None:
    """Show the answers by verdict and age, the results of each session, the latest runs, and the size."""
    return work("ledger", given, function="stats")


@ledger.command(
    cls=Command,
    short_help="Show the records of a number.",
    examples=(
        Example("Answers about a number, and their times", "validator ledger show +447400123456"),
        Example("As one line of JSON", "validator ledger show +447400123456 --json"),
    ),
)
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@opt.stack(opt.ledger_option, opt.json_option)
def show(**given: Any) -> int | None:
    """Show the records of numbers, of any age: the last answer, and a failure after it.

    If WhatsApp may know a number by two spellings, both are shown. No request is made, and no key is needed.
    Other users of the machine can read arguments.
    """
    return work("ledger_reading", given, function="show")


@ledger.command(
    cls=Command,
    short_help="List the latest runs.",
    examples=(
        Example("The latest runs, and how they ended", "validator ledger runs"),
        Example("The latest runs over one list", "validator ledger runs leads.csv -n 100"),
    ),
)
@click.argument("input_name", metavar="[INPUT]", required=False)
@opt.stack(
    click.option(
        "-n",
        "--number",
        "limit",
        type=click.IntRange(min=1),
        default=20,
        show_default=True,
        help="Most runs to list.",
    ),
    opt.ledger_option,
    opt.json_option,
)
def runs(**given: Any) -> int | None:
    """List the latest runs, newest first: the command, the list, how the run ended, and its verdicts.

    With INPUT, only the runs over a list with this file name.
    """
    return work("ledger_reading", given, function="runs")


@ledger.command(
    cls=Command,
    short_help="Delete the records of people, or old records.",
    examples=(
        Example("Delete everything older than a year", "validator ledger purge --older-than 365d"),
        Example(
            "Count the records of one person, before deleting them",
            "validator ledger purge --number +447400123456 --dry-run",
        ),
    ),
)
@opt.stack(
    click.option("--older-than", type=DURATION, help="Delete records that are older, as in 30d."),
    click.option(
        "--number",
        "numbers",
        type=NUMBER,
        multiple=True,
        help="Delete this number; repeat it for several. Other users of the machine can read arguments, but "
        "not a file of --numbers.",
    ),
    click.option(
        "--numbers",
        "numbers_file",
        type=click.File(encoding="utf-8-sig"),
        help="File with numbers to delete, one a line; - for standard input.",
    ),
    click.option("--dry-run", is_flag=True, help="Only count the records."),
    click.option("--yes", is_flag=True, help="Do not ask for confirmation; required without a terminal."),
    opt.ledger_option,
    opt.json_option,
)
def purge(**given: Any) -> int | None:
    """Delete the records of people, and overwrite them in the ledger's files.

    Deletes old answers, failures and runs, and everything that names one of the numbers.
    """
    return work("ledger", given, function="purge")


@ledger.command(
    name="export",
    cls=Command,
    short_help="Write every fact to a file.",
    examples=(Example("Every fact, one on each row", "validator ledger export facts.parquet"),),
)
@click.argument("output", type=OUTPUT)
@opt.stack(file_opt.format_option, opt.ledger_option, opt.json_option)
def export_command(**given: Any) -> int | None:
    """Write every fact to OUTPUT, a CSV, Parquet or NDJSON file with one row for each; `import` reads it.

    `-` is standard output, as CSV unless there is a `--format`. The file names people; only its owner can
    read it. docs/ledger.md lists its columns.
    """
    return work("ledger", given, function="export_command")


@ledger.command(
    name="import",
    cls=Command,
    short_help="Import the facts of a file.",
    examples=(
        Example("Facts of another ledger", "validator ledger import facts.parquet"),
        Example("Results of another program", "validator ledger import old.csv --column mobile --region GB"),
    ),
)
@click.argument("path", metavar="INPUT", type=FILE)
@opt.stack(
    file_opt.column_option,
    file_opt.region_option,
    file_opt.sheet_option,
    file_opt.header_row_option,
    file_opt.encoding_option,
    file_opt.ragged_option,
    opt.ledger_option,
    opt.json_option,
)
def import_command(**given: Any) -> int | None:
    """Import the facts in INPUT: another ledger's export, an annotated file, or another program's list.

    `-` is standard input. INPUT needs numbers, `checked_at`, and `verdict` or `is_whatsapp_user`. The newest
    answer about a number counts. If a row cannot be read, this is an error, and nothing is imported.
    """
    return work("ledger", given, function="import_command")
