import os
import re
import stat

import pytest

from validator.errors import Busy, LedgerError
from validator.ledger import Lock, open_ledger
from validator.ledger.lock import _lock


@pytest.fixture
def lock_path(tmp_path):
    return tmp_path / "locks" / "key.lock"


def test_a_second_holder_is_told_who_holds_it_and_since_when(lock_path):
    with (
        Lock.take(lock_path, holder="validator check\n leads.csv"),
        pytest.raises(Busy) as caught,
        Lock.take(lock_path, holder="another", guards="the key ending in 3fa9"),
    ):
        pass

    assert re.fullmatch(
        rf"the key ending in 3fa9 is in use by pid {os.getpid()} \(validator check leads\.csv\) "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; wait for it to end, or stop it",
        str(caught.value),
    )


def test_without_a_name_for_it_the_message_names_the_file(lock_path):
    with (
        Lock.take(lock_path, holder="one"),
        pytest.raises(Busy, match=r"key\.lock is in use by"),
        Lock.take(lock_path, holder="two"),
    ):
        pass


def test_a_holder_that_has_not_signed_yet_is_still_reported(lock_path):
    with Lock.take(lock_path, holder="one"):
        os.truncate(lock_path, 0)
        with pytest.raises(Busy, match="another run that has only just begun"):
            Lock.take(lock_path, holder="two")


def test_it_can_be_taken_again_after_release_and_the_file_stays(lock_path):
    first = Lock.take(lock_path, holder="one")
    inode = lock_path.stat().st_ino
    first.release()
    first.release()

    with Lock.take(lock_path, holder="two") as second:
        assert second.path.stat().st_ino == inode


def test_file_and_folder_are_for_the_owner_alone(lock_path):
    with Lock.take(lock_path, holder="one"):
        assert stat.S_IMODE(lock_path.stat().st_mode) == 0o600
        assert stat.S_IMODE(lock_path.parent.stat().st_mode) == 0o700


def test_a_symbolic_link_is_not_followed(lock_path, tmp_path):
    lock_path.parent.mkdir()
    lock_path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(LedgerError, match="cannot be opened"):
        Lock.take(lock_path, holder="one")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="needs a descriptor that cannot be locked: O_PATH")
def test_a_file_that_cannot_be_locked_is_a_ledger_error(tmp_path):
    # Linux keeps no locks for descriptors that are opened for their path alone: flock answers EBADF.
    descriptor = os.open(tmp_path, os.O_PATH)
    with pytest.raises(LedgerError, match=r"cannot be locked \(Bad file descriptor\); choose a place"):
        _lock(tmp_path, descriptor, "x")
    os.close(descriptor)


def test_programs_started_by_the_holder_do_not_inherit_it(lock_path):
    with Lock.take(lock_path, holder="one") as lock:
        assert not os.get_inheritable(lock._descriptor)


def test_release_frees_it_even_while_a_copy_of_its_descriptor_is_open(lock_path):
    lock = Lock.take(lock_path, holder="one")
    copy = os.dup(lock._descriptor)
    lock.release()

    Lock.take(lock_path, holder="two").release()
    os.close(copy)


@pytest.mark.slow
def test_a_kill_releases_the_ledger_at_once(path, run_program):
    process = run_program("write_for_ever.py", path, 447_700_900_001)
    process.stdout.readline()
    with pytest.raises(Busy, match=rf"pid {process.pid} \(write_for_ever\.py\) since"):
        open_ledger(path, holder="pytest")

    process.kill()
    process.wait()

    open_ledger(path, holder="pytest").close()
