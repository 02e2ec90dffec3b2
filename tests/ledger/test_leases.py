"""Runs share the numbers of a list by leases; a ledger with one writer gives it all of them."""

import pytest

from validator.ledger import open_ledger
from validator.model import Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
NUMBERS = [FIRST, FIRST + 1, FIRST + 2]
FRESH = {"fresh_from_ms": dict.fromkeys(Verdict, NOW_MS), "until_ms": NOW_MS + 5}


def lease(ledger, holder, numbers=NUMBERS, seconds=60.0):
    return ledger.lease(numbers, holder=holder, seconds=seconds, **FRESH)


def test_one_run_gets_all_numbers_in_their_order(ledger):
    assert lease(ledger, "one", [FIRST + 2, FIRST]) == [FIRST + 2, FIRST]
    ledger.release([FIRST], "one")
    assert lease(ledger, "one") == NUMBERS


@pytest.fixture
def two(database):
    """The ledgers of two runs over one database."""
    with open_ledger(database, holder="one") as one, open_ledger(database, holder="two") as two:
        yield one, two


def test_a_number_is_leased_to_one_run_at_a_time(two):
    one, other = two

    assert lease(one, "one", NUMBERS[:2]) == NUMBERS[:2]
    assert lease(other, "two") == NUMBERS[2:]
    assert lease(one, "one") == NUMBERS[:2]


def test_a_lease_ends_with_its_time_or_when_it_is_released_by_its_holder(two):
    one, other = two
    lease(one, "one", NUMBERS[:1], seconds=0.0)
    lease(one, "one", NUMBERS[1:])

    assert lease(other, "two") == NUMBERS[:1]
    other.release(NUMBERS, "two")
    one.release(NUMBERS[1:2], "one")
    assert lease(other, "two") == NUMBERS[:2]


def test_a_verdict_that_is_recorded_ends_the_lease_and_is_not_leased_again(two, make_outcome):
    one, other = two
    lease(one, "one")
    one.record(make_outcome(0))
    one.record(make_outcome(1, Verdict.UNKNOWN))
    one.record(make_outcome(2, checked_at_ms=NOW_MS - 1))
    one.commit()

    assert lease(other, "two") == NUMBERS[2:]


@pytest.mark.parametrize("checked_at_ms", [NOW_MS - 1, NOW_MS + 6])
def test_a_verdict_that_is_too_old_or_of_the_future_does_not_count(two, make_outcome, checked_at_ms):
    one, other = two
    one.record(make_outcome(0, checked_at_ms=checked_at_ms))
    one.record(make_outcome(1, Verdict.UNKNOWN, checked_at_ms=checked_at_ms))
    one.commit()

    assert lease(other, "two") == NUMBERS
