"""`validator sample`: ask about a random part of a list, and say what the whole is like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from validator.batch.sample_run import SAMPLE_SIZE, SampleRun, SampleSettings, rate_of
from validator.cli import file_options as file_opt
from validator.cli import options as opt
from validator.cli.list_run import ListRunOptions, run_list
from validator.cli.logs import set_up_logging
from validator.cli.show import show_sample
from validator.cli.values import SOURCE


@dataclass(frozen=True, kw_only=True)
class SampleOptions(ListRunOptions):
    """All options of `sample`."""

    size: int
    seed: int


@click.command()
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
        help="Decides which: the same list and seed give the same numbers.",
    ),
    file_opt.input_options,
    opt.asking_options,
    opt.canary_options,
    opt.max_age_option,
    opt.refresh_option,
    opt.confirm_option,
    opt.stop_options,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def sample(**given: Any) -> int:
    """Ask about a random part of INPUT, and say which share of the whole is on WhatsApp.

    Each country has its part of the sample. The share comes with the interval that holds the true one in 95
    of 100 samples, and with what a check of the whole list would save and cost. 300 numbers say it to within
    six points, whatever the list's length; four times as many to within three.

    What is found out is kept in the ledger: `validator check INPUT` does not ask about these numbers again,
    and those that were known before cost nothing. No file is written.
    """
    options = SampleOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    options.require_vouching()
    keys = options.keys()
    opened = options.opened(deadline=options.deadline)
    chosen = SampleSettings(size=options.size, seed=options.seed, rate_per_min=rate_of(keys))
    settings = options.run_settings("sample", {})
    summary = run_list(options, keys, opened, settings, partial(SampleRun, opened, chosen))
    show_sample(summary, as_json=options.as_json, quiet=options.quiet)
    return summary.exit_code
