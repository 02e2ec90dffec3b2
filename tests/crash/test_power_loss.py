"""Power loss at any moment of a run, on a disk that keeps what was synced; and a log that is cut anywhere."""

import os
import shutil
from dataclasses import dataclass, field, replace
from itertools import islice

import pytest

from tests.support.crash.lives import OLD, assert_goes_on
from tests.support.crash.power import AtRandom, Disk, Everything, NamesAlone, Nothing, lay_out
from tests.support.crash.recipient_list import RecipientList
from tests.support.crash.recording import Sync, Write, record
from tests.support.crash.traced import require_strace

pytestmark = pytest.mark.slow

SMALL = RecipientList.draw(60)


@dataclass(frozen=True)
class Recorded:
    """A run, what its folder held before, and its changes to files.

    Attributes:
        acknowledged: after each change, the numbers whose verdicts a commit had reported as durable.
    """

    killer: object
    base: object
    changes: list
    folders: object
    acknowledged: list = field(default_factory=list)

    def disks(self):
        """The disk after each change: the same object every time."""
        disk = Disk(self.base)
        for change in self.changes:
            disk.do(change)
            yield disk

    def killer_after(self, disk, loss):
        """What runs the command in a folder with what a loss leaves in it."""
        folder = self.folders()
        lay_out(disk.after_loss(loss), folder)
        return replace(self.killer, checks=replace(self.killer.checks, folder=folder))

    def acknowledge(self):
        known = set()
        for change, disk in zip(self.changes, self.disks(), strict=True):
            # A commit returns once this has; what can be read from then on may have been reported as done.
            if isinstance(change, Sync) and change.path.endswith("-wal"):
                known = self.killer_after(disk, Everything()).checks.recorded()
            self.acknowledged.append(known)


@pytest.fixture(scope="module")
def recorded(set_out, tmp_path_factory):
    require_strace()
    killer = set_out("recorded", SMALL)
    run = killer.checks.fork(held=True)
    base = tmp_path_factory.mktemp("base")
    for path in killer.checks.folder.iterdir():
        shutil.copy(path, base)
    changes = record(run, killer.checks.folder, tmp_path_factory.mktemp("trace") / "log")
    recorded = Recorded(killer, base, changes, lambda: tmp_path_factory.mktemp("lost"))
    recorded.acknowledge()
    assert recorded.acknowledged[-1] == SMALL.distinct
    return recorded


@pytest.fixture
def losses(chance, amount):
    return [Nothing(), NamesAlone(), *[AtRandom(chance) for _ in range(amount(1, 20))]]


def test_what_a_commit_acknowledged_survives_a_power_loss_at_any_moment(recorded, losses, amount, tell):
    seen = 0
    for place, disk in enumerate(recorded.disks()):
        if place % amount(9, 1) == 0:
            for loss in losses:
                assert recorded.acknowledged[place] <= recorded.killer_after(disk, loss).checks.recorded()
                seen += 1
    tell(
        f"{seen:,} states after a power loss in {len(recorded.changes)} changes: nothing acknowledged is lost"
    )


def test_after_a_power_loss_an_output_is_the_old_one_or_the_new_one(recorded, losses):
    new = recorded.killer.checks.outputs()
    for disk in recorded.disks():
        for loss in losses:
            left = disk.after_loss(loss)
            assert left["list.checked.csv"] in {OLD, new[0]}
            assert left["sendable.csv"] in {OLD, new[1]}


def test_the_outputs_of_a_run_that_has_ended_survive_a_power_loss(recorded):
    *_, disk = recorded.disks()
    left = disk.after_loss(Nothing())
    assert [left["list.checked.csv"], left["sendable.csv"]] == recorded.killer.checks.outputs()


def test_after_a_power_loss_the_same_command_goes_on(recorded, losses, amount):
    step = len(recorded.changes) // amount(3, 40)
    for place, disk in enumerate(recorded.disks()):
        if place % step == step - 1:
            assert_goes_on(recorded.killer_after(disk, losses[-1]), recorded.killer.checks, SMALL.distinct)


def test_a_torn_log_costs_the_commits_that_were_torn_and_no_other(recorded, chance, amount):
    complete = complete_at(recorded)
    for _ in range(amount(3, 100)):
        cut = chance.randrange(max(complete))
        killer = killed_with_log_cut(recorded, cut)
        assert complete[max(length for length in complete if length <= cut)] <= killer.checks.recorded()
        assert_goes_on(killer, recorded.killer.checks, SMALL.distinct)


def complete_at(recorded):
    """What is acknowledged when the WAL has a length, by length."""
    complete, length = {0: set()}, 0
    for change, known in zip(recorded.changes, recorded.acknowledged, strict=True):
        if change.path.endswith("-wal"):
            if isinstance(change, Write):
                length = max(length, change.offset + len(change.data))
            complete[length] = known if isinstance(change, Sync) else complete.get(length, set())
    return complete


def killed_with_log_cut(recorded, length):
    """What runs the command in a folder as a kill leaves it, the WAL not written back and cut to a length."""
    place = recorded.acknowledged.index(SMALL.distinct)
    disk = next(islice(recorded.disks(), place, None))
    killer = recorded.killer_after(disk, Everything())
    os.truncate(f"{killer.checks.ledger}-wal", length)
    return killer
