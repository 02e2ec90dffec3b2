"""A whole run over one list: read and plan, ask, conclude.

`Run` has the steps of every run; `ListRun` writes the list back.

The steps that read and write files are synchronous. Asking runs on an event loop of the caller: the argument
`ask` is a synchronous function that runs `Asker.ask` on this loop.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from validator.batch.asked import Asked
from validator.batch.failed_run import failure_recorded
from validator.batch.output.annotate import count_sendable
from validator.batch.output.edited import keep_edited, record_of
from validator.batch.output.report_files import write_reports
from validator.batch.output.summarise import RunResult, exit_code_of, summarise
from validator.batch.output.targets import write_output
from validator.batch.output.written_files import written_files
from validator.batch.planning.misread import hints_of, misreading_of
from validator.batch.planning.plan import second_round
from validator.batch.planning.survey import Preparation, known_after, survey
from validator.batch.stage import Stage
from validator.errors import EnoughFound, FileError, StoppedEarly
from validator.local_time import unix_ms
from validator.model import Verdict
from validator.reports import legible
from validator.settings import Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from validator.batch.asking.counters import RunCounters
    from validator.batch.output.annotate import Counts
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened
    from validator.errors import ValidatorError
    from validator.ledger import Ledger
    from validator.reports import Progress, Summary

    Ask = Callable[[Plan, Callable[[Plan], Plan]], Asked]


class Reported(Protocol):
    """The part of a run's summary that the ledger stores."""

    @property
    def exit_code(self) -> int: ...  # noqa: D102

    def to_json(self) -> dict[str, Any]: ...  # noqa: D102


SummaryT = TypeVar("SummaryT", bound=Reported)


def _look_away(_: Plan) -> None:
    """Ignore a plan."""


class RunSettings(Struct, frozen=True, kw_only=True):
    """How the result of a run is judged and reported.

    Attributes:
        command: the name of the run in the ledger and the summary.
        max_unknown: how many rows may stay unknown in a finished run.
        strict: whether no row may stay unknown because nothing confirmed its answer (`session_suspect`).
        max_invalid: the share (0 to 1) of non-empty cells that may be invalid. If there are more, no request
            is sent and no file is replaced.
        reports: the report files to write, by the names of `validator.reports.registry`.
        command_line: the command of the run, for its report; None if the run has no command.
        settings: settings that are not in this command, each with its origin, by name.
        next_command: makes the command that continues the run, given start and end; None if there is none.
        send_command: the command that also writes the sendable file; None if there is none.
        on_plan: called with the plan, before the first request.
    """

    command: str = "check"
    max_unknown: Tolerance = field(default_factory=lambda: Tolerance(rows=0))
    strict: bool = False
    max_invalid: float = 1.0
    reports: Mapping[str, Path] = field(default_factory=dict)
    command_line: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    next_command: Callable[[datetime, datetime], str] | None = None
    send_command: str | None = None
    on_plan: Callable[[Plan], None] = _look_away


class Run(ABC, Generic[SummaryT]):
    """One run over one list.

    Args:
        opened: the list.
        ledger: the known verdicts; outcomes are written to it.
        counters: the counters that `ask` uses.
        progress: shows the progress.
        settings: how the result is judged and reported.
    """

    def __init__(
        self,
        opened: Opened,
        *,
        ledger: Ledger,
        counters: RunCounters,
        progress: Progress,
        settings: RunSettings,
    ) -> None:
        self._opened = opened
        self._ledger = ledger
        self._counters = counters
        self._progress = progress
        self._settings = settings
        self._started, self._begun_s = datetime.now(UTC), time.monotonic()
        self._run_id = 0  # not begun; the ids of a ledger start with 1
        self._hints: tuple[str, ...] = ()

    def run(self, ask: Ask) -> SummaryT:
        """Carry out the whole run; return its summary.

        Args:
            ask: asks about a plan; not called if there is no number to ask about.

        Raises:
            FileError: the list cannot be read, or most of its cells are not numbers, or a file cannot be
                written. Answers are kept.
            LedgerError: the ledger failed.
            Interrupted: a signal came in a step that has nothing to finish.
        """
        with self._progress, self.failure_recorded():
            surveyed = self.prepare()
            self._settings.on_plan(surveyed.plan)
            asked = ask(surveyed.plan, self.next_round) if len(surveyed.plan.numbers) else Asked()
            return self.conclude(surveyed, asked)

    def failure_recorded(self) -> AbstractContextManager[None]:
        """Record the end of the run in the ledger if an error ends it inside of the block."""
        return failure_recorded(self._ledger, lambda: self._run_id)

    def prepare(self) -> Preparation:
        """Read the list and make the plan.

        Raises:
            FileError: the list cannot be read, or most of its cells are not numbers.
        """
        self._run_id = self._ledger.begin_run(
            command=self._settings.command,
            input_name=legible(self._opened.job.input.name),
            started_at_ms=self._start_ms,
        )
        begun_s = time.monotonic()
        surveyed = survey(self._opened, self._ledger, now_ms=self._start_ms, progress=self._progress)
        if misreading := misreading_of(self._opened, surveyed.plan, self._settings.max_invalid):
            raise FileError(f"{self._opened.job.input_name}: {misreading}")
        # Not at the end of the run: the list may be gone by then.
        self._hints = hints_of(self._opened, surveyed.plan)
        return replace(surveyed, plan=replace(surveyed.plan, prepared_s=time.monotonic() - begun_s))

    def next_round(self, plan: Plan) -> Plan:
        """Return the plan that follows from the answers to a plan."""
        max_age = self._opened.job.max_age
        return second_round(plan, ledger=self._ledger, max_age=max_age, now_ms=self._start_ms)

    def conclude(self, surveyed: Preparation, asked: Asked) -> SummaryT:
        """Write the result of the run, record its end in the ledger, and return its summary."""
        summary = self._concluded(surveyed, asked)
        self._ledger.finish_run(
            self._run_id,
            finished_at_ms=unix_ms(datetime.now(UTC)),
            exit_code=summary.exit_code,
            summary_json=json.dumps({**summary.to_json(), **self._record()}, ensure_ascii=False),
        )
        return summary

    def _record(self) -> dict[str, Any]:
        """Return what the ledger stores in addition to the summary."""
        return {}

    @abstractmethod
    def _concluded(self, surveyed: Preparation, asked: Asked) -> SummaryT:
        """Write the result of the run, and return the summary."""

    def _result(self, asked: Asked, ending: ValidatorError | None, exit_code: int) -> RunResult:
        finished = datetime.now(UTC)
        return RunResult(
            command=self._settings.command,
            command_line=self._settings.command_line,
            settings=self._settings.settings,
            started_at=self._started,
            finished_at=finished,
            asking_s=asked.duration_s,
            counters=self._counters,
            keys=asked.keys,
            ending=ending,
            next_command=self._next_command(finished, ending) if exit_code else None,
            warnings=(*asked.warnings, *self._hints),
            timeline=asked.timeline,
            remedies=asked.remedies,
        )

    def _next_command(self, finished: datetime, ending: ValidatorError | None) -> str | None:
        make = self._settings.next_command
        return None if make is None or isinstance(ending, EnoughFound) else make(self._started, finished)

    @property
    def _start_ms(self) -> int:
        """The start of the run by the present clock, in milliseconds since the Unix epoch.

        If the clock is set back during the run, its later answers bear times from before the start as it was
        shown then. With `--refresh` they would be none of this run.
        """
        elapsed_ms = int(1000 * (time.monotonic() - self._begun_s))
        return min(unix_ms(self._started), unix_ms(datetime.now(UTC)) - elapsed_ms)


class ListRun(Run["Summary"]):
    """A run that writes the list back with a verdict on every row."""

    def prepare(self) -> Preparation:
        """Read the list and make the plan. It is empty if enough recipients are registered already."""
        surveyed = super().prepare()
        enough = self._opened.job.enough
        if enough is None or surveyed.plan.numbers.is_empty():
            return surveyed
        job = self._opened.job
        known = known_after(surveyed, job, self._ledger, self._start_ms, self._progress)
        needed = enough - count_sendable(surveyed.recipients, known, job.extras)
        plan = replace(surveyed.plan, needed=needed)
        if needed > 0:
            return replace(surveyed, plan=plan)
        return Preparation(surveyed.recipients, plan.without_numbers(), known)

    def _concluded(self, surveyed: Preparation, asked: Asked) -> Summary:
        """Write the output and the reports."""
        keep_edited(self._files, self._ledger, legible(self._opened.job.input.name), datetime.now(UTC))
        summary = self._written(surveyed, asked)
        written = written_files(self._opened.job, summary)
        write_reports(summary, self._settings.reports, written=written)
        return summary

    @property
    def _files(self) -> list[Path]:
        return [*self._opened.job.targets.values(), *self._settings.reports.values()]

    def _record(self) -> dict[str, Any]:
        return record_of(self._files)

    def _written(self, surveyed: Preparation, asked: Asked) -> Summary:
        job = self._opened.job
        known = known_after(surveyed, job, self._ledger, self._start_ms, self._progress)
        writing = Stage(self._progress, "writing", total=surveyed.recipients.height)
        counts = write_output(self._opened, surveyed.recipients, known, writing.show)
        ending = asked.ending or _left_out(surveyed.plan, asked)
        exit_code = exit_code_of(ending, counts, self._settings.max_unknown, strict=self._settings.strict)
        result = replace(
            self._result(asked, ending, exit_code),
            send_command=self._send_command(counts),
            changes=surveyed.changes(known),
        )
        return summarise(job, surveyed.plan, counts, result, exit_code, read_as=self._opened.read_as)

    def _send_command(self, counts: Counts) -> str | None:
        is_wanted = self._opened.job.sendable is None and counts.verdicts[Verdict.REGISTERED.value] > 0
        return self._settings.send_command if is_wanted else None


def _left_out(plan: Plan, asked: Asked) -> StoppedEarly | None:
    left_out = plan.left_out + asked.left_out
    if not left_out:
        return None
    if plan.needed is not None and plan.needed <= 0:
        return EnoughFound("as many recipients can be sent to already as --enough asks for")
    return StoppedEarly(f"--limit leaves {left_out:,} numbers unasked")
