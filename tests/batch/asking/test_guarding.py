"""Runs through sessions that are watched over: what is asked, shown, taken back, and told."""

import anyio
import pytest

from tests.support.batch.honesty import DISCONNECTED, FIRST, NEVER, OWN, PENDING, draw, seen
from validator.batch.asking.guarding import own_numbers
from validator.batch.asking.recorder import Recorder
from validator.errors import (
    Interrupted,
    InvalidPhone,
    InvalidRequest,
    LedgerError,
    ServerError,
    TimedOut,
)
from validator.model import READY, Number, RateNotice, Verdict
from validator.pacing import NoBudget

SUSPECT = ("unknown", "session_suspect")


@pytest.fixture
def listed(tmp_path):
    """A list, and the sessions that can be asked about it."""
    return lambda count=40, share=0.5, seed=1, **world: draw(
        tmp_path, seed, count=count, share=share, **world
    )


@pytest.fixture
def stopped(listed):
    """A list whose run was stopped within a hold, with answers that nothing vouches for."""

    def stop(**options):
        runs, budget = listed(share=0.05, **options), NoBudget()
        runs.run(budget=budget, watchers=[interrupt_within_a_hold(budget)])
        return runs

    return stop


def interrupt_within_a_hold(budget):
    async def interrupt(dispatcher, _):
        await anyio.sleep(0.05)
        now = anyio.current_time()
        budget.finish(budget.start(now), now, RateNotice(retry_after_s=60), refused=True)
        dispatcher.stop(Interrupted(2))

    return interrupt


def verdicts(runs):
    return set(runs.known().values())


def waiting(runs):
    return [number for number, known in runs.known().items() if known == SUSPECT]


def test_an_honest_session_costs_one_canary_and_every_number_one_call(listed):
    runs = listed()

    ran = runs.run()

    assert (ran.ending, ran.warnings, runs.wrong(), runs.missing()) == (None, (), [], [])
    assert runs.asked() == dict.fromkeys(runs.numbers, 1)
    assert (ran.counters.calls.attempts, ran.counters.calls.canaries, runs.canary_calls()) == (40, 1, 1)
    assert runs.world.calls[-1] == ("a", OWN)
    assert runs.run().counters.calls.canaries == 0


def test_a_session_that_was_never_connected_is_named_though_another_did_its_work(listed):
    runs = listed()
    runs.world.lost["b"] = (0.0, NEVER)

    ran = runs.run(sessions=("a", "b"), statuses={"b": PENDING})

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    [warning] = ran.warnings
    assert warning.startswith("session b was not connected in the end")


@pytest.mark.slow
@pytest.mark.parametrize("canaries", [(OWN,), ()])
def test_numbers_that_the_provider_always_fails_on_hold_nobody_up(listed, canaries):
    runs = listed(count=240)
    stumbling = runs.numbers[::20]
    runs.world.failures = {number: ServerError("500", status=500) for number in stumbling}

    ran = runs.run(canaries=canaries)

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], stumbling)
    assert {runs.known()[number] for number in stumbling} == {("unknown", "server_error")}
    assert ran.ended_at < 12 * 5 * 10
    assert max(runs.asked().values()) <= 8


def test_without_a_canary_beforehand_somebody_found_registered_is_asked_about_again(listed):
    runs = listed(seed=2)

    ran = runs.run(canaries=())

    again = [number for number, calls in runs.asked().items() if calls > 1]
    assert (ran.ending, ran.warnings, runs.wrong(), runs.missing()) == (None, (), [], [])
    assert len(again) == ran.counters.calls.canaries == 1
    assert set(again) <= runs.world.registered


def test_where_nothing_can_vouch_nobody_is_decided_and_the_warning_counts_them(listed):
    runs = listed()
    runs.world.registered = frozenset()

    ran = runs.run(canaries=())

    assert verdicts(runs) == {SUSPECT}
    assert ran.counters.calls.canaries == 0
    [warning] = ran.warnings
    assert warning.startswith('40 answers "no" of session a stay unknown')
    assert "--canary" in warning


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [8, 64])
@pytest.mark.parametrize("failing_share", [0.002, 0.01, 0.05, 0.25])
def test_failures_now_and_then_cost_a_flaky_session_few_calls(listed, failing_share, concurrency):
    runs = listed(count=400, failing_share=failing_share)

    ran = runs.run(concurrency=concurrency)

    assert (ran.ending, runs.wrong()) == (None, [])
    # Some may have failed six times by chance.
    assert {runs.known()[number][1] for number in runs.missing()} <= {"server_error"}
    assert ran.counters.calls.attempts - ran.counters.calls.retries < 1.3 * 400


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 8, 64])
def test_a_session_that_always_takes_its_time_is_not_taken_to_be_interrupted(listed, concurrency):
    runs = listed(count=200, takes_s=(6.0, 25.0))

    ran = runs.run(concurrency=concurrency)

    assert (ran.ending, runs.wrong(), runs.missing(), ran.counters.calls.retracted) == (None, [], [], 0)


def test_a_session_that_lies_to_everybody_ends_the_run_and_nothing_it_said_stands(listed):
    runs = listed(lies_from={"a": 0.0})

    ran = runs.run()

    assert ran.ending.exit_code == 6
    assert 'session a answers "no" about 1 of 1 numbers' in str(ran.ending)
    assert verdicts(runs) == {SUSPECT}
    assert ran.counters.asked == ran.counters.verdicts["not_registered"] == 0
    assert ran.counters.calls.retracted == 40
    assert runs.canary_calls() == 2


@pytest.mark.slow
def test_a_lie_is_noticed_long_before_the_end_of_a_long_list(listed):
    runs = listed(count=600, share=0.6, lies_from={"a": 0.2})

    ran = runs.run()

    lies = [number for number, calls in runs.asked().items() if runs.known().get(number) == SUSPECT]
    assert ran.ending.exit_code == 6
    assert not runs.wrong()
    assert len(lies) < 80
    assert len(runs.asked()) < 300


def test_the_other_session_takes_over_and_asks_again(listed):
    runs = listed(lies_from={"a": 0.03})

    ran = runs.run(sessions=("a", "b"))

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ran.counters.asked == 40
    assert ran.counters.calls.retracted > 0
    assert ['session a answers "no"' in warning for warning in ran.warnings] == [True]


def test_a_canary_that_is_none_is_told_and_costs_no_answer(listed):
    runs = listed(seed=3)

    ran = runs.run(canaries=(Number(FIRST + 10_000),))

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ["is no canary" in warning for warning in ran.warnings] == [True]


def test_when_the_deadline_comes_what_was_answered_is_still_vouched_for(listed):
    runs = listed(share=0.2)

    ran = runs.run(deadline=0.03)

    assert ran.ending.exit_code == 5
    assert runs.canary_calls() == 1
    assert runs.known()
    assert not waiting(runs)
    assert not runs.wrong()


def test_a_signal_too_leaves_the_time_for_one_canary(listed):
    runs = listed(share=0.2)

    async def interrupt(dispatcher, _):
        await anyio.sleep(0.03)
        dispatcher.stop(Interrupted(2))

    ran = runs.run(watchers=[interrupt])

    assert ran.ending.exit_code == 130
    assert runs.canary_calls() == 1
    assert not waiting(runs)


def test_a_run_that_is_stopped_does_not_wait_for_a_canary_that_fails(listed):
    runs = listed(share=0.05)
    runs.world.failures[OWN] = TimedOut("30 s")

    ran = runs.run(deadline=0.05)

    assert ran.ended_at < 1
    assert runs.canary_calls() == 1
    assert waiting(runs)
    assert not runs.wrong()


def test_a_run_that_is_stopped_does_not_wait_for_a_hold(stopped):
    runs = stopped()

    assert runs.now_s < 2
    assert waiting(runs)


def test_the_next_run_asks_again_what_was_left(stopped):
    """By then the session may have been mended, and its "yes" would prove nothing."""
    runs = stopped()
    left, before = waiting(runs), runs.asked()

    ran = runs.run()

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert {runs.asked()[number] - before[number] for number in left} == {1}
    assert ran.counters.asked == len(runs.numbers) - len(before) + len(left)


def test_a_session_that_is_mended_between_two_runs_vouches_for_nothing_from_before(stopped):
    runs = stopped(lies_from={"a": 0.0})
    runs.world.lies_from["a"] = NEVER

    assert (runs.run().ending, runs.wrong(), runs.missing()) == (None, [], [])


def test_a_session_that_lies_by_then_has_what_was_left_asked_again(stopped):
    runs = stopped()
    left = waiting(runs)
    runs.world.lies_from["a"] = runs.now_s

    ran = runs.run()
    assert ran.ending.exit_code == 6
    assert ran.counters.asked == 0
    assert set(left) <= set(waiting(runs))

    runs.world.lies_from["a"] = NEVER
    assert (runs.run().ending, runs.wrong(), runs.missing()) == (None, [], [])


def test_what_was_left_of_another_list_is_not_asked_about(stopped):
    runs = stopped()
    others, runs.numbers = runs.numbers, [FIRST + 500]
    before = runs.asked()
    runs.world.lies_from["a"] = runs.now_s

    ran = runs.run(sessions=("a", "b"))

    assert ran.ending is None
    assert {number: calls for number, calls in runs.asked().items() if number in others} == before


def test_a_session_found_disconnected_may_have_lied_before(stopped):
    runs = stopped()
    left = waiting(runs)
    runs.world.lost["a"] = (0.0, NEVER)

    ran = runs.run(sessions=("a", "b"), statuses={"a": DISCONNECTED})

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert {runs.asked("b")[number] for number in left} == {1}


def test_a_session_that_lied_before_it_was_lost_is_not_vouched_for_when_it_comes_back(listed):
    runs = listed(share=0.3, lies_from={"a": 0.03}, lies_until={"a": 5.0}, lost={"a": (0.06, 5.0)})

    ran = runs.run()

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ran.counters.calls.retracted > 0
    assert ran.counters.asked == 40


def test_the_last_attempt_of_a_capped_day_is_kept_for_a_canary(listed):
    runs = listed(share=0.05)

    ran = runs.run(left_today={"a": 20})

    assert "--daily-cap" in str(ran.ending)
    assert ran.counters.calls.attempts + ran.counters.calls.canaries <= 20
    assert runs.canary_calls() == 1
    assert not waiting(runs)


def test_a_canary_that_fails_at_the_end_is_tried_again(listed):
    runs = listed()
    runs.world.failures[OWN] = TimedOut("30 s")

    async def heal(*_):
        await anyio.sleep(1)
        runs.world.failures.clear()

    ran = runs.run(watchers=[heal])

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ran.counters.calls.canaries > 1


def test_a_canary_that_never_answers_leaves_what_it_should_vouch_for_unknown(listed):
    runs = listed(share=0.05, seed=4)
    runs.world.registered = frozenset()
    runs.world.failures[OWN] = TimedOut("30 s")

    ran = runs.run(max_attempts=3)

    assert (ran.ending, runs.wrong(), waiting(runs)) == (None, [], runs.numbers)
    assert ran.counters.calls.canaries == 3
    assert ran.counters.verdicts["not_registered"] == ran.counters.asked == 0
    [warning] = ran.warnings
    assert warning.startswith('40 answers "no" of session a stay unknown')
    assert "--canary" in warning


@pytest.mark.parametrize("failure", [TimedOut("30 s"), InvalidRequest("4000", status=422)])
def test_in_place_of_a_canary_that_never_answers_somebody_found_registered_vouches(listed, failure):
    runs = listed(share=0.05, seed=4)
    runs.world.failures[OWN] = failure

    ran = runs.run(max_attempts=3)

    assert (ran.ending, ran.warnings, runs.wrong(), runs.missing()) == (None, (), [], [])


def test_a_canary_that_the_provider_calls_invalid_while_others_say_yes_is_none(listed):
    runs = listed()
    runs.world.failures[OWN] = InvalidPhone("4001")

    ran = runs.run()

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ["is no canary" in warning for warning in ran.warnings] == [True]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("+447700900999", [OWN]),
        ("+44 7700 900-999", [OWN]),
        ("07700 900999", []),
        ("447700900999", []),
        ("+1", []),
        ("", []),
        (None, []),
    ],
)
def test_a_sessions_own_number_is_a_canary_where_it_is_told_in_full(text, own):
    assert own_numbers([seen(READY, text)]) == own


def test_once_the_ledger_has_failed_nothing_is_retracted(virtual, make_outcome):
    class Full:
        def record_unverified(self, outcome, ordinal):
            pass

        def commit(self):
            raise LedgerError("the disk is full")

    async def scenario():
        recorder = Recorder(Full(), on_durable=lambda _: None, now_ms=lambda: 0)
        recorder.add(make_outcome(verdict=Verdict.NOT_REGISTERED), 1)
        with pytest.raises(LedgerError, match="the disk is full"):
            recorder.invalidate("a", 1)
        return recorder.invalidate("a", 1)

    assert virtual(scenario) == []
