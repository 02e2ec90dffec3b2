"""What a check of a list would do, as the command and the library both say it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from validator.batch.output.summarise import summarise_plan
from validator.batch.planning.ruined import MOST_INVALID, hints_of, ruin_of
from validator.batch.planning.survey import survey
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.local_time import unix_ms

if TYPE_CHECKING:
    import polars as pl

    from validator.batch.recipients.opening import Opened
    from validator.ledger import LedgerReader
    from validator.reports import PlanSummary, Progress


def planned(
    opened: Opened,
    ledger: LedgerReader,
    progress: Progress,
    *,
    rate_per_min: float | None,
    gateway: str = DEFAULT_GATEWAY,
    host: str = "",
    max_invalid: float = MOST_INVALID,
) -> tuple[PlanSummary, pl.DataFrame]:
    """Return what a check of a list would do, and the list's rows as numbers.

    Args:
        opened: the list.
        ledger: the known verdicts.
        progress: shows how the reading goes.
        rate_per_min: requests a minute that a check is to make; None if it finds that out.
        gateway: the name of the gateway that it would ask.
        host: where it would send requests.
        max_invalid: the share (0 to 1) of invalid cells at which it would take the list.
    """
    capabilities, now = capabilities_of(gateway), datetime.now(UTC)
    surveyed = survey(opened, ledger, now_ms=unix_ms(now), progress=progress)
    obstacle = ruin_of(opened, surveyed.plan, max_invalid)
    plan = summarise_plan(
        opened.job,
        surveyed.plan,
        rate_per_min=None if rate_per_min is None else rate_per_min * capabilities.max_batch,
        now=now,
        host=host,
        plans={name: round(pace) for name, pace in capabilities.paces.items()},
        obstacle=obstacle,
        read_as=opened.read_as,
        warnings=() if obstacle else hints_of(opened, surveyed.plan),
    )
    return plan, surveyed.recipients
