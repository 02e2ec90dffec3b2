"""The options for a scheduler: reports of how a run ended, and the exit codes that count as success."""

from __future__ import annotations

import click

from validator.cli.options.shared_options import stack
from validator.cli.options.values import EXIT_CODES, FILE, OWN
from validator.cli.settings.environment import NOTIFY_SECRET

end_options = stack(
    click.option(
        "--metrics",
        type=OWN,
        help="File for metrics of the run, also of a failed run, in the form of Prometheus's node_exporter.",
    ),
    click.option(
        "--notify",
        metavar="URL",
        help="Send a signed summary to this address when the run ends or fails; it has no personal data.",
    ),
    click.option(
        "--notify-secret-file",
        type=FILE,
        help=f"File with the secret for the signature; otherwise {NOTIFY_SECRET}.",
    ),
    click.option(
        "--otlp",
        metavar="URL",
        help="Send a trace and metrics to this OpenTelemetry collector when the run ends; they have no "
        "personal data.",
    ),
    click.option(
        "--success-codes",
        type=EXIT_CODES,
        default="0",
        show_default=True,
        help="Exit codes that are returned as 0, such as 0,4; summary and metrics keep the original code.",
    ),
)
