"""Reads a list, looks up its known verdicts, and makes the plan of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.batch.planning.earlier_answers import EarlierAnswers
from validator.batch.planning.places import distinct
from validator.batch.planning.plan import make_plan
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.reading_counts import ReadingCounts
from validator.batch.recipients.recipients import askable, read_recipients
from validator.batch.recipients.several_numbers import one_row_per_number
from validator.batch.recipients.variants import other_numbers
from validator.batch.stage import LOOKING_UP, Stage
from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.job import Job
    from validator.batch.recipients.opening import Opened
    from validator.batch.recipients.suppression import OptOuts
    from validator.ledger import LedgerReader
    from validator.reports import Changes, Progress
    from validator.settings import MaxAge


class Preparation(Struct, frozen=True):
    """A list's numbers, and the plan of the run.

    Attributes:
        recipients: the rows' numbers.
        plan: which numbers to ask about.
        known: their known verdicts if there is no number to ask about. Otherwise None: they are read again
            after the run, and would take about twenty bytes for each number during the run.
        earlier: earlier answers about the numbers to ask about: nine bytes for each answer.
    """

    recipients: pl.DataFrame
    plan: Plan
    known: KnownVerdicts | None
    earlier: EarlierAnswers = field(default_factory=EarlierAnswers)

    def changes(self, known: KnownVerdicts) -> Changes:
        """Return what has changed since the earlier answers.

        Args:
            known: their verdicts after the run.
        """
        return self.earlier.changes(self.plan.numbers, known)


def survey(
    opened: Opened,
    ledger: LedgerReader,
    *,
    now_ms: int,
    progress: Progress,
) -> Preparation:
    """Read the list and make the plan.

    Args:
        opened: the list.
        ledger: the known verdicts.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        progress: shows the rows read and the numbers found in the ledger.

    Raises:
        FileError: the list has no rows, or one that cannot be read.
    """
    job = opened.job
    opted_out = _opted_out(job)
    reading, readings = Stage(progress, "reading"), ReadingCounts()
    recipients = read_recipients(
        opened.table,
        opened.reading,
        suppressed=None if opted_out is None else opted_out.numbers,
        on_progress=reading.show,
        readings=readings,
    )
    if recipients.is_empty():
        raise FileError(
            f"{job.input_name} has a header and no rows; export the list again, with its recipients"
        )
    known = known_for(job, recipients, ledger, now_ms, progress)
    plan = plan_for(job, recipients, known)
    plan = replace(plan, readings=readings.counted, examples=readings.examples)
    if opted_out is not None:
        plan = replace(plan, suppress_unreadable=opted_out.unreadable, suppressed=opted_out.numbers)
    if plan.numbers.is_empty():
        return Preparation(recipients, plan, known)
    earlier = EarlierAnswers.read(ledger, known, plan.numbers, now_ms)
    return Preparation(recipients, plan, None, earlier)


def _opted_out(job: Job) -> OptOuts | None:
    """Return the content of a job's suppression lists; None if it has none."""
    if not job.suppress:
        return None
    from validator.batch.recipients.suppression import suppressed_in  # noqa: PLC0415 - most lists have none

    return suppressed_in(job)


def plan_for(job: Job, recipients: pl.DataFrame, known: KnownVerdicts) -> Plan:
    """Return what a run over a job's recipients, or some of them, would do."""
    return make_plan(
        recipients,
        known,
        order=job.order,
        only=job.only,
        limit=job.limit,
        confirms=job.confirm_negatives,
        variants=job.variants,
    )


def known_after(
    surveyed: Preparation, job: Job, ledger: LedgerReader, now_ms: int, progress: Progress
) -> KnownVerdicts:
    """Return the known verdicts after the run."""
    return surveyed.known or known_for(job, surveyed.recipients, ledger, now_ms, progress)


def known_for(
    job: Job, recipients: pl.DataFrame, ledger: LedgerReader, now_ms: int, progress: Progress
) -> KnownVerdicts:
    """Return the known verdicts of a job's recipients, by the job's settings."""
    asked = {"confirmed": job.confirm_negatives, "variants": job.variants}
    on_progress = Stage(progress, LOOKING_UP).show
    return known_of(recipients, ledger, job.max_age, now_ms, on_progress, **asked)


def known_of(
    recipients: pl.DataFrame,
    ledger: LedgerReader,
    max_age: MaxAge,
    now_ms: int,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    confirmed: bool = False,
    variants: bool = False,
) -> KnownVerdicts:
    """Return the known verdicts of the rows' numbers that may be asked about.

    Args:
        recipients: the rows.
        ledger: the known verdicts.
        max_age: how long answers are valid.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        on_progress: called with the number of verdicts found so far.
        confirmed: whether a "no" counts only after a second check.
        variants: whether the alternative spellings are looked up as well.
    """
    known = read_known(ledger, _asked(recipients, variants=variants), max_age, now_ms, on_progress)
    known = replace(known, row_indices=known.indices_of_list(recipients))
    return known.confirmed() if confirmed else known


def _asked(recipients: pl.DataFrame, *, variants: bool) -> pl.Series:
    """Return the distinct numbers that may be asked about, and their alternative spellings, ascending."""
    everyone = one_row_per_number(recipients)
    numbers = everyone["number"].filter(askable(everyone))
    if variants:
        numbers = pl.concat([numbers, other_numbers(everyone).drop_nulls().alias("number")])
    return distinct(numbers)
