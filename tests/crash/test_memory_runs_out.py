"""Memory that runs out in the middle of a run."""

import resource
import signal
from pathlib import Path

import pytest

from tests.support.crash.lives import assert_goes_on
from tests.support.crash.recipient_list import RecipientList

pytestmark = pytest.mark.slow

LONG = RecipientList.draw(60).repeated(2000)
# Enough for a thread to begin with: where it gets none, Python waits for it for ever (cpython issue 140746).
# Far less than the output takes.
LEFT_BYTES = 4 * 2**20
# One line, as for all that goes wrong; or the end at once where it is polars that gets no memory.
ENDS = {1, -signal.SIGABRT}


def address_space(run):
    """How many bytes a process has mapped: the first field of proc_pid_statm(5), in pages."""
    pages = int(Path(f"/proc/{run.pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def test_a_run_that_memory_runs_out_for_is_gone_on_with(set_out, amount):
    alone = set_out("alone", LONG)
    alone.duration()
    for _ in range(amount(1, 10)):
        killer = set_out("memory", LONG)
        since = killer.witness.mark()
        run = killer.checks.fork(held=True)
        run.release()
        killer.witness.wait_for(10, run, since)
        resource.prlimit(
            run.pid, resource.RLIMIT_AS, (address_space(run) + LEFT_BYTES, resource.RLIM_INFINITY)
        )

        assert run.wait() in ENDS, run.said()
        assert "Traceback" not in run.said()
        assert_goes_on(killer, alone.checks, LONG.distinct)
