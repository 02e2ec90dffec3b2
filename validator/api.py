"""The library: check files, frames and numbers from Python, synchronously or on an event loop.

Each function is one run and keeps the promises of `validator check`: outcomes are durable in the ledger
before they are reported, a number with a fresh verdict is not asked about again, and the same call resumes a
run that ended early. The functions print nothing, handle no signal, and change no setting of the process.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread

from validator.arguments import path, require
from validator.batch.library_arguments import KINDS, for_numbers, given_or_default, numbers_frame, with_keys
from validator.batch.library_options import FileTargets, RunOptions
from validator.batch.library_run import (
    ask_blocking,
    entered,
    file_run,
    frame_run,
    run_async,
    sample_run,
    without_rows,
)
from validator.batch.planning.misread import MOST_INVALID
from validator.batch.preview import preview_of
from validator.batch.sample_run import SampleSettings
from validator.gateways.registry import DEFAULT_GATEWAY
from validator.ranges import SAMPLE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from validator.batch.preview import Preview
    from validator.reports import PlanSummary, SampleSummary, Summary


def check_file(
    source: Path | str, *, targets: FileTargets | None = None, options: RunOptions | None = None
) -> Summary:
    """Check the recipients of a file, write the file with a verdict on every row, and return the summary.

    Blocks until the run is over. Ctrl-C ends it in order: requests in flight are finished and recorded, then
    `KeyboardInterrupt` is raised. The next call resumes the run.

    Args:
        source: a CSV, NDJSON, Parquet, Arrow or Excel file.
        targets: which files to write.
        options: how to read the list, which gateway and keys to use, and at which pace.

    Returns:
        The summary; `exit_code` is the exit code of `validator check`, and `stopped_because` says why the
        run ended early.

    Raises:
        UsageError: a setting is wrong or missing.
        FileError: the list cannot be read, or a file cannot be written.
        Busy: another run holds a key or the ledger.
        ValidatorError: the run ended before the first request; see `validator.errors`.

    Example:
        >>> options = RunOptions(keys=[key], ledger=ledger)
        >>> summary = check_file("leads.csv", options=options)
        >>> summary.rows, summary.exit_code
        (3, 0)
    """
    require(KINDS, targets=targets)
    with file_run(path("source", source), targets or FileTargets(), with_keys(options)) as parts:
        return parts.run.run(partial(ask_blocking, parts))


async def check_file_async(
    source: Path | str, *, targets: FileTargets | None = None, options: RunOptions | None = None
) -> Summary:
    """As `check_file`, on the event loop of the caller; files are read and written in a worker thread.

    Cancelling the call ends the run in order: requests in flight are finished and recorded first.

    Example:
        >>> options = RunOptions(keys=[key], ledger=ledger)
        >>> anyio.run(partial(check_file_async, "leads.csv", options=options)).rows
        3
    """
    require(KINDS, targets=targets)
    async with entered(
        file_run(path("source", source), targets or FileTargets(), with_keys(options))
    ) as parts:
        return await run_async(parts)


def check_frame(
    frame: pl.DataFrame, *, options: RunOptions | None = None, allow_partial: bool = False
) -> pl.DataFrame:
    """Check the recipients of a polars frame, and return the same rows with the added columns.

    Args:
        frame: one row for each recipient; the phone column is detected, or named in
            `options.settings.column`.
        options: as for `check_file`.
        allow_partial: whether a run that ended early returns the frame with `unknown` rows. If not, it raises
            the reason, and the next call resumes the run.

    Returns:
        The rows in the same order with unchanged columns, then `e164`, `verdict`, `is_whatsapp_user`,
        `whatsapp_id`, `reason`, `source`, `checked_at`, and the columns that the settings add; they replace
        those of an earlier call.

    Raises:
        ValidatorError: as `check_file`, or the reason why the run ended early.

    Example:
        >>> leads = pl.DataFrame({"phone": ["+447400123456", "+447400123457"]})
        >>> check_frame(leads, options=RunOptions(keys=[key], ledger=ledger))["verdict"].len()
        2
    """
    require(KINDS, frame=frame)
    if frame.is_empty():
        return without_rows(frame, given_or_default(options).settings)
    with frame_run(frame, with_keys(options)) as parts:
        parts.run.run(partial(ask_blocking, parts))
        return parts.written(allow_partial=allow_partial)


async def check_frame_async(
    frame: pl.DataFrame, *, options: RunOptions | None = None, allow_partial: bool = False
) -> pl.DataFrame:
    """As `check_frame`, on the event loop of the caller; cancelling ends the run in order.

    Example:
        >>> leads = pl.DataFrame({"phone": ["+447400123456"]})
        >>> anyio.run(partial(check_frame_async, leads, options=RunOptions(keys=[key], ledger=ledger))).height
        1
    """
    require(KINDS, frame=frame)
    if frame.is_empty():
        return without_rows(frame, given_or_default(options).settings)
    async with entered(frame_run(frame, with_keys(options))) as parts:
        await run_async(parts)
        return parts.written(allow_partial=allow_partial)


def check_numbers(
    numbers: Iterable[str | int | None], *, options: RunOptions | None = None, allow_partial: bool = False
) -> pl.DataFrame:
    """Check a few numbers as a person types them, and return one row for each, in order.

    Args:
        numbers: in international form, or in the national form of `options.settings.region`; an integer is
            read as its digits, and None as an empty cell.
        options: as for `check_file`.
        allow_partial: as for `check_frame`.

    Returns:
        The column `number` with the given values, and the columns that `check_frame` adds.

    Raises:
        ValidatorError: as `check_frame`.

    Example:
        >>> found = check_numbers(["+44 7400 123456"], options=RunOptions(keys=[key], ledger=ledger))
        >>> found["e164"].to_list()
        ['+447400123456']
    """
    return check_frame(numbers_frame(numbers), options=for_numbers(options), allow_partial=allow_partial)


async def check_numbers_async(
    numbers: Iterable[str | int | None], *, options: RunOptions | None = None, allow_partial: bool = False
) -> pl.DataFrame:
    """As `check_numbers`, on the event loop of the caller; cancelling ends the run in order.

    Example:
        >>> anyio.run(partial(check_numbers_async, [], options=RunOptions(keys=[key], ledger=ledger))).height
        0
    """
    return await check_frame_async(
        numbers_frame(numbers), options=for_numbers(options), allow_partial=allow_partial
    )


def plan_file(
    source: Path | str, *, options: RunOptions | None = None, rate_per_min: float | None = None
) -> PlanSummary:
    """Return the plan of `check_file`: rows, duplicates, known verdicts, and the requests to make.

    Sends nothing, writes nothing, and needs no key.

    Args:
        source: the list.
        options: as for `check_file`; `keys` and `asking` are not used.
        rate_per_min: the pace in requests a minute, for the estimate of the time; None gives no estimate.

    Raises:
        FileError: the list cannot be read.
        UsageError: a setting is wrong.

    Example:
        >>> plan_file("leads.csv", options=RunOptions(ledger=ledger), rate_per_min=60).calls_to_make
        2
    """
    require(KINDS, rate_per_min=rate_per_min)
    return preview_of(path("source", source), given_or_default(options), rate_per_min, rows=0).plan


async def plan_file_async(
    source: Path | str, *, options: RunOptions | None = None, rate_per_min: float | None = None
) -> PlanSummary:
    """As `plan_file`, in a worker thread.

    Example:
        >>> anyio.run(partial(plan_file_async, "leads.csv", options=RunOptions(ledger=ledger))).rows
        3
    """
    return await anyio.to_thread.run_sync(
        partial(plan_file, source, options=options, rate_per_min=rate_per_min)
    )


def preview_file(
    source: Path | str,
    *,
    rows: int = 10,
    options: RunOptions | None = None,
    rate_per_min: float | None = None,
    gateway: str = DEFAULT_GATEWAY,
) -> Preview:
    """Return the plan of `plan_file`, and the number (or the reason) that each of the first rows gives.

    Reads the whole list, since a cell's meaning depends on its whole column.

    Args:
        source: the list.
        rows: how many rows to show.
        options: as for `plan_file`.
        rate_per_min: as for `plan_file`.
        gateway: the name of the gateway that a check would ask.

    Example:
        >>> preview_file("leads.csv", options=RunOptions(ledger=ledger)).rows[0].e164
        '+447400123456'
    """
    require(KINDS, rate_per_min=rate_per_min, rows=rows)
    return preview_of(path("source", source), given_or_default(options), rate_per_min, rows, gateway)


def sample_file(
    source: Path | str,
    *,
    size: int = SAMPLE_SIZE,
    seed: int = 0,
    max_invalid: float = MOST_INVALID,
    options: RunOptions | None = None,
) -> SampleSummary:
    """Check a random sample of a file's recipients, and return an estimate for the whole file.

    Numbers with a fresh verdict cost no request, and a later check does not ask about the sample again.
    Writes no file. Blocks and raises as `check_file` does. The share is None if no number has an answer.

    Args:
        source: the list.
        size: how many distinct numbers to ask about, each country in proportion.
        seed: the seed of the random choice; a larger sample of the same list and seed includes the smaller.
        max_invalid: as for `FileTargets`.
        options: as for `check_file`; `limit`, `enough`, `only` and `order` are ignored.

    Example:
        >>> sample = sample_file("leads.csv", size=100, options=RunOptions(keys=[key], ledger=ledger))
        >>> sample.sampled, sample.share_low <= sample.share <= sample.share_high
        (2, True)
    """
    require(KINDS, size=size, seed=seed, max_invalid=max_invalid)
    sample = SampleSettings(size=size, seed=seed)
    with sample_run(path("source", source), sample, max_invalid, with_keys(options)) as parts:
        return parts.run.run(partial(ask_blocking, parts))


async def sample_file_async(
    source: Path | str,
    *,
    size: int = SAMPLE_SIZE,
    seed: int = 0,
    max_invalid: float = MOST_INVALID,
    options: RunOptions | None = None,
) -> SampleSummary:
    """As `sample_file`, on the event loop of the caller; cancelling ends the run in order.

    Example:
        >>> options = RunOptions(keys=[key], ledger=ledger)
        >>> anyio.run(partial(sample_file_async, "leads.csv", options=options)).sampled
        2
    """
    require(KINDS, size=size, seed=seed, max_invalid=max_invalid)
    sample = SampleSettings(size=size, seed=seed)
    async with entered(sample_run(path("source", source), sample, max_invalid, with_keys(options))) as parts:
        return await run_async(parts)
