"""The work on the parts of a list: pure functions, which a cluster runs on any of its machines."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

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

# A multiplier that distributes neighbouring numbers over partitions (Knuth, The Art of Computer Programming,
# volume 3, 6.4: 2**64 divided by the golden ratio).
_SPREAD = 0x9E3779B97F4A7C15


class InspectedPart(Struct, frozen=True):
    """The table of a part with only some of its rows; see `Table`.

    Attributes:
        path: the part's name.
        format: the name of its format.
        schema: its columns.
        header: the names of the columns in the file.
        manner: how the file is written, as in `Table`.
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
        """Yield the sample of rows."""
        yield self.rows if columns is None else self.rows.select(columns)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - as `Table` has it
        """Yield the sample of rows."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows."""
        return self.rows


class ReadAs(Struct, frozen=True):
    """How every part of a list is read.

    Attributes:
        settings: the settings of the list.
        reading: the columns, and how they are read.
        evidence: evidence from the whole list about the meaning of its cells.
        suppressed: numbers that must not be asked about or sent to; None without a suppression list.
    """

    settings: ListSettings
    reading: Reading
    evidence: ColumnEvidence = field(default_factory=ColumnEvidence)
    suppressed: pl.Series | None = None


class LedgerView(Struct, frozen=True):
    """The ledger of a run, and the time by which its answers are fresh.

    Attributes:
        ledger: the location of the ledger.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """

    ledger: Location
    now_ms: int


class PartEvidence(Struct, frozen=True):
    """Evidence from some parts about the meaning of their cells, and the count of their rows."""

    evidence: ColumnEvidence
    rows: int


class PartitionPlan(Struct, frozen=True):
    """The plan of one partition without its numbers, and the count of these numbers."""

    plan: Plan
    size: int


class PartContents(Struct, frozen=True):
    """Counts of the rows in some parts.

    Attributes:
        rows: all rows.
        askable: rows with a number that may be asked about.
        offline: rows that are never asked about, by reason.
        readings: rows by the way in which they were read.
        prints: a fingerprint of the numbers of each part, to detect a change of the file.
    """

    rows: int
    askable: int
    offline: dict[str, int]
    readings: ReadingCounts
    prints: tuple[str, ...]


class WrittenPart(Struct, frozen=True):
    """The output file of one part.

    Attributes:
        counts: its rows by verdict, reason and so on.
        sha256: the SHA-256 of the file, in hexadecimal.
        size_bytes: the size of the file.
    """

    counts: Counts
    sha256: str
    size_bytes: int


def inspect_part(part: Part, settings: ListSettings) -> InspectedPart:
    """Return the columns of a part, and some of its rows.

    Raises:
        FileError: it cannot be read.
    """
    with part.local() as path:
        table = open_list(path, settings)
        return InspectedPart(
            table.path,
            table.format,
            table.schema,
            dict(table.header),
            dict(table.manner),
            table.sample(),
            path.stat().st_size,
        )


def measure(parts: Sequence[Part], as_: ReadAs) -> PartEvidence:
    """Return the evidence from some parts, which are read as one list.

    Raises:
        FileError: a part cannot be read.
    """
    rows = [0]
    with ExitStack() as stack:
        tables = [open_list(stack.enter_context(part.local()), as_.settings) for part in parts]
        evidence = evidence_of(together(tables), as_.reading, rows.append)
    return PartEvidence(evidence, rows[-1])


def numbers_of(
    parts: Sequence[Part], as_: ReadAs, partitions: int
) -> tuple[PartContents, *tuple[pl.DataFrame, ...]]:
    """Return the counts of some parts, and a frame of distinct numbers for each partition.

    Raises:
        FileError: a part cannot be read.
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
    found = PartContents(rows, asked, offline, readings, tuple(prints))
    place = distinct.select(_partition_of(partitions)).to_series()
    return found, *(distinct.filter(place == one) for one in range(partitions))


def plan_partition(
    known: LedgerView, settings: ListSettings, *pieces: pl.DataFrame
) -> tuple[PartitionPlan, pl.Series]:
    """Return the plan of one partition, and the numbers to ask about.

    Args:
        known: the ledger, and the start of the run.
        settings: the settings of the list.
        pieces: the partition's numbers from each group of parts.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    numbers = pl.concat(pieces).unique("number", keep="first", maintain_order=True)
    with read(known.ledger) as ledger:
        answers = known_of(numbers, ledger, settings.max_age, known.now_ms)
    plan = make_plan(numbers, answers, order=settings.order, only=settings.only)
    return PartitionPlan(replace(plan, todo=plan.todo.clear()), len(plan.todo)), plan.todo


def unanswered(known: LedgerView, settings: ListSettings, todo: pl.Series) -> tuple[int, pl.Series]:
    """Return the numbers of a partition that have no answer in this run yet: their count, and the numbers.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    with read(known.ledger) as ledger:
        done = answered(ledger, todo.sort(), settings.max_age, since_ms=known.now_ms)
    left = todo.filter(~todo.is_in(done.implode()))
    return len(left), left


def write_part(part: Part, as_: ReadAs, known: LedgerView, fingerprint: str) -> WrittenPart:
    """Write a part's rows with their verdicts.

    Raises:
        FileError: the part has changed since it was read, or cannot be written.
        LedgerError: the ledger cannot be read.
    """
    settings = as_.settings
    with part.local() as path:
        stamps = stamps_of([path])
        recipients, _ = _recipients_in(path, as_)
        if _print_of(recipients) != fingerprint:
            raise FileError(
                f"{part.source} was changed while the run went on, so no output was written for it. Nothing "
                "that was found out is lost: run the same command again"
            )
        with read(known.ledger) as ledger:
            answers = known_of(recipients, ledger, settings.max_age, known.now_ms)
        with part.written(path.name) as target:
            job = Job(**settings.values(), input=path, output=target)
            opened = Opened(job, open_list(path, job), as_.reading, stamps)
            counts = write_output(opened, recipients, answers, lambda _: None)
            return WrittenPart(counts, sha256_of(target), target.stat().st_size)


def _recipients_of(part: Part, as_: ReadAs) -> tuple[pl.DataFrame, ReadingCounts]:
    with part.local() as path:
        return _recipients_in(path, as_)


def _recipients_in(path: Path, as_: ReadAs) -> tuple[pl.DataFrame, ReadingCounts]:
    readings = ReadingCounts()
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
    # The upper bits of the product are well mixed; polars multiplies modulo 2**64.
    spread = (pl.col("number") * pl.lit(_SPREAD, pl.UInt64)) // pl.lit(1 << 32, pl.UInt64)
    return spread % partitions


def _add(total: dict[str, int], counted: pl.DataFrame) -> None:
    for word, rows in counted.iter_rows():
        total[word] = total.get(word, 0) + rows
