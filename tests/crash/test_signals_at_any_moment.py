"""SIGINT and SIGTERM, once and twice, at any moment of a run; and a run that is suspended."""

import csv
import signal
from itertools import cycle

import pytest

from tests.support.crash.lives import OLD, at_random, first, without_times
from tests.support.crash.recipient_list import RecipientList

pytestmark = pytest.mark.slow

SMALL = RecipientList.draw(80)
PER_MIN = 1_200
# A run that listens tells the signal by its exit code; before, the system ends it. To a shell both are one.
ENDS = {
    signal.SIGINT: {130, -signal.SIGINT},
    signal.SIGTERM: {143, -signal.SIGTERM},
}


@pytest.fixture(scope="module")
def alone(set_out):
    """A life without a signal, and how many seconds it took."""
    killer = set_out("alone", SMALL)
    return killer.checks, killer.duration()


@pytest.fixture
def lives(set_out, alone, amount, chance):
    """Lives in which runs are sent a signal so many times, the one signal or the other."""

    def lives(times):
        signals = amount(3, 200)
        for signum in cycle(ENDS):
            handle = first(amount(2, 200), at_random(chance, alone[1], (signum,) * times))
            life = set_out("asked", SMALL).live(handle, ENDS[signum])
            yield life
            signals -= len(life.kills)
            if signals <= 0:
                return

    return lives


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_a_run_that_is_asked_to_end_loses_nothing_and_goes_on(lives, alone, times, tell):
    ended = 0
    for life in lives(times):
        ended += len(life.kills)
        assert_nothing_lost(life)
        assert_outputs_were_whole(life)
        assert without_times(life.checks.output) == without_times(alone[0].output)
        assert not life.checks.litter()
        assert "Traceback" not in (life.checks.folder / "err").read_text()
    tell(f"{ended} runs were asked to end {times} times")


def assert_nothing_lost(life):
    assert set(life.asked) == SMALL.distinct
    assert not life.recorded & set(life.asked_last)
    for kill in life.kills:
        assert kill.before <= kill.recorded
        assert not kill.before & set(kill.asked)


def assert_outputs_were_whole(life):
    for kill in life.kills:
        annotated, sendable = kill.outputs
        assert annotated == OLD or len(rows_of(annotated)) == len(SMALL.cells)
        assert sendable == OLD or set(rows_of(sendable)) <= set(rows_of(life.checks.sendable.read_bytes()))


def rows_of(content):
    """The rows of a CSV file, each of which has to be whole."""
    header, *rows = csv.reader(content.decode().splitlines())
    assert all(len(row) == len(header) for row in rows)
    return list(map(tuple, rows))


@pytest.fixture
def suspended(set_out):
    """Suspend a paced run after ten checks for so many seconds; return how it ended and when it asked."""

    def suspend(seconds, *more):
        killer = set_out("suspended", RecipientList.draw(160))
        since = killer.witness.mark()
        run = killer.checks.fork("--rate", f"{PER_MIN}/min", *more, held=True)
        run.release()
        killer.witness.wait_for(10, run, since)
        run.send(signal.SIGSTOP)
        run.ends_within(seconds)
        run.send(signal.SIGCONT)
        code = run.wait()
        return code, [entry["time_s"] for entry in killer.witness.entries(since) if entry["number"]]

    return suspend


def test_a_run_that_was_suspended_does_not_catch_up(suspended):
    code, asked_s = suspended(3.0)

    assert code == 0
    # Sixty would have been due meanwhile; twenty are in a second at this pace.
    assert max(sum(from_s <= one < from_s + 1 for one in asked_s) for from_s in asked_s) < 40


def test_a_run_that_was_suspended_past_its_deadline_asks_no_more(suspended):
    # A slow machine needs seconds for the first ten checks.
    code, asked_s = suspended(9.0, "--deadline", "8s")

    assert code == 5
    assert 10 <= len(asked_s) < 30
