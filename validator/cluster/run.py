"""A whole run on several machines: read and plan, ask, write.

Verdicts and outputs are the same as those of a run on one machine, since the same functions do the work.
"""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from validator.batch.failed_run import failure_recorded
from validator.batch.output.report_files import write_reports
from validator.batch.output.summarise import RunResult, exit_code_of, summarise
from validator.batch.planning.misread import hints_of, misreading_of
from validator.cluster.list_work import write_part
from validator.cluster.manifest import manifest_of, write_manifest
from validator.cluster.parts import MARKER
from validator.cluster.sums import counts_of
from validator.errors import FileError
from validator.local_time import unix_ms
from validator.reports import legible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validator.batch.asked import Asked
    from validator.batch.asking.counters import RunCounters
    from validator.batch.run import RunSettings
    from validator.cluster.list_work import LedgerView
    from validator.cluster.machines import Machines
    from validator.cluster.preparing import ClusterList, Prepared, Preparing
    from validator.cluster.work import Work
    from validator.ledger import Ledger
    from validator.model import ObjectUrl
    from validator.reports import Summary

    Ask = Callable[[Work], tuple[Asked, RunCounters]]


class ClusterRun:
    """One run over a list that several machines read and write.

    Args:
        list_: the list.
        machines: the machines.
        known: the ledger, and the start of the run.
        preparing: reads and plans the list.
        settings: the settings for the result.
        on_prepared: called with the planned list before the first request.
    """

    def __init__(
        self,
        list_: ClusterList,
        machines: Machines,
        known: LedgerView,
        preparing: Preparing,
        settings: RunSettings,
        *,
        on_prepared: Callable[[Prepared], None] = lambda _: None,
    ) -> None:
        self._list = list_
        self._machines = machines
        self._known = known
        self._preparing = preparing
        self._settings = settings
        self._on_prepared = on_prepared
        self._started = datetime.fromtimestamp(known.now_ms / 1000, UTC)
        self._hints: tuple[str, ...] = ()

    def run(self, ask: Ask, ledger: Ledger) -> Summary:
        """Do the whole run; `ask` asks about all the work, and is not called if there is none.

        Raises:
            FileError: the list cannot be read, too many of its cells are invalid, or a file cannot be
                written. Recorded answers are kept.
            LedgerError: the ledger failed.
        """
        prepared = self._preparing.prepare()
        name = prepared.opened.job.input_name
        run_id = ledger.begin_run(
            command=self._settings.command, input_name=name, started_at_ms=self._known.now_ms
        )
        with failure_recorded(ledger, lambda: run_id):
            if misreading := misreading_of(prepared.opened, prepared.plan, self._settings.max_invalid):
                raise FileError(f"{name}: {misreading}")
            self._hints = hints_of(prepared.opened, prepared.plan)
            self._on_prepared(prepared)
            asked, counters = ask(prepared.work)
            summary = self._concluded(prepared, asked, counters)
        ledger.finish_run(
            run_id,
            finished_at_ms=unix_ms(datetime.now(UTC)),
            exit_code=summary.exit_code,
            summary_json=json.dumps(summary.to_json(), ensure_ascii=False),
        )
        write_reports(summary, self._settings.reports)
        return summary

    def _concluded(self, prepared: Prepared, asked: Asked, counters: RunCounters) -> Summary:
        """Write every part, then the manifest; return the summary."""
        parts = self._list.parts
        begun = [
            self._machines.start(write_part, part, prepared.read_as, self._known, fingerprint)[0]
            for part, fingerprint in zip(parts, prepared.prints, strict=True)
        ]
        written = self._preparing.gather("writing", begun)
        counts = counts_of(one.counts for one in written)
        write_manifest(self._list.folder, manifest_of(parts, written))
        settings = self._settings
        exit_code = exit_code_of(asked.ending, counts, settings.max_unknown, strict=settings.strict)
        finished, make_next = datetime.now(UTC), settings.next_command
        result = RunResult(
            command=settings.command,
            command_line=settings.command_line,
            settings=settings.settings,
            started_at=self._started,
            finished_at=finished,
            asking_s=asked.duration_s,
            counters=counters,
            keys=asked.keys,
            ending=asked.ending,
            next_command=make_next(self._started, finished) if make_next and exit_code else None,
            warnings=(*asked.warnings, *self._hints),
            timeline=asked.timeline,
        )
        opened = prepared.opened
        return summarise(opened.job, prepared.plan, counts, result, exit_code, read_as=opened.read_as)


@contextmanager
def marked(folder: Path | ObjectUrl) -> Iterator[str]:
    """Write a marker file into the output folder, by which machines recognise the folder; yield its content.

    Creates the folder if it is missing, and deletes the marker at the end.

    Raises:
        FileError: the folder cannot be created or written to.
    """
    if not isinstance(folder, Path):
        yield ""
        return
    mark = secrets.token_hex(16)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text(mark, encoding="utf-8")
    except OSError as error:
        why = error.strerror
        raise FileError(f"the folder --output-dir {legible(str(folder))} cannot be used ({why})") from error
    try:
        yield mark
    finally:
        (folder / MARKER).unlink(missing_ok=True)
