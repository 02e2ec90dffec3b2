"""Reads the known verdicts of the numbers of a list from the ledger."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.one_frame import one_frame
from validator.batch.planning.known_verdicts import EXPIRED, IDS, SCHEMA, KnownVerdicts
from validator.batch.planning.places import among
from validator.model import Strength, Verdict
from validator.pipeline import FEW_ROWS, ahead
from validator.tables import defused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from validator.ledger import Finding, KnownColumns, LedgerReader
    from validator.settings import MaxAge

log = logging.getLogger(__name__)

# How far the time of an answer may be ahead of this machine's clock: a local time may be taken for UTC, or a
# clock may be corrected.
MOST_AHEAD_MS = 86_400_000

# The columns of the ledger's dictionary `findings`.
_WORDS = pl.Schema(
    {"finding": pl.UInt32()}
    | {name: SCHEMA[name] for name in ("verdict", "reason", "source", "own_id", "weak")}
)

# A lookup of one number takes about twice as long as one row in a scan of the ledger (measured, see
# benchmarks/ledger.py).
_LOOK_UP_COST = 2
_LOOK_UP_ROWS = 100_000
# A few hundred integers are parsed in less time than polars needs to begin (measured: 0.7 ms, and 2 ms the
# first time).
_FEW_CHARS = 4_096


def read_known(
    ledger: LedgerReader,
    numbers: pl.Series,
    max_age: MaxAge,
    now_ms: int,
    on_progress: Callable[[int], None] = lambda _: None,
) -> KnownVerdicts:
    """Read what the ledger holds about `numbers` (distinct, ascending, UInt64).

    Expired answers (yes, no, or a provider's "invalid") are only in `expired`. An `unknown` is kept for its
    reason, and is fresh within its own maximum age.

    Args:
        ledger: the known verdicts.
        numbers: the numbers to look for.
        max_age: how long answers are valid.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        on_progress: called with the number of rows found so far.
    """
    cutoffs_ms, until_ms = max_age.cutoffs_ms(now_ms), latest_ms(now_ms)
    schema = pl.Schema({**SCHEMA, "fresh": pl.Boolean(), "unconfirmed": pl.Boolean()})
    frames, ids = [pl.DataFrame(schema=schema)], [pl.DataFrame(schema=IDS)]
    expired = [pl.DataFrame(schema=EXPIRED)]
    ahead_of_time = 0
    coming = _columns(ledger, numbers, cutoffs_ms, until_ms)
    for columns, findings in ahead(coming, few=len(numbers) <= FEW_ROWS):
        frame = _frame(columns, findings).with_columns(
            _fresh(cutoffs_ms, until_ms), unconfirmed=pl.lit(value=False)
        )
        ahead_of_time += int((frame["checked_at_ms"] > until_ms).sum())
        kept = frame.filter(pl.col("fresh") | _is_unknown())
        old = frame.filter(~pl.col("fresh") & ~_is_unknown() & (pl.col("checked_at_ms") <= until_ms))
        expired.append(old.filter(among(old["number"], numbers)).select(EXPIRED.names()))
        frames.append(kept.filter(among(kept["number"], numbers)))
        on_progress(sum(frame.height for frame in frames))
        if columns.other_ids:
            ids.append(_other_ids(columns, numbers))
    if ahead_of_time:
        log.warning(
            "%d answers of the ledger bear a time in the future, from a clock that was wrong; none counts",
            ahead_of_time,
        )
    found, others, old = (one_frame(parts) for parts in (frames, ids, expired))
    return KnownVerdicts(found, others, expired=old)


def latest_ms(now_ms: int) -> int:
    """Return the latest time that an answer can have; clocks may be wrong by a day.

    Args:
        now_ms: the start of the run; the answers of the run are later.
    """
    return max(now_ms, int(time.time() * 1000)) + MOST_AHEAD_MS


def _columns(
    ledger: LedgerReader, numbers: pl.Series, cutoffs_ms: Mapping[Verdict, int], until_ms: int
) -> Iterator[tuple[KnownColumns, dict[int, Finding]]]:
    """Yield known verdicts with the findings, read after them: another run may add findings at any time."""
    for columns in _some_columns(ledger, numbers, cutoffs_ms, until_ms):
        yield columns, ledger.findings()


def _some_columns(
    ledger: LedgerReader, numbers: pl.Series, cutoffs_ms: Mapping[Verdict, int], until_ms: int
) -> Iterator[KnownColumns]:
    """Yield the ledger's rows: a lookup for each number if they are few, one scan if they are many."""
    if numbers.is_empty():
        return
    if len(numbers) * _LOOK_UP_COST < ledger.estimated_rows():
        for part in numbers.to_frame().iter_slices(_LOOK_UP_ROWS):
            wanted = part.to_series().to_list()
            yield from ledger.columns_of(wanted, fresh_from_ms=cutoffs_ms, until_ms=until_ms)
    else:
        first, last = numbers[0], numbers[-1]
        yield from ledger.columns_between(first, last, fresh_from_ms=cutoffs_ms, until_ms=until_ms)


def _other_ids(columns: KnownColumns, numbers: pl.Series) -> pl.DataFrame:
    """Return the ids that differ from their numbers, of the wanted numbers."""
    ids = pl.DataFrame(columns.other_ids, schema=IDS, orient="row")
    # The id is the provider's text. It must not act as a formula when a user opens the output.
    return ids.filter(among(ids["number"], numbers)).with_columns(defused(pl.col("whatsapp_id")))


def _frame(columns: KnownColumns, findings: Mapping[int, Finding]) -> pl.DataFrame:
    """Return the ledger's columns as those of `SCHEMA`."""
    rows = pl.DataFrame(
        [
            _integers(columns.numbers, "number", pl.UInt64()),
            _integers(columns.findings, "finding", pl.UInt32()),
            _integers(columns.at_ms, "checked_at_ms", pl.Int64()),
        ]
    )
    return rows.join(_words(findings), on="finding", how="left", maintain_order="left").select(SCHEMA.names())


def _words(findings: Mapping[int, Finding]) -> pl.DataFrame:
    """Return one row for each finding, with its id as `finding`."""
    rows = [
        one._asdict() | {"finding": place, "weak": one.strength == Strength.WEAK.value}
        for place, one in findings.items()
    ]
    return pl.DataFrame(rows, _WORDS)


def _integers(lines: str, name: str, dtype: pl.DataType) -> pl.Series:
    if len(lines) <= _FEW_CHARS:
        return pl.Series(name, [int(line) for line in lines.split()], dtype)
    return pl.read_csv(lines.encode(), has_header=False, schema={name: dtype}).to_series()


def _is_unknown() -> pl.Expr:
    return pl.col("verdict") == Verdict.UNKNOWN.value


def _fresh(cutoffs_ms: Mapping[Verdict, int], until_ms: int) -> pl.Expr:
    cutoff_ms = pl.col("verdict").replace_strict(
        {verdict.value: at_ms for verdict, at_ms in cutoffs_ms.items()}, return_dtype=pl.Int64
    )
    at_ms = pl.col("checked_at_ms")
    return ((at_ms >= cutoff_ms) & (at_ms <= until_ms)).alias("fresh")
