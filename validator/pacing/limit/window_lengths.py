"""How long an announced window is, where its reset says more than its headers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from validator.pacing.measures.units import waiting_s

if TYPE_CHECKING:
    from validator.model import RateWindow

# Lengths that longer windows have: five minutes, a quarter of an hour, an hour, a day, a month.
USUAL_LENGTHS_S = (300.0, 900.0, 3600.0, 86_400.0, 31 * 86_400.0)
# Both are reported to the second at best, and a little late.
RESET_SLACK = 1.25
# A sliding counter is empty again only when the window after this one is over too.
FARTHEST_RESET = 1 + RESET_SLACK


class WindowLengthEstimator:
    """Takes a window of no announced length for the longer one that its reset shows it to be.

    A plain `X-RateLimit-Limit` is a minute's by the provider's contract; one whose reset is an hour away is
    an hour's. The farthest reset seen decides, since it comes nearer as the window goes by.

    Args:
        usual_s: the length of a window if the reply does not state it.
    """

    def __init__(self, usual_s: float) -> None:
        self._usual_s = usual_s
        self._farthest_reset_s = 0.0

    def corrected(self, reported: RateWindow) -> RateWindow:
        """Return the window at its length."""
        if reported.window_s != self._usual_s:
            return reported
        self._farthest_reset_s = max(self._farthest_reset_s, waiting_s(reported.reset_s))
        if self._farthest_reset_s <= FARTHEST_RESET * reported.window_s:
            return reported
        fitting = (length for length in USUAL_LENGTHS_S if self._farthest_reset_s <= length * RESET_SLACK)
        return replace(reported, window_s=next(fitting, self._farthest_reset_s))
