"""The end of a run for monitoring, also of a run that failed before it had a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator.value import Value

if TYPE_CHECKING:
    from validator.reports.summary import Summary


class RunEnd(Value, Struct, frozen=True, kw_only=True):
    """The end of a run.

    Attributes:
        command: the command's name.
        version: the tool's version.
        started_at_s: when it began, in Unix seconds.
        finished_at_s: when it ended, in Unix seconds.
        exit_code: the run's own exit code, even if the command returns another one.
        is_success: whether this code counts as success.
        error: why there is no summary; None if there is one.
        summary: the summary, or None if the run failed before it had one.
    """

    command: str
    version: str
    started_at_s: float
    finished_at_s: float
    exit_code: int
    is_success: bool
    error: str | None = None
    summary: Summary | None = None

    @property
    def duration_s(self) -> float:
        """How long the run took, in seconds; 0 if the clock was set back during the run."""
        return round(max(0.0, self.finished_at_s - self.started_at_s), 3)
