"""A cluster as a run needs it: work done somewhere, and lanes that live somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.cluster.lane import Given, LaneOrder, LaneReport


class LaneLost(Exception):
    """A lane's process has ended, or its machine has; what it held comes back when its leases have ended."""


class RemoteLane(Protocol):
    """A `lane.Lane` on some machine."""

    def exchange(self, given: Given) -> Any:
        """Begin an exchange, and return what its report is got by."""
        ...

    def report(self, pending: Any) -> LaneReport:
        """Return the report of an exchange that is ready.

        Raises:
            LaneLost: there will be none.
        """
        ...

    def end(self) -> None:
        """End its process."""
        ...


class Machines(Protocol):
    """Machines that work for a run."""

    def start(self, work: Callable[..., Any], *arguments: Any, results: int = 1) -> list[Any]:
        """Begin a piece of work somewhere; return what its results are got by, which may be arguments too."""
        ...

    def keep(self, value: Any) -> Any:
        """Return what a value is got by on every machine: it is sent to each of them once."""
        ...

    def value(self, pending: Any) -> Any:
        """Return a result, and wait for it.

        Raises:
            ValidatorError: as the work did.
        """
        ...

    def ready(self, pending: Sequence[Any], timeout_s: float) -> list[Any]:
        """Return those of some results that are ready; one at the least unless the time is over."""
        ...

    def lane(self, order: LaneOrder) -> RemoteLane:
        """Begin a lane on some machine."""
        ...
