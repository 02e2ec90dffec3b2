"""What the process holds, hour by hour, through a long run on virtual time."""

import gc
import os
from dataclasses import dataclass
from pathlib import Path

import anyio
import trio

from tests.support.batch.laboratory import numbers_of


@dataclass(frozen=True)
class Held:
    """What the process holds at one moment: tasks, file descriptors, objects of Python, and memory."""

    hour: int
    tasks: int
    descriptors: int
    objects: int
    rss_mb: float


class HourlyLook:
    """A watcher of the fan-out that looks once an hour; what the sandbox remembers is forgotten first."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self.seen = []

    async def __call__(self, *_):
        while True:
            await anyio.sleep(3_600)
            self._sandbox.log.clear()
            self._sandbox.world.reset()  # which counts the attempts at every number
            self.seen.append(self._look())

    def _look(self):
        gc.collect()
        return Held(
            hour=len(self.seen) + 1,
            tasks=trio.lowlevel.current_statistics().tasks_living,
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            objects=len(gc.get_objects()),
            rss_mb=resident_mb(),
        )


def resident_mb(pid="self"):
    """A process's resident memory in MB (10^6 bytes): the second field of proc_pid_statm(5), in pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def ask_for_hours(lab, per_min, hours):
    """Ask at a pace for hours of virtual time; return how the run went and what it held."""
    look = HourlyLook(lab.app)
    ran = lab.ask(numbers_of(hours * 60 * per_min), rate=per_min, watchers=[look])
    return ran, look.seen
