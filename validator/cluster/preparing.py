"""Reads and plans a list on several machines: first by its parts, then by partitions of its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.job import Job
from validator.batch.recipients.opening import open_job
from validator.batch.recipients.suppression import OptOuts, suppressed_in
from validator.batch.stage import LOOKING_UP, Stage
from validator.cluster import list_work
from validator.cluster.list_work import ReadAs
from validator.cluster.sums import plan_of
from validator.cluster.work import Work
from validator.errors import FileError
from validator.tables import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.job import ListSettings
    from validator.batch.recipients.opening import Opened
    from validator.cluster.list_work import InspectedPart, LedgerView, PartContents
    from validator.cluster.machines import Machines
    from validator.cluster.parts import Part
    from validator.model import ObjectUrl
    from validator.reports import Progress

LOOKING = "looking at the list"
LOOK_S = 0.5


class Spread(Struct, frozen=True, kw_only=True):
    """How a list is distributed over machines.

    Attributes:
        group_bytes: the size of files that one task reads together, so that its start-up time is small.
        partition_rows: the rows that give one partition of numbers, and the rows whose numbers one task
            collects; a compressed file may have many more rows than its size suggests.
    """

    group_bytes: int = 128 << 20
    partition_rows: int = 4_000_000


class ClusterList(Struct, frozen=True):
    """A list in parts, and how it is read.

    Attributes:
        parts: its files, in order.
        folder: the output folder.
        settings: the settings of the list.
        suppress: the files of suppression lists, on this machine.
    """

    parts: tuple[Part, ...]
    folder: Path | ObjectUrl
    settings: ListSettings
    suppress: tuple[Path, ...] = ()


class Prepared(Struct, frozen=True):
    """A list that was read and planned.

    Attributes:
        opened: the opened list, with only some rows of each part.
        read_as: a reference to a `ReadAs` on the machines.
        prints: a fingerprint of the numbers of each part.
        plan: the plan without its numbers.
        work: the numbers to ask about.
    """

    opened: Opened
    read_as: Any
    prints: tuple[str, ...]
    plan: Plan
    work: Work


class Preparing:
    """Reads and plans a list.

    Args:
        list_: the list.
        machines: the machines.
        known: the ledger, and the start of the run.
        progress: shows the progress.
        spread: how the list is distributed.
    """

    def __init__(
        self, list_: ClusterList, machines: Machines, known: LedgerView, progress: Progress, spread: Spread
    ) -> None:
        self._list = list_
        self._machines = machines
        self._known = known
        self._progress = progress
        self._spread = spread

    def prepare(self) -> Prepared:
        """Read and plan the list.

        Raises:
            FileError: the list cannot be read, or has no rows.
            LedgerError: the ledger cannot be read.
        """
        settings = self._list.settings
        looked = self.gather(
            LOOKING, [self._one(list_work.inspect_part, part, settings) for part in self._parts]
        )
        opened = open_job(self._job(), table=together(self._named(looked)))
        groups = self._groups(looked)
        opted_out = suppressed_in(opened.job) if self._list.suppress else OptOuts()
        as_ = ReadAs(settings, opened.reading, suppressed=opted_out.numbers if self._list.suppress else None)
        as_, rows = self._measured(as_, groups)
        kept = self._machines.keep(as_)
        found, settled = self._numbers(self._split(groups, rows), kept, self._partitions(sum(rows)))
        plan = plan_of(found, [one.plan for one, _ in settled], opted_out)
        if not plan.rows:
            raise FileError(
                f"{opened.job.input_name} has a header and no rows; export the list again, with its "
                "recipients"
            )
        prints = tuple(one for of_group in found for one in of_group.prints)
        work = self._work([todo for _, todo in settled], [one.size for one, _ in settled])
        return Prepared(opened, kept, prints, plan, work)

    def gather(self, phase: str, pending: Sequence[Any]) -> list[Any]:
        """Wait for results, show how many are ready, and return them in order."""
        shown, waiting = Stage(self._progress, phase, total=len(pending)), list(pending)
        while waiting:
            ready = {id(one) for one in self._machines.ready(waiting, LOOK_S)}
            for one in (one for one in waiting if id(one) in ready):
                self._machines.value(one)  # raises an error of the task at once
            waiting = [one for one in waiting if id(one) not in ready]
            shown.show(len(pending) - len(waiting))
        return [self._machines.value(one) for one in pending]

    @property
    def _parts(self) -> tuple[Part, ...]:
        return self._list.parts

    def _one(self, work: Any, *arguments: Any) -> Any:
        (result,) = self._machines.start(work, *arguments)
        return result

    def _job(self) -> Job:
        """Return the list as one job, for code that only uses the names of its files."""
        first, *more = (Path(str(part.source)) for part in self._parts)
        return Job(
            **self._list.settings.values(),
            input=first,
            more=tuple(more),
            names={Path(str(part.source)): str(part.source) for part in self._parts},
            output=Path(str(self._list.folder)),
            suppress=self._list.suppress,
        )

    def _named(self, looked: Sequence[InspectedPart]) -> list[InspectedPart]:
        pairs = zip(self._parts, looked, strict=True)
        return [replace(one, path=Path(str(part.source))) for part, one in pairs]

    def _groups(self, looked: Sequence[InspectedPart]) -> list[tuple[Part, ...]]:
        """Return groups of neighbouring parts, each for one task."""
        groups: list[list[Part]] = []
        room = 0
        for part, one in zip(self._parts, looked, strict=True):
            if room <= 0:
                groups.append([])
                room = self._spread.group_bytes
            groups[-1].append(part)
            room -= one.size_bytes
        return list(map(tuple, groups))

    def _split(self, groups: Sequence[tuple[Part, ...]], rows: Sequence[int]) -> list[tuple[Part, ...]]:
        """Return smaller groups in place of those with more rows than one task collects the numbers of."""
        smaller = []
        for group, count in zip(groups, rows, strict=True):
            size = -(-len(group) // self._partitions(count))
            smaller += [group[start : start + size] for start in range(0, len(group), size)]
        return smaller

    def _partitions(self, rows: int) -> int:
        return max(1, -(-rows // self._spread.partition_rows))

    def _measured(self, as_: ReadAs, groups: Sequence[tuple[Part, ...]]) -> tuple[ReadAs, list[int]]:
        """Return how the list is read with the evidence from all of its parts, and the rows of each group."""
        pending = [self._one(list_work.measure, group, as_) for group in groups]
        measured = self.gather("reading", pending)
        evidence = sum((one.evidence for one in measured), ColumnEvidence())
        return replace(as_, evidence=evidence), [one.rows for one in measured]

    def _numbers(
        self, groups: Sequence[tuple[Part, ...]], kept: Any, partitions: int
    ) -> tuple[list[PartContents], list[tuple[Any, Any]]]:
        """Return the counts of each group, and for each partition its plan and a reference to its numbers."""
        pieces = [
            self._machines.start(list_work.numbers_of, group, kept, partitions, results=1 + partitions)
            for group in groups
        ]
        found = self.gather("reading", [first for first, *_ in pieces])
        settled = [
            self._machines.start(
                list_work.plan_partition, self._known, self._list.settings, *of_one, results=2
            )
            for of_one in list(zip(*pieces, strict=True))[1:]
        ]
        return found, list(
            zip(
                self.gather(LOOKING_UP, [first for first, _ in settled]),
                [todo for _, todo in settled],
                strict=True,
            )
        )

    def _work(self, partitions: Sequence[Any], sizes: Sequence[int]) -> Work:
        return Work(partitions, sizes, load=self._load, left=self._left)

    def _load(self, partition: Any) -> pl.Series:
        numbers: pl.Series = self._machines.value(partition)
        return numbers

    def _left(self, partitions: Sequence[Any]) -> tuple[Sequence[Any], Sequence[int]]:
        """Return references to the unanswered numbers of each partition, and their counts."""
        settings = self._list.settings
        begun = [
            self._machines.start(list_work.unanswered, self._known, settings, one, results=2)
            for one in partitions
        ]
        return [numbers for _, numbers in begun], [self._machines.value(size) for size, _ in begun]
