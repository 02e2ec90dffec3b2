"""Many runs at once of one job, through one key, or on one ledger: one of them works."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.support.crash.recipient_list import RecipientList

pytestmark = pytest.mark.slow

BUSY = 7
# Nobody gets an answer about it: a run that has it in its list is still there when all others have ended.
NEVER_ANSWERS = "+447700900006"


DRAWN = RecipientList.draw(40)
ENDLESS = RecipientList([*DRAWN.cells, NEVER_ANSWERS], [*DRAWN.numbers, NEVER_ANSWERS])


@pytest.fixture
def killer(set_out):
    return set_out("overlap", ENDLESS)


@contextmanager
def started_at_once(killers):
    """Start a run of each at the same moment, and kill in the end what still runs."""
    runs = [killer.checks.fork(held=True) for killer in killers]
    try:
        for run in runs:
            run.release()
        yield runs
    finally:
        for run in runs:
            run.end()


def the_one_that_works(runs):
    """Wait until all but one have ended, and return that one."""
    while len(working := [run for run in runs if not run.ends_within(0.005)]) > 1:
        pass
    [last] = working
    return last


def assert_the_others_name(last, runs, guarded):
    assert [run.wait() for run in runs if run is not last] == [BUSY] * (len(runs) - 1)
    said = [line for line in last.said().splitlines() if line.startswith("validator: ")]
    named = rf"validator: {guarded} is in use by pid {last.pid} \(validator check list\.csv\) since .*; wait"
    assert len(said) == len(runs) - 1
    assert [line for line in said if not re.match(named, line)] == []


def test_of_many_runs_started_at_once_one_works_and_the_others_name_it(set_out, amount, tell):
    times, count = amount(1, 20), amount(8, 20)
    for _ in range(times):
        killer = set_out("many", ENDLESS)
        with started_at_once([killer] * count) as runs:
            last = the_one_that_works(runs)
            assert_the_others_name(last, runs, "this API key")
    tell(f"{times} times {count} runs at once: one of them worked, {count - 1} named it")


def test_after_a_kill_the_next_run_works_at_once(killer):
    for _ in range(2):
        since = killer.witness.mark()
        with started_at_once([killer]) as [run]:
            killer.witness.wait_for(1, run, since)
            assert not run.ends_within(0)
            run.kill()
    assert killer.checks.recorded() <= DRAWN.distinct


def test_runs_through_one_key_exclude_each_other_whatever_their_lists_and_ledgers(killer):
    others = [
        replace(killer, checks=replace(killer.checks, ledger_name=f"other{n}/l.sqlite")) for n in (1, 2)
    ]
    with started_at_once([killer, *others]) as runs:
        last = the_one_that_works(runs)
        assert_the_others_name(last, runs, "this API key")


def test_runs_on_one_ledger_exclude_each_other_whatever_their_keys(killer):
    others = [replace(killer, checks=replace(killer.checks, key=f"sk_test_another{n}")) for n in (1, 2)]
    with started_at_once([killer, *others]) as runs:
        last = the_one_that_works(runs)
        assert_the_others_name(last, runs, f"the ledger {killer.checks.ledger}")
