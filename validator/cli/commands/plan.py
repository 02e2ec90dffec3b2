"""`validator plan`: what a check would do, and how long it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.batch.known_hosts import host_for
from validator.batch.planned import planned
from validator.batch.planning.misread import MOST_INVALID
from validator.cli.options.list_options import ListOptions
from validator.cli.process.logs import set_up_logging
from validator.cli.process.show import make_progress, show_plan_summary
from validator.ledger import read

if TYPE_CHECKING:
    from validator.settings import Rate


def run(rate: Rate, gateway: str, base_url: str | None, **given: Any) -> int:
    """Show what `validator check INPUT` would do: rows, duplicates, known verdicts, and requests to make."""
    options = ListOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    return show_plan(options, rate, gateway, base_url)


def show_plan(
    options: ListOptions, rate: Rate, gateway: str, base_url: str | None, *, max_invalid: float = MOST_INVALID
) -> int:
    """Make the plan of a list and show it.

    Args:
        options: the list and how to read it.
        rate: the rate of a check.
        gateway: the name of the gateway that a check would ask.
        base_url: the address that a check would use; None for the provider's own.
        max_invalid: the largest share (0 to 1) of invalid cells with which a check accepts the list.
    """
    if options.cluster is not None:
        # Imported here, since it needs an extra and loads slowly.
        from validator.cli.runs.cluster_run import plan_on_cluster  # noqa: PLC0415

        return plan_on_cluster(options, rate, gateway, base_url, max_invalid=max_invalid)
    options.require_files()
    host = host_for(gateway, base_url)
    opened = options.opened()
    with make_progress(quiet=options.quiet) as progress, read(options.ledger) as ledger:
        summary, _ = planned(
            opened,
            ledger,
            progress,
            rate_per_min=rate.per_min,
            gateway=gateway,
            host=host,
            max_invalid=max_invalid,
        )
    show_plan_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return 0
