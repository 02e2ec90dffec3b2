"""What the ledger knows about the numbers of a list, as columns that whole batches can be looked up in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from validator.model import Reason, Source, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.ledger import LedgerReader
    from validator.settings import MaxAge

VERDICT = pl.Enum([verdict.value for verdict in Verdict])

SCHEMA = pl.Schema(
    {
        "number": pl.UInt64(),
        "verdict": VERDICT,
        "reason": pl.Enum([reason.value for reason in Reason]),
        "whatsapp_id": pl.String(),
        "source": pl.Enum([source.value for source in Source]),
        "checked_at_ms": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The verdicts that still hold for some numbers.

    Attributes:
        frame: one row per known number, ascending: `number`, `verdict`, `reason`, `whatsapp_id`, `source`,
            `checked_at_ms` (milliseconds since the Unix epoch), `fresh` (no need to ask again).
    """

    frame: pl.DataFrame

    def of(self, numbers: pl.Series) -> pl.DataFrame:
        """Return what is known about each of `numbers` (UInt64, nulls allowed), in their order.

        The columns are those of `frame` without `number`; all null where nothing is known. A binary search
        into the sorted numbers costs no hash table, however many are known.
        """
        if self.frame.is_empty():
            return self.frame.drop("number").clear(n=len(numbers))
        asked = numbers.fill_null(0)
        places = self.frame["number"].search_sorted(asked).clip(upper_bound=self.frame.height - 1)
        found = self.frame[places]
        hit = found["number"] == asked
        return found.drop("number").select(pl.when(hit).then(pl.all()))


def read_knowledge(ledger: LedgerReader, numbers: pl.Series, max_age: MaxAge, now_ms: int) -> Knowledge:
    """Read what the ledger holds about `numbers` (distinct, UInt64).

    A yes, a no or a provider's "invalid" that has outlived its age is left out: it is no longer known. An
    `unknown` is kept for its reason, and is fresh only within its own age.

    Args:
        ledger: what is known.
        numbers: whom to look for.
        max_age: how long answers hold.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """
    cutoffs_ms = max_age.cutoffs_ms(now_ms)
    chunks = (_frame(rows) for rows in ledger.known(numbers.to_list(), fresh_from_ms=cutoffs_ms))
    frame = pl.concat([pl.DataFrame(schema=SCHEMA), *chunks], rechunk=True)
    return Knowledge(frame.with_columns(_fresh(cutoffs_ms)).filter(pl.col("fresh") | _is_unknown()))


def _frame(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame([row[: len(SCHEMA)] for row in rows], schema=SCHEMA, orient="row")


def _is_unknown() -> pl.Expr:
    return pl.col("verdict") == Verdict.UNKNOWN.value


def _fresh(cutoffs_ms: Mapping[Verdict, int]) -> pl.Expr:
    cutoff_ms = pl.col("verdict").replace_strict(
        {verdict.value: at_ms for verdict, at_ms in cutoffs_ms.items()}, return_dtype=pl.Int64
    )
    return (pl.col("checked_at_ms") >= cutoff_ms).alias("fresh")
