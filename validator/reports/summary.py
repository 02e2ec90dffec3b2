"""What a run reports, as values: every renderer reads these and nothing else.

`docs/summary.md` explains each key of the JSON form to those who read it with a program.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from validator.model import LineType, Reason, Source, Verdict
from validator.reports.counts import (
    CallCounts,
    Changes,
    RateUse,
    all_counts,
    most_first,
    nonzero_counts,
    set_fields,
)
from validator.reports.money import cost_of, plain_text
from validator.reports.schema_version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from validator.reports.counts import SessionCounts
    from validator.reports.readings import CellExample, ReadingCount
    from validator.reports.timeline import TimeBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything one run reports.

    Attributes:
        version: the tool's version.
        command: `check` or `report`.
        input: the input file, as it was named.
        read_as: what was found in it, and how: `column`, `found_by`, `region`, `header_row`, `encoding`, ...
        readings: rows whose cells were not read plainly, by reading, most first, with masked examples.
        suppress_unreadable: rows of suppression lists that cannot be read, whom nothing protects.
        output: the annotated file; None where none was written.
        sendable: the file that is safe to send to; None where none was asked for.
        sendable_rows: recipients in it.
        sendable_partial: whether the run ended before every number was asked about, not with `--enough`.
        split: the folder with a file for each of other verdicts; None where none was asked for.
        split_rows: the rows of each file in it, by verdict.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        duration_s: wall time of the run in seconds.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about.
        duplicate_rows: rows beyond the first of each of them.
        already_known: distinct numbers whose verdict was known before the run.
        asked: numbers whose check ended in this run.
        from_contacts: numbers answered in this run by the contacts of a session, without a request for each.
        verdicts: rows by verdict; every verdict has its key.
        reasons: rows by reason, most first.
        examples: the first rows with each of these reasons, with their cells or numbers, masked.
        sources: rows by where the verdict came from, most first.
        countries: rows by country of the number (ISO 3166-1 alpha-2), most first.
        registered_countries: registered rows by country, most first.
        line_types: rows by kind of line, most first.
        oldest_yes_at: when the oldest "yes" of a registered row was given, ISO 8601, UTC; None without one.
        changes: what has changed since the numbers asked about were last answered.
        matched_by_variant: rows registered by another spelling of their number.
        calls: exchanges of this run.
        price: what the provider takes for a check; None if nobody said.
        sessions: exchanges by session.
        rate: how the rate limit was used; with several keys, all of them taken together.
        keys: the same for each key.
        pauses: seconds in which nothing was sent although there was work, holds of the key left out, by their
            cause, the longest first.
        timeline: the same over time, in at most `MOST_BUCKETS` parts; none if nothing was asked.
        check_finished_at: of a `report`, when the check ended that calls, sessions, rates, pauses, timeline
            and changes are from; None if the ledger has none.
        command_line: the command of the run, secrets left out; None if it was no command's.
        settings: what the environment and settings files set for the run, by the option's name, each with
            where it comes from; secrets left out.
        exit_code: what the command ends with.
        stopped_because: why the run ended before its work did; None where it did not.
        next_command: the command that goes on from here; None where nothing is left to do.
        send_command: the command that writes the sendable file; None if there is one, or nobody to send to.
        warnings: what a person should look at, one sentence each, without numbers or keys.
        remedies: what somebody has to do about sessions that were not ready in the end, one sentence each.

    Raises:
        ValueError: a verdict, reason or source that does not exist.
    """

    version: str
    command: str
    input: str
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    readings: Sequence[ReadingCount] = ()
    suppress_unreadable: int = 0
    output: str | None = None
    sendable: str | None = None
    sendable_rows: int = 0
    sendable_partial: bool = False
    split: str | None = None
    split_rows: Mapping[str, int] = field(default_factory=dict)
    started_at: str
    finished_at: str
    duration_s: float
    rows: int
    distinct_numbers: int
    duplicate_rows: int
    already_known: int
    asked: int
    from_contacts: int = 0
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Sequence[CellExample]] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    registered_countries: Mapping[str, int] = field(default_factory=dict)
    line_types: Mapping[str, int] = field(default_factory=dict)
    oldest_yes_at: str | None = None
    changes: Changes = field(default_factory=Changes)
    matched_by_variant: int = 0
    calls: CallCounts = field(default_factory=CallCounts)
    price: Decimal | None = None
    sessions: Sequence[SessionCounts] = ()
    rate: RateUse = field(default_factory=RateUse)
    keys: Sequence[RateUse] = ()
    pauses: Mapping[str, float] = field(default_factory=dict)
    timeline: Sequence[TimeBucket] = ()
    check_finished_at: str | None = None
    command_line: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0
    stopped_because: str | None = None
    next_command: str | None = None
    send_command: str | None = None
    warnings: Sequence[str] = ()
    remedies: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Put the counts into their order once, whatever kind of mapping they came in."""
        set_fields(
            self,
            readings=tuple(self.readings),
            verdicts=all_counts(Verdict, self.verdicts),
            reasons=nonzero_counts(Reason, self.reasons),
            examples={Reason(word).value: tuple(self.examples[word]) for word in sorted(self.examples)},
            sources=nonzero_counts(Source, self.sources),
            countries=most_first(self.countries),
            registered_countries=most_first(self.registered_countries),
            line_types=nonzero_counts(LineType, self.line_types),
            pauses=most_first(self.pauses),
            split_rows=dict(self.split_rows),
            settings=dict(self.settings),
            timeline=tuple(self.timeline),
            sessions=tuple(self.sessions),
            keys=tuple(self.keys),
            warnings=tuple(self.warnings),
            remedies=tuple(self.remedies),
        )

    @property
    def cost(self) -> Decimal | None:
        """What the answers of the run cost, canaries included; None without a price."""
        return cost_of(self.price, self.calls.answers + self.calls.canaries)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values for `json.dumps`; its keys are a contract (docs/summary.md)."""
        sessions = [counts.to_json() for counts in self.sessions]
        money = {"price": plain_text(self.price), "cost": plain_text(self.cost)}
        return {"schema_version": SCHEMA_VERSION, **asdict(self), **money, "sessions": sessions}
