"""`kill -9` in the middle of a run, again and again, each time followed by the same command."""

import signal
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle

import pytest

from tests.support.crash.lives import MOST_LOST, OLD, at_call, at_check, at_random, leave_alone, without_times
from tests.support.crash.recipient_list import RecipientList
from tests.support.crash.traced import CHANGES, require_strace

pytestmark = pytest.mark.slow

SMALL = RecipientList.draw(120)


@dataclass(frozen=True)
class Story:
    """Lives of one list, all of their kills, and a life without any."""

    lives: list
    alone: object

    @property
    def kills(self):
        return [kill for life in self.lives for kill in life.kills]

    def figures(self):
        asking = sum(0 < len(kill.recorded) < len(SMALL.distinct) for kill in self.kills)
        checks = sum(len(life.asked) for life in self.lives)
        repeats = checks - sum(len(set(life.asked)) for life in self.lives)
        lost = max(len(kill.lost) for kill in self.kills)
        return (
            f"{len(self.kills):,} kills in {len(self.lives)} lives, {asking} of them in mid-list; "
            f"{checks:,} checks, {repeats} repeats; lost in one kill at most {lost}, allowed {MOST_LOST}"
        )


@pytest.fixture(scope="module")
def alone(set_out):
    """A life without a kill, and how many seconds it took."""
    killer = set_out("alone", SMALL)
    return killer.checks, killer.duration()


@pytest.fixture(scope="module")
def killed_at_random(set_out, amount, alone, chance, witness):
    """Lives with kills after so many checks, and others with kills after so long, which hit all the rest."""
    ways = cycle([at_check(chance, witness, len(SMALL.distinct)), at_random(chance, alone[1])])

    def lives():
        kills = amount(12, 1_000)
        while kills > 0:
            life = set_out("killed", SMALL).live(next(ways))
            kills -= len(life.kills)
            yield life

    return lives


@pytest.fixture(scope="module")
def killed_at_changes(set_out, amount):
    """Lives with a kill before each change to a file, or before every fortieth."""

    def lives():
        require_strace()
        killer = set_out("counted", SMALL)
        calls = killer.calls(CHANGES)
        places = [(call, place + 1) for call, count in sorted(calls.items()) for place in range(count)]
        for call, place in places[:: amount(40, 1)]:
            yield set_out("killed", SMALL).live(at_call(call, place))

    return lives


@pytest.fixture(scope="module", params=["killed_at_random", "killed_at_changes"])
def story(request, alone, tell):
    told = Story(list(request.getfixturevalue(request.param)()), alone[0])
    tell(f"{request.param}: {told.figures()}")
    return told


def test_kills_hit_runs_that_are_under_way(story):
    assert any(0 < len(kill.recorded) < len(SMALL.distinct) for kill in story.kills)


def test_a_recorded_verdict_survives_every_later_kill(story):
    for kill in story.kills:
        assert kill.before <= kill.recorded


def test_a_number_with_a_recorded_verdict_is_never_asked_again(story):
    for life in story.lives:
        assert set(life.asked) == SMALL.distinct
        assert not life.recorded & set(life.asked_last)
        for kill in life.kills:
            assert not kill.before & set(kill.asked)


def test_a_kill_repeats_at_most_what_was_in_flight(story):
    assert max(len(kill.lost) for kill in story.kills) <= MOST_LOST
    for life in story.lives:
        repeats = len(life.asked) - len(set(life.asked))
        assert repeats <= sum(len(kill.lost) for kill in life.kills)


def test_an_output_is_the_old_one_or_the_new_one_after_every_kill(story):
    for life in story.lives:
        for kill in life.kills:
            for found, new in zip(kill.outputs, life.checks.outputs(), strict=True):
                assert found in {OLD, new}
                assert found == OLD or kill.recorded == SMALL.distinct


def test_no_temporary_file_of_a_killed_run_outlives_the_next(story):
    assert not [name for life in story.lives for name in life.checks.litter()]


def test_the_output_after_kills_is_that_of_a_run_left_alone(story):
    for life in story.lives:
        assert without_times(life.checks.output) == without_times(story.alone.output)
        assert life.checks.sendable.read_bytes() == story.alone.sendable.read_bytes()


def test_a_kill_while_the_output_is_written_leaves_the_old_one_and_what_the_next_run_clears_away(set_out):
    killer = set_out("writing", RecipientList.draw(200).repeated(250))
    killer.live(leave_alone)
    output = killer.checks.output
    before, inode = output.read_bytes(), output.stat().st_ino

    run = killer.checks.fork(held=True)
    run.release()
    wait_for_writing(killer.checks.folder, run)
    run.kill()

    assert run.wait() == -signal.SIGKILL
    assert output.stat().st_ino == inode
    assert output.read_bytes() == before
    assert killer.checks.litter()
    killer.live(leave_alone)
    assert not killer.checks.litter()


def wait_for_writing(folder, run):
    """Wait until a temporary file has something in it, or the run has ended."""
    while not run.ends_within(0.001):
        with suppress(FileNotFoundError):
            if any(path.stat().st_size for path in folder.glob(".validator-*.tmp")):
                return
