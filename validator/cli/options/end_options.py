"""The options for a scheduler: who is notified of how a run ended, and which exit codes count as success."""

from __future__ import annotations

import click

from validator.cli.options.shared_options import stack
from validator.cli.options.values import EXIT_CODES, FILE
from validator.cli.settings.environment import NOTIFY_SECRET

end_options = stack(
    click.option(
        "--metrics",
        type=FILE,
        help="File for metrics of the run, also of one that fails, as Prometheus's node_exporter reads it.",
    ),
    click.option(
        "--notify",
        metavar="URL",
        help="Send a signed summary to this address when the run ends, well or not; nobody's data is in it.",
    ),
    click.option(
        "--notify-secret-file",
        type=FILE,
        help=f"File that holds the secret which signs it; otherwise {NOTIFY_SECRET}.",
    ),
    click.option(
        "--otlp",
        metavar="URL",
        help="Send a trace and metrics to this OpenTelemetry collector when the run ends; nobody's data is "
        "in them.",
    ),
    click.option(
        "--success-codes",
        type=EXIT_CODES,
        default="0",
        show_default=True,
        help="Exit codes that are returned as 0, such as 0,4; summary and metrics keep the true one.",
    ),
)
