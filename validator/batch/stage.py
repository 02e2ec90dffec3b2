"""The phases that read and write files, on the progress display."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from validator.reports import ProgressState

if TYPE_CHECKING:
    from validator.reports import Progress

LOOKING_UP = "looking up"
"""The phase in which the ledger is read."""


class Stage:
    """Shows one local phase on a progress display, with the remaining time if the total is known.

    Args:
        progress: the display.
        phase: the phase's name.
        total: the total of rows or bytes; 0 if it is not known.
        in_bytes: whether it counts bytes.
    """

    def __init__(self, progress: Progress, phase: str, total: int = 0, *, in_bytes: bool = False) -> None:
        self._progress = progress
        self._phase = phase
        self._total = total
        self._in_bytes = in_bytes
        self._begun_s = time.monotonic()

    def show(self, done: int, total: int | None = None) -> None:
        """Show how much is done, and the total if it is known by now."""
        self._total = self._total if total is None else total
        self._progress.update(
            ProgressState(
                phase=self._phase,
                total=self._total,
                done=done,
                in_bytes=self._in_bytes,
                eta_s=self._left_s(done),
            )
        )

    def _left_s(self, done: int) -> float | None:
        if not (self._total and done):
            return None
        return (time.monotonic() - self._begun_s) * (self._total - done) / done
