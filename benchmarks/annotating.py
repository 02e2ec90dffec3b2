"""A large list of which all is known: `validator check` with nobody left to ask, and `validator plan`.

Four rows of five have a number of their own, which the ledger knows; the others repeat one of these, or hold
no number. Both commands run whole, as a user runs them, from CSV to CSV and from Parquet to Parquet. Then
every row of the output is compared with the row of the list. Beside them stand floors over the same file:
what polars alone takes to scan it, join what is known, add seven columns and write it; and a plain copy.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import polars as pl
from lists import large_list
from processes import Measured, alone, installed
from results import Row

from validator.ledger import open_ledger
from validator.model import Number, Outcome, Reason, Verdict

DEFAULT_ROWS = 1_000_000
GROUP = 100_000
FORMATS = ("csv", "parquet")

# The goals are stated for ten million rows. Smaller lists are held to their share of the time, and to what
# any command takes to start.
GOAL_ROWS = 10_000_000
START_S = 0.4
CHECK_GOALS_S = {"csv": 20.0, "parquet": 18.0}
PLAN_GOAL_S = 10.0
GOAL_MB = 760.0


def prepare(folder: Path, rows: int) -> None:
    """Write the list in both formats, and a ledger that knows every number of it."""
    listed, numbers = large_list(rows)
    listed.write_csv(folder / "list.csv")
    listed.write_parquet(folder / "list.parquet")
    now_ms = time.time_ns() // 1_000_000
    known = numbers.alias("number").to_frame()
    known.with_columns(
        is_user=pl.col("number") % 5 > 1,
        at_ms=now_ms - (pl.col("number") % 86_400_000).cast(pl.Int64),
    ).write_parquet(folder / "known.parquet")
    with open_ledger(folder / "ledger.sqlite", holder="benchmark") as ledger:
        for group in numbers.to_frame().iter_slices(GROUP):
            for number in group.to_series():
                ledger.record(_outcome(number, now_ms - number % 86_400_000))
            ledger.commit()


def _outcome(number: int, at_ms: int) -> Outcome:
    is_user = number % 5 > 1
    return Outcome(
        number=Number(number),
        verdict=Verdict.REGISTERED if is_user else Verdict.NOT_REGISTERED,
        reason=None if is_user else Reason.NOT_ON_WHATSAPP,
        whatsapp_id=f"{number}@s.whatsapp.net" if is_user else None,
        checked_at_ms=at_ms,
        session="sess_bench",
    )


def check(folder: Path, suffix: str) -> Measured[int]:
    return _command(folder, "check", suffix, "-o", str(folder / f"checked.{suffix}"))


def plan(folder: Path, suffix: str) -> Measured[int]:
    return _command(folder, "plan", suffix)


def _command(folder: Path, name: str, suffix: str, *options: str) -> Measured[int]:
    listed, ledger = str(folder / f"list.{suffix}"), str(folder / "ledger.sqlite")
    measured = installed(folder / "state", name, listed, *options, "--ledger", ledger, "--quiet")
    if measured.result != 0:
        raise RuntimeError(f"{name} of {suffix} failed")
    return measured


def floor(folder: Path, suffix: str) -> None:
    """Write the list with seven columns of what is known, with polars and nothing else."""
    scan = {"csv": pl.scan_csv, "parquet": pl.scan_parquet}[suffix]
    number = pl.col("phone").str.replace_all(r"\D", "").cast(pl.UInt64, strict=False)
    added = (
        pl.col("number").cast(pl.String).alias("e164"),
        pl.when("is_user").then(pl.lit("registered")).otherwise(pl.lit("not_registered")).alias("verdict"),
        pl.col("is_user").alias("is_whatsapp_user"),
        pl.format("{}@s.whatsapp.net", "number").alias("whatsapp_id"),
        pl.when("is_user").then(None).otherwise(pl.lit("not_on_whatsapp")).alias("reason"),
        pl.lit("cache").alias("source"),
        pl.from_epoch("at_ms", time_unit="ms").dt.to_string("iso").alias("checked_at"),
    )
    frame = (
        scan(folder / f"list.{suffix}")
        .with_columns(number=number)
        .join(pl.scan_parquet(folder / "known.parquet"), on="number", how="left", maintain_order="left")
        .with_columns(added)
        .drop("number", "is_user", "at_ms")
    )
    sink = {"csv": frame.sink_csv, "parquet": frame.sink_parquet}[suffix]
    sink(folder / f"floor.{suffix}")


def copy(folder: Path, suffix: str) -> None:
    shutil.copyfile(folder / f"list.{suffix}", folder / f"copied.{suffix}")


def compare_csv(folder: Path) -> None:
    """Compare the bytes of every line with those of the list, which must stand before what is added."""
    with (folder / "list.csv").open("rb") as listed, (folder / "checked.csv").open("rb") as checked:
        for before, after in zip(listed, checked, strict=True):
            if not after.startswith(before[:-1] + b","):
                raise RuntimeError(f"{before!r} became {after!r}")
    compare_answers(pl.scan_csv(folder / "checked.csv"))


def compare_parquet(folder: Path) -> None:
    """Compare every column of the list with the one that came back."""
    for column in pl.read_parquet_schema(folder / "list.parquet"):
        listed, checked = (
            pl.read_parquet(folder / name, columns=[column]) for name in ("list.parquet", "checked.parquet")
        )
        if not listed.equals(checked):
            raise RuntimeError(f"column {column} is not what it was")
    compare_answers(pl.scan_parquet(folder / "checked.parquet"))


def compare_answers(checked: pl.LazyFrame) -> None:
    """Compare number and verdict of every row with what the list and the ledger were made from."""
    number = pl.col("phone").str.replace_all("[^0-9]", "").cast(pl.UInt64, strict=False)
    registered = pl.when(number % 5 > 1).then(pl.lit("registered")).otherwise(pl.lit("not_registered"))
    verdict = pl.when(number.is_null()).then(pl.lit("invalid")).otherwise(registered)
    written = pl.col("e164").cast(pl.String).str.strip_prefix("+").cast(pl.UInt64)
    same = written.eq_missing(number) & (pl.col("verdict") == verdict)
    if wrong := checked.select((~same).sum()).collect(engine="streaming").item():
        raise RuntimeError(f"{wrong:,} rows have another answer than the ledger")


COMPARE = {"csv": compare_csv, "parquet": compare_parquet}


def run(rows: int = DEFAULT_ROWS) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone(prepare, folder, rows)
        return [row for suffix in FORMATS for row in _rows(folder, suffix, rows)]


def _rows(folder: Path, suffix: str, rows: int) -> list[Row]:
    checked, planned = check(folder, suffix), plan(folder, suffix)
    alone(COMPARE[suffix], folder)
    bare, copied = alone(floor, folder, suffix), alone(copy, folder, suffix)
    size_mb = (folder / f"list.{suffix}").stat().st_size / 1e6
    named = f"{rows:,} rows, {suffix} of {size_mb:,.0f} MB, {rows * 4 // 5:,} numbers known"
    return [
        _row(f"`check` of {named}; every row compared", checked, bare, _goal_s(CHECK_GOALS_S[suffix], rows)),
        _row(f"`plan` of {named}", planned, bare, _goal_s(PLAN_GOAL_S, rows)),
        _floor("bare polars over that file: scan, join, seven columns, sink", bare),
        _floor("a plain copy of that file", copied),
    ]


def _goal_s(whole_s: float, rows: int) -> float:
    return START_S + (whole_s - START_S) * rows / GOAL_ROWS


def _row(what: str, measured: Measured[int], bare: Measured[None], goal_s: float) -> Row:
    return Row(
        what=what,
        measured=_took(measured),
        against=f"bare polars, {_took(bare)}",
        ratio=f"{measured.wall_s / bare.wall_s:.2f}",
        goal=f"<= {goal_s:g} s, <= {GOAL_MB:,.0f} MB",
        reached=measured.wall_s <= goal_s and measured.peak_mb <= GOAL_MB,
        peak_mb=measured.peak_mb,
    )


def _floor(what: str, measured: Measured[None]) -> Row:
    return Row(what=what, measured=_took(measured), peak_mb=measured.peak_mb)


def _took(measured: Measured[None]) -> str:
    return f"{measured.wall_s:.2f} s, {measured.cpu_s:.2f} s of processor"
