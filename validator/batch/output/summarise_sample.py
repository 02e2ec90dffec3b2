"""Makes the summary of a sample, as values for the reports."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from validator.batch.output.annotate import Counts, decide_verdicts
from validator.batch.output.estimate import CONFIDENCE, Stratum, estimate
from validator.batch.output.summarise import iso, summarise_plan, total_use
from validator.batch.planning.sample import NO_COUNTRY
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.model import Verdict
from validator.reports import CountrySample, SampleSummary, legible
from validator.tables import BATCH_ROWS
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.output.summarise import RunResult
    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.batch.planning.plan import Plan
    from validator.batch.planning.sample import Sample
    from validator.batch.recipients.opening import Opened


class SampleAnswers(Struct, frozen=True):
    """The verdicts of a sample's numbers.

    Attributes:
        counts: the numbers by verdict and reason.
        countries: the sample by country of the list, most numbers first.
    """

    counts: Counts
    countries: tuple[CountrySample, ...]


def answers_of(sample: Sample, known: KnownVerdicts, extras: Sequence[str]) -> SampleAnswers:
    """Return the verdicts of a sample's numbers, by the rules of the annotated file."""
    counted, seen = Counts(), Counter[tuple[str, str]]()
    for rows in sample.rows.iter_slices(BATCH_ROWS):
        findings = decide_verdicts(rows, known, known.indices_of(rows["number"]), extras)
        counted.add(findings)
        country = rows["country"].cast(pl.String).fill_null(NO_COUNTRY)
        kinds = findings.with_columns(country).group_by("country", "verdict").len()
        seen.update({(name, verdict): count for name, verdict, count in kinds.iter_rows()})
    return SampleAnswers(counted, tuple(_country(name, sample, seen) for name in sample.numbers))


def _country(name: str, sample: Sample, seen: Counter[tuple[str, str]]) -> CountrySample:
    sampled = sum(seen[name, verdict.value] for verdict in Verdict)
    return CountrySample(
        country=name,
        numbers=sample.numbers[name],
        sampled=sampled,
        answered=sampled - seen[name, Verdict.UNKNOWN.value],
        registered=seen[name, Verdict.REGISTERED.value],
    )


def summarise_sample(
    opened: Opened,
    rest: Plan,
    answers: SampleAnswers,
    result: RunResult,
    exit_code: int,
    *,
    already_known: int,
    seed: int,
    rate_per_min: float | None,
    check_command: str | None,
) -> SampleSummary:
    """Return the summary of a sample.

    Args:
        opened: the list.
        rest: the plan of a check of the whole list after the run.
        answers: the verdicts of the sample after the run.
        result: the result of the run.
        exit_code: the exit code of the command.
        already_known: how many numbers of the sample had a known verdict before the run.
        seed: the seed of the sample.
        rate_per_min: the configured rate, used if the run has shown no limit; None if there is none.
        check_command: the command that checks the whole list; None if there is none.
    """
    found = estimate(
        Stratum(numbers=one.numbers, answered=one.answered, registered=one.registered)
        for one in answers.countries
    )
    counters, use, job = result.counters, total_use(result), opened.job
    gateway = capabilities_of(result.keys[0].gateway if result.keys else DEFAULT_GATEWAY)
    limit_per_min = use.limit_per_min or rate_per_min
    whole = summarise_plan(
        job,
        rest,
        rate_per_min=None if limit_per_min is None else limit_per_min * gateway.max_batch,
        now=result.finished_at,
        host=", ".join(dict.fromkeys(key.host for key in result.keys)),
        plans={name: round(pace) for name, pace in gateway.paces.items()},
        read_as=opened.read_as,
    )
    return SampleSummary(
        version=__version__,
        input=job.input_name,
        read_as=opened.read_as,
        suppress_unreadable=rest.suppress_unreadable,
        seed=seed,
        started_at=iso(result.started_at),
        finished_at=iso(result.finished_at),
        duration_s=round((result.finished_at - result.started_at).total_seconds(), 3),
        rows=rest.rows,
        distinct_numbers=rest.distinct,
        sampled=answers.counts.rows,
        already_known=already_known,
        asked=counters.asked,
        verdicts=answers.counts.verdicts,
        reasons=answers.counts.reasons,
        share=None if found is None else round(found.share, 6),
        share_low=None if found is None else round(found.low, 6),
        share_high=None if found is None else round(found.high, 6),
        confidence=CONFIDENCE,
        countries=answers.countries,
        calls=replace(counters.calls),
        rate=use,
        whole=whole,
        exit_code=exit_code,
        stopped_because=result.stopped_because,
        next_command=None if result.next_command is None else legible(result.next_command),
        check_command=legible(check_command) if check_command and whole.calls_expected else None,
        warnings=result.warnings,
        remedies=result.remedies,
    )
