"""Writes the ledger's facts to a file: the columns of an annotated file, and further ones of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.known_verdicts import SCHEMA as KNOWN
from validator.batch.verdict_columns import COLUMNS as ADDED
from validator.batch.verdict_columns import STRENGTH, checked_at, e164, is_user
from validator.model import Strength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.ledger import FactRow, LedgerReader
    from validator.tables import Writer

# One row is one fact. A number has one row for its answer, and one for a later failure.
OF_A_LEDGER = {"gateway": pl.String(), "session": pl.String(), "attempts": pl.UInt32(), STRENGTH: pl.String()}
COLUMNS = pl.Schema({**ADDED, **OF_A_LEDGER})

# The columns of `FactRow`.
FACT = pl.Schema(
    {
        "number": KNOWN["number"],
        "verdict": KNOWN["verdict"],
        "reason": KNOWN["reason"],
        "whatsapp_id": pl.String(),
        "source": KNOWN["source"],
        "gateway": pl.String(),
        "session": pl.String(),
        "attempts": pl.UInt32(),
        "checked_at_ms": KNOWN["checked_at_ms"],
        STRENGTH: pl.Enum([strength.value for strength in Strength]),
    }
)


def export(ledger: LedgerReader, writer: Writer) -> int:
    """Write every fact in a snapshot of a ledger; return how many there are."""
    written = 0
    for rows in ledger.facts():
        writer.write(_frame(rows))
        written += len(rows)
    return written


def _frame(rows: Sequence[FactRow]) -> pl.DataFrame:
    facts = pl.DataFrame(rows, schema=FACT, orient="row")
    return (
        facts.with_columns(e164("number").alias("e164"), is_user(), checked_at())
        .select(COLUMNS.names())
        .cast(COLUMNS)
    )
