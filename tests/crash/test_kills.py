"""`kill -9` in the middle of a run, again and again, each time followed by the same command."""

import signal
from contextlib import suppress
from dataclasses import dataclass

import pytest
from check_process import CONCURRENCY, Checks
from recipient_list import RecipientList

pytestmark = pytest.mark.slow

# In the time of one answer no more than CONCURRENCY checks can start. What a kill can lose is in flight
# (60 ms) or waits for its group commit (50 ms, and a slow disk's sync): it began within three times 60 ms.
LATENCY_MS = 60
MOST_LOST = 3 * CONCURRENCY


@dataclass(frozen=True)
class Kill:
    """How things stood right after one kill.

    Attributes:
        returncode: how the process ended.
        asked: all checks asked until then, in order, of this run and those before.
        lost: the numbers that this run asked about, and whose answers it did not live to record.
        recorded: the numbers with a verdict in the ledger.
        files: the names in the folder.
    """

    returncode: int
    asked: list
    lost: set
    recorded: set
    files: set


@dataclass(frozen=True)
class Story:
    """Some killed runs of one command, and the one that was left to finish."""

    kills: list
    asked: list
    checks: Checks


@pytest.fixture(scope="module")
def story(set_up, recipients, kills, chance, tell):
    checks, witness = set_up("killed", "--latency-ms", str(LATENCY_MS))
    moments = kill_moments(chance, len(recipients.distinct), kills)
    told = [kill_at(moment, checks, witness) for moment in moments]
    checks.run()
    asked = witness.numbers_asked()
    tell(f"{kills} kills, after {', '.join(f'{len(kill.asked):,}' for kill in told)} checks")
    tell(f"asked about by each killed run and not recorded: {[len(kill.lost) for kill in told]}")
    tell(f"{len(asked):,} checks of {len(set(asked)):,} numbers: {len(asked) - len(set(asked))} repeats")
    return Story(told, asked, checks)


def kill_moments(chance, distinct, kills):
    """Draw after how many checks each kill comes: at random in the middle nine tenths, in ascending order."""
    margin = distinct // 20
    return sorted(chance.sample(range(margin, distinct - margin), kills))


def kill_at(moment, checks, witness):
    """Start the command, and kill it once so many checks were asked in all."""
    before = len(witness.numbers_asked())
    with checks.start() as process:
        witness.wait_for(moment, process)
        process.kill()
    witness.settle()
    files = {path.name for path in checks.folder.iterdir()}
    asked, recorded = witness.numbers_asked(), checks.recorded()
    return Kill(process.returncode, asked, set(asked[before:]) - recorded, recorded, files)


def test_every_kill_hits_a_run_that_is_under_way(story, recipients):
    assert [kill.returncode for kill in story.kills] == [-signal.SIGKILL] * len(story.kills)
    assert all(0 < len(kill.recorded) < len(recipients.distinct) for kill in story.kills)


def test_no_output_stands_there_after_a_kill(story):
    for kill in story.kills:
        assert not kill.files & {story.checks.output.name, story.checks.sendable.name}
        assert not [name for name in kill.files if name.endswith(".tmp")]


def test_a_recorded_verdict_survives_every_later_kill(story):
    for before, after in zip(story.kills, story.kills[1:], strict=False):
        assert before.recorded <= after.recorded


def test_a_number_with_a_recorded_verdict_is_never_asked_again(story, recipients):
    for kill in story.kills:
        assert not kill.recorded & set(story.asked[len(kill.asked) :])
    assert set(story.asked) == recipients.distinct


def test_a_kill_repeats_at_most_what_was_in_flight(story):
    assert max(len(kill.lost) for kill in story.kills) <= MOST_LOST
    repeats = len(story.asked) - len(set(story.asked))
    assert repeats <= sum(len(kill.lost) for kill in story.kills)


def test_the_output_after_kills_is_that_of_a_run_left_alone(story, set_up):
    alone, _ = set_up("alone")

    alone.run()

    assert without_times(story.checks.output) == without_times(alone.output)
    assert story.checks.sendable.read_bytes() == alone.sendable.read_bytes()


def test_a_kill_while_the_output_is_written_leaves_the_old_one_whole(set_up):
    checks, _ = set_up("writing", listed=RecipientList.draw(200).repeated(500))
    checks.run()
    before, inode = checks.output.read_bytes(), checks.output.stat().st_ino

    with checks.start() as process:
        wait_for_writing(checks.folder, process)
        process.kill()

    assert process.returncode == -signal.SIGKILL
    assert checks.output.stat().st_ino == inode
    assert checks.output.read_bytes() == before


def wait_for_writing(folder, process):
    """Wait until a temporary file has something in it, or the process has ended."""
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if any(path.stat().st_size for path in folder.glob(".validator-*.tmp")):
                return


def without_times(path):
    """Return the file's lines without their last cell, which is `checked_at`."""
    lines = path.read_bytes().splitlines()
    assert lines[0].endswith(b",checked_at")
    return [line.rpartition(b",")[0] for line in lines]
