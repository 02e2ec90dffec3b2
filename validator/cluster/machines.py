"""The interface to a cluster: functions and lanes that run on any of its machines.

A value of type `Any` that is named `pending`, or that `start`, `keep` or `exchange` returns, is a reference
to a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.cluster.lane import LaneInput, LaneOrder, LaneReport


class LaneLost(Exception):
    """A lane's process or machine has ended; its numbers become free when its leases expire."""


class RemoteLane(Protocol):
    """A `lane.Lane` on one of the machines."""

    def exchange(self, given: LaneInput) -> Any:
        """Begin an exchange, and return a reference to its report."""
        ...

    def report(self, pending: Any) -> LaneReport:
        """Return the report of an exchange that is ready.

        Raises:
            LaneLost: there is no report, since the lane is lost.
        """
        ...

    def end(self) -> None:
        """End its process."""
        ...


class Machines(Protocol):
    """The machines of a cluster."""

    def start(self, work: Callable[..., Any], *arguments: Any, results: int = 1) -> list[Any]:
        """Start a function on any machine; return references to its results.

        The arguments may be values or such references.
        """
        ...

    def keep(self, value: Any) -> Any:
        """Return a reference to a value, which is sent to each machine at most once."""
        ...

    def value(self, pending: Any) -> Any:
        """Wait for a result, and return it.

        Raises:
            ValidatorError: the function raised it.
        """
        ...

    def ready(self, pending: Sequence[Any], timeout_s: float) -> list[Any]:
        """Return the references to results that are ready; waits for the first one, up to the timeout."""
        ...

    def lane(self, order: LaneOrder) -> RemoteLane:
        """Start a lane on any machine."""
        ...
