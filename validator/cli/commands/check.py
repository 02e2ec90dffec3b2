"""`validator check`: validate a list."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asking.tally import Tally
from validator.batch.output.summarise import Course, exit_code_of, summarise
from validator.batch.planning.survey import knowledge_after, survey
from validator.batch.recipients.opening import (
    check_targets,
    require_room_for_output,
    write_output,
)
from validator.batch.recipients.variants import second_round
from validator.cli import options as opt
from validator.cli.asking import Asker, AskOptions
from validator.cli.commands.plan import show_plan
from validator.cli.credentials import key_lock, read_key, require_sessions
from validator.cli.list_options import ListOptions
from validator.cli.logs import set_up_logging
from validator.cli.resume import next_command
from validator.cli.show import LOOKING_UP, Stage, make_progress, show_summary, surveying, write_reports
from validator.cli.signals import interruptible
from validator.cli.values import SOURCE
from validator.errors import StoppedEarly
from validator.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from validator.batch.recipients.opening import Opened
    from validator.reports import Progress, Summary
    from validator.sendapi import ApiKey
    from validator.settings import Tolerance


@dataclass(frozen=True, kw_only=True)
class CheckOptions(ListOptions, AskOptions):
    """All options of `check`."""

    report: Path | None
    summary: Path | None
    max_unknown: Tolerance
    dry_run: bool

    @property
    def reports(self) -> dict[str, Path]:
        """The report files asked for, by option."""
        named = {"--report": self.report, "--summary": self.summary}
        return {option: path for option, path in named.items() if path is not None}


@click.command()
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    opt.output_options,
    opt.input_options,
    opt.asking_options,
    opt.canary_options,
    opt.known_options,
    opt.stop_options,
    opt.ledger_option,
    click.option("--dry-run", is_flag=True, help="Show the plan and stop, as `validator plan` does."),
    opt.json_option,
    opt.logging_options,
)
def check(**given: Any) -> int:
    """Validate the recipients in INPUT and write it back with a verdict on every row.

    INPUT is a CSV, NDJSON, Parquet, Arrow or Excel file, or the s3://, gs://, az:// or https:// URL of one.
    Several, or a pattern of names, are one list, and - is standard input.

    The key comes from SENDAPI_API_KEY or --api-key-file. What is found out is kept in the ledger: the same
    command again goes on where the last run ended, and asks nobody twice.
    """
    options = CheckOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    if options.dry_run:
        return show_plan(options, options.rate)
    key = read_key(options.api_key_file)
    require_sessions(options.sessions)
    options.require_named_output()
    opened = options.opened()
    check_targets({**opened.job.targets, **options.reports}, opened.job, ledger=options.ledger)
    require_room_for_output(opened)
    holder = f"validator check {opened.job.input.name}"
    with key_lock(key, holder), Ledger.open(options.ledger, holder=holder) as ledger:
        return _Run(options, opened, key, ledger).run()


class _Run:
    """One run of `check`, from the list to its exit code."""

    def __init__(self, options: CheckOptions, opened: Opened, key: ApiKey, ledger: Ledger) -> None:
        self._options = options
        self._opened = opened
        self._key = key
        self._ledger = ledger
        self._started = datetime.now(UTC)
        self._tally = Tally()

    def run(self) -> int:
        start_ms = int(self._started.timestamp() * 1000)
        run_id = self._ledger.begin_run(
            command="check", input_name=self._opened.job.input.name, started_at_ms=start_ms
        )
        with make_progress(quiet=self._options.quiet) as progress:
            summary = self._check(progress, start_ms)
        write_reports(summary, report=self._options.report, summary_file=self._options.summary)
        self._ledger.finish_run(
            run_id,
            finished_at_ms=time.time_ns() // 1_000_000,
            exit_code=summary.exit_code,
            summary_json=json.dumps(summary.to_json(), ensure_ascii=False),
        )
        show_summary(summary, as_json=self._options.as_json, quiet=self._options.quiet)
        return summary.exit_code

    def _check(self, progress: Progress, start_ms: int) -> Summary:
        job = self._opened.job
        with interruptible():
            surveyed = survey(self._opened, self._ledger, now_ms=start_ms, **surveying(progress))
        asker = Asker(self._options, self._key, ledger=self._ledger, tally=self._tally, progress=progress)
        then = partial(second_round, ledger=self._ledger, max_age=job.max_age, now_ms=start_ms)
        asked = asker.ask(surveyed.plan, then)
        with interruptible():
            looking_up = Stage(progress, LOOKING_UP)
            knowledge = knowledge_after(surveyed, job, self._ledger, start_ms, looking_up.tell)
            writing = Stage(progress, "writing", total=surveyed.people.height)
            counts = write_output(self._opened, surveyed.people, knowledge, writing.tell)
        ending = asked.ending or _limit_reached(surveyed.plan.left_out + asked.left_out)
        exit_code = exit_code_of(ending, counts, self._options.max_unknown)
        course = Course(
            command="check",
            started_at=self._started,
            finished_at=datetime.now(UTC),
            asking_s=asked.duration_s,
            tally=self._tally,
            budget=asked.budget,
            ending=ending,
            next_command=next_command(click.get_current_context().obj, self._started, datetime.now(UTC))
            if exit_code
            else None,
            warnings=asked.warnings,
        )
        return summarise(job, surveyed.plan, counts, course, exit_code)


def _limit_reached(left_out: int) -> StoppedEarly | None:
    return StoppedEarly(f"--limit leaves {left_out:,} numbers unasked") if left_out else None
