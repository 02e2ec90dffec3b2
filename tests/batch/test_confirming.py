"""Every "no" asked about once more."""

import pytest
from honesty import Said, draw

from validator.errors import TimedOut


@pytest.fixture
def listed(tmp_path):
    return lambda count=30, share=0.5, seed=1, **world: draw(
        tmp_path, seed, count=count, share=share, **world
    )


def nobodies(runs):
    return sorted(set(runs.numbers) - runs.world.registered)


def test_every_no_is_asked_about_twice_and_every_yes_once(listed):
    runs = listed()

    ran = runs.run(confirm=True)

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert runs.asked() == {number: 1 if number in runs.world.registered else 2 for number in runs.numbers}
    assert (ran.tally.confirmations, ran.tally.overturned) == (len(nobodies(runs)), 0)
    assert ran.tally.asked == 30
    assert ran.tally.attempts == 30 + len(nobodies(runs))
    assert runs.run(confirm=True).tally.attempts == 0


def test_another_session_confirms_where_there_is_one(listed):
    runs = listed()

    runs.run(sessions=("a", "b"), confirm=True)

    for number in nobodies(runs):
        assert {through for through, asked in runs.world.calls if asked == number} == {"a", "b"}


def test_a_session_that_cannot_be_used_confirms_nothing(listed):
    runs = listed()

    ran = runs.run(sessions=("a", "b"), left_today={"b": 0}, confirm=True)

    assert (ran.ending, ran.tally.confirmations) == (None, len(nobodies(runs)))
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
    assert (ran.tally.overturned, runs.wrong()) == (1, [])
    assert ran.tally.verdicts == {"registered": 16, "not_registered": 14}


def test_a_no_that_cannot_be_confirmed_stands(listed):
    runs = listed()
    mute = nobodies(runs)[0]
    before = runs.world.says

    def says(number, session, now):
        if number == mute and runs.asked()[mute] > 1:
            raise TimedOut("30 s")
        return before(number, session, now)

    runs.world.says = says
    ran = runs.run(confirm=True, max_attempts=2)

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert ran.tally.failures == 2


def test_a_session_that_lies_when_it_confirms_ends_the_run_and_the_first_answers_stand(listed):
    runs = listed()
    before = runs.world.says

    def says(number, session, now):
        if session == "b" and max(runs.asked().values()) > 1:
            return Said(False)
        return before(number, session, now)

    runs.world.says = says
    ran = runs.run(sessions=("a", "b"), confirm=True)

    assert ran.ending.exit_code == 6
    assert (runs.wrong(), runs.missing()) == ([], [])


def test_a_stop_in_the_second_round_ends_it_and_the_day_is_one(listed):
    runs = listed()

    ran = runs.run(confirm=True, left_today={"a": 35})

    assert "--daily-cap" in str(ran.ending)
    assert ran.tally.attempts_through("a") <= 35
    assert (runs.wrong(), runs.missing()) == ([], [])
