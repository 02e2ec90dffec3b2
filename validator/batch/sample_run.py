"""A run over a random part of a list, which gives estimates for the whole list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import structs
from msgspec.structs import replace

from validator.batch.output.summarise import exit_code_of
from validator.batch.output.summarise_sample import answers_of, summarise_sample
from validator.batch.planning.sample import draw
from validator.batch.planning.survey import Preparation, known_for, plan_for
from validator.batch.recipients.job import Only, Order
from validator.batch.recipients.several_numbers import one_row_per_number
from validator.batch.run import Run
from validator.errors import UsageError
from validator.ranges import SAMPLE_SIZE
from validator.reports import SampleSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from validator.batch.ask_settings import KeySettings
    from validator.batch.asked import Asked
    from validator.batch.asking.counters import RunCounters
    from validator.batch.recipients.opening import Opened
    from validator.batch.run import RunSettings
    from validator.ledger import Ledger
    from validator.reports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSettings:
    """Which part of a list is asked about.

    Attributes:
        size: how many distinct numbers are drawn.
        seed: decides which numbers are drawn; the same list and seed give the same numbers.
        rate_per_min: the rate for the estimated time of the whole list, if the run shows no limit; None for
            no such rate.
        check_command: makes the command that checks the whole list, given start and end; or None.
    """

    size: int = SAMPLE_SIZE
    seed: int = 0
    rate_per_min: float | None = None
    check_command: Callable[[datetime, datetime], str] | None = None

    def __post_init__(self) -> None:
        """Check the size.

        Raises:
            UsageError: it is less than 1.
        """
        if self.size < 1:
            raise UsageError(f"a sample of {self.size} numbers says nothing; ask about at least one")


def rate_of(keys: Iterable[KeySettings]) -> float | None:
    """Return the sum of the configured rates of the keys; None if a key has none."""
    rates = [key.rate.per_min for key in keys]
    return None if None in rates else sum(filter(None, rates))


class SampleRun(Run[SampleSummary]):
    """A run that asks about a random part of the list, and writes only to the ledger.

    Args:
        opened: the list.
        sample: which part of the list.
        ledger: the known verdicts; outcomes are written to it.
        counters: the counters that `ask` uses.
        progress: shows the progress.
        settings: how the result is judged and reported; `reports` are ignored.
    """

    def __init__(
        self,
        opened: Opened,
        sample: SampleSettings,
        *,
        ledger: Ledger,
        counters: RunCounters,
        progress: Progress,
        settings: RunSettings,
    ) -> None:
        whole = replace(opened.job, limit=None, enough=None, only=Only.ALL, order=Order.SHUFFLED)
        opened = structs.replace(opened, job=whole)
        super().__init__(opened, ledger=ledger, counters=counters, progress=progress, settings=settings)
        self._sample = sample

    def prepare(self) -> Preparation:
        """Read the list, draw the sample, and make the plan for it.

        If the verdict of every number is known, all numbers are drawn, since no request is needed.
        """
        self._whole = super().prepare()
        size = self._sample.size if len(self._whole.plan.numbers) else self._whole.plan.distinct
        self._drawn = draw(one_row_per_number(self._whole.recipients), size, seed=self._sample.seed)
        job, rows = self._opened.job, self._drawn.rows
        known = known_for(job, rows, self._ledger, self._start_ms, self._progress)
        plan = structs.replace(plan_for(job, rows, known), suppressed=self._whole.plan.suppressed)
        return Preparation(rows, plan, None)

    def _concluded(self, surveyed: Preparation, asked: Asked) -> SampleSummary:
        """Return the estimates for the whole list, and the plan of a check of it."""
        job, whole = self._opened.job, self._whole
        known = known_for(job, whole.recipients, self._ledger, self._start_ms, self._progress)
        rest = structs.replace(
            plan_for(job, whole.recipients, known), suppress_unreadable=whole.plan.suppress_unreadable
        )
        answers = answers_of(self._drawn, known, job.extras)
        settings = self._settings
        exit_code = exit_code_of(asked.ending, answers.counts, settings.max_unknown, strict=settings.strict)
        return summarise_sample(
            self._opened,
            rest,
            answers,
            self._result(asked, asked.ending, exit_code),
            exit_code,
            already_known=sum(surveyed.plan.known.values()),
            seed=self._sample.seed,
            rate_per_min=self._sample.rate_per_min,
            check_command=self._check_command(),
        )

    def _check_command(self) -> str | None:
        make = self._sample.check_command
        return None if make is None else make(self._started, datetime.now(UTC))
