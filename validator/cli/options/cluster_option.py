"""The option that spreads a run over several machines."""

from __future__ import annotations

import click

cluster_option = click.option(
    "--cluster",
    metavar="local|auto|HOST:PORT|ray://...",
    help="Run on the machines of this Ray cluster; needs a ledger in PostgreSQL.",
)
