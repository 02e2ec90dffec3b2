"""A key is used by one run at a time, on whatever machine."""

import psycopg
import pytest

from validator.errors import Busy, LedgerError
from validator.ledger import NothingToLose, hold_keys
from validator.ledger.postgres.key_locks import FENCE_S, KeyLocks

KEY, OTHER = "00ff00ff00ff", "ffffffffffff"


def take(location, *keys, holder="validator check a.csv", slept=None):
    return KeyLocks.take(location, keys, holder=holder, sleep=(slept if slept is not None else []).append)


def test_a_second_run_is_told_who_holds_the_key_and_a_run_with_another_key_goes_on(location):
    with (
        take(location, KEY),
        pytest.raises(Busy, match=r"in use by validator check a\.csv since 20"),
    ):
        take(location, OTHER, KEY)
    with take(location, KEY) as again, take(location, OTHER) as other:
        again.look()
        other.look()


def test_a_key_that_was_let_go_of_is_taken_at_once(location):
    slept = []
    take(location, KEY).release()

    take(location, KEY, slept=slept).release()

    assert slept == []


def test_a_lock_goes_with_its_connection_and_its_loss_is_seen(location):
    held, slept = take(location, KEY), []
    with psycopg.connect(location.reveal(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND pid != 0"
        )
    with pytest.raises(LedgerError, match="another run may have the key now"):
        held.look()

    # Who comes next waits until a run that was cut off has surely seen it.
    take(location, KEY, slept=slept).release()
    assert len(slept) == 1
    assert 0 < slept[0] <= FENCE_S
    held.release()


def test_a_run_over_a_file_needs_no_lock_but_the_kernels(path, location):
    assert isinstance(hold_keys(path, [KEY], holder="pytest"), NothingToLose)
    assert isinstance(hold_keys(None, [KEY], holder="pytest"), NothingToLose)
    with hold_keys(location, [KEY, KEY], holder="pytest") as held:
        assert held.can_be_lost
