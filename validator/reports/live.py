"""The progress display on a terminal, drawn with rich."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.constrain import Constrain
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from validator.reports.progress import (
    Cadence,
    attempts_text,
    done_text,
    left_text,
    pace_text,
    pause_text,
    phase_text,
)
from validator.reports.terminal import VERDICT_STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from rich.console import Console, RenderableType

    from validator.reports.progress import ProgressState

# Eight times a second looks smooth. A run with thousands of checks a second must not draw for each of them.
REDRAW_INTERVAL_S = 0.125

# If a terminal is made narrower, it breaks wider lines in two, and a redraw would leave one of them behind.
MOST_WIDTH = 80

# A narrower bar, including gaps, is useless.
LEAST_BAR_WIDTH = 12


class LiveProgress:
    """Progress lines at the bottom of the terminal. They disappear when the run ends.

    It draws only in `update`, without a thread, and reads only the given clock.

    Args:
        console: where to draw. Log lines have to use the same console, so that they appear above.
        clock: seconds from any origin, such as `anyio.current_time`; read only in `update`.
    """

    def __init__(self, console: Console, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cadence = Cadence(REDRAW_INTERVAL_S)
        # rich would redirect sys.stdout to this console, and with `-o -` stdout carries the data.
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the display."""
        self._live.stop()

    def update(self, state: ProgressState) -> None:
        """Draw the state if it is due."""
        if self._cadence.is_due(state, self._clock()):
            options = self._live.console.options
            width = min(options.max_width, MOST_WIDTH)
            drawn = render_progress(state, width=width, ascii_only=options.ascii_only)
            self._live.update(Constrain(drawn, width), refresh=True)


def render_progress(state: ProgressState, *, width: int = 80, ascii_only: bool = False) -> RenderableType:
    """Return the display of one state: progress, rate, verdicts, and the reason of a pause.

    Args:
        state: the state.
        width: the width of the terminal, in columns; on a narrow one the bar gets its own line.
        ascii_only: whether the terminal shows only ASCII.
    """
    mark = " - " if ascii_only else " \N{MIDDLE DOT} "
    lines = [
        Text(mark.join(filter(None, (left_text(state), pace_text(state), attempts_text(state))))),
        _verdicts(state),
        Text(pause_text(state), style="bold yellow"),
    ]
    return Group(*_head(state, width), *(line for line in lines if line.plain))


def _head(state: ProgressState, width: int) -> Iterable[RenderableType]:
    """Yield phase and progress, beside a bar, or above it if there is no room."""
    phase, done = Text(phase_text(state), style="bold"), done_text(state)
    bar = ProgressBar(total=state.total, completed=state.done) if state.total else ""
    if len(phase.plain) + len(done) + LEAST_BAR_WIDTH > width:
        yield from (Text.assemble(phase, " ", done), *([bar] if bar else []))
        return
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(no_wrap=True)
    row.add_column(ratio=1)
    row.add_column(no_wrap=True, justify="right")
    row.add_row(phase, bar, done)
    yield row


def _verdicts(state: ProgressState) -> Text:
    parts = [
        Text.assemble((verdict, VERDICT_STYLES.get(verdict, "")), f" {count:,}")
        for verdict, count in state.verdicts.items()
        if count
    ]
    return Text("   ").join(parts)
