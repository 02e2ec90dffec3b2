"""The windows that limit a key: those announced in replies, the one assumed until then, and the one found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from validator.pacing.budget.window import Window
from validator.pacing.measures.units import MINUTE_S

if TYPE_CHECKING:
    from validator.model import RateWindow

# Requests are not spread over longer windows (an hour, a day): these are spent, then their reset is awaited.
LONGEST_PACED_WINDOW_S = 300.0
# No known provider states more. It bounds the work for each request, whatever the headers say.
MOST_WINDOWS = 4

# The key, in place of a length, of the window that was found because the announced ones proved wrong.
FOUND = -1.0


class WindowSet:
    """Several windows side by side; the strictest decides at each moment.

    Args:
        usual_s: the length in seconds of the assumed window, to which the ceiling also refers.
        first_per_min: the limit in requests a minute until a reply announces one.
        ceiling_per_min: the upper bound for announced limits, or None.
        share: the share of announced limits that is ours.
    """

    def __init__(
        self, usual_s: float, first_per_min: float, *, ceiling_per_min: float | None, share: float
    ) -> None:
        self._usual_s = usual_s
        self._ceiling_per_min = ceiling_per_min
        self._share = share
        self._first = first_per_min * usual_s / MINUTE_S
        self._windows = {usual_s: Window(usual_s, self._first)}
        self._announced: set[float] = set()
        self._is_elsewhere = False

    @property
    def is_assuming(self) -> bool:
        """Whether the limit is only assumed: no reply announces one, and there is no ceiling."""
        return self._ceiling_per_min is None and not self._announced

    @property
    def strictest(self) -> Window:
        """The window with the lowest limit."""
        return min(self._windows.values(), key=lambda window: window.per_min)

    @property
    def strictest_announced(self) -> Window:
        """The window with the lowest limit, except the one that was found."""
        announced = (window for length, window in self._windows.items() if length != FOUND)
        return min(announced, key=lambda window: window.per_min)

    def is_found(self, window: Window) -> bool:
        """Whether a window is the one that was found."""
        return window is self._windows.get(FOUND)

    def is_announced(self, window: Window) -> bool:
        """Whether replies announce a window, and no ceiling is below it."""
        at_ceiling = self._ceiling_per_min is not None and window.per_min >= self._ceiling_per_min
        return window.window_s in self._announced and not at_ceiling

    def spacing_s(self, now: float, jitter_s: float) -> float:
        """Return the seconds from one request to the next."""
        spacing_s = 0.0
        for window in self._windows.values():
            spacing_s = max(spacing_s, window.spacing_s(now, jitter_s))
        return spacing_s

    def room_at(self, now: float, in_flight: int, started: int) -> float:
        """Return when one more request fits into every window; see `Window.room_at`."""
        room_at = now
        for window in self._windows.values():
            room_at = max(room_at, window.room_at(now, in_flight, started))
        return room_at

    def assume(self, per_min: float) -> None:
        """Use an assumed limit in requests a minute."""
        self._windows[self._usual_s].limit = per_min * self._usual_s / MINUTE_S

    def find(self, per_min: float) -> None:
        """Use a limit that was found below the announced ones; infinity: use only those again."""
        if per_min == math.inf:
            self._windows.pop(FOUND, None)
        elif found := self._windows.get(FOUND):
            found.limit = per_min
        else:
            self._windows[FOUND] = self._with_log(Window(MINUTE_S, per_min))

    def learn_elsewhere(self, now: float, windows: tuple[RateWindow, ...]) -> None:
        """Record what another endpoint's reply announces: it is used until a check's reply announces one."""
        if self._announced and not self._is_elsewhere:
            return
        for reported in windows:
            if reported.window_s <= LONGEST_PACED_WINDOW_S:
                self._learn(now, reported)
        self._is_elsewhere = bool(self._announced)

    def learn(self, now: float, reported: RateWindow) -> None:
        """Record the limit of one window that a reply announces; one without a limit says nothing."""
        if self._is_elsewhere and reported.limit:
            self._is_elsewhere = False
            self._announced.clear()
            self._windows = {self._usual_s: self._with_log(Window(self._usual_s, self._first))}
        self._learn(now, reported)

    def _learn(self, now: float, reported: RateWindow) -> None:
        if reported.limit is None or reported.limit <= 0 or reported.window_s <= 0:
            return
        ours = reported.limit * self._share
        if self._ceiling_per_min is not None and reported.window_s == self._usual_s:
            ours = min(ours, self._ceiling_per_min * reported.window_s / MINUTE_S)
        if reported.window_s in self._announced:
            self._windows[reported.window_s].learn(now, ours)
        elif len(self._announced) < MOST_WINDOWS:
            self._adopt(self._with_log(Window(reported.window_s, ours)))

    def _adopt(self, window: Window) -> None:
        """Add a window that is announced for the first time; the first one replaces the assumed window."""
        if self.is_assuming:
            self._windows.clear()
        self._announced.add(window.window_s)
        self._windows[window.window_s] = window

    def see(
        self, now: float, windows: tuple[RateWindow, ...], *, in_flight: int, later: int, ordinal: int
    ) -> None:
        """Record the remaining requests that a reply reports for each window; see `Window.see`."""
        for reported in windows:
            if window := self._windows.get(reported.window_s):
                window.see(now, reported, in_flight=in_flight, later=later, ordinal=ordinal)

    def refused(self, now: float, windows: tuple[RateWindow, ...]) -> bool:
        """Record a refusal; return whether the reported remaining requests explain it."""
        reported = {window.window_s: window for window in windows}
        explained = [window.refused(now, reported.get(length)) for length, window in self._windows.items()]
        return any(explained)

    def add(self, arrived_by: float) -> None:
        """Log a request that reached the server at `arrived_by` at the latest."""
        for window in self._windows.values():
            window.add(arrived_by)

    def _with_log(self, window: Window) -> Window:
        """Return a new window with the log of the longest of the others."""
        window.carry_over(max(self._windows.values(), key=lambda known: known.window_s))
        return window
