"""Disks that are full, broken or read-only: a run ends with 3 and one line, and the same command goes on."""

import resource
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from tests.support.crash.disks import small_disk
from tests.support.crash.lives import OLD, assert_goes_on
from tests.support.crash.recipient_list import RecipientList
from tests.support.crash.traced import fail, require_strace, traced

pytestmark = pytest.mark.slow

SMALL = RecipientList.draw(120)
OUTPUT_ERROR = 3


@pytest.fixture(scope="module")
def alone(set_out):
    """What a run that nothing befell has written."""
    killer = set_out("alone", SMALL)
    killer.duration()
    return killer.checks


@pytest.fixture
def killer(set_out):
    return set_out("disk", SMALL)


@pytest.fixture
def disk(killer):
    with small_disk(killer.checks.folder / "disk", "size=256k") as mounted:
        yield mounted


def broken(expression):
    """Let a run go on with system calls that fail."""

    def handle(run):
        require_strace()
        with traced(run, expression):
            return

    return handle


def limited(kind, bound):
    """Let a run go on with a resource bounded."""

    def handle(run):
        resource.prlimit(run.pid, kind, (bound, bound))
        run.release()

    return handle


def assert_ends_with_a_line(run, words):
    assert run.wait() == OUTPUT_ERROR, run.said()
    [line] = [line for line in run.said().splitlines() if line.startswith("validator: ")]
    assert all(word in line for word in words), line
    assert "Traceback" not in run.said()


# The first answers are written after thirty writes and eight syncs, however few commits follow.
WRITE, SYNC = 34, 9


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (broken(fail("pwrite64", "EIO", WRITE)), ("could not be written", "SQLITE_IOERR_WRITE")),
        (broken(fail("pwrite64", "ENOSPC", WRITE)), ("could not be written", "SQLITE_FULL")),
        (broken(fail("fdatasync", "EIO", SYNC)), ("could not be written", "SQLITE_IOERR_FSYNC")),
        # The ledger's index of its log takes 32 KiB; its log more, however few commits the run makes do with.
        (limited(resource.RLIMIT_FSIZE, 50_000), ("could not be written", "SQLITE_IOERR_WRITE")),
    ],
    ids=["write fails", "disk is full", "sync fails", "files may not grow"],
)
def test_a_ledger_that_cannot_be_written_ends_the_run_at_once(killer, alone, handle, words):
    run = killer.checks.fork(held=True)
    handle(run)

    assert_ends_with_a_line(run, (*words, "run the same command again"))
    assert killer.checks.recorded() < SMALL.distinct
    assert killer.checks.outputs() == [OLD, OLD]
    assert_goes_on(killer, alone, SMALL.distinct)


def test_a_failed_sync_is_never_tried_again(killer):
    require_strace()
    log = killer.checks.folder / "trace"
    run = killer.checks.fork(held=True)
    with traced(run, "trace=fdatasync,pwrite64", fail("fdatasync", "EIO", SYNC), log=log):
        pass
    run.wait()

    calls = [line for line in log.read_text().splitlines() if "fdatasync(" in line or "pwrite64(" in line]
    assert [call for call in calls if "EIO" in call] == calls[-1:]


# The first two calls are for the folders above the ledger; then come a file and its folder, twice.
@pytest.mark.parametrize("place", [3, 6])
def test_an_output_that_cannot_be_synced_is_the_old_one_or_whole(killer, alone, place):
    run = killer.checks.fork(held=True)
    broken(fail("fsync", "EIO", place))(run)

    assert_ends_with_a_line(run, ("cannot be written: Input/output error", "Choose another place"))
    assert killer.checks.recorded() == SMALL.distinct
    found = killer.checks.outputs()
    assert_goes_on(killer, alone, SMALL.distinct)
    assert all(one in {OLD, new} for one, new in zip(found, killer.checks.outputs(), strict=True))


def test_a_disk_that_fills_up_while_numbers_are_asked_about_leaves_the_old_output(killer, alone, disk):
    killer = replace(killer, checks=replace(killer.checks, output_name="disk/list.checked.csv"))
    killer.checks.output.write_bytes(OLD)
    since = killer.witness.mark()
    run = killer.checks.fork(held=True)
    run.release()
    killer.witness.wait_for(1, run, since)
    disk.fill()

    assert_ends_with_a_line(run, ("no space left for disk/list.checked.csv; free some",))
    assert killer.checks.outputs() == [OLD, OLD]
    disk.free()
    assert killer.checks.recorded() == SMALL.distinct
    assert_goes_on(killer, alone, SMALL.distinct)


def test_a_ledger_whose_disk_is_full_goes_on_when_there_is_room(killer, alone, disk):
    killer = replace(killer, checks=replace(killer.checks, ledger_name="disk/own/ledger.sqlite"))
    disk.remount("size=96k")
    run = killer.checks.fork()

    assert_ends_with_a_line(run, ("disk/own/ledger.sqlite could not be", "run the same command again"))
    assert killer.checks.outputs() == [OLD, OLD]
    disk.remount("size=1m")
    assert_goes_on(killer, alone, SMALL.distinct)


def test_a_ledger_that_another_program_holds_is_waited_for_and_then_given_up(killer, alone):
    killer.checks.ledger.parent.mkdir(parents=True, mode=0o700)
    with closing(sqlite3.connect(killer.checks.ledger, isolation_level=None)) as another:
        another.execute("BEGIN EXCLUSIVE")
        run = killer.checks.fork()
        assert_ends_with_a_line(
            run, ("could not be opened (SQLITE_BUSY", "Close the other program", "run the same command again")
        )

    assert_goes_on(killer, alone, SMALL.distinct)


def test_an_output_that_cannot_fit_costs_no_call(set_out, disk, killer):
    SMALL.repeated(200).write(killer.checks.folder / "list.csv")
    killer = replace(killer, checks=replace(killer.checks, output_name="disk/list.checked.csv"))
    since = killer.witness.mark()
    run = killer.checks.fork()

    assert_ends_with_a_line(run, ("will be of", "its disk has room for 0.3 MB; free some, or choose another"))
    assert killer.witness.entries(since) == []


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"output_name": "disk/list.checked.csv"}, ("is on a read-only disk; choose another folder",)),
        (
            {"ledger_name": "disk/own/ledger.sqlite"},
            ("cannot be made: Read-only file system; choose another",),
        ),
    ],
    ids=["output", "ledger"],
)
def test_a_read_only_disk_is_named_before_anything_is_asked(killer, disk, alone, place, words):
    disk.remount("ro")
    killer = replace(killer, checks=replace(killer.checks, **place))
    since = killer.witness.mark()
    run = killer.checks.fork()

    assert_ends_with_a_line(run, words)
    assert killer.witness.entries(since) == []
    disk.remount("rw")
    assert_goes_on(killer, alone, SMALL.distinct)
