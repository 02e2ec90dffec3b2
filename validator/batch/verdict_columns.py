"""The columns that the output adds to a list: names, types and expressions. Part of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.errors import UsageError
from validator.model import Reason, Source, Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.tables import Table

VERDICT = pl.Enum([verdict.value for verdict in Verdict])
REASON = pl.Enum([reason.value for reason in Reason])
SOURCE = pl.Enum([source.value for source in Source])

# The columns that the output always adds, in this order.
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

# The phone column that a row's number is from, if there are several.
PHONE_COLUMN = "phone_column"

# The columns that the output adds on request, after the others, in this order.
LINE_TYPE, STRENGTH, MATCHED = "line_type", "strength", "matched_number"
EXTRA_COLUMNS = pl.Schema(dict.fromkeys((LINE_TYPE, STRENGTH, MATCHED, PHONE_COLUMN), pl.String()))

# The columns that the sendable file adds.
SENDABLE_COLUMNS = ("e164", "whatsapp_id", MATCHED)

# The segment of invalid rows adds this column too: what to correct.
HINT = "hint"


def earlier_columns(schema: pl.Schema, prefix: str) -> tuple[str, ...]:
    """Return the columns that an earlier run has added to a list; empty if one of `COLUMNS` is missing."""
    names = schema.names()
    if not all(prefix + name in schema for name in COLUMNS):
        return ()
    # A column of the list itself with this name comes before the added columns.
    behind = names[names.index(prefix + next(iter(COLUMNS))) :]
    hints = [prefix + HINT] if prefix + HINT in behind else []
    return (*(prefix + name for name in (*COLUMNS, *EXTRA_COLUMNS) if prefix + name in schema), *hints)


def output_schema(table: Table, prefix: str, extras: Sequence[str] = ()) -> pl.Schema:
    """Return the annotated file's columns; `UsageError` if an added one has the name of an input column."""
    return with_columns_of(table, prefix, added_schema(extras))


def segment_columns(verdict: Verdict, extras: Sequence[str] = ()) -> pl.Schema:
    """Return the columns that the segment of a verdict adds to the list's own, without a prefix."""
    added = added_schema(extras)
    match verdict:
        case Verdict.REGISTERED:
            return pl.Schema({name: added[name] for name in SENDABLE_COLUMNS if name in added})
        case Verdict.INVALID:
            return pl.Schema({**added, HINT: pl.String()})
        case _:
            return added


def added_schema(extras: Sequence[str]) -> pl.Schema:
    """Return the added columns, including those of `extras`."""
    return pl.Schema({**COLUMNS, **{name: dtype for name, dtype in EXTRA_COLUMNS.items() if name in extras}})


def with_columns_of(table: Table, prefix: str, added: pl.Schema) -> pl.Schema:
    """Return a list's columns and the added ones; `UsageError` if a name occurs in both."""
    if clash := [prefix + name for name in added if prefix + name in table.schema]:
        raise UsageError(
            f"{table.path.name} already has a column {clash[0]!r}, which the output adds; "
            "give the added columns another name with --prefix (in Python: prefix), for instance wa_"
        )
    return pl.Schema({**table.schema, **{prefix + name: dtype for name, dtype in added.items()}})


def prefixed(answers: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return added columns with the prefix that their names have in a file."""
    return answers.rename({name: prefix + name for name in answers.columns})


def e164(number: str) -> pl.Expr:
    """Return the text of a column of numbers."""
    return pl.lit("+") + pl.col(number).cast(pl.String)


def is_user() -> pl.Expr:
    """Return the column `is_whatsapp_user`, from `verdict`."""
    answers = {verdict.value: verdict.is_whatsapp_user for verdict in Verdict}
    return pl.col("verdict").replace_strict(answers, return_dtype=pl.Boolean).alias("is_whatsapp_user")


def strength() -> pl.Expr:
    """Return the column `strength`, from `weak` and `verdict`; null if there is no yes or no."""
    word = pl.when("weak").then(pl.lit(Strength.WEAK.value)).otherwise(pl.lit(Strength.DEFINITE.value))
    answered = pl.col("verdict").is_in([Verdict.REGISTERED.value, Verdict.NOT_REGISTERED.value])
    return pl.when(answered).then(word).alias(STRENGTH)


def checked_at() -> pl.Expr:
    """Return the column `checked_at`, from `checked_at_ms`."""
    return pl.col("checked_at_ms").cast(COLUMNS["checked_at"]).alias("checked_at")
