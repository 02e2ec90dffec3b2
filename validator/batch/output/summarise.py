"""What a run and a plan were, as the values that the reports show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from validator import __version__
from validator.model import Reason, Verdict
from validator.reports import CallCounts, PlanSummary, RateUse, SessionCounts, Summary

if TYPE_CHECKING:
    from validator.batch.asking.tally import Tally
    from validator.batch.output.annotate import Counts
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Job
    from validator.errors import ValidatorError
    from validator.pacing import BudgetReport
    from validator.settings import Tolerance

EXIT_TOO_MANY_UNKNOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a run went, beyond what it wrote.

    Attributes:
        command: the command's name.
        started_at: when it began.
        finished_at: when it ended.
        asking_s: how long it talked to the provider, in seconds.
        tally: its counts.
        budget: the key's budget at the end, or None where nothing was asked.
        ending: why it ended early, or None.
        next_command: how to go on, or None where nothing is left.
        warnings: what a person should look at.
    """

    command: str
    started_at: datetime
    finished_at: datetime
    asking_s: float
    tally: Tally
    budget: BudgetReport | None = None
    ending: ValidatorError | None = None
    next_command: str | None = None
    warnings: tuple[str, ...] = ()


def exit_code_of(ending: ValidatorError | None, counts: Counts, max_unknown: Tolerance) -> int:
    """Return the exit code: why the run ended early, or whether too many rows are still unknown, or 0."""
    if ending is not None:
        return ending.exit_code
    enough = max_unknown.allows(counts.verdicts[Verdict.UNKNOWN.value], counts.rows)
    return 0 if enough else EXIT_TOO_MANY_UNKNOWN


def summarise(job: Job, plan: Plan, counts: Counts, course: Course, exit_code: int) -> Summary:
    """Return the summary of a run."""
    tally = course.tally
    is_partial = counts.reasons[Reason.NOT_CHECKED.value] > 0
    return Summary(
        version=__version__,
        command=course.command,
        input=job.input_name,
        output=job.output_name,
        sendable=None if job.sendable is None else str(job.sendable),
        sendable_rows=counts.sendable_rows,
        sendable_partial=job.sendable is not None and is_partial,
        started_at=_iso(course.started_at),
        finished_at=_iso(course.finished_at),
        duration_s=round((course.finished_at - course.started_at).total_seconds(), 3),
        rows=counts.rows,
        distinct_numbers=plan.distinct,
        duplicate_rows=plan.duplicates,
        already_known=sum(plan.known.values()),
        asked=tally.asked,
        verdicts=counts.verdicts,
        reasons=counts.reasons,
        sources=counts.sources,
        countries=counts.countries,
        matched_by_variant=counts.matched_by_variant,
        calls=CallCounts(
            attempts=tally.attempts,
            answers=tally.answers,
            refusals=tally.refusals,
            retries=tally.retries,
            failures=tally.failures,
            canaries=tally.canaries,
            retracted=tally.retracted,
            confirmations=tally.confirmations,
            overturned=tally.overturned,
        ),
        sessions=[
            SessionCounts(
                session=name, attempts=of.attempts, failures=of.failures, error_rate=round(of.error_rate, 6)
            )
            for name, of in tally.sessions.items()
        ],
        rate=_rate_use(course),
        pauses={cause: round(seconds, 3) for cause, seconds in tally.paused_s.items()},
        exit_code=exit_code,
        stopped_because=None if course.ending is None else str(course.ending),
        next_command=course.next_command,
        warnings=course.warnings,
    )


def _rate_use(course: Course) -> RateUse:
    report = course.budget
    if report is None or course.asking_s <= 0:
        return RateUse()
    # Limits are of a minute: a short run has used one minute's worth, however quick it was.
    used = (course.tally.attempts + course.tally.canaries) / max(course.asking_s / 60, 1.0)
    limit = report.limit_per_min
    return RateUse(
        limit_per_min=limit,
        told_by=report.told_by,
        used_per_min=round(used, 3),
        share_of_limit=None if not limit else round(used / limit, 4),
        held_s=round(report.held_s, 3),
        hold_reason=report.last_hold_reason,
    )


def summarise_plan(job: Job, plan: Plan, *, rate_per_min: float | None, now: datetime) -> PlanSummary:
    """Return the summary of a plan; `rate_per_min` is the rate asked for, None where it is not known yet."""
    offline = dict(plan.offline)
    summary = PlanSummary(
        version=__version__,
        input=job.input_name,
        rows=plan.rows,
        distinct_numbers=plan.distinct,
        duplicate_rows=plan.duplicates,
        suppressed=offline.pop(Reason.SUPPRESSION_LIST.value, 0),
        invalid=offline,
        already_known={verdict.value: count for verdict, count in plan.known.items()},
        calls_to_make=len(plan.numbers),
        calls_to_confirm=len(plan.to_confirm),
        confirmations_expected=plan.confirmations_expected,
        variant_calls_at_most=plan.most_variants * (2 if plan.confirms else 1),
        countries=plan.countries,
        line_types=plan.line_types,
        country_line_types=plan.country_line_types,
        rate_per_min=rate_per_min,
    )
    if summary.time_s is None:
        return summary
    return replace(summary, ends_at=_iso(now + timedelta(seconds=summary.time_s)))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
