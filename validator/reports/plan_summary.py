"""The result of a plan, as values. Renderers read only these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from validator.model import LineType, Reason, Verdict
from validator.reports.counts import most_first, nonzero_counts, set_fields
from validator.reports.money import cost_of, plain_text
from validator.reports.schema_version import SCHEMA_VERSION
from validator.value import Value, as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from validator.reports.readings import ReadingCount

# One request each (window + jitter) / limit. The provider counts over a minute. With half a second for
# delivery jitter, a paced run is never refused (simulated against six kinds of limiters).
WINDOW_S = 60.0
JITTER_S = 0.5


class PlanSummary(Value, Struct, frozen=True, kw_only=True):
    """The plan of a run: what it would do.

    Attributes:
        version: the tool's version.
        input: the input file, as the user named it.
        read_as: what was found in it, and how: `column`, `found_by`, `region`, `header_row`, `encoding`, ...
        readings: rows whose cells needed an interpretation, by reading, most first, with masked examples.
        suppress_unreadable: unreadable rows of suppression lists; their people are not protected.
        obstacle: why a check would refuse the list, with a remedy; None if it would not.
        host: host and port of the requests.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about.
        duplicate_rows: rows with the number of an earlier row.
        invalid: rows that are never asked about, by reason, most first.
        already_known: distinct numbers with a valid verdict in the ledger, by verdict.
        suppressed: rows on a suppression list.
        calls_to_make: numbers that would be asked about.
        calls_to_confirm: those of them with a "no" from an earlier run, which has to be confirmed.
        confirmations_expected: further calls, to confirm the "no"s that are expected in this run.
        variant_calls_at_most: further calls about alternative spellings, if every answer is a "no".
        enough: how many sendable recipients end the run; None for no such limit.
        price: the provider's price for a check; None if not given.
        countries: numbers to ask about, by country (ISO 3166-1 alpha-2), most first.
        line_types: numbers to ask about, by line type, most first.
        country_line_types: the same in each country, in the order of `countries`.
        rate_per_min: the rate at which the run would start; None if it has no limit.
        plans: the provider's plans, with their requests a minute, smallest first.
        ends_at: when it would end at that rate, ISO 8601, UTC; None without a rate.
        warnings: one sentence for each problem that the user should know.

    Raises:
        ValueError: a verdict, reason or line type does not exist.
    """

    version: str
    input: str
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    readings: Sequence[ReadingCount] = ()
    suppress_unreadable: int = 0
    obstacle: str | None = None
    host: str = ""
    rows: int
    distinct_numbers: int
    duplicate_rows: int
    invalid: Mapping[str, int] = field(default_factory=dict)
    already_known: Mapping[str, int] = field(default_factory=dict)
    suppressed: int = 0
    calls_to_make: int
    calls_to_confirm: int = 0
    confirmations_expected: int = 0
    variant_calls_at_most: int = 0
    enough: int | None = None
    price: Decimal | None = None
    countries: Mapping[str, int] = field(default_factory=dict)
    line_types: Mapping[str, int] = field(default_factory=dict)
    country_line_types: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rate_per_min: float | None = None
    plans: Mapping[str, int] = field(default_factory=dict)
    ends_at: str | None = None
    warnings: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Copy and sort the counts."""
        set_fields(
            self,
            read_as=dict(self.read_as),
            readings=tuple(self.readings),
            invalid=nonzero_counts(Reason, self.invalid),
            already_known=nonzero_counts(Verdict, self.already_known),
            countries=most_first(self.countries),
            line_types=nonzero_counts(LineType, self.line_types),
            country_line_types={
                country: nonzero_counts(LineType, self.country_line_types[country])
                for country in most_first(self.countries)
                if country in self.country_line_types
            },
            plans=dict(self.plans),
            warnings=tuple(self.warnings),
        )

    @property
    def calls_expected(self) -> int:
        """The number of expected calls, without retries."""
        return self.calls_to_make + self.confirmations_expected

    @property
    def calls_at_most(self) -> int:
        """The largest possible number of calls, without retries: if every answer is a "no"."""
        confirmations = self.calls_to_make - self.calls_to_confirm if self.confirmations_expected else 0
        return self.calls_to_make + confirmations + self.variant_calls_at_most

    @property
    def cost(self) -> Decimal | None:
        """The cost of the expected calls; None without a price."""
        return cost_of(self.price, self.calls_expected)

    @property
    def cost_at_most(self) -> Decimal | None:
        """The cost of the largest possible number of calls; None without a price."""
        return cost_of(self.price, self.calls_at_most)

    @property
    def plan_times_s(self) -> dict[str, float]:
        """Seconds for the expected calls on each of the provider's plans, smallest plan first."""
        return {plan: calls_time_s(self.calls_expected, limit) for plan, limit in self.plans.items()}

    @property
    def time_s(self) -> float | None:
        """Seconds for the expected calls at `rate_per_min`; None without a rate."""
        return None if self.rate_per_min is None else calls_time_s(self.calls_expected, self.rate_per_min)

    @property
    def plan_times_at_most_s(self) -> dict[str, float]:
        """Seconds for the largest possible number of calls on each of the provider's plans."""
        return {plan: calls_time_s(self.calls_at_most, limit) for plan, limit in self.plans.items()}

    @property
    def time_at_most_s(self) -> float | None:
        """Seconds for the largest possible number of calls at `rate_per_min`; None without a rate."""
        return None if self.rate_per_min is None else calls_time_s(self.calls_at_most, self.rate_per_min)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain values for `json.dumps`. Its keys must not change (docs/summary.md)."""
        times = {
            "plan_times_s": self.plan_times_s,
            "plan_times_at_most_s": self.plan_times_at_most_s,
            "time_s": self.time_s,
            "time_at_most_s": self.time_at_most_s,
        }
        money = {name: plain_text(getattr(self, name)) for name in ("price", "cost", "cost_at_most")}
        return {"schema_version": SCHEMA_VERSION, "command": "plan", **as_dict(self), **money, **times}


def calls_time_s(calls: int, limit_per_min: float) -> float:
    """Return how many seconds the calls take under a limit, without retries and holds."""
    return calls * (WINDOW_S + JITTER_S) / limit_per_min
