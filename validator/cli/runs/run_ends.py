"""Reports the end of a run to schedulers, and decides the exit code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from validator.cli.process.errors import exit_code_of, report_failure
from validator.cli.process.interruption import signal_error_first
from validator.cli.process.standard_streams import say, translated_io
from validator.cli.settings.credentials import key_text
from validator.cli.settings.environment import NOTIFY_SECRET
from validator.errors import UsageError, ValidatorError, innermost
from validator.reports.run_end import RunEnd
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from validator.reports import Summary

    Receive = Callable[[RunEnd], None]


class EndOptions(Struct, frozen=True, kw_only=True):
    """The options for reports of a run's end; `options.end_options` explains each of them."""

    metrics: Path | None = None
    notify: str | None = None
    notify_secret_file: Path | None = None
    otlp: str | None = None
    success_codes: frozenset[int] = frozenset({0})

    @classmethod
    def take(cls, given: dict[str, Any]) -> Self:
        """Remove these options from a command's options, and return them."""
        return cls(**{name: given.pop(name) for name in cls.__struct_fields__})

    @property
    def targets(self) -> dict[str, Path]:
        """The files to write, by option."""
        return {} if self.metrics is None else {"--metrics": self.metrics}

    @property
    def kept(self) -> tuple[tuple[str, Path], ...]:
        """The files that must not be overwritten, each as description and path."""
        return () if self.notify_secret_file is None else (("the secret file", self.notify_secret_file),)

    def reported(
        self,
        command: str,
        run: Callable[[], Summary],
        *,
        ca_file: Path | None,
        as_json: bool = False,
    ) -> int:
        """Do a run, report how it ended, and return the exit code.

        If a report fails, this is a line on standard error; it does not change the exit code.

        Args:
            command: the command's name.
            run: does the run.
            ca_file: certificate authorities for webhook and collector, in addition to the system's.
            as_json: whether to end standard output with a line of JSON if the run fails with an exit code
                that counts as success.

        Raises:
            FileError: the metrics cannot be written; the run did not start.
            UsageError: the options cannot be used; the run did not start.
        """
        receivers = [*self._metrics(), *self._webhook(ca_file), *self._telemetry(ca_file)]
        started_s = time.time()
        summary, error = _attempt(run)
        end = self._end(command, started_s, summary, error)
        for receive in receivers:
            _report(receive, end)
        return self._returned(end, error, as_json=as_json)

    def _end(
        self, command: str, started_s: float, summary: Summary | None, error: BaseException | None
    ) -> RunEnd:
        code = exit_code_of(error) if summary is None else summary.exit_code
        return RunEnd(
            command=command,
            version=__version__,
            started_at_s=started_s,
            finished_at_s=time.time(),
            exit_code=code,
            is_success=code in self.success_codes,
            error=None if error is None else _words(error),
            summary=summary,
        )

    @staticmethod
    def _returned(end: RunEnd, error: BaseException | None, *, as_json: bool) -> int:
        if error is None:
            return 0 if end.is_success else end.exit_code
        if not end.is_success:
            raise error
        report_failure(error, as_json=as_json)
        return 0

    def _metrics(self) -> Iterator[Receive]:
        if self.metrics is not None:
            # Imported here, since the library takes a tenth of a second to load.
            from validator.batch.output.metrics_file import MetricsFile  # noqa: PLC0415

            yield MetricsFile.find(self.metrics).write

    def _webhook(self, ca_file: Path | None) -> Iterator[Receive]:
        if self.notify is None:
            if self.notify_secret_file is not None:
                raise UsageError("--notify-secret-file signs what --notify sends, and there is no --notify")
            return
        # Imported here, since few runs send messages.
        from validator.cli.runs.notifier import notifier  # noqa: PLC0415

        text = key_text(self.notify_secret_file, NOTIFY_SECRET, option="--notify-secret-file")
        if not (secret := text.strip()):
            raise UsageError(
                f"--notify signs what it sends, and there is no secret; set {NOTIFY_SECRET}, or name a file "
                "that holds it with --notify-secret-file (`openssl rand -base64 32` makes one)"
            )
        yield notifier(self.notify, secret, ca_file, sharers=self._sharers)

    def _telemetry(self, ca_file: Path | None) -> Iterator[Receive]:
        if self.otlp is not None:
            # Imported here, since it needs an extra, and few runs send telemetry.
            from validator.cli.runs.telemetry import telemetry  # noqa: PLC0415

            yield telemetry(self.otlp, ca_file, sharers=self._sharers)

    @property
    def _sharers(self) -> int:
        """The number of receivers over the network."""
        return sum(url is not None for url in (self.notify, self.otlp))


def _attempt(run: Callable[[], Summary]) -> tuple[Summary | None, BaseException | None]:
    """Do a run; return its summary or its error."""
    try:
        with signal_error_first(), translated_io():
            summary = run()
    except BaseException as error:  # noqa: BLE001 - raised again once the end is reported
        return None, error
    return summary, None


def _report(receive: Receive, end: RunEnd) -> None:
    try:
        receive(end)
    except Exception as error:  # noqa: BLE001 - the run has ended, and its exit code stands
        say(f"the end of the run was not reported: {_words(error)}")


def _words(error: BaseException) -> str:
    cause = innermost(error)
    return str(cause) if isinstance(cause, ValidatorError) else f"internal error: {type(cause).__name__}"
