"""A list's numbers, what is known about them, and what a run would do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.known_verdicts import Knowledge, read_knowledge
from validator.batch.planning.plan import make_plan
from validator.batch.recipients.recipients import askable, read_people
from validator.batch.recipients.suppression import suppressed_in
from validator.batch.recipients.variants import other_numbers
from validator.batch.watching.stage import LOOKING_UP, Stage
from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.job import Job
    from validator.batch.recipients.opening import Opened
    from validator.ledger import LedgerReader
    from validator.reports import Progress
    from validator.settings import MaxAge


@dataclass(frozen=True, slots=True)
class Survey:
    """A list's numbers, and what a run would do.

    Attributes:
        people: the rows' numbers.
        plan: whom to ask.
        knowledge: what is known about them, if nobody is to be asked and it stays so; else None, since it
            will be read anew, and would take some twenty bytes a number for as long as the run goes.
    """

    people: pl.DataFrame
    plan: Plan
    knowledge: Knowledge | None


def survey(
    opened: Opened,
    ledger: LedgerReader,
    *,
    now_ms: int,
    progress: Progress,
) -> Survey:
    """Read the list and make the plan.

    Args:
        opened: the list.
        ledger: what is known.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        progress: shows the rows read and the numbers found in the ledger.

    Raises:
        FileError: the list has no rows, or one that cannot be read.
    """
    job = opened.job
    suppressed = suppressed_in(job) if job.suppress else None
    reading = Stage(progress, "reading")
    people = read_people(opened.table, opened.reading, suppressed=suppressed, on_progress=reading.show)
    if people.is_empty():
        raise FileError(
            f"{job.input_name} has a header and no rows; export the list again, with its recipients"
        )
    knowledge = knowledge_for(job, people, ledger, now_ms, progress)
    plan = make_plan(
        people,
        knowledge,
        order=job.order,
        only=job.only,
        limit=job.limit,
        confirms=job.confirm_negatives,
        variants=job.variants,
    )
    return Survey(people, plan, knowledge if plan.numbers.is_empty() else None)


def knowledge_after(
    surveyed: Survey, job: Job, ledger: LedgerReader, now_ms: int, progress: Progress
) -> Knowledge:
    """Return what is known once everybody has been asked."""
    return surveyed.knowledge or knowledge_for(job, surveyed.people, ledger, now_ms, progress)


def knowledge_for(
    job: Job, people: pl.DataFrame, ledger: LedgerReader, now_ms: int, progress: Progress
) -> Knowledge:
    """Return what the ledger knows about a job's people, as the job wants it known."""
    asked = {"confirmed": job.confirm_negatives, "variants": job.variants}
    on_progress = Stage(progress, LOOKING_UP).show
    return knowledge_of(people, ledger, job.max_age, now_ms, on_progress, **asked)


def knowledge_of(
    people: pl.DataFrame,
    ledger: LedgerReader,
    max_age: MaxAge,
    now_ms: int,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    confirmed: bool = False,
    variants: bool = False,
) -> Knowledge:
    """Return what the ledger knows about the rows' numbers that may be asked about.

    Args:
        people: the rows.
        ledger: what is known.
        max_age: how long answers hold.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        on_progress: called with how many have been found so far.
        confirmed: whether a "no" counts only once it has been said twice.
        variants: whether the numbers' other spellings are to be known as well.
    """
    numbers = people["number"].filter(askable(people))
    if variants:
        numbers = pl.concat([numbers, other_numbers(people).drop_nulls().alias("number")])
    knowledge = read_knowledge(ledger, numbers.unique().sort(), max_age, now_ms, on_progress)
    knowledge = replace(knowledge, places=knowledge.placed(people))
    return knowledge.confirmed() if confirmed else knowledge
