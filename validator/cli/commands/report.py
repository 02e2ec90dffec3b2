"""`validator report`: the summary and the HTML report of a list, made again from the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from validator.batch.asking.counters import RunCounters
from validator.batch.output.annotate import count
from validator.batch.output.earlier_check import with_check
from validator.batch.output.report_files import write_reports
from validator.batch.output.summarise import RunResult, summarise
from validator.batch.output.targets import check_targets, decided_by
from validator.batch.planning.survey import known_after, survey
from validator.cli.commands.ledger_reading import require_named_ledger
from validator.cli.options import file_options as file_opt
from validator.cli.options.list_options import ListOptions
from validator.cli.process.logs import set_up_logging
from validator.cli.process.show import make_progress, show_summary
from validator.cli.settings.kept_files import kept_files
from validator.ledger import read
from validator.local_time import unix_ms
from validator.reports import legible


def run(**given: Any) -> int:
    """Show the earlier answers about INPUT as the summary and report of a check; makes no request."""
    options = ListOptions(reports=file_opt.take_reports(given), **given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    now = datetime.now(UTC)
    require_named_ledger(options.ledger)
    opened = options.opened()
    check_targets(
        {f"--{name}": path for name, path in options.reports.items()},
        opened.job,
        ledger=options.ledger,
        kept=kept_files(),
    )
    now_ms = unix_ms(now)
    with make_progress(quiet=options.quiet) as progress, read(options.ledger) as ledger:
        surveyed = survey(opened, ledger, now_ms=now_ms, progress=progress)
        known = known_after(surveyed, opened.job, ledger, now_ms, progress)
        counts = count(*decided_by(surveyed.recipients, known, opened.job), opened.job.extras)
        result = RunResult(
            command="report",
            started_at=now,
            finished_at=datetime.now(UTC),
            asking_s=0.0,
            counters=RunCounters(),
        )
        summary = summarise(opened.job, surveyed.plan, counts, result, 0, read_as=opened.read_as)
        summary = with_check(replace(summary, output=None), ledger, legible(opened.job.input.name))
    write_reports(summary, options.reports)
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return 0
