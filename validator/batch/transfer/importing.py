"""Reads facts from a list: an export of another ledger, an annotated file, or the results of another tool.

The list may have the columns of `exporting.COLUMNS`. It needs a column of numbers, `checked_at`, and either
`verdict` or `is_whatsapp_user`. The first row that cannot be read is an error, and nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.batch.one_frame import one_frame
from validator.batch.planning.reading_known import MOST_AHEAD_MS
from validator.batch.transfer.exporting import FACT
from validator.batch.transfer.timestamps import moments_ms
from validator.batch.verdict_columns import MATCHED, STRENGTH
from validator.errors import FileError
from validator.ledger import FactRow
from validator.model import Number, Outcome, Reason, Source, Strength, Verdict
from validator.phone import Accept, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.tables import Table

CHUNK_ROWS = 10_000

TEXTS = (
    *("verdict", "is_whatsapp_user", "reason", "source", "checked_at", "gateway", "session", "attempts"),
    STRENGTH,
)
FLAGS = dict.fromkeys(("true", "yes", "1"), Verdict.REGISTERED.value) | dict.fromkeys(
    ("false", "no", "0"), Verdict.NOT_REGISTERED.value
)
# The default reason of an answer without a reason.
REASONS = {
    Verdict.NOT_REGISTERED.value: Reason.NOT_ON_WHATSAPP.value,
    Verdict.INVALID.value: Reason.REJECTED_BY_PROVIDER.value,
}
E164 = r"^\+[1-9][0-9]{6,14}$"


class Facts(Struct, frozen=True):
    """The facts of a list.

    Attributes:
        frame: one row for each fact, by ascending number, with the columns of `exporting.FACT`.
        skipped: how many rows have no fact: not checked, suppressed, or decided offline.
    """

    frame: pl.DataFrame
    skipped: int

    def outcomes(self) -> Iterator[list[Outcome]]:
        """Yield the facts as outcomes, in chunks."""
        for part in self.frame.iter_slices(CHUNK_ROWS):
            yield [_outcome(FactRow(*row)) for row in part.iter_rows()]


def _outcome(row: FactRow) -> Outcome:
    return Outcome(
        number=Number(row.number),
        verdict=Verdict(row.verdict),
        reason=None if row.reason is None else Reason(row.reason),
        whatsapp_id=row.whatsapp_id,
        source=Source(row.source),
        checked_at_ms=row.checked_at_ms,
        gateway=row.gateway,
        session=row.session,
        attempts=row.attempts,
        strength=Strength(row.strength),
    )


def read_facts(table: Table, *, column: str, region: str | None, now_ms: int) -> Facts:
    """Read the facts of a list.

    Args:
        table: the list.
        column: its column of numbers.
        region: the region of numbers without a country code, or None if there are none.
        now_ms: the current time, in milliseconds since the Unix epoch. Facts may be up to a day later.

    Raises:
        FileError: a column is missing, or a row cannot be read; the message names the row.
    """
    _require_columns(table)
    _require_cells(table, column)
    parts, rows = [pl.DataFrame(schema=FACT)], 0
    for batch in table.batches():
        read = _read(batch, column, region).with_row_index("row", offset=rows + 1).filter(~pl.col("silent"))
        _require_understood(table, read.select("row", _flaw(now_ms).alias("flaw")).drop_nulls())
        parts.append(read.select(FACT.names()))
        rows += batch.height
    facts = one_frame(parts).sort("number", maintain_order=True)
    return Facts(facts, skipped=rows - facts.height)


def _require_columns(table: Table) -> None:
    missing = [] if "checked_at" in table.schema else ["checked_at"]
    if not {"verdict", "is_whatsapp_user"} & table.schema.keys():
        missing.append("verdict or is_whatsapp_user")
    if missing:
        raise FileError(
            f"{table.path} has no column {' and no column '.join(missing)}; columns are: "
            f"{', '.join(table.schema)}. Rename the columns with the time and the result to these names"
        )


def _require_cells(table: Table, column: str) -> None:
    """Check that the cells of every column to read can be converted to text."""
    for name in {column, "whatsapp_id", MATCHED, *TEXTS} & table.schema.keys():
        kind = table.schema[name]
        if kind.is_nested() or kind in (pl.Binary, pl.Object):
            raise FileError(
                f"column {name!r} of {table.path} holds {kind} values; write them as text, numbers or times"
            )


def _require_understood(table: Table, flaws: pl.DataFrame) -> None:
    if not flaws.is_empty():
        row, flaw = flaws.row(0)
        raise FileError(f"row {row:,} of {table.path} (below the header): {flaw}. Nothing was imported")


def _read(batch: pl.DataFrame, column: str, region: str | None) -> pl.DataFrame:
    """Return the columns of `FACT` for each row (null if not readable), their texts, and `silent`."""
    texts = batch.select(_text(batch, name).alias(f"{name} text") for name in TEXTS)
    worded = texts.with_columns(
        pl.col("verdict text").fill_null(_flag()).alias("verdict"),
        pl.col("source text").fill_null(Source.IMPORTED.value).alias("source"),
        _silent().alias("silent"),
    )
    return worded.with_columns(
        _numbers(_number_cells(batch, column), region).alias("number"),
        pl.col("verdict").cast(FACT["verdict"], strict=False),
        _reason().cast(FACT["reason"], strict=False).alias("reason"),
        pl.when(pl.col("verdict") != Verdict.UNKNOWN.value).then(_ids(batch)).alias("whatsapp_id"),
        pl.col("source").cast(FACT["source"], strict=False),
        _gateway().fill_null("").alias("gateway"),
        pl.col("session text").fill_null("").alias("session"),
        pl.col("attempts text").fill_null("0").cast(FACT["attempts"], strict=False).alias("attempts"),
        moments_ms(batch["checked_at"]).alias("checked_at_ms"),
        pl.col(f"{STRENGTH} text")
        .fill_null(Strength.DEFINITE.value)
        .cast(FACT[STRENGTH], strict=False)
        .alias(STRENGTH),
    )


def _text(batch: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as trimmed text; null for an empty cell or a missing column."""
    if name not in batch.schema:
        return pl.lit(None, dtype=pl.String)
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def _ids(batch: pl.DataFrame) -> pl.Series | None:
    """Return the accounts' ids unchanged, as ids from a provider are stored unchanged, too."""
    return batch["whatsapp_id"].cast(pl.String) if "whatsapp_id" in batch.schema else None


def _flag() -> pl.Expr:
    """Return the verdict that `is_whatsapp_user` means; null if it has no such meaning."""
    flag = pl.col("is_whatsapp_user text").str.to_lowercase()
    return flag.replace_strict(FLAGS, default=None, return_dtype=pl.String)


def _reason() -> pl.Expr:
    default = pl.col("verdict").replace_strict(REASONS, default=None, return_dtype=pl.String)
    return pl.col("reason text").fill_null(default)


def _gateway() -> pl.Expr:
    """Return the gateway of the session; null without a session."""
    return pl.when(pl.col("session text").is_not_null()).then(pl.col("gateway text"))


def _silent() -> pl.Expr:
    """Whether a row has no fact, as some rows of annotated files and most lists."""
    has_verdict = pl.col("verdict text").is_not_null() | pl.col("is_whatsapp_user text").is_not_null()
    silent_words = {
        "verdict text": Verdict.SUPPRESSED.value,
        "source text": Source.OFFLINE.value,
        "reason text": Reason.NOT_CHECKED.value,
    }
    return ~has_verdict | pl.any_horizontal(
        (pl.col(name) == word).fill_null(value=False) for name, word in silent_words.items()
    )


def _number_cells(batch: pl.DataFrame, column: str) -> pl.Series:
    """Return the cells of numbers. In an annotated file, the verdict is about `matched_number`, if any."""
    if MATCHED not in batch.schema:
        return batch[column]
    return batch.select(_text(batch, MATCHED).fill_null(pl.col(column).cast(pl.String))).to_series()


def _numbers(cells: pl.Series, region: str | None) -> pl.Series:
    """Return the numbers. Cells in E.164 form are used as they are, other cells are read as in any list."""
    text = cells.cast(pl.String).str.strip_chars()
    written = text.str.contains(E164).fill_null(value=False)
    others = normalise(cells.filter(~written), region, accept=Accept.POSSIBLE)["number"]
    numbers = pl.select(pl.when(written).then(text.str.strip_prefix("+")).cast(pl.UInt64)).to_series()
    return numbers if others.is_empty() else numbers.scatter((~written).arg_true(), others)


def _flaw(now_ms: int) -> pl.Expr:
    """Return the first error of each row, or null. Messages do not quote numbers, which are personal data."""
    return pl.coalesce(_number_flaw(), *_verdict_flaws(), *_time_flaws(now_ms), *_other_flaws())


def _where(wrong: pl.Expr, flaw: str, *quoted: str) -> pl.Expr:
    return pl.when(wrong).then(pl.format(flaw, *quoted) if quoted else pl.lit(flaw))


def _number_flaw() -> pl.Expr:
    return _where(
        pl.col("number").is_null(),
        "its number cannot be read; write it with its country code, as in +447700900001, or use --region",
    )


def _verdict_flaws() -> Iterator[pl.Expr]:
    flag_text, verdict_text, reason_text = "is_whatsapp_user text", "verdict text", "reason text"
    registered = pl.col("verdict") == Verdict.REGISTERED.value
    yield _where(
        pl.col(flag_text).is_not_null() & _flag().is_null(),
        "is_whatsapp_user is {}; write true or false",
        flag_text,
    )
    yield _where(
        pl.col("verdict").is_null(), f"there is no verdict {{}}; there are {', '.join(Verdict)}", verdict_text
    )
    yield _where(
        _flag() != pl.col(verdict_text),
        "is_whatsapp_user {} contradicts the verdict {}",
        flag_text,
        verdict_text,
    )
    yield _where(
        pl.col(reason_text).is_not_null() & (pl.col("reason").is_null() | registered),
        "the reason {} is unknown, or does not go with the verdict",
        reason_text,
    )
    yield _where(
        pl.col("reason").is_null() & ~registered,
        "its verdict is unknown and it has no reason; name one, such as timeout, or leave the row out",
    )


def _time_flaws(now_ms: int) -> Iterator[pl.Expr]:
    example = "for instance 2026-11-26T05:13:07Z"
    text, at_ms = "checked_at text", pl.col("checked_at_ms")
    yield _where(pl.col(text).is_null(), f"it has no checked_at; write the time of the check, {example}")
    yield _where(at_ms.is_null(), f"checked_at {{}} is no time; write {example}", text)
    yield _where(
        ~at_ms.is_between(0, now_ms + MOST_AHEAD_MS),
        f"checked_at {{}} lies in the future or before 1970; write {example}",
        text,
    )


def _other_flaws() -> Iterator[pl.Expr]:
    yield _where(
        pl.col("source").is_null(), f"there is no source {{}}; there are {', '.join(Source)}", "source text"
    )
    yield _where(
        pl.col("attempts").is_null(),
        "attempts is {}; write a whole number, or leave it empty",
        "attempts text",
    )
    yield _where(
        pl.col(STRENGTH).is_null(),
        f"strength is {{}}; write {' or '.join(Strength)}, or leave it empty",
        f"{STRENGTH} text",
    )
