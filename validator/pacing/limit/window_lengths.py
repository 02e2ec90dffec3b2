"""The length of an announced window, if its reset shows that it is longer than assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from validator.pacing.measures.units import waiting_s

if TYPE_CHECKING:
    from validator.model import RateWindow

# Usual lengths of longer windows: five minutes, a quarter of an hour, an hour, a day, a month.
USUAL_LENGTHS_S = (300.0, 900.0, 3600.0, 86_400.0, 31 * 86_400.0)
# A reset is reported to the second at best, and a little late.
RESET_SLACK = 1.25
# A sliding counter is empty only at the end of the window after this one.
FARTHEST_RESET = 1 + RESET_SLACK


class WindowLengthEstimator:
    """Corrects the length of a window without an announced length, by its reset.

    A plain `X-RateLimit-Limit` refers to a minute by the provider's contract; if its reset is an hour away,
    it refers to an hour. The farthest reset seen decides, since the reset comes nearer during the window.

    Args:
        usual_s: the length of a window if the reply does not state it.
    """

    def __init__(self, usual_s: float) -> None:
        self._usual_s = usual_s
        self._farthest_reset_s = 0.0

    def corrected(self, reported: RateWindow) -> RateWindow:
        """Return the window with its corrected length."""
        if reported.window_s != self._usual_s:
            return reported
        self._farthest_reset_s = max(self._farthest_reset_s, waiting_s(reported.reset_s))
        if self._farthest_reset_s <= FARTHEST_RESET * reported.window_s:
            return reported
        fitting = (length for length in USUAL_LENGTHS_S if self._farthest_reset_s <= length * RESET_SLACK)
        return replace(reported, window_s=next(fitting, self._farthest_reset_s))
