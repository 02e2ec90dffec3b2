"""`validator sample`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop
from validator.cli.options.values import SOURCE
from validator.ranges import SAMPLE_SIZE


@click.command(
    cls=Command,
    first="size column region session api-key-file suppress rate seed json",
    examples=(
        Example("Which share of a list is on WhatsApp", "validator sample leads.csv --region GB"),
        Example("Exact to three points instead of six", "validator sample leads.csv --region GB --size 1200"),
        Example(
            "Another sample of the same list, as one line of JSON",
            "validator sample leads.csv --region GB --seed 1 --json -q",
        ),
    ),
)
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    click.option(
        "-n",
        "--size",
        type=click.IntRange(min=1),
        default=SAMPLE_SIZE,
        show_default=True,
        help="Distinct numbers to ask about.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Seed of the random choice: the same list and seed give the same numbers.",
    ),
    file_opt.input_options,
    opt.asking_options,
    opt.canary_options,
    opt.max_age_option,
    opt.refresh_option,
    opt.confirm_option,
    stop.stop_options,
    opt.ledger_option,
    opt.price_option,
    opt.json_option,
    opt.progress_option,
    opt.logging_options,
)
def sample(**given: Any) -> int | None:
    """Check a random sample of INPUT, and estimate which share of the whole list is on WhatsApp.

    Each country has its part of the sample. The result also has the interval that includes the true share in
    95 of 100 samples, and shows what a check of the whole list would save and cost. 300 numbers give the
    share to six percentage points for a list of any length; four times as many give it to three.

    The ledger keeps the answers: `validator check INPUT` does not ask about these numbers again, and numbers
    with known answers cost nothing. No file is written.
    """
    return work("sample", given)
