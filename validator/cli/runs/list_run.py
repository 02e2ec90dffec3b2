"""A run over a list: from options to a run with locked keys and an open ledger that signals end in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from validator.batch.open_asker import open_asker
from validator.batch.open_files import raise_limit
from validator.batch.run import RunSettings
from validator.batch.watching.stop import Stop
from validator.cli.options.ask_options import AskOptions, under_signals
from validator.cli.options.list_options import ListOptions
from validator.cli.options.shown_settings import set_elsewhere
from validator.cli.process.show import make_progress
from validator.cli.runs.resume import command_line, next_command
from validator.errors import UsageError
from validator.gateways.registry import capabilities_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from validator.batch.ask_settings import KeySettings
    from validator.batch.recipients.opening import Opened
    from validator.batch.run import Run, SummaryT
    from validator.settings import Tolerance


class ListRunOptions(ListOptions, frozen=True, kw_only=True):
    """The options of a command that asks about a list, or a sample of it."""

    asking: AskOptions
    max_unknown: Tolerance
    strict: bool
    max_invalid: float

    def require_vouching(self) -> None:
        """Raise `UsageError` if `--strict` is set, but nothing can verify answers."""
        if self.strict and self.asking.no_canaries:
            raise UsageError(
                "--strict needs verified answers, and --no-canaries trusts all answers; leave one of them out"
            )

    def run_settings(self, command: str, reports: Mapping[str, Path]) -> RunSettings:
        """Return the settings for the result of a run."""
        context = click.get_current_context()
        return RunSettings(
            command=command,
            max_unknown=self.max_unknown,
            strict=self.strict,
            max_invalid=self.max_invalid,
            reports=reports,
            command_line=command_line(context.obj),
            settings=set_elsewhere(context),
            next_command=partial(next_command, context.obj, ages=self.ages, only=self.only, limit=self.limit),
        )


def numbers_per_min(options: ListRunOptions, keys: Sequence[KeySettings]) -> float | None:
    """Return the numbers a minute for all keys together; None if the rate of a key is not known yet."""
    found = [(key.rate.per_min, capabilities_of(key.gateway).max_batch) for key in keys]
    rates = [None if rate is None else rate * most for rate, most in found]
    return options.asking.rate_share * sum(filter(None, rates)) if all(rates) else None


def run_list(
    options: ListRunOptions,
    keys: Sequence[KeySettings],
    opened: Opened,
    settings: RunSettings,
    make_run: Callable[..., Run[SummaryT]],
) -> SummaryT:
    """Do a run, which a first signal ends in order, and return its summary.

    Args:
        options: the options of the command.
        keys: the keys for the requests.
        opened: the list.
        settings: the settings for the result.
        make_run: makes the run; it gets `ledger`, `counters`, `progress` and `settings`.

    Raises:
        Busy: another run holds a key or the ledger.
        ValidatorError: as `Run.run` and `Asker.ask`.
    """
    holder = f"validator {settings.command} {opened.job.input.name}"
    raise_limit(options.asking.concurrency * len(keys))
    stop, progress = Stop(), make_progress(quiet=options.quiet)
    with open_asker(
        keys,
        options.asking.ask_settings,
        ledger=options.ledger,
        holder=holder,
        progress=progress,
        stop=stop,
        shared_until=opened.job.max_age,
    ) as (asker, ledger, counters):
        run = make_run(ledger=ledger, counters=counters, progress=progress, settings=settings)
        return run.run(under_signals(asker, stop))
