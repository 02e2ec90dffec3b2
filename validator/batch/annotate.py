"""The output: the input's rows with a verdict on each, and the part of them that is safe to send to.

Both files are a pure function of the input, its numbers and what the ledger knows.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.knowledge import VERDICT
from validator.batch.plan import counts
from validator.errors import UsageError
from validator.model import Reason, Source, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from validator.batch.knowledge import Knowledge
    from validator.tables import Table, Writer

    OpenWriter = Callable[[pl.Schema], AbstractContextManager[Writer]]

REASON = pl.Enum([reason.value for reason in Reason])
SOURCE = pl.Enum([source.value for source in Source])

# What the output adds to the input, in this order; part of the contract.
COLUMNS = pl.Schema(
    {
        "e164": pl.String(),
        "verdict": pl.String(),
        "is_whatsapp_user": pl.Boolean(),
        "whatsapp_id": pl.String(),
        "reason": pl.String(),
        "source": pl.String(),
        "checked_at": pl.Datetime("ms", "UTC"),
    }
)

# What the sendable file adds.
SENDABLE_COLUMNS = ("e164", "whatsapp_id")


@dataclass(slots=True)
class Counts:
    """What was written, in rows."""

    rows: int = 0
    sendable_rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)

    def add(self, findings: pl.DataFrame, countries: pl.Series) -> None:
        """Count one batch of rows."""
        self.rows += findings.height
        self.verdicts.update(counts(findings["verdict"]))
        self.reasons.update(counts(findings["reason"]))
        self.sources.update(counts(findings["source"]))
        self.countries.update(counts(countries))


def find(people: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Return what can be said of each row: the columns of `COLUMNS`, in the rows' order.

    A row whose own cell decides it (no number, suppressed, a landline to be skipped) is decided offline; the
    others get what is known about their number, or `unknown` for the reason `not_checked`.
    """
    known = knowledge.of(people["number"]).select(
        pl.col("verdict"), pl.col("reason").alias("known_reason"), "whatsapp_id", "source", "checked_at_ms"
    )
    offline = pl.col("reason").is_not_null()
    suppressed = pl.col("reason") == Reason.SUPPRESSION_LIST.value
    rows = people.select("number", "reason").hstack(known)
    decided = rows.with_columns(
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
        *(pl.when(~offline).then(pl.col(name)).alias(name) for name in ("whatsapp_id", "checked_at_ms")),
    )
    added = decided.select(_e164(), "verdict", _is_user(), "whatsapp_id", "reason", "source", _checked_at())
    return added.cast(COLUMNS)


def annotate(
    table: Table,
    rows: Iterable[pl.DataFrame],
    people: pl.DataFrame,
    knowledge: Knowledge,
    *,
    prefix: str,
    output: OpenWriter,
    sendable: OpenWriter | None,
    tell: Callable[[int], None],
) -> Counts:
    """Write the annotated file, and the sendable one where there is to be one; return what was written.

    Args:
        table: the input.
        rows: its rows, in batches.
        people: their numbers, as `people.read_people` returns them.
        knowledge: what is known about them.
        prefix: put before the names of the added columns.
        output: opens the annotated file for a schema.
        sendable: opens the sendable file for a schema, or None for no such file.
        tell: called with the rows written so far.
    """
    counted = Counts()
    first = people["number"].is_first_distinct()
    with ExitStack() as files:
        annotated = files.enter_context(output(output_schema(table, prefix)))
        chosen = files.enter_context(sendable(sendable_schema(table, prefix))) if sendable else None
        for batch in rows:
            part = slice(counted.rows, counted.rows + batch.height)
            findings = find(people[part], knowledge)
            annotated.write(batch.hstack(_prefixed(findings, prefix)))
            counted.add(findings, people["country"][part])
            if chosen:
                counted.sendable_rows += _write_sendable(chosen, batch, findings, first[part], prefix)
            tell(counted.rows)
    return counted


def count(people: pl.DataFrame, knowledge: Knowledge) -> Counts:
    """Return what an annotated file would hold, without writing one."""
    counted = Counts()
    for part in people.iter_slices():
        counted.add(find(part, knowledge), part["country"])
    return counted


def output_schema(table: Table, prefix: str) -> pl.Schema:
    """Return the annotated file's columns; `UsageError` where an added one has the name of an input's."""
    return _extended(table, prefix, tuple(COLUMNS))


def sendable_schema(table: Table, prefix: str) -> pl.Schema:
    """Return the sendable file's columns."""
    return _extended(table, prefix, SENDABLE_COLUMNS)


def _extended(table: Table, prefix: str, added: tuple[str, ...]) -> pl.Schema:
    if clash := [prefix + name for name in added if prefix + name in table.schema]:
        raise UsageError(
            f"{table.path.name} already has a column {clash[0]!r}, which the output adds; "
            "give the added columns another name with --prefix, for instance --prefix wa_"
        )
    return pl.Schema({**table.schema, **{prefix + name: COLUMNS[name] for name in added}})


def _write_sendable(
    writer: Writer, rows: pl.DataFrame, findings: pl.DataFrame, first: pl.Series, prefix: str
) -> int:
    """Write the rows whose number is registered and stands here for the first time; return how many."""
    added = _prefixed(findings.select(SENDABLE_COLUMNS), prefix)
    chosen = rows.hstack(added).filter((findings["verdict"] == Verdict.REGISTERED.value) & first)
    writer.write(chosen)
    return chosen.height


def _prefixed(findings: pl.DataFrame, prefix: str) -> pl.DataFrame:
    return findings.rename({name: prefix + name for name in findings.columns})


def _word(word: Verdict | Reason | Source, dtype: pl.Enum) -> pl.Expr:
    return pl.lit(word.value, dtype=dtype)


def _e164() -> pl.Expr:
    return (pl.lit("+") + pl.col("number").cast(pl.String)).alias("e164")


def _is_user() -> pl.Expr:
    answers = {verdict.value: verdict.is_whatsapp_user for verdict in Verdict}
    return pl.col("verdict").replace_strict(answers, return_dtype=pl.Boolean).alias("is_whatsapp_user")


def _checked_at() -> pl.Expr:
    return pl.from_epoch("checked_at_ms", time_unit="ms").dt.replace_time_zone("UTC").alias("checked_at")
