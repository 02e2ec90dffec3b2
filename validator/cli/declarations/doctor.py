"""`validator doctor`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop


@click.command(
    cls=Command,
    examples=(
        Example("Check everything that a run needs", "validator doctor"),
        Example(
            "Check one session, and the ledger of a client",
            "validator doctor --session sess_01H8BKF --ledger client-a.sqlite",
        ),
    ),
)
@opt.stack(
    opt.session_option,
    opt.provider_options,
    opt.rate_option,
    stop.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def doctor(**given: Any) -> int | None:
    """Check key, network path, clock, sessions, ledger and disk, and show what would prevent a run.

    No number is asked about. The exit code is that of the worst problem.
    """
    return work("doctor", given)
