"""Makes the summaries of a run and of a plan, as values for the reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from validator.batch.asking.counters import pace_per_min
from validator.batch.recipients.job import SPLIT_VERDICTS
from validator.errors import EXIT_TOO_MANY_UNKNOWN, EnoughFound
from validator.model import Reason, Verdict
from validator.reports import Changes, PlanSummary, RateUse, Summary, Timeline, legible
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.output.annotate import Counts
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.job import Job
    from validator.errors import ValidatorError
    from validator.model import SessionRef
    from validator.pacing import BudgetReport
    from validator.reports import CellExample
    from validator.settings import Tolerance

# With at least this many keys, their use is added up.
MANY = 2
NOTHING_FOUND: Mapping[str, str | int] = MappingProxyType({})


class AskedKey(Struct, frozen=True, kw_only=True):
    """The state of a key at the end of a run.

    Attributes:
        name: the key's name in messages; empty if the run has only one key.
        gateway: the name of its gateway.
        host: host and port that its requests went to.
        sessions: the sessions asked through.
        budget: the report of its budget.
    """

    name: str
    gateway: str
    host: str
    sessions: tuple[SessionRef, ...]
    budget: BudgetReport


class RunResult(Struct, frozen=True, kw_only=True):
    """The result of a run, apart from the rows that it wrote.

    Attributes:
        command: the command's name.
        command_line: the whole command, or None if there is none.
        settings: settings that are not in this command, each with its origin, by name.
        started_at: the start of the run.
        finished_at: the end of the run.
        asking_s: how long it asked the provider, in seconds.
        counters: its counters.
        keys: the keys it asked with; empty if nothing was asked.
        ending: why it ended early, or None.
        next_command: the command that continues the run, or None if nothing is left.
        send_command: the command that writes the sendable file; None if this run has written it, or there is
            no recipient to send to.
        warnings: warnings for the user, one sentence each.
        remedies: what the user has to do about sessions, one sentence each.
        timeline: the run over time.
        changes: what has changed since the earlier answers.
    """

    command: str
    started_at: datetime
    finished_at: datetime
    asking_s: float
    counters: RunCounters
    keys: tuple[AskedKey, ...] = ()
    ending: ValidatorError | None = None
    command_line: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    next_command: str | None = None
    send_command: str | None = None
    warnings: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    timeline: Timeline = field(default_factory=Timeline)
    changes: Changes = field(default_factory=Changes)

    @property
    def stopped_because(self) -> str | None:
        """Why it ended early, or None."""
        return None if self.ending is None else legible(str(self.ending))


def exit_code_of(
    ending: ValidatorError | None, counts: Counts, max_unknown: Tolerance, *, strict: bool = False
) -> int:
    """Return the exit code of the ending, or of too many unknown rows, or 0.

    Args:
        ending: why the run ended early, or None.
        counts: the counts of the output.
        max_unknown: how many rows may stay unknown.
        strict: whether no row may have the reason `session_suspect`.
    """
    if ending is not None:
        return ending.exit_code
    enough = max_unknown.allows(counts.verdicts[Verdict.UNKNOWN.value], counts.rows)
    if strict and counts.reasons[Reason.SESSION_SUSPECT.value]:
        return EXIT_TOO_MANY_UNKNOWN
    return 0 if enough else EXIT_TOO_MANY_UNKNOWN


def summarise(
    job: Job,
    plan: Plan,
    counts: Counts,
    result: RunResult,
    exit_code: int,
    *,
    read_as: Mapping[str, str | int] = NOTHING_FOUND,
) -> Summary:
    """Return the summary of a run; `read_as` is from `Opened.read_as`."""
    counters = result.counters
    is_partial = counts.reasons[Reason.NOT_CHECKED.value] > 0 and not isinstance(result.ending, EnoughFound)
    return Summary(
        version=__version__,
        command=result.command,
        input=job.input_name,
        read_as=read_as,
        readings=plan.readings,
        suppress_unreadable=plan.suppress_unreadable,
        output=job.output_name,
        sendable=None if job.sendable is None else legible(str(job.sendable)),
        sendable_rows=counts.segments[Verdict.REGISTERED.value],
        sendable_partial=job.sendable is not None and is_partial,
        split=None if job.split is None else legible(str(job.split)),
        split_rows={verdict.value: counts.segments[verdict.value] for verdict in SPLIT_VERDICTS}
        if job.split is not None
        else {},
        started_at=iso(result.started_at),
        finished_at=iso(result.finished_at),
        duration_s=round((result.finished_at - result.started_at).total_seconds(), 3),
        rows=counts.rows,
        distinct_numbers=plan.distinct,
        duplicate_rows=plan.duplicates,
        already_known=sum(plan.known.values()),
        asked=counters.asked,
        from_contacts=counters.from_contacts,
        verdicts=counts.verdicts,
        reasons=counts.reasons,
        examples=_examples(plan, counts),
        sources=counts.sources,
        countries=counts.countries,
        registered_countries=counts.registered_countries,
        line_types=counts.line_types,
        oldest_yes_at=None if counts.oldest_yes_ms is None else _iso_ms(counts.oldest_yes_ms),
        changes=result.changes,
        matched_by_variant=counts.matched_by_variant,
        calls=replace(counters.calls),
        price=job.price,
        sessions=[replace(counts) for counts in counters.sessions.values()],
        rate=total_use(result),
        keys=[_key_use(key, result) for key in result.keys],
        pauses={cause: round(seconds, 3) for cause, seconds in counters.paused_s.items()},
        timeline=result.timeline.buckets(list(counters.sessions)),
        exit_code=exit_code,
        command_line=None if result.command_line is None else legible(result.command_line),
        settings={name: legible(text) for name, text in result.settings.items()},
        stopped_because=result.stopped_because,
        next_command=None if result.next_command is None else legible(result.next_command),
        send_command=None if result.send_command is None else legible(result.send_command),
        warnings=result.warnings,
        remedies=result.remedies,
    )


def _examples(plan: Plan, counts: Counts) -> dict[str, tuple[CellExample, ...]]:
    """Return examples of every reason: with the cell if reading the cell gave the reason, else the number."""
    return {word: plan.examples.get(word) or counts.examples[word] for word in counts.examples}


def total_use(result: RunResult) -> RateUse:
    """Return the use of all keys together."""
    uses = [_key_use(key, result) for key in result.keys]
    if len(uses) < MANY:
        return replace(uses[0], key="", gateway="", host="") if uses else RateUse()
    limits = [use.limit_per_min for use in uses]
    limit = sum(filter(None, limits)) if all(limits) else None
    used = sum(use.used_per_min for use in uses)
    return RateUse(
        limit_per_min=limit,
        told_by="the keys together",
        used_per_min=round(used, 3),
        share_of_limit=None if not limit else round(used / limit, 4),
        held_s=round(max(use.held_s for use in uses), 3),
        hold_reason=next((use.hold_reason for use in uses if use.hold_reason), ""),
    )


def _key_use(key: AskedKey, result: RunResult) -> RateUse:
    report = key.budget
    if result.asking_s <= 0:
        return RateUse(key=key.name, gateway=key.gateway, host=key.host)
    attempts = sum(result.counters.attempts_through(session) for session in key.sessions)
    limit = report.limit_per_min
    used = pace_per_min(attempts, result.asking_s, limit)
    return RateUse(
        key=key.name,
        gateway=key.gateway,
        host=key.host,
        limit_per_min=limit,
        told_by=report.told_by,
        used_per_min=round(used, 3),
        share_of_limit=None if not limit else round(used / limit, 4),
        held_s=round(report.held_s, 3),
        hold_reason=report.last_hold_reason,
    )


def summarise_plan(
    job: Job,
    plan: Plan,
    *,
    rate_per_min: float | None,
    now: datetime,
    calls: int | None = None,
    host: str = "",
    plans: Mapping[str, int],
    obstacle: str | None = None,
    read_as: Mapping[str, str | int] = NOTHING_FOUND,
    warnings: Sequence[str] = (),
) -> PlanSummary:
    """Return the summary of a plan.

    Args:
        job: the specification.
        plan: the plan.
        rate_per_min: the rate of a check in numbers a minute; None if it is not known yet.
        now: the current time.
        calls: how many numbers a check asks about, if they are not in the plan.
        host: the host that requests would go to.
        plans: the provider's price plans, with their requests a minute.
        obstacle: why a check would refuse the list, or None.
        read_as: how the list is read, from `Opened.read_as`.
        warnings: warnings for the user, one sentence each.
    """
    offline = dict(plan.offline)
    summary = PlanSummary(
        version=__version__,
        input=job.input_name,
        read_as=read_as,
        readings=plan.readings,
        suppress_unreadable=plan.suppress_unreadable,
        obstacle=obstacle,
        host=host,
        rows=plan.rows,
        distinct_numbers=plan.distinct,
        duplicate_rows=plan.duplicates,
        suppressed=offline.pop(Reason.SUPPRESSION_LIST.value, 0),
        invalid=offline,
        already_known={verdict.value: count for verdict, count in plan.known.items()},
        calls_to_make=len(plan.numbers) if calls is None else calls,
        calls_to_confirm=len(plan.to_confirm),
        confirmations_expected=plan.confirmations_expected,
        variant_calls_at_most=plan.most_variants * (2 if plan.confirms else 1),
        countries=plan.countries,
        line_types=plan.line_types,
        enough=job.enough,
        price=job.price,
        country_line_types=plan.country_line_types,
        rate_per_min=rate_per_min,
        plans=plans,
        warnings=warnings,
    )
    if summary.time_s is None:
        return summary
    return replace(summary, ends_at=iso(now + timedelta(seconds=summary.time_s)))


def _iso_ms(at_ms: int) -> str:
    return iso(datetime.fromtimestamp(at_ms / 1000, UTC))


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601, UTC, in seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
