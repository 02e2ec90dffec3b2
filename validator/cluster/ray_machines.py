"""A cluster on Ray: tasks for the parts of a list, and an actor for each lane.

Ray chooses the machines, keeps the results, and repeats the tasks of a lost machine. Ray Data is not used:
its typed blocks would not keep rows unchanged, as this program's own readers and writers do.
"""

from __future__ import annotations

import io
import logging
import os
import platform
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

import ray
from msgspec import Struct
from ray.exceptions import GetTimeoutError, NodeDiedError, RayError, RayTaskError, TaskUnschedulableError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from validator.cluster.lane import Lane
from validator.cluster.machines import LaneLost
from validator.errors import StoppedEarly, UsageError, ValidatorError
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from validator.cluster.lane import LaneInput, LaneOrder, LaneReport

LOCAL = "local"
AUTO = "auto"

# A lane waits for responses most of its time (benchmarks: 1 to 4 % of a core).
_LANE_CPUS = 0.05
# The first process on a machine imports this package. A busy machine takes a minute for it.
_ANSWERS_WITHIN_S = 180.0
_STORE_BYTES = 512 << 20
# Ray repeats a task if its machine fails.
_TASK_RETRIES = 3


class Versions(Struct, frozen=True):
    """The versions that have to be the same on every machine."""

    validator: str
    python: str


def versions() -> Versions:
    """Return the versions on this machine."""
    return Versions(__version__, ".".join(platform.python_version_tuple()[:2]))


class _LaneHost:
    """The process of a lane. The first exchange sends its key, since Ray records creation arguments."""

    def __init__(self) -> None:
        self._lane: Lane | None = None

    def exchange(self, given: LaneInput, order: LaneOrder | None) -> LaneReport:
        """Exchange with the lane; the first call starts it."""
        if self._lane is None:
            if order is None:
                raise LaneLost("its process was begun anew")
            self._lane = Lane(order)
        return self._lane.exchange(given)


class RayLane:
    """A lane on Ray.

    Args:
        order: the settings of the lane.
    """

    def __init__(self, order: LaneOrder) -> None:
        self._order: LaneOrder | None = order
        host: Any = ray.remote(_LaneHost)
        once = {"max_restarts": 0, "max_task_retries": 0}
        self._actor = host.options(num_cpus=_LANE_CPUS, scheduling_strategy="SPREAD", **once).remote()

    def exchange(self, given: LaneInput) -> Any:
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
        """Put a value into Ray's object store; see `Machines`."""
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
        """Return the results that are ready; see `Machines`."""
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
        address: `local` for a cluster on this machine that ends with the block, `auto` for the cluster that
            this machine belongs to, HOST:PORT, or ray://HOST:PORT.

    Raises:
        UsageError: there is no such cluster, or it has another version of Ray, Python or this package.
    """
    # By default Ray sends usage statistics to its makers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # By default Ray's processes have half a minute to start, which is too short on a busy machine.
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
    # Ray prints events of its processes to standard output; the run itself reports lost lanes.
    with redirect_stdout(io.StringIO()):
        try:
            _require_same_versions()
            yield RayMachines()
        finally:
            ray.shutdown()


def _require_same_versions() -> None:
    """Check that each machine has this version of the package, and the same Python.

    Ray lists a machine for some seconds after its end; such a machine is left out.

    Raises:
        UsageError: a machine has another version, or cannot run the package.
    """
    ours, asked = versions(), ray.remote(versions)
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call] # Ray's own
    alive = [node for node in nodes if node["Alive"]]
    places = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in alive]
    pending = [asked.options(scheduling_strategy=place, num_cpus=0).remote() for place in places]
    for node, answer in zip(alive, pending, strict=True):
        name = node["NodeManagerAddress"]
        try:
            theirs = ray.get(answer, timeout=_ANSWERS_WITHIN_S)
        except (NodeDiedError, TaskUnschedulableError):
            continue
        except GetTimeoutError:
            raise UsageError(
                f"the machine {name} started no process for this run within {_ANSWERS_WITHIN_S:.0f} s; run "
                "the command again when it is less busy, or remove the machine from the cluster"
            ) from None
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
    """Return the error that a task raised, without Ray's wrapper if it is one of this program."""
    cause = error.cause
    return cause if isinstance(cause, ValidatorError | LaneLost) else error


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if isinstance(error, RayTaskError) and lines else (lines or [type(error).__name__])[0]
