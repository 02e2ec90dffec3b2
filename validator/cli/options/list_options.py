"""The values of the options that `check`, `plan`, `report` and `sample` share, as a job over a list."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import field

from validator.batch.recipients.job import SPLIT_VERDICTS, Job, ListSettings, checked_name
from validator.batch.recipients.opening import open_job
from validator.batch.verdict_columns import earlier_columns
from validator.cli.lists.inputs import STDIO, found_inputs, local_file
from validator.cli.options.opt_outs import settings_of_others
from validator.cli.process.display_names import names_of_copies
from validator.cli.process.interruption import until
from validator.cli.process.standard_streams import require_stdout
from validator.errors import UsageError
from validator.model import ObjectUrl
from validator.phone import parse_region
from validator.settings import MaxAge
from validator.tables import (
    Hidden,
    Ragged,
    ReadOptions,
    clear_folders_away,
    ending_of,
    is_read_once,
    is_stdout,
    open_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import BinaryIO

    from validator.batch.recipients.opening import Opened
    from validator.cli.lists.inputs import InputFile
    from validator.ledger_url import Location

LOG = logging.getLogger(__name__)

AUTO = "auto"


class ListOptions(ListSettings, frozen=True, kw_only=True):
    """The options for the list: which files, and how they are read. `file_options` explains each of them.

    The job takes the fields of `ListSettings` by their names.
    """

    input: tuple[Path | ObjectUrl, ...]
    output: str | None = None
    output_dir: Path | ObjectUrl | None = None
    cluster: str | None = None
    sendable: Path | None = None
    split: Path | None = None
    reports: Mapping[str, Path] = field(default_factory=dict)
    sheet: str | None
    ragged: str
    header_row: int | None
    encoding: str | None
    hidden: str
    suppress: tuple[Path | ObjectUrl, ...]
    refresh: bool = False
    ledger: Location
    quiet: bool
    verbose: bool
    log_format: str
    as_json: bool

    def require_files(self) -> None:
        """Raise `UsageError` if an input is a URL, since a plan makes no request of any kind."""
        if urls := [one for one in (*self.input, *self.suppress) if isinstance(one, ObjectUrl)]:
            raise UsageError(
                f"a plan makes no request, and {urls[0]} would have to be fetched; download it first and "
                "name the file, or run `validator check`"
            )

    def require_named_output(self) -> None:
        """Raise `UsageError` if the output has no name and the input has none to derive it from."""
        if self.output is not None:
            return
        if self.input == (Path(STDIO),):
            raise UsageError(
                "standard input has no name to call the output by; name it with --output, or -o -"
            )
        if pipe := next((one for one in self.input if isinstance(one, Path) and is_read_once(one)), None):
            raise UsageError(f"{pipe} is a pipe, so that the output needs a name: use --output, or -o -")

    def _require_one_for_stdout(self) -> None:
        targets = {
            "--output": self.output,
            "--sendable": self.sendable,
            **{f"--{name}": path for name, path in self.reports.items()},
        }
        named = [option for option, target in targets.items() if target is not None and _is_stdout(target)]
        if len(wanting := [*named, *["--json"] * self.as_json]) > 1:
            raise UsageError(f"{' and '.join(wanting)} all want standard output; leave it to one of them")

    def opened(self, *, deadline: datetime | None = None) -> Opened:
        """Open the list; fetches it first if it is not a local file.

        Raises:
            FileError: it cannot be read.
            StoppedEarly: it was not complete at the deadline. The deadline does not apply to a local file.
            UsageError: options contradict each other.
        """
        clear_folders_away()
        with until(deadline if self._has_to_wait else None):
            job = self._job()
        return open_job(job)

    @property
    def _has_to_wait(self) -> bool:
        """Whether a list may take any time to arrive: from a server, a pipe, or standard input."""
        return any(
            isinstance(one, ObjectUrl) or one == Path(STDIO) or is_read_once(one)
            for one in (*self.input, *self.suppress)
        )

    @property
    def ages(self) -> MaxAge:
        """How long earlier answers count; with a refresh none does."""
        return MaxAge.none() if self.refresh else self.max_age

    def list_settings(self) -> dict[str, Any]:
        """Return the fields of `ListSettings` with the values of the options.

        Raises:
            UsageError: options contradict each other.
        """
        find_region = (self.region or "").strip().lower() == AUTO
        if find_region and self.region_column is not None:
            raise UsageError(
                "--region auto looks for the column that --region-column names; leave one of them out"
            )
        if self.join and self.column:
            raise UsageError(
                "--join names the columns of the numbers, as --column does; leave one of them out"
            )
        return self.values() | {
            "region": None if self.region is None or find_region else parse_region(self.region),
            "find_region": find_region,
            "options": ReadOptions(
                sheet=self.sheet,
                ragged=Ragged(self.ragged),
                header_row=self.header_row,
                encoding=self.encoding,
                hidden=Hidden(self.hidden),
            ),
            "max_age": self.ages,
            "suppress_without": settings_of_others(click.get_current_context()),
        }

    def _job(self) -> Job:
        self._require_one_for_stdout()
        if self.output is not None and self.output_dir is not None:
            raise UsageError("--output names one file and --output-dir a folder; leave one of them out")
        if isinstance(self.output_dir, ObjectUrl):
            raise UsageError(f"--output-dir {self.output_dir} needs --cluster; name a folder on this machine")
        settings = self.list_settings()
        first, *more = inputs = self._inputs(settings["options"])
        suppress = tuple(local_file(given, quiet=self.quiet) for given in self.suppress)
        return Job(
            **settings,
            input=first.path,
            more=tuple(found.path for found in more),
            names=names_of_copies(),
            output=self._target(inputs),
            sendable=self.sendable,
            split=self.split,
            suppress=suppress,
        )

    def _inputs(self, options: ReadOptions) -> tuple[InputFile, ...]:
        """Return the lists to read, without the output files of earlier runs of this command."""
        inputs = found_inputs(self.input, quiet=self.quiet)
        written = {self._checked(found).absolute() for found in inputs} if self.output is None else set()
        own = [
            found
            for found in inputs
            if (found.path.absolute() in written or self._is_in_split(found.path))
            and self._is_output(found.path, options)
        ]
        if len(own) == len(inputs):  # the user names only such files: an edited segment is the list
            return inputs
        for found in own:
            LOG.warning("%s is the output of an earlier run; it is left out", found.path)
        return tuple(found for found in inputs if found not in own)

    def _is_in_split(self, path: Path) -> bool:
        """Whether a file has the folder and the name of a segment."""
        stem = path.name.removesuffix(ending_of(path))
        return (
            self.split is not None
            and path.absolute().parent == self.split.absolute()
            and stem in SPLIT_VERDICTS
        )

    def _is_output(self, path: Path, options: ReadOptions) -> bool:
        return bool(earlier_columns(open_table(path, options=options).schema, self.prefix))

    def _target(self, inputs: tuple[InputFile, ...]) -> Path | BinaryIO | tuple[Path, ...]:
        """Return the target of the annotated rows: standard output, one file, or one file for each input."""
        if self.output == STDIO:
            require_stdout()
            return sys.stdout.buffer
        if self.output is not None:
            return Path(self.output)
        targets = tuple(map(self._checked, inputs))
        return targets if len(targets) > 1 else targets[0]

    def _checked(self, found: InputFile) -> Path:
        folder = self.output_dir if isinstance(self.output_dir, Path) else found.beside
        return folder / checked_name(found.path, self.format)


def _is_stdout(target: str | Path) -> bool:
    return str(target) == STDIO or is_stdout(Path(target))
