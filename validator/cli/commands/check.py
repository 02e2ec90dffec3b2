"""`validator check`: validate a list."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from validator.batch.output.summarise import summarise_plan
from validator.batch.output.targets import (
    check_targets,
    make_split_folder,
    refuse_existing,
    refuse_kept,
    require_room_for_output,
)
from validator.batch.run import ListRun
from validator.cli.options import file_options as file_opt
from validator.cli.options.ask_options import AskOptions
from validator.cli.process.logs import set_up_logging
from validator.cli.process.show import show_start, show_summary
from validator.cli.runs.list_run import ListRunOptions, numbers_per_min, run_list
from validator.cli.runs.resume import send_command
from validator.cli.runs.run_ends import EndOptions
from validator.cli.settings.kept_files import kept_files
from validator.gateways.registry import capabilities_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.ask_settings import KeySettings
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened
    from validator.reports import Summary


class CheckOptions(ListRunOptions, frozen=True, kw_only=True):
    """All options of `check`."""

    dry_run: bool
    no_clobber: bool


def run(**given: Any) -> int:
    """Validate the recipients in INPUT, and write the list with a verdict on every row."""
    ends = EndOptions.take(given)
    reports, asking = file_opt.take_reports(given), AskOptions.take(given)
    options = CheckOptions(reports=reports, asking=asking, **given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    if options.dry_run:
        from validator.cli.commands.plan import show_plan  # noqa: PLC0415 - most runs ask

        return show_plan(
            options, asking.rate, asking.gateway, asking.base_url, max_invalid=options.max_invalid
        )
    return ends.reported(
        "check",
        partial(_checked, options, ends),
        ca_file=asking.ca_file,
        as_json=options.as_json,
    )


def _checked(options: CheckOptions, ends: EndOptions) -> Summary:
    options.require_vouching()
    if options.cluster is not None:
        return _checked_on_cluster(options, ends)
    keys = options.asking.keys()
    options.require_named_output()
    opened = options.opened(deadline=options.asking.deadline)
    reports = {f"--{name}": path for name, path in options.reports.items()}
    if options.no_clobber:
        refuse_existing({**opened.job.targets, **reports})
    make_split_folder(opened.job)
    check_targets(
        {**opened.job.targets, **reports, **ends.targets},
        opened.job,
        ledger=options.ledger,
        kept=[*kept_files(options.asking.api_key_file, options.asking.ca_file), *ends.kept],
    )
    require_room_for_output(opened)
    settings = replace(
        options.run_settings("check", options.reports),
        send_command=_send_command(options, opened),
        on_plan=partial(_show_start, options, keys, opened),
    )
    summary = run_list(options, keys, opened, settings, partial(ListRun, opened))
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return summary


def _checked_on_cluster(options: CheckOptions, ends: EndOptions) -> Summary:
    """Check the list on several machines."""
    # Imported here, since it needs an extra and loads slowly.
    from validator.cli.runs.cluster_run import check_on_cluster  # noqa: PLC0415

    reports = {f"--{name}": path for name, path in options.reports.items()}
    kept = [*kept_files(options.asking.api_key_file, options.asking.ca_file), *ends.kept]
    refuse_kept({**reports, **ends.targets}, kept, ledger=options.ledger)
    summary = check_on_cluster(options)
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return summary


def _show_start(options: CheckOptions, keys: Sequence[KeySettings], opened: Opened, plan: Plan) -> None:
    limits = capabilities_of(keys[0].gateway).paces if len(keys) == 1 else {}
    start = summarise_plan(
        opened.job,
        plan,
        rate_per_min=numbers_per_min(options, keys),
        now=datetime.now(UTC),
        plans={name: round(options.asking.rate_share * limit) for name, limit in limits.items()},
        read_as=opened.read_as,
    )
    show_start(start, quiet=options.quiet)


def _send_command(options: CheckOptions, opened: Opened) -> str | None:
    """Return the command that writes a sendable file for one list in a file; None for any other input."""
    path = opened.job.input
    if options.input != (path,):
        return None
    return send_command(click.get_current_context().obj, path.name, ages=options.ages)
