"""The option that spreads a run over several machines."""

from __future__ import annotations

import click

cluster_option = click.option(
    "--cluster",
    metavar="local|auto|HOST:PORT|ray://...",
    help="Spread the run over the machines of this Ray cluster; the ledger is one in PostgreSQL.",
)
