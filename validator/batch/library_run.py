"""A run as the library makes it: put together from values, asked on the right event loop, ended in order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple

import anyio
import anyio.lowlevel
import anyio.to_thread
import polars as pl
from anyio.from_thread import start_blocking_portal

from validator.arguments import FILE, NUMBER, Kind, path, require, several
from validator.batch.ask_settings import AskSettings, KeySettings, require_distinct
from validator.batch.asker import Asked
from validator.batch.open_asker import open_asker
from validator.batch.output.targets import check_targets, make_split_folder, require_room_for_output
from validator.batch.planning.misread import MOST_INVALID
from validator.batch.recipients.job import Job, ListSettings, checked_name
from validator.batch.recipients.opening import open_job
from validator.batch.run import ListRun, Run, RunSettings, SummaryT
from validator.batch.sample_run import SampleRun, SampleSettings, rate_of
from validator.batch.verdict_columns import output_schema
from validator.batch.watching.stop import Stop
from validator.errors import StoppedEarly, innermost
from validator.ledger_url import LedgerUrl, ledger_location
from validator.reports import CallbackProgress, NoProgress
from validator.reports.registry import REPORTS
from validator.settings import Tolerance, default_ledger
from validator.tables import FrameTable, FrameWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from contextlib import AbstractContextManager

    from validator.batch.asker import Asker
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened
    from validator.ledger_url import Location
    from validator.reports import Progress, ProgressState, SampleSummary, Summary

    OnProgress = Callable[[ProgressState], None]


_KEY = Kind((KeySettings,), "a key, as make_key returns it,")
_KINDS = {
    "settings": Kind((ListSettings,), "a ListSettings"),
    "asking": Kind((AskSettings,), "an AskSettings"),
    "on_progress": Kind((Callable,), "a function").or_none,  # type: ignore[arg-type] # isinstance takes it
    "stop": Kind((Stop,), "a Stop").or_none,
}
_TARGET_KINDS = {
    **dict.fromkeys(("output", "sendable", "split", "report", "summary"), FILE.or_none),
    "max_unknown": Kind((str, int), "a text or a whole number"),
    "max_invalid": NUMBER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What all checks take besides their list.

    Attributes:
        keys: the keys to ask with; none for the one that the environment names, see `key_from_environment`.
        settings: how the list is read, whom to ask about, and what the output looks like.
        asking: how to ask.
        ledger: the file of the ledger, or the `postgresql://` URL of its database; None for the one that
            `validator check` uses.
        suppress: lists of people who must not be asked about or sent to.
        on_progress: called with each state of the run, in the thread or on the event loop of the run.
        stop: ends the run in order if it is called on the run's event loop: what is in flight is finished,
            and the files are written with the answers so far. None if nothing will call it.
    """

    keys: Sequence[KeySettings] = ()
    settings: ListSettings = field(default_factory=ListSettings)
    asking: AskSettings = field(default_factory=AskSettings)
    ledger: Path | LedgerUrl | str | None = None
    suppress: Sequence[Path | str] = ()
    on_progress: OnProgress | None = None
    stop: Stop | None = None

    def __post_init__(self) -> None:
        """Take one key, and one file of opt-outs, for a list of one, and a text for a path.

        Raises:
            UsageError: an argument is of another kind.
        """
        require(_KINDS, **{name: getattr(self, name) for name in _KINDS})
        object.__setattr__(self, "keys", several("keys", self.keys, _KEY))
        suppress = tuple(map(Path, several("suppress", self.suppress, FILE)))
        object.__setattr__(self, "suppress", suppress)
        if self.ledger is not None:
            object.__setattr__(self, "ledger", _location(self.ledger))

    @property
    def ledger_location(self) -> Location:
        """Where the ledger is."""
        return default_ledger() if self.ledger is None else _location(self.ledger)


def _location(given: Path | LedgerUrl | str) -> Location:
    if isinstance(given, LedgerUrl):
        return given
    return ledger_location(given) if isinstance(given, str) else path("ledger", given)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTargets:
    """Which files a check of a file writes.

    Attributes:
        output: the annotated file; None for `NAME.checked.EXT` beside the input.
        sendable: the file with the registered recipients, each number once; None for none.
        split: a folder for the files `not_registered`, `invalid` (with a column `hint`) and `unknown` in the
            format of the output; it is made if it is missing. None for none.
        report: an HTML report; None for none.
        summary: the summary as JSON; None for none.
        max_unknown: how many rows, or which share (`1%`), may stay unknown in a finished run.
        max_invalid: the share (0 to 1) of rows with something in their cell that may be invalid by how the
            list is read; with more, nobody is asked and no file is replaced.
    """

    output: Path | str | None = None
    sendable: Path | str | None = None
    split: Path | str | None = None
    report: Path | str | None = None
    summary: Path | str | None = None
    max_unknown: str | int = "0"
    max_invalid: float = MOST_INVALID

    def __post_init__(self) -> None:
        """Raise `UsageError` for an argument of another kind."""
        require(_TARGET_KINDS, **{name: getattr(self, name) for name in _TARGET_KINDS})


class LibraryRun(NamedTuple, Generic[SummaryT]):
    """A run that is put together, with its ledger open and its keys locked."""

    run: Run[SummaryT]
    asker: Asker
    stop: Stop
    progress: Progress
    writer: FrameWriter | None
    endings: list[Asked]

    def written(self, *, allow_partial: bool) -> pl.DataFrame:
        """Return the frame of the output; raises why the run ended early, unless that is allowed."""
        ending = next((asked.ending for asked in self.endings), None)
        if ending is not None and not allow_partial:
            raise ending
        return self.writer.frame() if self.writer else pl.DataFrame()


def progress_of(options: RunOptions) -> Progress:
    """Return what hands the states of the run to the callback."""
    return NoProgress() if options.on_progress is None else CallbackProgress(options.on_progress)


def job_of(source: Path, targets: FileTargets, options: RunOptions) -> Job:
    """Return the specification of a run over a file."""
    return Job(
        **options.settings.values(),
        input=source,
        output=Path(targets.output) if targets.output is not None else _beside(source, options.settings),
        sendable=None if targets.sendable is None else Path(targets.sendable),
        split=None if targets.split is None else Path(targets.split),
        suppress=tuple(map(Path, options.suppress)),
    )


def _beside(source: Path, settings: ListSettings) -> Path:
    return source.with_name(checked_name(source, settings.format))


@contextmanager
def file_run(source: Path, targets: FileTargets, options: RunOptions) -> Iterator[LibraryRun[Summary]]:
    """Put together the run over a file, as `check_file` documents it."""
    opened = open_job(job_of(source, targets, options))
    asked_for = {name: getattr(targets, name) for name in REPORTS}
    named = {name: Path(path) for name, path in asked_for.items() if path is not None}
    ledger = options.ledger_location
    make_split_folder(opened.job)
    check_targets({**opened.job.targets, **named}, opened.job, ledger=ledger)
    require_room_for_output(opened)
    settings = RunSettings(
        max_unknown=Tolerance.parse(str(targets.max_unknown)),
        max_invalid=targets.max_invalid,
        reports=named,
    )
    with _parts(opened, options, partial(ListRun, opened, settings=settings)) as parts:
        yield parts


@contextmanager
def sample_run(
    source: Path, sample: SampleSettings, max_invalid: float, options: RunOptions
) -> Iterator[LibraryRun[SampleSummary]]:
    """Put together the run over a part of a file, as `sample_file` documents it."""
    opened = open_job(job_of(source, FileTargets(), options))
    sample = replace(sample, rate_per_min=rate_of(options.keys))
    settings = RunSettings(command="sample", max_invalid=max_invalid)
    with _parts(opened, options, partial(SampleRun, opened, sample, settings=settings)) as parts:
        yield parts


@contextmanager
def frame_run(frame: pl.DataFrame, options: RunOptions) -> Iterator[LibraryRun[Summary]]:
    """Put together the run over a frame that has rows, as `check_frame` documents it."""
    table, writer = FrameTable(frame), FrameWriter()
    job = Job(
        **options.settings.values(),
        input=table.path,
        output=writer,
        suppress=tuple(map(Path, options.suppress)),
    )
    opened = open_job(job, table=table)
    with _parts(opened, options, partial(ListRun, opened, settings=RunSettings()), writer) as parts:
        yield parts


@contextmanager
def _parts(
    opened: Opened,
    options: RunOptions,
    make_run: Callable[..., Run[SummaryT]],
    writer: FrameWriter | None = None,
) -> Iterator[LibraryRun[SummaryT]]:
    require_distinct(options.keys)
    stop, progress = options.stop or Stop(), progress_of(options)
    with open_asker(
        options.keys,
        options.asking,
        ledger=options.ledger_location,
        holder=f"validator library, {opened.job.input.name}",
        progress=progress,
        stop=stop,
        shared_until=opened.job.max_age,
    ) as (asker, ledger, counters):
        run = make_run(ledger=ledger, counters=counters, progress=progress)
        yield LibraryRun(run, asker, stop, progress, writer, [])


def ask_blocking(parts: LibraryRun[SummaryT], plan: Plan, next_round: Callable[[Plan], Plan]) -> Asked:
    """Ask on an event loop in a thread of its own, so that it works below a running loop (a notebook) too."""
    # Imported here, since it brings asyncio and TLS: a plan needs no event loop.
    from validator.http.event_loop import OPTIONS  # noqa: PLC0415

    with start_blocking_portal(backend_options=OPTIONS, name="validator") as portal:
        asking = portal.start_task_soon(parts.asker.ask, plan, next_round)
        try:
            asked = asking.result()
        except KeyboardInterrupt:
            portal.call(parts.stop, StoppedEarly("interrupted"))
            asking.result()
            raise
        except BaseExceptionGroup as group:
            raise innermost(group) from group
    parts.endings.append(asked)
    return asked


@asynccontextmanager
async def entered(made: AbstractContextManager[LibraryRun[SummaryT]]) -> AsyncIterator[LibraryRun[SummaryT]]:
    """Put a run together in a worker thread, since that reads the beginning of its list."""
    with ExitStack() as stack:
        # A cancellation in between would leave the ledger open and the keys locked.
        with anyio.CancelScope(shield=True):
            parts = await anyio.to_thread.run_sync(stack.enter_context, made)
        yield parts


async def run_async(parts: LibraryRun[SummaryT]) -> SummaryT:
    """Do the whole run on the caller's event loop; files are read and written in a worker thread."""
    with parts.progress:
        surveyed = await anyio.to_thread.run_sync(parts.run.prepare)
        asked = Asked()
        if len(surveyed.plan.numbers):
            asked = await _ask_until_cancelled(parts, surveyed.plan)
        parts.endings.append(asked)
        return await anyio.to_thread.run_sync(parts.run.conclude, surveyed, asked)


async def _ask_until_cancelled(parts: LibraryRun[SummaryT], plan: Plan) -> Asked:
    """Ask; if the caller cancels, let the run end in order before the cancellation goes on."""
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_when_cancelled, parts.stop)
            with anyio.CancelScope(shield=True):
                asked = await parts.asker.ask(plan, parts.run.next_round)
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise innermost(group) from group
    await anyio.lowlevel.checkpoint()
    return asked


async def _stop_when_cancelled(stop: Stop) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        stop(StoppedEarly("the call was cancelled"))


def without_rows(frame: pl.DataFrame, settings: ListSettings) -> pl.DataFrame:
    """Return an empty frame with the added columns."""
    job = Job(**settings.values(), input=FrameTable(frame).path, output=FrameWriter())
    return pl.DataFrame(schema=output_schema(FrameTable(frame), job.prefix, job.extras))
