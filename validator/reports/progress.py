"""The progress of a run: its state as a value, and the classes that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from msgspec import Struct, field
from msgspec.structs import force_setattr

from validator.reports.wording import count_text, duration_text, printable, rate_text
from validator.value import Value, as_dict

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping
    from types import TracebackType

# Frequent enough to see that a run is alive, and rare enough that a person can read the log of a night.
LOG_INTERVAL_S = 30.0

# This part of an interval has to pass before the begin or end of a pause is shown.
PAUSE_SHARE = 1 / 3


class KeyProgress(Value, Struct, frozen=True):
    """One of several keys: its name in messages, its requests in the last minute, and its limit or None."""

    key: str
    used_per_min: int
    limit_per_min: float | None


class ProgressState(Value, Struct, frozen=True, kw_only=True):
    """The state of a run at one moment.

    Attributes:
        phase: `fetching`, `reading`, `looking up`, `checking`, `confirming` or `writing`.
        host: host and port of the requests; empty in a phase without requests.
        total: rows or bytes of the phase, or numbers to check; 0 if not known yet.
        done: how many of them are done.
        in_bytes: whether `total` and `done` are bytes.
        verdicts: numbers checked in this run, by verdict.
        rate_per_min: recent attempts a minute.
        limit_per_min: the limit in force, in requests a minute; None if there is none.
        limit_told_by: the source of the limit (`X-RateLimit-Limit`, `--rate`).
        keys: each key, if there are several.
        in_flight: attempts without an answer yet.
        parked: numbers that wait for a retry.
        refusals: attempts refused by the rate limiter.
        failures: attempts without an answer.
        paused_because: why nothing is sent now; None if the run is not paused.
        paused_for_s: seconds until the pause ends; None if not known.
        eta_s: seconds until the phase ends; None if not known.
    """

    phase: str
    host: str = ""
    total: int = 0
    done: int = 0
    in_bytes: bool = False
    verdicts: Mapping[str, int] = field(default_factory=dict)
    rate_per_min: float = 0.0
    limit_per_min: float | None = None
    limit_told_by: str = ""
    keys: tuple[KeyProgress, ...] = ()
    in_flight: int = 0
    parked: int = 0
    refusals: int = 0
    failures: int = 0
    paused_because: str | None = None
    paused_for_s: float | None = None
    eta_s: float | None = None

    def __post_init__(self) -> None:
        """Copy the counts, since the run continues to change them."""
        force_setattr(self, "verdicts", {str(word): count for word, count in self.verdicts.items()})


class Progress(Protocol):
    """Shows the states of a run, inside of a `with` block. Calls may come at any intervals."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def update(self, state: ProgressState) -> None:
        """Take the newest state. It is cheap enough to call for every number."""


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing."""

    def update(self, state: ProgressState) -> None:
        """Do nothing."""


class CallbackProgress(NoProgress):
    """Passes each state of a run to a callback."""

    def __init__(self, on_progress: Callable[[ProgressState], None]) -> None:
        self._on_progress = on_progress

    def update(self, state: ProgressState) -> None:
        """Call the callback."""
        self._on_progress(state)


class Cadence:
    """Decides which states to show: one an interval, each new phase, and the begin or end of a pause.

    If pauses follow each other closely, as near an outage, at most three of them are shown in an interval.
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._shown: ProgressState | None = None
        self._shown_at = 0.0

    def is_due(self, state: ProgressState, now: float) -> bool:
        """Return whether to show the state, and remember it if so."""
        last = self._shown
        if last is not None and last.phase == state.phase:
            is_other_pause = last.paused_because != state.paused_because
            if now - self._shown_at < self._interval_s * (PAUSE_SHARE if is_other_pause else 1):
                return False
        self._shown, self._shown_at = state, now
        return True


class LogProgress:
    """Logs one line an interval, for runs without a terminal.

    The text is for people. The log record has the same facts in `record.progress`, a dict, for JSON
    formatters.

    Args:
        logger: receives the lines, at level INFO.
        clock: seconds from any origin, such as `anyio.current_time`; read only in `update`.
        interval_s: seconds between two lines if nothing changes.
    """

    def __init__(
        self, logger: logging.Logger, *, clock: Callable[[], float], interval_s: float = LOG_INTERVAL_S
    ) -> None:
        self._logger = logger
        self._clock = clock
        self._cadence = Cadence(interval_s)
        self._unlogged: ProgressState | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log the last state, also if an exception ended the run."""
        if self._unlogged is not None:
            self._log(self._unlogged)

    def update(self, state: ProgressState) -> None:
        """Log the state if it is due. Before a new phase, log the end of the previous one."""
        if self._unlogged is not None and self._unlogged.phase != state.phase:
            self._log(self._unlogged)
        if self._cadence.is_due(state, self._clock()):
            self._log(state)
        else:
            self._unlogged = state

    def _log(self, state: ProgressState) -> None:
        self._logger.info("%s", progress_line(state), extra={"progress": as_dict(state)})
        self._unlogged = None


def progress_line(state: ProgressState) -> str:
    """Return the state on one line, with the most important part first."""
    parts = (
        pause_text(state),
        f"{phase_text(state)} {done_text(state)}",
        pace_text(state),
        ", ".join(f"{verdict} {count:,}" for verdict, count in state.verdicts.items() if count),
        attempts_text(state),
        left_text(state),
    )
    return "; ".join(part for part in parts if part)


def phase_text(state: ProgressState) -> str:
    """Return `checking at sendapi.co`, or `reading`."""
    return f"{state.phase} at {printable(state.host)}" if state.host else state.phase


def done_text(state: ProgressState) -> str:
    """Return `12,345 of 61,200 (20 %)`, or `12,345 rows` if the total is not known; bytes as `1.2 MB`."""
    if not state.total:
        return _size(state.done) if state.in_bytes else count_text(state.done, "row")
    done, total = (_size(n) if state.in_bytes else f"{n:,}" for n in (state.done, state.total))
    # Rounded down, so that 100 % means that all is done.
    return f"{done} of {total} ({100 * state.done // state.total} %)"


def _size(count: int) -> str:
    from rich.filesize import decimal  # noqa: PLC0415 - only copies of lists are counted in bytes

    return decimal(count)


def pace_text(state: ProgressState) -> str:
    """Return `297 a minute of 300 (X-RateLimit-Limit)`; empty before the first request."""
    if state.limit_per_min is None:
        return f"{rate_text(state.rate_per_min)} a minute" if state.rate_per_min else ""
    source = f" ({_told_by(state)})" if state.limit_told_by else ""
    return f"{rate_text(state.rate_per_min)} a minute of {rate_text(state.limit_per_min)}{source}"


def attempts_text(state: ProgressState) -> str:
    """Return the attempts in flight, waiting, refused and failed, without zeros."""
    counts = {
        "in flight": state.in_flight,
        "waiting to retry": state.parked,
        "refused": state.refusals,
        "failed": state.failures,
    }
    return ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)


def left_text(state: ProgressState) -> str:
    """Return `time left 2 h 43 min`; empty if not known."""
    return "" if state.eta_s is None else f"time left {duration_text(state.eta_s)}"


def pause_text(state: ProgressState) -> str:
    """Return `paused: rate limit, tries again in 42 s`; empty if the run is not paused."""
    if state.paused_because is None:
        return ""
    until = "" if state.paused_for_s is None else f", tries again in {duration_text(state.paused_for_s)}"
    return f"paused: {printable(state.paused_because)}{until}"


def _told_by(state: ProgressState) -> str:
    """Return the source of the limit, or the use of each key if there are several."""
    each = (
        f"{printable(one.key)} {one.used_per_min}"
        + (f" of {rate_text(one.limit_per_min)}" if one.limit_per_min is not None else "")
        for one in state.keys
    )
    return ", ".join(each) or printable(state.limit_told_by)
