"""Lives of a list: the same command, killed again and again, until a run ends by itself."""

import signal
import time
from dataclasses import dataclass
from itertools import repeat

from tests.support.crash.check_process import CONCURRENCY, Checks
from tests.support.crash.traced import calls_in, kill_at, traced

# In the time of one answer no more than CONCURRENCY checks can start. What a kill can lose is in flight
# (60 ms), is a "no" that the next "yes" has to vouch for (60 ms, and as long again for what is in flight with
# that), or waits for its group commit (50 ms at this pace, and a slow sync): it began within 5 x 60 ms.
LATENCY_MS = 60
MOST_LOST = 5 * CONCURRENCY

# What stands in the place of the outputs at first.
OLD = b"old\n"


@dataclass(frozen=True)
class Kill:
    """How things stood right after one kill.

    Attributes:
        asked: the checks that this run asked, in order.
        before: the numbers with a verdict in the ledger when it began.
        recorded: those with one after the kill.
        outputs: what stands in the places of the output and the sendable file.
    """

    asked: list
    before: set
    recorded: set
    outputs: list

    @property
    def lost(self):
        """The numbers that this run asked about, and whose answers it did not live to record."""
        return set(self.asked) - self.recorded


@dataclass(frozen=True)
class Life:
    """Some killed runs of one command, what they had recorded, and what the one that was left alone asked."""

    kills: list
    recorded: set
    asked_last: list
    checks: Checks

    @property
    def asked(self):
        """All checks that were asked, in order."""
        return [number for kill in self.kills for number in kill.asked] + self.asked_last


@dataclass(frozen=True)
class Killer:
    """Starts a command and kills it, in view of the sandbox's log."""

    checks: Checks
    witness: object

    def live(self, handle, ends=frozenset({-signal.SIGKILL})):
        """Start the command over and over until a run is not killed, which then has to end well.

        Args:
            handle: lets a held run go on, and has it killed or not.
            ends: how a killed run ends.
        """
        kills, recorded = [], set()
        while True:
            since = self.witness.mark()
            run = self.checks.fork(held=True)
            handle(run)
            code = run.wait()
            self.witness.settle()
            asked = self.witness.numbers_asked(since)
            if code not in ends:
                assert code == 0, run.said()
                return Life(kills, recorded, asked, self.checks)
            before, recorded = recorded, self.checks.recorded()
            kills.append(Kill(asked, before, recorded, self.checks.outputs()))

    def calls(self, names):
        """Run the command once in peace, and return how often it made each of these system calls."""
        log = self.checks.folder / "trace"
        run = self.checks.fork(held=True)
        with traced(run, f"trace={names}", log=log):
            assert run.wait() == 0, run.said()
        return calls_in(log, run)

    def duration(self):
        """Run the command once in peace, and return how many seconds that took."""
        run = self.checks.fork(held=True)
        begun = time.monotonic()
        run.release()
        assert run.wait() == 0, run.said()
        return time.monotonic() - begun


def at_random(chance, within_s, signums=(signal.SIGKILL,)):
    """Let a run go on, and send it signals, each after a random time, unless it has ended by then.

    Args:
        chance: draws the times.
        within_s: how long a run takes that has everything before it. Half of that passes before the first
            answer is in the ledger: of shorter times a life would have a hundred kills, and nearly all of
            them before anything was asked.
        signums: the signals.
    """

    def handle(run):
        run.release()
        for signum in signums:
            if run.ends_within(chance.uniform(0, within_s)):
                return
            run.send(signum)

    return handle


def at_check(chance, witness, most):
    """Let a run go on, and kill it once it has asked so many checks, at most `most`, unless it has ended."""

    def handle(run):
        since = witness.mark()
        run.release()
        witness.wait_for(chance.randint(1, most), run, since)
        if not run.ends_within(0):
            run.kill()

    return handle


def at_call(call, place):
    """Kill the first run before it makes a system call for the `place`th time; leave those after it alone."""
    expressions = [kill_at(call, place)]

    def handle(run):
        if expressions:
            with traced(run, expressions.pop()):
                return
        run.release()

    return handle


def leave_alone(run):
    run.release()


def first(count, handle):
    """Treat the first runs of a life so, and leave those after them alone."""
    left = repeat(handle, count)

    def handle_next(run):
        next(left, leave_alone)(run)

    return handle_next


def assert_goes_on(killer, alone, distinct):
    """Run the command to its end: it asks what is missing, once, and writes what a run left alone wrote."""
    known, since = killer.checks.recorded(), killer.witness.mark()
    run = killer.checks.fork()
    assert run.wait() == 0, run.said()
    assert sorted(killer.witness.numbers_asked(since)) == sorted(distinct - known)
    assert without_times(killer.checks.output) == without_times(alone.output)
    assert killer.checks.sendable.read_bytes() == alone.sendable.read_bytes()
    assert not killer.checks.litter()


def without_times(path):
    """Return the file's lines without their last cell, which is `checked_at`."""
    lines = path.read_bytes().splitlines()
    assert lines[0].endswith(b",checked_at")
    return [line.rpartition(b",")[0] for line in lines]
