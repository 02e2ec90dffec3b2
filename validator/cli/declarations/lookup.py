"""`validator lookup`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop


@click.command(
    cls=Command,
    first="region session api-key-file refresh offline ledger json",
    examples=(
        Example("Two numbers", "validator lookup +12025550123 +447400123456"),
        Example(
            "Ask about a national number again, although the answer is known",
            "validator lookup 07400123456 --region GB --refresh",
        ),
        Example("Show a known answer, without a key", "validator lookup +447400123456 --offline"),
    ),
)
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@opt.stack(
    click.option("--offline", is_flag=True, help="Show only answers in the ledger; needs no key."),
    file_opt.region_option,
    file_opt.accept_option,
    file_opt.variants_option,
    opt.asking_options,
    opt.canary_options,
    stop.bound_options,
    opt.max_age_option,
    opt.refresh_option,
    opt.confirm_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def lookup(**given: Any) -> int | None:
    """Check a few numbers and print one line for each, by the same rules as `check`.

    `-` reads numbers from standard input, one on each line. Numbers with a fresh answer are not asked about
    again, and new answers are kept in the ledger.
    """
    return work("lookup", given)
