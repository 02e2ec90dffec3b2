"""Every "no" asked about once more."""

import pytest

from tests.support.batch.honesty import OWN, draw, said
from tests.support.forms import amount
from validator.errors import TimedOut
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Reason, SessionRef, Verdict


@pytest.fixture
def listed(tmp_path):
    return lambda count=30, share=0.5, seed=1, **world: draw(
        tmp_path, seed, count=count, share=share, **world
    )


ONCE = ("not_registered", "not_on_whatsapp")
YES = ("registered", None)
TWICE = ("not_registered", "not_on_whatsapp_twice")


def nobodies(runs):
    return sorted(set(runs.numbers) - runs.world.registered)


def test_every_no_is_asked_about_twice_and_every_yes_once(listed):
    runs = listed()

    ran = runs.run(confirm=True)

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert runs.asked() == {number: 1 if number in runs.world.registered else 2 for number in runs.numbers}
    assert (ran.counters.calls.confirmations, ran.counters.calls.overturned) == (len(nobodies(runs)), 0)
    assert ran.counters.asked == 30
    assert ran.counters.calls.attempts == 30 + len(nobodies(runs))
    assert runs.run(confirm=True).counters.calls.attempts == 0


def test_another_session_confirms_where_there_is_one(listed):
    runs = listed()

    runs.run(sessions=("a", "b"), confirm=True)

    for number in nobodies(runs):
        assert {through for through, asked in runs.world.calls if asked == number} == {"a", "b"}


@pytest.mark.parametrize(("gateway", "through"), [("sendapi", {"b"}), ("", {"b"}), ("other", {"a", "b"})])
def test_a_session_of_the_same_name_is_another_one_only_at_another_gateway(listed, gateway, through):
    runs = listed()
    said_before = [
        Outcome(
            number=Number(number),
            verdict=Verdict.NOT_REGISTERED,
            reason=Reason.NOT_ON_WHATSAPP,
            checked_at_ms=0,
            gateway=gateway,
            session="a",
        )
        for number in nobodies(runs)
    ]
    with open_ledger(runs.ledger_path, holder="pytest") as ledger:
        ledger.merge([said_before])

    runs.run(sessions=("a", "b"), confirm=True)

    assert {session for session, number in runs.world.calls if number in nobodies(runs)} == through
    assert {runs.known()[number] for number in nobodies(runs)} == {TWICE}


def test_a_session_that_cannot_be_used_confirms_nothing(listed):
    runs = listed()

    ran = runs.run(sessions=("a", "b"), left_today={"b": 0}, confirm=True)

    assert (ran.ending, ran.counters.calls.confirmations) == (None, len(nobodies(runs)))
    assert {through for through, _ in runs.world.calls} == {"a"}


def test_a_no_that_turns_into_a_yes_is_a_yes(listed):
    runs = listed()
    convert = nobodies(runs)[0]
    before = runs.world.says

    def says(number, session, now):
        if number == convert and runs.asked()[number] > 1:
            runs.world.registered |= {convert}
        return before(number, session, now)

    runs.world.says = says
    ran = runs.run(confirm=True)

    assert runs.known()[convert] == ("registered", None)
    assert (ran.counters.calls.overturned, runs.wrong()) == (1, [])
    assert ran.counters.verdicts == {"registered": 16, "not_registered": 14}


def saying(runs, change):
    """Let `change` say what the world says, given what it would say else."""
    before = runs.world.says
    runs.world.says = lambda number, session, now: change(number, session, before(number, session, now))


def test_a_no_that_cannot_be_confirmed_stays_said_once_and_the_next_run_asks_again(listed):
    runs = listed()
    mute = nobodies(runs)[0]

    def says(number, _session, truth):
        if number == mute and runs.asked()[mute] in {2, 3}:
            raise TimedOut("30 s")
        return truth

    saying(runs, says)
    ran = runs.run(confirm=True, max_attempts=2)
    assert (ran.ending, runs.wrong(), runs.missing(), ran.counters.calls.failures) == (None, [], [], 2)
    assert [number for number in runs.numbers if runs.known()[number] == ONCE] == [mute]

    again = runs.run(confirm=True)
    assert (again.counters.calls.attempts, runs.known()[mute]) == (1, TWICE)


def test_a_session_that_lies_when_it_confirms_is_replaced_by_the_one_that_does_not(listed):
    runs = listed()
    saying(
        runs,
        lambda number, session, truth: (
            said(number, False) if session == "b" and max(runs.asked().values()) > 1 else truth
        ),
    )

    ran = runs.run(sessions=("a", "b"), confirm=True)

    assert (ran.ending, runs.wrong(), runs.missing(), runs.said_once()) == (None, [], [], [])
    assert any('session b answers "no"' in warning for warning in ran.warnings)


def test_a_run_whose_every_session_lies_when_it_confirms_ends_and_the_first_answers_stay(listed):
    runs = listed()
    saying(
        runs, lambda number, _session, truth: said(number, False) if max(runs.asked().values()) > 1 else truth
    )

    ran = runs.run(sessions=("a", "b"), confirm=True)

    assert ran.ending.exit_code == 6
    assert (runs.wrong(), runs.missing()) == ([], [])
    assert runs.said_once() == nobodies(runs)


def test_a_stop_in_the_second_round_ends_it_and_the_day_is_one(listed):
    runs = listed()

    ran = runs.run(confirm=True, left_today={"a": 35})

    assert "--daily-cap" in str(ran.ending)
    assert ran.counters.attempts_through(SessionRef("sendapi", "a")) <= 35
    assert (runs.wrong(), runs.missing()) == ([], [])


def test_a_session_whose_day_is_spent_hands_its_confirmations_over(listed):
    runs = listed(share=0.0)

    ran = runs.run(sessions=("a", "b"), left_today={"b": 18}, confirm=True)

    assert (ran.ending, runs.said_once(), ran.counters.attempts_through(SessionRef("sendapi", "b"))) == (
        None,
        [],
        18,
    )


def test_what_was_answered_before_is_confirmed_later_with_exactly_the_missing_calls(listed):
    runs = listed()
    runs.run()
    assert runs.said_once() == nobodies(runs)

    later = runs.run(confirm=True)

    assert later.counters.calls.attempts == later.counters.calls.confirmations == len(nobodies(runs))
    assert {runs.known()[number] for number in nobodies(runs)} == {TWICE}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(amount(4, 12)))
def test_a_killed_run_goes_on_with_what_is_not_confirmed(listed, seed):
    """Each kill costs at most what was in flight, and what nothing had vouched for by then."""
    runs = listed(count=120, share=0.4, seed=seed)
    sessions = ("a", "b") if seed % 2 else ("a",)
    kill_at = ended_at = 0.0
    while ended_at >= kill_at:
        settled = {number for number, said in runs.known().items() if said in {YES, TWICE}}
        before = runs.asked()
        kill_at = runs.now_s + runs.world.rng.uniform(0.02, 0.4)
        ended_at = runs.run(sessions=sessions, canaries=(OWN,), confirm=True, kill_at=kill_at).ended_at
        assert not runs.wrong()
        assert not {number for number in settled if runs.asked()[number] > before[number]}

    assert runs.said_once() == runs.missing() == []
    assert {runs.known()[number] for number in nobodies(runs)} == {TWICE}
