"""A run over a random part of a list, which says what the whole is like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from validator.batch.output.summarise import exit_code_of
from validator.batch.output.summarise_sample import answers_of, summarise_sample
from validator.batch.planning.sample import draw
from validator.batch.planning.survey import Preparation, known_for, plan_for
from validator.batch.recipients.job import Only, Order
from validator.batch.recipients.several_numbers import one_row_per_number
from validator.batch.run import Run
from validator.errors import UsageError
from validator.reports import SampleSummary
from validator.settings import SAMPLE_SIZE

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
        size: how many distinct numbers.
        seed: decides which; the same list and seed give the same ones.
        rate_per_min: the rate to say the time of the whole at, if the run shows no limit; None for none.
        check_command: makes the command that checks the whole list, given start and end, or None.
    """

    size: int = SAMPLE_SIZE
    seed: int = 0
    rate_per_min: float | None = None
    check_command: Callable[[datetime, datetime], str] | None = None

    def __post_init__(self) -> None:
        """See that somebody is to be asked.

        Raises:
            UsageError: nobody is.
        """
        if self.size < 1:
            raise UsageError(f"a sample of {self.size} numbers says nothing; ask about one at least")


def rate_of(keys: Iterable[KeySettings]) -> float | None:
    """Return the rate that was asked for, all keys together; None if one has none."""
    rates = [key.rate.per_min for key in keys]
    return None if None in rates else sum(filter(None, rates))


class SampleRun(Run[SampleSummary]):
    """A run that asks about a random part of the list, and writes nothing but the ledger.

    Args:
        opened: the list.
        sample: which part of it.
        ledger: the known verdicts, and where outcomes go.
        counters: those that `ask` counts in.
        progress: shows how it goes.
        settings: what becomes of the result; `reports` are not looked at.
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
        everybody = replace(opened.job, limit=None, enough=None, only=Only.ALL, order=Order.SHUFFLED)
        opened = replace(opened, job=everybody)
        super().__init__(opened, ledger=ledger, counters=counters, progress=progress, settings=settings)
        self._sample = sample

    def prepare(self) -> Preparation:
        """Read the list, draw the sample, and make the plan for it.

        Where the verdict of every number is known, all are drawn: a part would say less, and none costs.
        """
        self._whole = super().prepare()
        size = self._sample.size if len(self._whole.plan.numbers) else self._whole.plan.distinct
        self._drawn = draw(one_row_per_number(self._whole.recipients), size, seed=self._sample.seed)
        job, rows = self._opened.job, self._drawn.rows
        known = known_for(job, rows, self._ledger, self._start_ms, self._progress)
        return Preparation(rows, plan_for(job, rows, known), None)

    def _concluded(self, surveyed: Preparation, asked: Asked) -> SampleSummary:
        """Say what the answers show of the whole, and what a check of it would still do."""
        job, whole = self._opened.job, self._whole
        known = known_for(job, whole.recipients, self._ledger, self._start_ms, self._progress)
        rest = replace(
            plan_for(job, whole.recipients, known), suppress_unreadable=whole.plan.suppress_unreadable
        )
        answers = answers_of(self._drawn, known, job.extras)
        settings = self._settings
        exit_code = exit_code_of(asked.ending, answers.counts, settings.max_unknown, strict=settings.strict)
        return summarise_sample(
            self._opened,
            rest,
            answers,
            self._result(whole.plan, asked, asked.ending, exit_code),
            exit_code,
            already_known=sum(surveyed.plan.known.values()),
            seed=self._sample.seed,
            rate_per_min=self._sample.rate_per_min,
            check_command=self._check_command(),
        )

    def _check_command(self) -> str | None:
        make = self._sample.check_command
        return None if make is None else make(self._started, datetime.now(UTC))
