"""`validator ledger`: its commands, their arguments, options and help texts."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options.values import DURATION, FILE, NUMBER


@click.group()
def ledger() -> None:
    """Read and maintain the ledger: the latest answer about each number, and the runs that asked."""


@ledger.command(
    cls=Command,
    short_help="Show the counts, and the latest runs.",
    examples=(
        Example("What is known", "validator ledger stats"),
        Example("As one line of JSON", "validator ledger stats --json"),
    ),
)
@opt.stack(opt.ledger_option, opt.json_option)
def stats(**given: Any) -> int | None:
    """Show the answers by verdict and age, what each session found out, the latest runs, and the size."""
    return work("ledger", given, function="stats")


@ledger.command(
    cls=Command,
    short_help="Show all that is known about a number.",
    examples=(
        Example("What was found out about somebody, and when", "validator ledger show +447400123456"),
        Example("As one line of JSON", "validator ledger show +447400123456 --json"),
    ),
)
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@opt.stack(opt.ledger_option, opt.json_option)
def show(**given: Any) -> int | None:
    """Show what the ledger holds about numbers, however old: the last answer, and a failure since.

    Both spellings of a number are shown where WhatsApp may know it by two. Nobody is asked, and no key is
    needed. Other users of the machine can read arguments.
    """
    return work("ledger_reading", given, function="show")


@ledger.command(
    cls=Command,
    short_help="List the latest runs.",
    examples=(
        Example("The latest runs, and how they ended", "validator ledger runs"),
        Example("Those over one list", "validator ledger runs leads.csv -n 100"),
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
        help="How many at most.",
    ),
    opt.ledger_option,
    opt.json_option,
)
def runs(**given: Any) -> int | None:
    """List the latest runs, the newest first: what was run over which list, how it ended, and what came out.

    With INPUT only those over a list whose file has this name.
    """
    return work("ledger_reading", given, function="runs")


@ledger.command(
    cls=Command,
    short_help="Forget people, or what is old.",
    examples=(
        Example("Forget what is older than a year", "validator ledger purge --older-than 365d"),
        Example(
            "Forget one person; the dry run only counts",
            "validator ledger purge --number +447400123456 --dry-run",
        ),
    ),
)
@opt.stack(
    click.option("--older-than", type=DURATION, help="Forget what was found out longer ago, as in 30d."),
    click.option(
        "--number",
        "numbers",
        type=NUMBER,
        multiple=True,
        help="Forget this number; repeat it for several. Other users of the machine can read arguments: "
        "--numbers keeps them out.",
    ),
    click.option(
        "--numbers",
        "numbers_file",
        type=click.File(encoding="utf-8-sig"),
        help="File with numbers to forget, one a line; - for standard input.",
    ),
    click.option("--dry-run", is_flag=True, help="Only count what would go."),
    click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal."),
    opt.ledger_option,
    opt.json_option,
)
def purge(**given: Any) -> int | None:
    """Forget people: delete the answers about them and overwrite it in the ledger's files.

    Takes old answers and failures, old runs, and everything that names one of the numbers.
    """
    return work("ledger", given, function="purge")


@ledger.command(
    name="export",
    cls=Command,
    short_help="Write every fact to a file.",
    examples=(Example("Every fact, one a row", "validator ledger export facts.parquet"),),
)
@click.argument("output", type=FILE)
@opt.stack(opt.ledger_option, opt.json_option)
def export_command(**given: Any) -> int | None:
    """Write every fact to OUTPUT, a CSV, Parquet or NDJSON file, one a row; `import` reads it.

    The file names people; it is made for its owner alone. docs/ledger.md has its columns.
    """
    return work("ledger", given, function="export_command")


@ledger.command(
    name="import",
    cls=Command,
    short_help="Take over the facts of a file.",
    examples=(
        Example("Another ledger's facts", "validator ledger import facts.parquet"),
        Example(
            "What another tool has found out", "validator ledger import old.csv --column mobile --region GB"
        ),
    ),
)
@click.argument("path", metavar="INPUT", type=FILE)
@opt.stack(file_opt.column_option, file_opt.region_option, opt.ledger_option, opt.json_option)
def import_command(**given: Any) -> int | None:
    """Take over the facts in INPUT: another ledger's export, an annotated file, or another tool's list.

    Needed are numbers, `checked_at`, and `verdict` or `is_whatsapp_user`. The newest answer about a number
    stands; a row that cannot be understood is an error, and then nothing is taken over.
    """
    return work("ledger", given, function="import_command")
