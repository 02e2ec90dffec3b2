import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.pacing.guard.drift import ALARM, BEFORE, DOUBT, LATELY, Drift, Heard, is_surprising, surprise


def heard(*answers):
    drift = Drift()
    for registered in answers:
        drift.add(registered=registered)
    return drift


def row_until_alarm(drift, most=5_000):
    for row in range(1, most):
        drift.add(registered=False)
        if drift.is_alarming():
            return row
    return None


def mixed(count, every):
    """So many answers of which every so-manieth is a "yes", the last one among them."""
    return [place % every == every - 1 for place in range(count)]


@pytest.mark.parametrize(("every", "least", "most"), [(2, 20, 25), (5, 62, 75), (20, 270, 330)])
def test_a_row_of_no_alarms_once_chance_brings_it_less_than_once_in_a_million(every, least, most):
    row = row_until_alarm(heard(*mixed(2_000, every)))

    assert least <= row <= most
    assert (1 - 1 / every) ** row < 1e-6


def test_where_little_was_heard_before_a_longer_row_is_needed():
    assert row_until_alarm(heard(*mixed(40, 2))) > row_until_alarm(heard(*mixed(400, 2)))
    assert row_until_alarm(heard(*mixed(20, 2))) > 20


def test_a_list_of_nobody_never_alarms():
    assert row_until_alarm(Drift()) is None


def test_a_session_that_lies_to_most_but_not_all_alarms_within_the_latest_answers():
    rng = random.Random(1)
    drift = heard(*(rng.random() < 0.6 for _ in range(1_000)))
    alarmed = []
    for place in range(LATELY):
        drift.add(registered=rng.random() < 0.15)
        alarmed.append(drift.is_alarming() and place)

    assert 20 < next(filter(None, alarmed)) < 150


def test_an_unchanged_list_does_not_alarm():
    rng = random.Random(2)
    alarms = 0
    for share in (0.02, 0.3, 0.9):
        drift = Drift()
        for _ in range(20_000):
            drift.add(registered=rng.random() < share)
            alarms += drift.is_alarming()

    assert alarms == 0


def test_more_yes_than_before_is_no_alarm():
    assert not heard(*mixed(2_000, 20), *mixed(LATELY, 2), False).is_alarming()


def test_what_was_heard_before_the_latest_thousands_does_not_count():
    drift = heard(*[True] * 1_000, *[False] * (BEFORE + LATELY))

    assert not drift.is_alarming()


def test_after_forgetting_everything_begins_anew():
    drift = heard(*[True] * 500, *[False] * 100)
    assert drift.is_alarming()

    drift.forget()

    assert row_until_alarm(drift) is None


@given(st.integers(1, 300), st.floats(0, 1), st.integers(1, 300), st.floats(0, 1))
def test_the_surprise_is_that_of_the_binomial_tail_where_much_was_heard_before(answers, share, many, much):
    lately = Heard(answers, round(answers * share))
    before = Heard(10**7 * many, round(10**7 * many * much))
    expected = before.yes / before.answers
    assumed = chernoff(lately.yes / lately.answers, expected)

    if lately.yes / lately.answers >= expected:
        assert surprise(before, lately) == 0
    elif math.isfinite(assumed):
        assert surprise(before, lately) == pytest.approx(answers * assumed, rel=1e-2, abs=1e-2)


@given(st.data(), st.integers(0, BEFORE), st.integers(0, LATELY), st.sampled_from([DOUBT, ALARM]))
def test_what_is_surprising_is_known_without_the_surprise_itself(data, many, few, nats):
    before = Heard(many, data.draw(st.integers(0, many)))
    lately = Heard(few, data.draw(st.integers(0, few)))

    assert is_surprising(before, lately, nats) is (surprise(before, lately) > nats)


def chernoff(seen, expected):
    """The divergence of the seen share from the expected one, in nats an answer."""
    parts = [(seen, expected), (1 - seen, 1 - expected)]
    if any(share and not of for share, of in parts):
        return math.inf
    return sum(share * math.log(share / of) for share, of in parts if share)


def test_an_alarm_is_one_in_a_million():
    assert math.exp(-ALARM) == pytest.approx(1e-6)
