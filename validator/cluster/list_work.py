"""What is done with the parts of a list: functions of values, each on whichever machine has time for it."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.output.targets import write_output
from validator.batch.planning.answered import answered
from validator.batch.planning.plan import make_plan
from validator.batch.planning.survey import known_of
from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.evidence_of_parts import evidence_of
from validator.batch.recipients.job import Job
from validator.batch.recipients.opening import Opened, open_list, stamps_of
from validator.batch.recipients.reading_counts import ReadingCounts
from validator.batch.recipients.recipients import Reading, askable, read_recipients
from validator.batch.recipients.several_numbers import one_row_per_number
from validator.cluster.parts import Part, sha256_of
from validator.errors import FileError
from validator.ledger import read
from validator.tables import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.batch.output.annotate import Counts
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.job import ListSettings
    from validator.ledger_url import Location

# A multiplier that spreads neighbouring numbers over partitions (Knuth, The Art of Computer Programming,
# volume 3, 6.4: 2**64 over the golden ratio).
_SPREAD = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Looked:
    """A part that a machine has looked at: its table without the rows; see `Table`.

    Attributes:
        path: its name.
        format: the name of its format.
        schema: its columns.
        header: what the file calls them.
        manner: how the file is written.
        rows: some of its rows.
        size_bytes: the size of the file.
    """

    path: Path
    format: str
    schema: pl.Schema
    header: Mapping[str, str]
    manner: Mapping[str, str | int]
    rows: pl.DataFrame
    size_bytes: int

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows that are here: a few."""
        yield self.rows if columns is None else self.rows.select(columns)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - as `Table` has it
        """Yield the rows that are here."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows."""
        return self.rows


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How every part of a list is read.

    Attributes:
        settings: those of the list.
        reading: which columns, and how.
        evidence: what the whole list shows of how its cells were meant.
        suppressed: numbers that must not be asked about or sent to; None without a list of them.
    """

    settings: ListSettings
    reading: Reading
    evidence: ColumnEvidence = field(default_factory=ColumnEvidence)
    suppressed: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What of the ledger counts in a run.

    Attributes:
        ledger: its location.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """

    ledger: Location
    now_ms: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What some parts show: evidence of how their cells were meant, and their rows."""

    evidence: ColumnEvidence
    rows: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run would do about one partition: the plan without its numbers, and how many these are."""

    plan: Plan
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in some parts, beside their numbers.

    Attributes:
        rows: rows.
        askable: rows whose number may be asked about.
        offline: rows that are never asked about, by reason.
        readings: rows by how they were read.
        prints: a fingerprint of the numbers of each part, to notice a change.
    """

    rows: int
    askable: int
    offline: dict[str, int]
    readings: ReadingCounts
    prints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written for one part.

    Attributes:
        counts: its rows by verdict, reason and so on.
        sha256: of the file, in hexadecimal.
        size_bytes: of the file.
    """

    counts: Counts
    sha256: str
    size_bytes: int


def look_at(part: Part, settings: ListSettings) -> Looked:
    """Return what a part is: its columns, and some of its rows.

    Raises:
        FileError: it cannot be read.
    """
    with part.local() as path:
        table = open_list(path, settings)
        return Looked(
            table.path,
            table.format,
            table.schema,
            dict(table.header),
            dict(table.manner),
            table.sample(),
            path.stat().st_size,
        )


def measure(parts: Sequence[Part], as_: ReadAs) -> Measured:
    """Return what some parts show, read as one list.

    Raises:
        FileError: one of them cannot be read.
    """
    rows = [0]
    with ExitStack() as stack:
        tables = [open_list(stack.enter_context(part.local()), as_.settings) for part in parts]
        evidence = evidence_of(together(tables), as_.reading, rows.append)
    return Measured(evidence, rows[-1])


def numbers_of(
    parts: Sequence[Part], as_: ReadAs, partitions: int
) -> tuple[Found, *tuple[pl.DataFrame, ...]]:
    """Return what stands in some parts, and their distinct numbers: one frame for each partition.

    A frame has the columns of `read_recipients`, one row a number.

    Raises:
        FileError: one of them cannot be read.
    """
    readings, rows, asked = ReadingCounts(), 0, 0
    offline: dict[str, int] = {}
    prints: list[str] = []
    distinct = one_row_per_number(pl.DataFrame(schema=as_.reading.schema))
    for part in parts:
        recipients, counted = _recipients_of(part, as_)
        readings.extend(counted)
        rows += recipients.height
        _add(offline, recipients["reason"].drop_nulls().value_counts())
        mine = one_row_per_number(recipients)
        mine = mine.filter(askable(mine))
        asked += mine.height
        prints.append(_print_of(recipients))
        distinct = pl.concat([distinct, mine]).unique("number", keep="first", maintain_order=True)
    found = Found(rows, asked, offline, readings, tuple(prints))
    place = distinct.select(_partition_of(partitions)).to_series()
    return found, *(distinct.filter(place == one) for one in range(partitions))


def settle(known: Known, settings: ListSettings, *pieces: pl.DataFrame) -> tuple[Settled, pl.Series]:
    """Return what a run would do about one partition, and the numbers that it would ask about.

    Args:
        known: what of the ledger counts.
        settings: those of the list.
        pieces: the partition's numbers from each group of parts.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    numbers = pl.concat(pieces).unique("number", keep="first", maintain_order=True)
    with read(known.ledger) as ledger:
        answers = known_of(numbers, ledger, settings.max_age, known.now_ms)
    plan = make_plan(numbers, answers, order=settings.order, only=settings.only)
    return Settled(replace(plan, todo=plan.todo.clear()), len(plan.todo)), plan.todo


def still_open(known: Known, settings: ListSettings, todo: pl.Series) -> tuple[int, pl.Series]:
    """Return those numbers of a partition that nobody has answered in this run, after how many they are.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    with read(known.ledger) as ledger:
        done = answered(ledger, todo.sort(), settings.max_age, since_ms=known.now_ms)
    left = todo.filter(~todo.is_in(done.implode()))
    return len(left), left


def write_part(part: Part, as_: ReadAs, known: Known, fingerprint: str) -> Written:
    """Write a part's rows with their verdicts.

    Raises:
        FileError: the part has changed since it was read, or cannot be written.
        LedgerError: the ledger cannot be read.
    """
    settings = as_.settings
    recipients, _ = _recipients_of(part, as_)
    if _print_of(recipients) != fingerprint:
        raise FileError(
            f"{part.source} was changed while the run went on, so no output was written for it. Nothing that "
            "was found out is lost: run the same command again"
        )
    with read(known.ledger) as ledger:
        answers = known_of(recipients, ledger, settings.max_age, known.now_ms)
    with part.local() as path, part.written(path.name) as target:
        job = Job(**settings.values(), input=path, output=target)
        opened = Opened(job, open_list(path, job), as_.reading, stamps_of(job))
        counts = write_output(opened, recipients, answers, lambda _: None)
        return Written(counts, sha256_of(target), target.stat().st_size)


def _recipients_of(part: Part, as_: ReadAs) -> tuple[pl.DataFrame, ReadingCounts]:
    readings = ReadingCounts()
    with part.local() as path:
        recipients = read_recipients(
            open_list(path, as_.settings),
            as_.reading,
            suppressed=as_.suppressed,
            on_progress=lambda _: None,
            readings=readings,
            evidence=as_.evidence,
        )
    return recipients, readings


def _print_of(recipients: pl.DataFrame) -> str:
    """Return a fingerprint of the numbers of a part, in their order."""
    numbers = recipients["number"].fill_null(0).to_numpy()
    return hashlib.sha256(numbers.tobytes()).hexdigest()


def _partition_of(partitions: int) -> pl.Expr:
    # The upper bits of the product are the well mixed ones; polars multiplies modulo 2**64.
    spread = (pl.col("number") * pl.lit(_SPREAD, pl.UInt64)) // pl.lit(1 << 32, pl.UInt64)
    return spread % partitions


def _add(total: dict[str, int], counted: pl.DataFrame) -> None:
    for word, rows in counted.iter_rows():
        total[word] = total.get(word, 0) + rows
