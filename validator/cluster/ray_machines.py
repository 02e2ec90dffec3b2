"""A cluster on Ray: plain tasks for the parts of a list, and an actor for each lane.

Tasks and not Ray Data: the tool's own readers and writers keep rows as they stand, which a dataset of typed
blocks would not. Ray says where the work runs, keeps the results, and does again what a lost machine had.
"""

from __future__ import annotations

import io
import logging
import os
import platform
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from validator.cluster.lane import Lane
from validator.cluster.machines import LaneLost
from validator.errors import StoppedEarly, UsageError, ValidatorError
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from validator.cluster.lane import Given, LaneOrder, LaneReport

LOCAL = "local"
AUTO = "auto"

# A lane waits for answers nearly all of its time (benchmarks: 1 to 4 % of a core).
_LANE_CPUS = 0.05
_LOOKS_WITHIN_S = 60.0
_STORE_BYTES = 512 << 20
# Ray itself tries a task again whose machine has died.
_TASK_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Versions:
    """What has to be the same on every machine."""

    validator: str
    python: str


def versions() -> Versions:
    """Return the versions here."""
    return Versions(__version__, ".".join(platform.python_version_tuple()[:2]))


class _LaneHost:
    """The process of a lane. What it asks with does not come with its creation, which Ray writes down."""

    def __init__(self) -> None:
        self._lane: Lane | None = None

    def exchange(self, given: Given, order: LaneOrder | None) -> LaneReport:
        """Begin the lane, if that is still to be done, and exchange with it."""
        if self._lane is None:
            if order is None:
                raise LaneLost("its process was begun anew")
            self._lane = Lane(order)
        return self._lane.exchange(given)


class RayLane:
    """A lane on Ray.

    Args:
        order: what it does.
    """

    def __init__(self, order: LaneOrder) -> None:
        self._order: LaneOrder | None = order
        host: Any = ray.remote(_LaneHost)
        once = {"max_restarts": 0, "max_task_retries": 0}
        self._actor = host.options(num_cpus=_LANE_CPUS, scheduling_strategy="SPREAD", **once).remote()

    def exchange(self, given: Given) -> Any:
        """Begin an exchange; see `RemoteLane`."""
        order, self._order = self._order, None
        return self._actor.exchange.remote(given, order)

    def report(self, pending: Any) -> LaneReport:
        """Return a report; see `RemoteLane`."""
        try:
            report: LaneReport = ray.get(pending)
        except RayTaskError as error:
            raise _own(error) from None
        except RayError as error:
            raise LaneLost(_first_line(error)) from None
        return report

    def end(self) -> None:
        """End its process; see `RemoteLane`."""
        ray.kill(self._actor)


class RayMachines:
    """The machines of a Ray cluster that this process is connected to."""

    def start(self, work: Callable[..., Any], *arguments: Any, results: int = 1) -> list[Any]:
        """Begin a piece of work; see `Machines`."""
        task = ray.remote(work).options(num_returns=results, max_retries=_TASK_RETRIES)
        begun = task.remote(*arguments)
        return begun if results > 1 else [begun]

    def keep(self, value: Any) -> Any:
        """Put a value where every machine finds it; see `Machines`."""
        return ray.put(value)

    def value(self, pending: Any) -> Any:
        """Return a result; see `Machines`."""
        try:
            return ray.get(pending)
        except RayTaskError as error:
            raise _own(error) from None
        except RayError as error:
            raise StoppedEarly(f"a piece of work was lost: {_first_line(error)}; run it again") from None

    def ready(self, pending: Sequence[Any], timeout_s: float) -> list[Any]:
        """Return what is ready; see `Machines`."""
        found, _ = ray.wait(list(pending), num_returns=1, timeout=timeout_s, fetch_local=False)
        if not found:
            return []
        found, _ = ray.wait(list(pending), num_returns=len(pending), timeout=0, fetch_local=False)
        return list(found)

    def lane(self, order: LaneOrder) -> RayLane:
        """Begin a lane; see `Machines`."""
        return RayLane(order)


@contextmanager
def connected(address: str) -> Iterator[RayMachines]:
    """Connect to a cluster for the length of the block.

    Args:
        address: `local` for one on this machine that ends with the block, `auto` for the one that this
            machine belongs to, HOST:PORT, or ray://HOST:PORT.

    Raises:
        UsageError: there is no such cluster, or it has another version of Ray, Python or this package.
    """
    # Ray tells its makers about each cluster that it starts, unless asked not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray gives its own processes half a minute to begin, which a busy machine exceeds.
    os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")
    begun: dict[str, Any] = {"object_store_memory": _STORE_BYTES, "include_dashboard": False}
    try:
        ray.init(
            address=address,
            logging_level=logging.ERROR,
            log_to_driver=False,
            **(begun if address == LOCAL else {}),
        )
    except Exception as error:  # Ray raises errors of every kind, and also `Exception` itself
        raise UsageError(f"no Ray cluster at {address}: {_first_line(error)}") from error
    # Ray prints to standard output what happens to its processes; the run says itself what it lost.
    with redirect_stdout(io.StringIO()):
        try:
            _require_same_versions()
            yield RayMachines()
        finally:
            ray.shutdown()


def _require_same_versions() -> None:
    """See that each machine has this package, in this version; Ray compares its own and Python's."""
    ours, asked = versions(), ray.remote(versions)
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call] # Ray's own
    for node in (node for node in nodes if node["Alive"]):
        place = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        name = node["NodeManagerAddress"]
        try:
            theirs = ray.get(
                asked.options(scheduling_strategy=place, num_cpus=0).remote(), timeout=_LOOKS_WITHIN_S
            )
        except RayError as error:
            raise UsageError(
                f"the machine {name} cannot run this tool: {_first_line(error)}; install the same version of "
                f"recipient-validator ({__version__}) there"
            ) from None
        if theirs != ours:
            raise UsageError(
                f"the machine {name} has recipient-validator {theirs.validator} on Python {theirs.python}, "
                f"and this one {ours.validator} on {ours.python}; install the same on both"
            )


def _own(error: RayTaskError) -> Exception:
    """Return the error that a piece of work raised, as it would have been raised here."""
    cause = error.cause
    return cause if isinstance(cause, ValidatorError | LaneLost) else error


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if isinstance(error, RayTaskError) and lines else (lines or [type(error).__name__])[0]
