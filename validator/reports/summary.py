"""The result of a run, as values. Renderers read only these.

`docs/summary.md` explains each key of the JSON form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

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
from validator.value import Value, as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from validator.reports.counts import SessionCounts
    from validator.reports.readings import CellExample, ReadingCount
    from validator.reports.timeline import TimeBucket


class Summary(Value, Struct, frozen=True, kw_only=True):
    """The result of one run.

    Attributes:
        version: the tool's version.
        command: `check` or `report`.
        input: the input file, as the user named it.
        read_as: what was found in it, and how: `column`, `found_by`, `region`, `header_row`, `encoding`, ...
        readings: rows whose cells needed an interpretation, by reading, most first, with masked examples.
        suppress_unreadable: unreadable rows of suppression lists; their people are not protected.
        output: the annotated file; None if none was written.
        sendable: the sendable file; None if none was requested.
        sendable_rows: recipients in the sendable file.
        sendable_partial: whether the run ended before every number was asked about, but not by `--enough`.
        split: the folder with a file for each other verdict; None if none was requested.
        split_rows: the rows of each file in it, by verdict.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        duration_s: wall time of the run in seconds.
        rows: input rows.
        distinct_numbers: distinct numbers that may be asked about.
        duplicate_rows: rows with the number of an earlier row.
        already_known: distinct numbers with a verdict from before the run.
        asked: numbers whose check ended in this run.
        from_contacts: numbers answered in this run by a session's contacts, without a request for each.
        verdicts: rows by verdict, with a key for every verdict.
        reasons: rows by reason, most first.
        examples: the first rows with each reason, with their cells or numbers, masked.
        sources: rows by source of the verdict, most first.
        countries: rows by country of the number (ISO 3166-1 alpha-2), most first.
        registered_countries: registered rows by country, most first.
        line_types: rows by line type, most first.
        oldest_yes_at: the time of the oldest "yes" of a registered row, ISO 8601, UTC; None without any.
        changes: the numbers asked about, by their earlier and their new answer.
        matched_by_variant: rows registered by the alternative spelling of their number.
        calls: exchanges of this run.
        price: the provider's price for a check; None if not given.
        sessions: exchanges by session.
        rate: how the rate limit was used, by all keys together.
        keys: the same for each key.
        pauses: seconds without requests although there was work, by cause, longest first; without holds of
            the key.
        timeline: the run over time, in at most `MOST_BUCKETS` parts; empty if nothing was asked.
        check_finished_at: in a `report`, the end of the check from which calls, sessions, rates, pauses,
            timeline and changes are; None if the ledger has no check.
        command_line: the command of the run, without secrets; None for a run without a command.
        settings: the settings from the environment and settings files, by the option's name, each with its
            source; without secrets.
        exit_code: the exit code of the command.
        stopped_because: why the run ended early; None if it did not.
        next_command: the command that continues; None if there is nothing left to do.
        send_command: the command that writes the sendable file; None if that exists or would be empty.
        warnings: one sentence for each problem that the user should know, without numbers or keys.
        remedies: what a person has to do, one sentence each: for a session that is not ready, for a canary.

    Raises:
        ValueError: a verdict, reason or source does not exist.
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
        """Copy and sort the counts."""
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
        """The cost of the run's answers, including canaries; None without a price."""
        return cost_of(self.price, self.calls.answers + self.calls.canaries)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values for `json.dumps`. Its keys must not change (docs/summary.md)."""
        sessions = [counts.to_json() for counts in self.sessions]
        money = {"price": plain_text(self.price), "cost": plain_text(self.cost)}
        return {"schema_version": SCHEMA_VERSION, **as_dict(self), **money, "sessions": sessions}
