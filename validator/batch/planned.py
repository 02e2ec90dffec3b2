"""The plan of a list and its summary, for the command and the library."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from validator.batch.output.summarise import summarise_plan
from validator.batch.planning.misread import MOST_INVALID, hints_of, misreading_of
from validator.batch.planning.survey import survey
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.local_time import unix_ms

if TYPE_CHECKING:
    import polars as pl

    from validator.batch.planning.plan import Plan
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
    """Return the summary of a list's plan, and the list's rows as numbers.

    Args:
        opened: the list.
        ledger: the known verdicts.
        progress: shows the progress of reading.
        rate_per_min: the rate of a check in requests a minute; None if it is found during the check.
        gateway: the name of the gateway that a check would ask.
        host: the host that requests would go to.
        max_invalid: the share (0 to 1) of non-empty cells that may be invalid.
    """
    now = datetime.now(UTC)
    surveyed = survey(opened, ledger, now_ms=unix_ms(now), progress=progress)
    summary = plan_summary(
        opened,
        surveyed.plan,
        rate_per_min=rate_per_min,
        now=now,
        gateway=gateway,
        host=host,
        max_invalid=max_invalid,
    )
    return summary, surveyed.recipients


def plan_summary(
    opened: Opened,
    plan: Plan,
    *,
    rate_per_min: float | None,
    now: datetime,
    gateway: str,
    host: str,
    max_invalid: float,
    calls: int | None = None,
) -> PlanSummary:
    """Return the summary of a list's plan, with the reason why a check would refuse it, if any, and warnings.

    Args:
        opened: the list.
        plan: its plan.
        rate_per_min: the rate of a check in requests a minute; None if it is found during the check.
        now: the current time.
        gateway: the name of the gateway that a check would ask.
        host: the host that requests would go to.
        max_invalid: the share (0 to 1) of non-empty cells that may be invalid.
        calls: how many numbers a check asks about, if they are not in the plan.
    """
    capabilities, obstacle = capabilities_of(gateway), misreading_of(opened, plan, max_invalid)
    return summarise_plan(
        opened.job,
        plan,
        calls=calls,
        rate_per_min=None if rate_per_min is None else rate_per_min * capabilities.max_batch,
        now=now,
        host=host,
        plans={name: round(pace) for name, pace in capabilities.paces.items()},
        obstacle=obstacle,
        read_as=opened.read_as,
        warnings=() if obstacle else hints_of(opened, plan),
    )
