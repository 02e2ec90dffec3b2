"""The result of a sample, as values. Renderers read only these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from validator.model import Reason, Verdict
from validator.reports.counts import CallCounts, RateUse, all_counts, nonzero_counts, set_fields
from validator.reports.money import cost_of, plain_text
from validator.reports.schema_version import SCHEMA_VERSION
from validator.value import Value, as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from validator.reports.plan_summary import PlanSummary


class CountrySample(Value, Struct, frozen=True, kw_only=True):
    """One country of a list, and its part of the sample.

    Attributes:
        country: ISO 3166-1 alpha-2; empty for numbers without a country.
        numbers: distinct numbers of the list that may be asked about.
        sampled: the numbers in the sample.
        answered: the numbers in the sample with an answer.
        registered: the answered numbers that are on WhatsApp.
    """

    country: str
    numbers: int
    sampled: int
    answered: int
    registered: int


class SampleSummary(Value, Struct, frozen=True, kw_only=True):
    """The result of a sample: an estimate for the whole list.

    Attributes:
        version: the tool's version.
        input: the list, as the user named it.
        read_as: what was found in it, and how; see `Summary`.
        suppress_unreadable: unreadable rows of suppression lists; their people are not protected.
        seed: the random seed of the sample.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        duration_s: wall time of the run in seconds.
        rows: input rows.
        distinct_numbers: distinct numbers of the whole list that may be asked about.
        sampled: numbers in the sample.
        already_known: numbers in the sample with a verdict from before the run.
        asked: numbers whose check ended in this run.
        verdicts: the sample's numbers by verdict, with a key for every verdict.
        reasons: the sample's numbers by reason, most first.
        share: the estimated share of the list that is on WhatsApp, 0 to 1; None without any answer.
        share_low: the lower end of its confidence interval.
        share_high: the upper end of its confidence interval.
        confidence: the confidence level: the share of samples whose interval contains the true share.
        countries: each country of the list, most numbers first.
        calls: exchanges of this run.
        rate: how the rate limit was used.
        whole: the plan of a check of the whole list, which uses the answers of the sample.
        exit_code: the exit code of the command.
        stopped_because: why the run ended early; None if it did not.
        next_command: the command that continues; None if there is nothing left to do.
        check_command: the command that checks the whole list; None if no number is left to ask about.
        warnings: one sentence for each problem that the user should know.
        remedies: one sentence for each session that is not ready: what a person has to do.

    Raises:
        ValueError: a verdict or reason does not exist.
    """

    version: str
    input: str
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    suppress_unreadable: int = 0
    seed: int
    started_at: str
    finished_at: str
    duration_s: float
    rows: int
    distinct_numbers: int
    sampled: int
    already_known: int
    asked: int
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int] = field(default_factory=dict)
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    confidence: float
    countries: Sequence[CountrySample] = ()
    calls: CallCounts = field(default_factory=CallCounts)
    rate: RateUse = field(default_factory=RateUse)
    whole: PlanSummary
    exit_code: int = 0
    stopped_because: str | None = None
    next_command: str | None = None
    check_command: str | None = None
    warnings: Sequence[str] = ()
    remedies: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Copy and sort the counts."""
        set_fields(
            self,
            read_as=dict(self.read_as),
            verdicts=all_counts(Verdict, self.verdicts),
            reasons=nonzero_counts(Reason, self.reasons),
            countries=tuple(self.countries),
            warnings=tuple(self.warnings),
            remedies=tuple(self.remedies),
        )

    @property
    def unknown(self) -> int:
        """Numbers of the sample without an answer. They are not "no", and do not count for the share."""
        return self.verdicts[Verdict.UNKNOWN]

    @property
    def answered(self) -> int:
        """Numbers of the sample with an answer."""
        return self.sampled - self.unknown

    @property
    def is_whole(self) -> bool:
        """Whether every number of the list has an answer, so that the share is exact."""
        return self.answered == self.distinct_numbers

    @property
    def not_registered(self) -> tuple[int, int, int] | None:
        """Numbers of the list not on WhatsApp: expected, at least, and at most; None without any answer.

        A check of the whole list saves a message to each of them.
        """
        if self.share is None or self.share_low is None or self.share_high is None:
            return None
        likely, least, most = (
            round((1 - share) * self.distinct_numbers)
            for share in (self.share, self.share_high, self.share_low)
        )
        return likely, least, most

    @property
    def cost(self) -> Decimal | None:
        """The cost of this run's answers, including canaries; None without a price."""
        return cost_of(self.whole.price, self.calls.answers + self.calls.canaries)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values for `json.dumps`. Its keys must not change (docs/summary.md)."""
        likely, least, most = self.not_registered or (None, None, None)
        derived = {
            "answered": self.answered,
            "unknown": self.unknown,
            "not_registered_expected": likely,
            "not_registered_low": least,
            "not_registered_high": most,
            "price": plain_text(self.whole.price),
            "cost": plain_text(self.cost),
            "whole": self.whole.to_json(),
        }
        return {"schema_version": SCHEMA_VERSION, "command": "sample", **as_dict(self), **derived}
