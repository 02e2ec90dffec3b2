"""The options of the library's functions, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from validator.arguments import FILE, NUMBER, Kind, path, require, several
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.planning.misread import MOST_INVALID
from validator.batch.recipients.job import ListSettings
from validator.batch.watching.stop import Stop
from validator.errors import UsageError
from validator.ledger_url import LedgerUrl, ledger_location
from validator.places import default_ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.ledger_url import Location
    from validator.reports import ProgressState

    OnProgress = Callable[[ProgressState], None]


_KEY = Kind((KeySettings,), "a key, as make_key returns it,")
_KINDS = {
    "settings": Kind((ListSettings,), "a ListSettings"),
    "asking": Kind((AskSettings,), "an AskSettings"),
    "on_progress": Kind((Callable,), "a function").or_none,  # type: ignore[arg-type] # isinstance takes it
    "stop": Kind((Stop,), "a Stop").or_none,
}
_FILES = ("output", "sendable", "split", "report", "summary")
_TARGET_KINDS = {
    **dict.fromkeys(_FILES, FILE.or_none),
    "max_unknown": Kind((str, int), "a text or a whole number"),
    "max_invalid": NUMBER.within(0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of all checks, apart from their list.

    Attributes:
        keys: the keys to ask with; empty for the key of the environment, see `key_from_environment`.
        settings: how the list is read, which numbers are asked about, and how the output is written.
        asking: how to ask.
        ledger: the file of the ledger, or the `postgresql://` URL of its database; None for the one that
            `validator check` uses.
        suppress: lists of people who must not be asked about or sent to.
        on_progress: called with each state of the run, in the thread or on the event loop of the run.
        stop: ends the run in order if it is called on the run's event loop: requests in flight are finished,
            and the files are written with the answers so far. None if it is not needed.
    """

    keys: Sequence[KeySettings] = ()
    settings: ListSettings = field(default_factory=ListSettings)
    asking: AskSettings = field(default_factory=AskSettings)
    ledger: Path | LedgerUrl | str | None = None
    suppress: Sequence[Path | str] = ()
    on_progress: OnProgress | None = None
    stop: Stop | None = None

    def __post_init__(self) -> None:
        """Convert single values to tuples, and texts to paths.

        Raises:
            UsageError: an argument has a wrong type.
        """
        require(_KINDS, **{name: getattr(self, name) for name in _KINDS})
        object.__setattr__(self, "keys", several("keys", self.keys, _KEY))
        suppress = tuple(map(Path, several("suppress", self.suppress, FILE)))
        object.__setattr__(self, "suppress", suppress)
        if self.ledger is not None:
            object.__setattr__(self, "ledger", _location(self.ledger))

    @property
    def ledger_location(self) -> Location:
        """The location of the ledger."""
        return default_ledger() if self.ledger is None else _location(self.ledger)


def _location(given: Path | LedgerUrl | str) -> Location:
    if isinstance(given, LedgerUrl):
        return given
    if str(given) == "-":
        raise UsageError("ledger is '-'; it is kept in a file, so name one")
    return ledger_location(given) if isinstance(given, str) else path("ledger", given)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTargets:
    """The files that a check of a file writes.

    Attributes:
        output: the annotated file; None for `NAME.checked.EXT` beside the input.
        sendable: the file with the registered recipients, each number once; None for no such file.
        split: a folder for the files `not_registered`, `invalid` (with a column `hint`) and `unknown` in the
            format of the output; it is created if it is missing. None for no such files.
        report: an HTML report; None for no report.
        summary: the summary as JSON; None for no such file.
        max_unknown: how many rows, or which share (`1%`), may stay unknown in a finished run.
        max_invalid: the share (0 to 1) of non-empty cells that may be invalid. If there are more, no request
            is sent and no file is replaced.
    """

    output: Path | str | None = None
    sendable: Path | str | None = None
    split: Path | str | None = None
    report: Path | str | None = None
    summary: Path | str | None = None
    max_unknown: str | int = "0"
    max_invalid: float = MOST_INVALID

    def __post_init__(self) -> None:
        """Raise `UsageError` for an argument of a wrong type, or the command's word for standard output."""
        require(_TARGET_KINDS, **{name: getattr(self, name) for name in _TARGET_KINDS})
        for name in _FILES:
            if str(getattr(self, name)) == "-":
                raise UsageError(
                    f"{name} is '-'; the library writes no standard output. Name a file, or use check_frame"
                )
