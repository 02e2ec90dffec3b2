"""The options that end a run early or bound its waiting, and those that decide how strict it is."""

from __future__ import annotations

import click

from validator.cli.options.shared_options import stack
from validator.cli.options.values import DEADLINE, DURATION, SHARE, TOLERANCE
from validator.ranges import LEAST_DAILY_CAP

max_wait_option = click.option(
    "--max-wait",
    type=DURATION,
    default="1h",
    show_default=True,
    help="Stop if the provider asks for a longer wait.",
)

max_outage_option = click.option(
    "--max-outage",
    type=DURATION,
    default="6h",
    show_default=True,
    help="Stop if the provider has not answered for this time.",
)

deadline_option = click.option(
    "--deadline", type=DEADLINE, help="Stop after this time (2h), or at this time of day (06:30)."
)

grace_option = click.option(
    "--grace",
    type=DURATION,
    default="8s",
    show_default=True,
    help="After a signal or the deadline, end within this time, including the writing of files; the next run "
    "repeats requests that take longer.",
)

wait_for_key_option = click.option(
    "--wait-for-key",
    type=DURATION,
    default="0s",
    show_default=True,
    help="Longest wait for another run that uses the key; it ends at the deadline.",
)

bound_options = stack(max_wait_option, max_outage_option, deadline_option, grace_option, wait_for_key_option)

stop_options = stack(
    click.option(
        "--strict",
        is_flag=True,
        help="Exit with 4 if any answer is unverified, even within --max-unknown.",
    ),
    click.option(
        "--max-unknown",
        type=TOLERANCE,
        default="0",
        show_default=True,
        help="Number or share of rows that may stay unknown in a finished run.",
    ),
    click.option(
        "--max-invalid",
        type=SHARE,
        default="50%",
        show_default=True,
        help="Refuse a list if a larger share of its cells is invalid, before any file is replaced.",
    ),
    click.option(
        "--max-error-rate",
        type=SHARE,
        default="100%",
        show_default=True,
        help="Stop if a larger share of the latest attempts fails.",
    ),
    bound_options,
    click.option(
        "--daily-cap",
        type=click.IntRange(min=LEAST_DAILY_CAP),
        help="Most numbers to ask about through each session in a day, in all runs together; one is kept for "
        "a canary.  [default: the gateway's]",
    ),
)
