"""What a run and a plan report, as values: every renderer reads these and nothing else.

`docs/summary.md` explains each key of the JSON form to those who read it with a program.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from validator.model import LineType, Reason, Source, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum

    from validator.reports.readings import ReadingCount

Amount = TypeVar("Amount", int, float)

# Goes up when a key changes its meaning or goes away; a new key leaves it alone.
SCHEMA_VERSION = 1

# One slot every (window + jitter) / limit: the provider counts over a minute, and half a second of delivery
# jitter is what keeps a paced run from ever being refused (simulated against six kinds of limiters).
WINDOW_S = 60.0
JITTER_S = 0.5


@dataclass(slots=True, kw_only=True)
class CallCounts:
    """HTTP exchanges of one run. A run counts in it, and its summary shows it.

    Attributes:
        attempts: exchanges begun for checks.
        answers: those that decided a number.
        refusals: those refused by the rate limiter (429).
        retries: those spent on a number that had failed before.
        failures: those that found nothing out, refusals not counted.
        canaries: exchanges beside these, to see whether a session still tells the truth.
        retracted: answers given up again because their session may have lied.
        confirmations: checks that asked once more about a "no"; their exchanges are counted above.
        overturned: those among them that were answered "yes".
    """

    attempts: int = 0
    answers: int = 0
    refusals: int = 0
    retries: int = 0
    failures: int = 0
    canaries: int = 0
    retracted: int = 0
    confirmations: int = 0
    overturned: int = 0

    def add(self, other: CallCounts) -> None:
        """Add the counts of another part of the run."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(slots=True, kw_only=True)
class SessionCounts:
    """Exchanges through one session.

    Attributes:
        session: its id.
        gateway: the gateway it belongs to.
        attempts: exchanges begun for checks.
        failures: those that found nothing out.
        canaries: exchanges beside these, to see whether the session tells the truth.
    """

    session: str
    gateway: str = ""
    attempts: int = 0
    failures: int = 0
    canaries: int = 0

    @property
    def error_rate(self) -> float:
        """The share (0 to 1) of attempts that failed; 0 if there were none."""
        return round(self.failures / self.attempts, 6) if self.attempts else 0.0

    def add(self, other: SessionCounts) -> None:
        """Add the counts of another part of the run."""
        self.attempts += other.attempts
        self.failures += other.failures
        self.canaries += other.canaries

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain values for `json.dumps`."""
        return {**asdict(self), "error_rate": self.error_rate}


@dataclass(frozen=True, slots=True, kw_only=True)
class RateUse:
    """How a rate limit was used.

    Attributes:
        key: what messages call the key; empty for the run as a whole, and if it has one key only.
        gateway: the gateway of the key.
        host: host and port that its requests went to.
        limit_per_min: the limit that ruled, in requests a minute; None where there was none.
        told_by: where the limit came from, in words that follow "told by" (`X-RateLimit-Limit`, `--rate`).
        used_per_min: attempts a minute, averaged over the run.
        share_of_limit: used over allowed (0 to 1); None without a limit.
        held_s: seconds during which the key was held back, as the provider had asked.
        hold_reason: why it was the last time, in words that follow "held: "; empty where it never was.
    """

    key: str = ""
    gateway: str = ""
    host: str = ""
    limit_per_min: float | None = None
    told_by: str = ""
    used_per_min: float = 0.0
    share_of_limit: float | None = None
    held_s: float = 0.0
    hold_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything one run reports.

    Attributes:
        version: the tool's version.
        command: `check` or `report`.
        input: the input file, as it was named.
        read_as: what was found in it, and how: `column`, `found_by`, `region`, `header_row`, `encoding`, ...
        readings: rows whose cells were not read plainly, by reading, most first, with masked examples.
        output: the annotated file; None where none was written.
        sendable: the file that is safe to send to; None where none was asked for.
        sendable_rows: recipients in it.
        sendable_partial: whether the run ended before every number was asked about.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        duration_s: wall time of the run in seconds.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about.
        duplicate_rows: rows beyond the first of each of them.
        already_known: distinct numbers whose verdict was known before the run.
        asked: numbers whose check ended in this run.
        verdicts: rows by verdict; every verdict has its key.
        reasons: rows by reason, most first.
        sources: rows by where the verdict came from, most first.
        countries: rows by country of the number (ISO 3166-1 alpha-2), most first.
        matched_by_variant: rows registered by another spelling of their number.
        calls: exchanges of this run.
        sessions: exchanges by session.
        rate: how the rate limit was used; with several keys, all of them taken together.
        keys: the same for each key.
        pauses: seconds in which nothing was sent although there was work, holds of the key left out, by their
            cause, the longest first.
        exit_code: what the command ends with.
        stopped_because: why the run ended before its work did; None where it did not.
        next_command: the command that goes on from here; None where nothing is left to do.
        warnings: what a person should look at, one sentence each, without numbers or keys.

    Raises:
        ValueError: a verdict, reason or source that does not exist.
    """

    version: str
    command: str
    input: str
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    readings: Sequence[ReadingCount] = ()
    output: str | None = None
    sendable: str | None = None
    sendable_rows: int = 0
    sendable_partial: bool = False
    started_at: str
    finished_at: str
    duration_s: float
    rows: int
    distinct_numbers: int
    duplicate_rows: int
    already_known: int
    asked: int
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    matched_by_variant: int = 0
    calls: CallCounts = field(default_factory=CallCounts)
    sessions: Sequence[SessionCounts] = ()
    rate: RateUse = field(default_factory=RateUse)
    keys: Sequence[RateUse] = ()
    pauses: Mapping[str, float] = field(default_factory=dict)
    exit_code: int = 0
    stopped_because: str | None = None
    next_command: str | None = None
    warnings: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Put the counts into their order once, whatever kind of mapping they came in."""
        _set(
            self,
            readings=tuple(self.readings),
            verdicts=_every(Verdict, self.verdicts),
            reasons=_known(Reason, self.reasons),
            sources=_known(Source, self.sources),
            countries=_most_first(self.countries),
            pauses=_most_first(self.pauses),
            sessions=tuple(self.sessions),
            keys=tuple(self.keys),
            warnings=tuple(self.warnings),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values for `json.dumps`; its keys are a contract (docs/summary.md)."""
        sessions = [counts.to_json() for counts in self.sessions]
        return {"schema_version": SCHEMA_VERSION, **asdict(self), "sessions": sessions}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """What a run would do, before its first call.

    Attributes:
        version: the tool's version.
        input: the input file, as it was named.
        read_as: what was found in it, and how: `column`, `found_by`, `region`, `header_row`, `encoding`, ...
        readings: rows whose cells were not read plainly, by reading, most first, with masked examples.
        host: host and port that a check would send requests to.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about.
        duplicate_rows: rows beyond the first of each of them.
        invalid: rows never asked about, by reason, most first.
        already_known: distinct numbers whose verdict still holds, by verdict.
        suppressed: rows on a suppression list.
        calls_to_make: numbers that would be asked about.
        calls_to_confirm: those among them whose "no" an earlier run was told, asked about once more.
        confirmations_expected: calls beside these, to confirm the "no"s that are to be expected now.
        variant_calls_at_most: calls about other spellings beside these, were every answer a "no".
        countries: numbers to ask about, by country (ISO 3166-1 alpha-2), most first.
        line_types: numbers to ask about, by kind of line, most first.
        country_line_types: the same in each country, in the order of `countries`.
        rate_per_min: the rate the run would start at; None where it has no limit.
        plans: the provider's plans, with their requests a minute, smallest first.
        ends_at: when it would end at that rate, ISO 8601, UTC; None without a rate.
        warnings: what a person should look at, one sentence each.

    Raises:
        ValueError: a verdict, reason or line type that does not exist.
    """

    version: str
    input: str
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    readings: Sequence[ReadingCount] = ()
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
    countries: Mapping[str, int] = field(default_factory=dict)
    line_types: Mapping[str, int] = field(default_factory=dict)
    country_line_types: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rate_per_min: float | None = None
    plans: Mapping[str, int] = field(default_factory=dict)
    ends_at: str | None = None
    warnings: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Put the counts into their order once, whatever kind of mapping they came in."""
        _set(
            self,
            read_as=dict(self.read_as),
            readings=tuple(self.readings),
            invalid=_known(Reason, self.invalid),
            already_known=_known(Verdict, self.already_known),
            countries=_most_first(self.countries),
            line_types=_known(LineType, self.line_types),
            country_line_types={
                country: _known(LineType, self.country_line_types[country])
                for country in _most_first(self.countries)
                if country in self.country_line_types
            },
            plans=dict(self.plans),
            warnings=tuple(self.warnings),
        )

    @property
    def calls_expected(self) -> int:
        """All calls that are to be expected, retries not counted."""
        return self.calls_to_make + self.confirmations_expected

    @property
    def calls_at_most(self) -> int:
        """All calls there can be, retries not counted: every answer is a "no"."""
        confirmations = self.calls_to_make - self.calls_to_confirm if self.confirmations_expected else 0
        return self.calls_to_make + confirmations + self.variant_calls_at_most

    @property
    def plan_times_s(self) -> dict[str, float]:
        """Seconds the calls take on each of the provider's plans, smallest plan first."""
        return {plan: calls_time_s(self.calls_expected, limit) for plan, limit in self.plans.items()}

    @property
    def time_s(self) -> float | None:
        """Seconds the calls take at `rate_per_min`; None where that is None."""
        return None if self.rate_per_min is None else calls_time_s(self.calls_expected, self.rate_per_min)

    @property
    def plan_times_at_most_s(self) -> dict[str, float]:
        """Seconds that all calls there can be take on each of the provider's plans."""
        return {plan: calls_time_s(self.calls_at_most, limit) for plan, limit in self.plans.items()}

    @property
    def time_at_most_s(self) -> float | None:
        """Seconds that all calls there can be take at `rate_per_min`; None where that is None."""
        return None if self.rate_per_min is None else calls_time_s(self.calls_at_most, self.rate_per_min)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain values for `json.dumps`; its keys are a contract (docs/summary.md)."""
        times = {
            "plan_times_s": self.plan_times_s,
            "plan_times_at_most_s": self.plan_times_at_most_s,
            "time_s": self.time_s,
            "time_at_most_s": self.time_at_most_s,
        }
        return {"schema_version": SCHEMA_VERSION, "command": "plan", **asdict(self), **times}


def calls_time_s(calls: int, limit_per_min: float) -> float:
    """Return the seconds that so many paced calls take under a limit, retries and holds not counted."""
    return calls * (WINDOW_S + JITTER_S) / limit_per_min


def _set(frozen: object, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(frozen, name, value)


def _every(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    known = _known(words, counts)
    return {word.value: known.get(word.value, 0) for word in words}


def _known(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    return _most_first({words(word).value: count for word, count in counts.items()})


def _most_first(counts: Mapping[str, Amount]) -> dict[str, Amount]:
    """Return a plain dict without zeros; ties go by word, so that two runs over one list report alike."""
    seen = ((word, count) for word, count in counts.items() if count)
    return dict(sorted(seen, key=lambda item: (-item[1], item[0])))
