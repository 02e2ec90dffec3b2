"""`validator plan`: what a check would do, and how long it would take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from validator.batch.output.summarise import summarise_plan
from validator.batch.planning.survey import survey
from validator.cli import options as opt
from validator.cli.list_options import ListOptions
from validator.cli.logs import set_up_logging
from validator.cli.show import make_progress, show_plan_summary
from validator.cli.signals import interruptible
from validator.cli.values import SOURCE
from validator.ledger import read

if TYPE_CHECKING:
    from validator.settings import Rate


@click.command()
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    opt.input_options,
    opt.known_options,
    opt.rate_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def plan(rate: Rate, **given: Any) -> int:
    """Show what `validator check INPUT` would do: rows, duplicates, who is known, and the calls to make.

    Nothing is sent anywhere, nothing is written, and no key is needed.
    """
    options = ListOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    return show_plan(options, rate)


def show_plan(options: ListOptions, rate: Rate) -> int:
    """Make the plan of a list and show it."""
    now = datetime.now(UTC)
    opened = options.opened()
    with interruptible(), make_progress(quiet=options.quiet) as progress, read(options.ledger) as ledger:
        surveyed = survey(opened, ledger, now_ms=int(now.timestamp() * 1000), progress=progress)
    summary = summarise_plan(opened.job, surveyed.plan, rate_per_min=rate.per_min, now=now)
    show_plan_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return 0
