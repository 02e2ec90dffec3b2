"""`validator sample`: check a random sample of a list, and estimate the result for the whole list."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from validator.batch.sample_run import SampleRun, SampleSettings, rate_of
from validator.cli.options.ask_options import AskOptions
from validator.cli.process.logs import set_up_logging
from validator.cli.process.show import show_sample
from validator.cli.runs.list_run import ListRunOptions, run_list
from validator.cli.runs.resume import check_command


class SampleOptions(ListRunOptions, frozen=True, kw_only=True):
    """All options of `sample`."""

    size: int
    seed: int


def run(**given: Any) -> int:
    """Check a random sample of INPUT, and estimate which share of the whole list is on WhatsApp."""
    options = SampleOptions(asking=AskOptions.take(given), **given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    options.require_vouching()
    keys = options.asking.keys()
    opened = options.opened(deadline=options.asking.deadline)
    name = opened.job.input.name if options.input == (opened.job.input,) else None
    chosen = SampleSettings(
        size=options.size,
        seed=options.seed,
        rate_per_min=rate_of(keys),
        check_command=partial(check_command, click.get_current_context().obj, name, ages=options.ages),
    )
    settings = options.run_settings("sample", {})
    summary = run_list(options, keys, opened, settings, partial(SampleRun, opened, chosen))
    show_sample(summary, as_json=options.as_json, quiet=options.quiet)
    return summary.exit_code
