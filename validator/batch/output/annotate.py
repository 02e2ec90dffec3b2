"""Writes the output: the input's rows with their verdicts, and segments of them in files of their own.

All files are a pure function of the input, its numbers, and the known verdicts.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from validator.batch.output.segments import open_segments
from validator.batch.planning.known_verdicts import known_by_either_spelling
from validator.batch.planning.plan import counts
from validator.batch.recipients.reading_counts import EXAMPLES
from validator.batch.recipients.variants import other_spelling_is_listed
from validator.batch.verdict_columns import (
    MATCHED,
    REASON,
    SOURCE,
    STRENGTH,
    VERDICT,
    added_schema,
    checked_at,
    e164,
    is_user,
    output_schema,
    prefixed,
    strength,
)
from validator.model import Reason, Source, Verdict
from validator.pipeline import FEW_ROWS, ahead
from validator.reports import CellExample, masked_cell
from validator.tables import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from validator.batch.output.segments import OpenWriter
    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.tables import Table

    class Rows(Protocol):
        """Reads a list's rows: their cells, or only the raw text of each row in the file."""

        def __call__(self, *, cells: bool) -> Iterator[pl.DataFrame]: ...  # noqa: D102


class Counts(Struct):
    """Counts of the written rows.

    Attributes:
        rows: all rows.
        segments: rows in the file of each segment, by its verdict.
        matched_by_variant: rows that are registered by the alternative spelling of their number.
        verdicts: rows by verdict.
        reasons: rows by reason.
        sources: rows by the source of their verdict.
        countries: rows by country of the number.
        registered_countries: registered rows by country.
        line_types: rows by line type.
        oldest_yes_ms: the time of the oldest answer of a registered row, in milliseconds since the Unix
            epoch; None if no row is registered.
        examples: the first rows with each reason, with their masked numbers.
    """

    rows: int = 0
    segments: Counter[str] = field(default_factory=Counter)
    matched_by_variant: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    registered_countries: Counter[str] = field(default_factory=Counter)
    line_types: Counter[str] = field(default_factory=Counter)
    oldest_yes_ms: int | None = None
    examples: dict[str, tuple[CellExample, ...]] = field(default_factory=dict)

    @classmethod
    def of_list(cls, recipients: pl.DataFrame) -> Counts:
        """Return counts of countries and line types only, which do not depend on verdicts."""
        return cls(
            countries=Counter(counts(recipients["country"])),
            line_types=Counter(counts(recipients["line_type"])),
        )

    def add(self, findings: pl.DataFrame) -> None:
        """Count one batch of rows, as returned by `decide_verdicts`."""
        kinds = findings.group_by("verdict", "reason", "source").len()
        for *words, count in kinds.sort("len", descending=True).iter_rows():
            for counter, word in zip((self.verdicts, self.reasons, self.sources), words, strict=True):
                counter.update({word: count} if word is not None else {})
        self._add_examples(findings, set(kinds["reason"].drop_nulls()))
        is_yes = findings["verdict"] == Verdict.REGISTERED.value
        self._add_registered(findings.select("country", "checked_at_ms").filter(is_yes))
        if "matched" in findings:
            self.matched_by_variant += int(_is_other(findings).sum())
        self.rows += findings.height

    def _add_examples(self, findings: pl.DataFrame, reasons: Iterable[str]) -> None:
        """Keep the first rows of each reason, up to `EXAMPLES`."""
        for reason in reasons:
            before = self.examples.get(reason, ())
            if len(before) == EXAMPLES:
                continue
            places = (findings["reason"] == reason).arg_true().head(EXAMPLES - len(before)).to_list()
            numbers = findings["number"].gather(places)
            self.examples[reason] = before + tuple(
                CellExample(
                    row=self.rows + place + 1, cell="" if number is None else masked_cell(f"+{number}")
                )
                for place, number in zip(places, numbers, strict=True)
            )

    def _add_registered(self, registered: pl.DataFrame) -> None:
        self.registered_countries.update(counts(registered["country"]))
        oldest = registered["checked_at_ms"].min()
        if isinstance(oldest, int):
            self.oldest_yes_ms = min(oldest, self.oldest_yes_ms or oldest)


def find(recipients: pl.DataFrame, known: KnownVerdicts, extras: Sequence[str] = ()) -> pl.DataFrame:
    """Return the added columns of each row, in order: `COLUMNS` and the `extras`."""
    decided = decide_verdicts(recipients, known, known.indices_of(recipients["number"]), extras)
    return output_columns(decided, extras).cast(added_schema(extras))


def decide_verdicts(
    recipients: pl.DataFrame, known: KnownVerdicts, places: pl.Series, extras: Sequence[str]
) -> pl.DataFrame:
    """Return recipients with the verdict of each row, and the columns that belong to it.

    A row with a reason of its own (no number, suppressed, a skipped landline) is decided offline. Other rows
    get the known verdict of their number, or `unknown` for the reason `not_checked`. With `matched_number`,
    the known verdict of the alternative spelling counts too, and `matched` is the registered spelling.

    Args:
        recipients: the rows.
        known: their known verdicts.
        places: the row of each number in `known.frame`, as returned by `KnownVerdicts.indices_of`.
        extras: which of `EXTRA_COLUMNS` are wanted.
    """
    by_either = ["matched"] if MATCHED in extras else []
    verdicts = known.of(recipients["number"], places)
    verdicts = known_by_either_spelling(recipients, verdicts, known) if by_either else verdicts
    verdicts = verdicts.rename({"reason": "known_reason"})
    offline = pl.col("reason").is_not_null()
    suppressed = pl.col("reason") == Reason.SUPPRESSION_LIST.value
    rows = recipients.hstack(verdicts)
    return rows.with_columns(
        pl.when(suppressed)
        .then(_word(Verdict.SUPPRESSED, VERDICT))
        .when(offline)
        .then(_word(Verdict.INVALID, VERDICT))
        .otherwise(pl.col("verdict").fill_null(_word(Verdict.UNKNOWN, VERDICT)))
        .alias("verdict"),
        pl.when(offline)
        .then(pl.col("reason"))
        .when(pl.col("verdict").is_null())
        .then(_word(Reason.NOT_CHECKED, REASON))
        .otherwise(pl.col("known_reason"))
        .alias("reason"),
        pl.when(offline).then(_word(Source.OFFLINE, SOURCE)).otherwise(pl.col("source")).alias("source"),
        pl.when(~offline).then(pl.col("whatsapp_id", "checked_at_ms", *by_either)),
    )


def output_columns(findings: pl.DataFrame, extras: Sequence[str]) -> pl.DataFrame:
    """Return the added columns of decided rows; words may be of an `Enum`."""
    matched = [e164("matched").alias(MATCHED)] if MATCHED in extras else []
    strengths = [strength()] if STRENGTH in extras else []
    made = [e164("number").alias("e164"), is_user(), checked_at(), *strengths, *matched]
    return findings.with_columns(made).select(added_schema(extras).names())


def annotate(
    table: Table,
    rows: Rows,
    recipients: pl.DataFrame,
    known: KnownVerdicts,
    *,
    prefix: str,
    extras: Sequence[str] = (),
    output: OpenWriter,
    segments: Mapping[Verdict, OpenWriter],
    on_progress: Callable[[int], None],
) -> Counts:
    """Write the annotated file and the files of segments; return the counts.

    Args:
        table: the input.
        rows: reads its rows, as `Table.verbatim` does.
        recipients: their numbers, as `recipients.read_recipients` returns them.
        known: their known verdicts.
        prefix: put before the names of the added columns.
        extras: which of `EXTRA_COLUMNS` to add.
        output: opens the annotated file for a schema.
        segments: opens the file of a segment for a schema, by its verdict.
        on_progress: called with the number of rows written so far.
    """
    counted = Counts.of_list(recipients)
    once = _Once(recipients, extras) if segments else None
    few = recipients.height <= FEW_ROWS
    with ExitStack() as files:
        annotated = files.enter_context(output(output_schema(table, prefix, extras)))
        parts = open_segments(files, segments, table, prefix, extras)
        writers = [annotated, *(segment.writer for segment in parts)]
        batches = ahead(rows(cells=any(writer.needs_cells for writer in writers)), few=few)
        found = _with_findings(batches, recipients, known, extras)
        for batch, findings, added in ahead(_with_added(found, extras), few=few):
            annotated.write(batch.hstack(prefixed(added, prefix)))
            if once is not None:
                stands = once.among(findings, counted.rows)
                counted.segments.update({one.verdict: one.write(batch, added, stands) for one in parts})
            counted.add(findings)
            on_progress(counted.rows)
    return counted


def count(recipients: pl.DataFrame, known: KnownVerdicts, extras: Sequence[str] = ()) -> Counts:
    """Return the counts of an annotated file without writing one."""
    counted = Counts.of_list(recipients)
    for _, findings in _with_findings(recipients.iter_slices(BATCH_ROWS), recipients, known, extras):
        counted.add(findings)
    return counted


def count_sendable(recipients: pl.DataFrame, known: KnownVerdicts, extras: Sequence[str] = ()) -> int:
    """Return how many rows a sendable file would hold, without writing one."""
    once, rows, sendable = _Once(recipients, extras), 0, 0
    for _, findings in _with_findings(recipients.iter_slices(BATCH_ROWS), recipients, known, extras):
        is_registered = findings["verdict"] == Verdict.REGISTERED.value
        sendable += int((is_registered & once.among(findings, rows)).sum())
        rows += findings.height
    return sendable


class _Once:
    """Selects one row for each recipient: the first row of each number.

    Args:
        recipients: the rows.
        extras: which of `EXTRA_COLUMNS` are wanted.
    """

    def __init__(self, recipients: pl.DataFrame, extras: Sequence[str]) -> None:
        self._first = recipients["number"].is_first_distinct()
        self._by_both = other_spelling_is_listed(recipients) if MATCHED in extras else None

    def among(self, findings: pl.DataFrame, start: int) -> pl.Series:
        """Return a mask of the selected rows among some decided rows.

        Args:
            findings: the decided rows.
            start: the position of the first of them in the list.
        """
        part = slice(start, start + findings.height)
        if self._by_both is None:
            return self._first[part]
        return self._first[part] & _is_own(findings, self._by_both[part])


def _with_findings(
    batches: Iterable[pl.DataFrame], recipients: pl.DataFrame, known: KnownVerdicts, extras: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield each batch of a list's rows with the result of `decide_verdicts` for it."""
    places, end = known.indices_of_list(recipients), 0
    for batch in batches:
        part, end = slice(end, end + batch.height), end + batch.height
        yield batch, decide_verdicts(recipients[part], known, places[part], extras)


def _with_added(
    found: Iterable[tuple[pl.DataFrame, pl.DataFrame]], extras: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """Yield each batch and its decided rows with their added columns."""
    for batch, findings in found:
        yield batch, findings, output_columns(findings, extras)


def _word(word: Verdict | Reason | Source, dtype: pl.Enum) -> pl.Expr:
    return pl.lit(word.value, dtype=dtype)


def _is_other(findings: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows that are registered by the alternative spelling of their number."""
    return (findings["matched"] != findings["number"]).fill_null(value=False)


def _is_own(findings: pl.DataFrame, by_both: pl.Series) -> pl.Series:
    """Return a mask of the rows that are not registered by the number of another row."""
    return ~(by_both & _is_other(findings))
