"""Runs of the library: set up from options, carried out on the right event loop, and ended in order."""

from __future__ import annotations

from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple

import anyio
import anyio.lowlevel
import anyio.to_thread
import polars as pl
from anyio.from_thread import start_blocking_portal

from validator.batch.ask_settings import require_distinct
from validator.batch.asked import Asked
from validator.batch.library_options import FileTargets
from validator.batch.library_words import in_python_words
from validator.batch.open_asker import open_asker
from validator.batch.output.targets import check_targets, make_split_folder, require_room_for_output
from validator.batch.recipients.job import Job, ListSettings, checked_name
from validator.batch.recipients.opening import open_job, without_earlier
from validator.batch.run import ListRun, Run, RunSettings, SummaryT
from validator.batch.sample_run import SampleRun, SampleSettings, rate_of
from validator.batch.verdict_columns import output_schema
from validator.batch.watching.stop import Stop
from validator.errors import StoppedEarly, innermost
from validator.reports import CallbackProgress, NoProgress
from validator.reports.registry import REPORTS
from validator.settings import Tolerance
from validator.tables import FrameTable, FrameWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractContextManager

    from validator.batch.asker import Asker
    from validator.batch.library_options import RunOptions
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened
    from validator.reports import Progress, ProgressState, SampleSummary, Summary
    from validator.tables import Table

    OnProgress = Callable[[ProgressState], None]


class LibraryRun(NamedTuple, Generic[SummaryT]):
    """A run that is ready to start, with its ledger open and its keys locked."""

    run: Run[SummaryT]
    asker: Asker
    stop: Stop
    progress: Progress
    writer: FrameWriter | None
    endings: list[Asked]

    def written(self, *, allow_partial: bool) -> pl.DataFrame:
        """Return the frame of the output. If the run ended early, raise the reason unless that is allowed."""
        ending = next((asked.ending for asked in self.endings), None)
        if ending is not None and not allow_partial:
            raise ending
        return self.writer.frame() if self.writer else pl.DataFrame()


def progress_of(options: RunOptions) -> Progress:
    """Return a progress that calls the callback of the options, if there is one."""
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
    """Set up the run over a file, as described in `check_file`."""
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
    """Set up the run over a random part of a file, as described in `sample_file`."""
    opened = open_job(job_of(source, FileTargets(), options))
    sample = replace(sample, rate_per_min=rate_of(options.keys))
    settings = RunSettings(command="sample", max_invalid=max_invalid)
    with _parts(opened, options, partial(SampleRun, opened, sample, settings=settings)) as parts:
        yield parts


@contextmanager
def frame_run(frame: pl.DataFrame, options: RunOptions) -> Iterator[LibraryRun[Summary]]:
    """Set up the run over a frame with rows, as described in `check_frame`."""
    table, writer = frame_table(frame, options.settings), FrameWriter()
    job = Job(
        **options.settings.values(),
        input=table.path,
        output=writer,
        suppress=tuple(map(Path, options.suppress)),
    )
    with in_python_words():
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
    """Ask on an event loop in a new thread, so that it also works inside of a running loop (a notebook)."""
    # Imported here, since it imports asyncio and TLS, which a plan does not need.
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
    """Set up a run in a worker thread, since that reads the beginning of its list."""
    with ExitStack() as stack:
        # A cancellation in between would leave the ledger open and the keys locked.
        with anyio.CancelScope(shield=True):
            parts = await anyio.to_thread.run_sync(stack.enter_context, made)
        yield parts


async def run_async(parts: LibraryRun[SummaryT]) -> SummaryT:
    """Carry out the whole run on the caller's event loop; files are read and written in a worker thread."""
    with parts.progress, parts.run.failure_recorded():
        surveyed = await anyio.to_thread.run_sync(parts.run.prepare)
        asked = Asked()
        if len(surveyed.plan.numbers):
            asked = await _ask_until_cancelled(parts, surveyed.plan)
        parts.endings.append(asked)
        return await anyio.to_thread.run_sync(parts.run.conclude, surveyed, asked)


async def _ask_until_cancelled(parts: LibraryRun[SummaryT], plan: Plan) -> Asked:
    """Ask. If the caller cancels, end the run in order first, and then let the cancellation continue."""
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
    table = frame_table(frame, settings)
    job = Job(**settings.values(), input=table.path, output=FrameWriter())
    with in_python_words():
        return pl.DataFrame(schema=output_schema(table, job.prefix, job.extras))


def frame_table(frame: pl.DataFrame, settings: ListSettings) -> Table:
    """Return a frame as a list. A cell of a notebook that is run twice gives the columns it has added."""
    return without_earlier(FrameTable(frame), settings.prefix)
