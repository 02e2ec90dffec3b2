"""What a sample reports, as values: every renderer reads these and nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from validator.model import Reason, Verdict
from validator.reports.counts import CallCounts, RateUse, all_counts, nonzero_counts, set_fields
from validator.reports.money import cost_of, plain_text
from validator.reports.schema_version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from validator.reports.plan_summary import PlanSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CountrySample:
    """One country of a list, and its part of the sample.

    Attributes:
        country: ISO 3166-1 alpha-2; empty for numbers of no country.
        numbers: distinct numbers of the list that may be asked about.
        sampled: those of the sample.
        answered: those of the sample whose answer is known.
        registered: those among them that are on WhatsApp.
    """

    country: str
    numbers: int
    sampled: int
    answered: int
    registered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSummary:
    """What a random part of a list says of the whole.

    Attributes:
        version: the tool's version.
        input: the list, as it was named.
        read_as: what was found in it, and how; see `Summary`.
        suppress_unreadable: rows of suppression lists that cannot be read, whom nothing protects.
        seed: what the sample was drawn with.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        duration_s: wall time of the run in seconds.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about: the whole that the sample stands for.
        sampled: numbers drawn.
        already_known: those among them whose verdict was known before the run.
        asked: numbers whose check ended in this run.
        verdicts: the sample's numbers by verdict; every verdict has its key.
        reasons: the sample's numbers by reason, most first.
        share: the share of the whole that is on WhatsApp, 0 to 1; None if nothing was answered.
        share_low: the lower end of its interval.
        share_high: the upper end.
        confidence: the part of samples whose interval holds the true share.
        countries: each country of the list, most numbers first.
        calls: exchanges of this run.
        rate: how the rate limit was used.
        whole: what a check of the whole list would still do; the answers of the sample are known to it.
        exit_code: what the command ends with.
        stopped_because: why the run ended before its work did; None where it did not.
        next_command: the command that goes on from here; None where nothing is left to do.
        check_command: the command that checks the whole list; None where nobody is left to ask.
        warnings: what a person should look at, one sentence each.
        remedies: what somebody has to do about sessions that were not ready in the end, one sentence each.

    Raises:
        ValueError: a verdict or reason that does not exist.
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
        """Put the counts into their order once, whatever kind of mapping they came in."""
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
        """Numbers of the sample without an answer. They are not "no", and say nothing of the share."""
        return self.verdicts[Verdict.UNKNOWN]

    @property
    def answered(self) -> int:
        """Numbers of the sample with an answer."""
        return self.sampled - self.unknown

    @property
    def is_whole(self) -> bool:
        """Whether everybody of the list was answered, so that the share is no estimate."""
        return self.answered == self.distinct_numbers

    @property
    def not_registered(self) -> tuple[int, int, int] | None:
        """How many of the whole are probably not on WhatsApp, at least, and at most; None without an answer.

        These are the messages that a check of the whole list saves.
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
        """What the answers of this run cost, canaries included; None without a price."""
        return cost_of(self.whole.price, self.calls.answers + self.calls.canaries)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values for `json.dumps`; its keys are a contract (docs/summary.md)."""
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
        return {"schema_version": SCHEMA_VERSION, "command": "sample", **asdict(self), **derived}
