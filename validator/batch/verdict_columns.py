"""The columns that the output adds to a list: their names, their types, and how each is made. A contract."""

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

# With several phone columns, the one that a row's number is from.
PHONE_COLUMN = "phone_column"

# What it adds on request, behind these, in this order.
LINE_TYPE, STRENGTH, MATCHED = "line_type", "strength", "matched_number"
EXTRA_COLUMNS = pl.Schema(dict.fromkeys((LINE_TYPE, STRENGTH, MATCHED, PHONE_COLUMN), pl.String()))

# What the sendable file, the segment of the registered, adds of what the output does.
SENDABLE_COLUMNS = ("e164", "whatsapp_id", MATCHED)

# What the segment of the invalid adds beyond what the output does: what to mend.
HINT = "hint"


def earlier_columns(schema: pl.Schema, prefix: str) -> tuple[str, ...]:
    """Return the columns that an earlier run has added to a list; none where one of `COLUMNS` is missing."""
    names = schema.names()
    if not all(prefix + name in schema for name in COLUMNS):
        return ()
    # A column that the list itself calls so comes before those that are added.
    behind = names[names.index(prefix + next(iter(COLUMNS))) :]
    hints = [prefix + HINT] if prefix + HINT in behind else []
    return (*(prefix + name for name in (*COLUMNS, *EXTRA_COLUMNS) if prefix + name in schema), *hints)


def output_schema(table: Table, prefix: str, extras: Sequence[str] = ()) -> pl.Schema:
    """Return the annotated file's columns; `UsageError` where an added one has the name of an input's."""
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
    """Return the added columns, those of `extras` among them."""
    return pl.Schema({**COLUMNS, **{name: dtype for name, dtype in EXTRA_COLUMNS.items() if name in extras}})


def with_columns_of(table: Table, prefix: str, added: pl.Schema) -> pl.Schema:
    """Return a list's columns and those added; `UsageError` where one of these has the name of an own one."""
    if clash := [prefix + name for name in added if prefix + name in table.schema]:
        raise UsageError(
            f"{table.path.name} already has a column {clash[0]!r}, which the output adds; "
            "give the added columns another name with --prefix (in Python: prefix), for instance wa_"
        )
    return pl.Schema({**table.schema, **{prefix + name: dtype for name, dtype in added.items()}})


def prefixed(answers: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return added columns under the names that they have in a file."""
    return answers.rename({name: prefix + name for name in answers.columns})


def e164(number: str) -> pl.Expr:
    """Return the text of a column of numbers."""
    return pl.lit("+") + pl.col(number).cast(pl.String)


def is_user() -> pl.Expr:
    """Return the column `is_whatsapp_user`, from `verdict`."""
    answers = {verdict.value: verdict.is_whatsapp_user for verdict in Verdict}
    return pl.col("verdict").replace_strict(answers, return_dtype=pl.Boolean).alias("is_whatsapp_user")


def strength() -> pl.Expr:
    """Return the column `strength`, from `weak` and `source`; null where nobody has answered."""
    word = pl.when("weak").then(pl.lit(Strength.WEAK.value)).otherwise(pl.lit(Strength.DEFINITE.value))
    answered = pl.col("verdict").is_in([Verdict.REGISTERED.value, Verdict.NOT_REGISTERED.value])
    return pl.when(answered).then(word).alias(STRENGTH)


def checked_at() -> pl.Expr:
    """Return the column `checked_at`, from `checked_at_ms`."""
    return pl.col("checked_at_ms").cast(COLUMNS["checked_at"]).alias("checked_at")
