import math

import pytest

from validator.pacing.limit.correction import Cubic, LimitCorrection

TOLD = 600.0


def pass_all(doubt, since, until, *, per_min=400.0):
    """Requests at a steady pace that all pass at once."""
    now = since
    while now < until:
        doubt.passed(now, now)
        now += 60 / per_min


def slowed(at=60.0):
    """A told limit that was refused for the first time at `at`."""
    doubt = LimitCorrection()
    pass_all(doubt, 0.0, at)
    doubt.refused(at, at, TOLD, None)
    return doubt


def searching(second_at=130.0):
    """A told limit that was refused a second time."""
    doubt = slowed()
    pass_all(doubt, 61.0, second_at)
    doubt.refused(second_at, second_at, TOLD, None)
    return doubt


def test_nothing_is_doubted_until_a_refusal():
    doubt = LimitCorrection()
    pass_all(doubt, 0.0, 60.0)

    assert (doubt.share(60.0), doubt.per_min(60.0, TOLD)) == (1.0, math.inf)


def test_the_first_refusal_slows_down_for_a_while():
    doubt = slowed()

    assert (doubt.share(60.0), doubt.per_min(60.0, TOLD)) == (0.7, math.inf)
    assert doubt.share(180.0) == 1.0


def test_the_second_one_within_ten_minutes_begins_a_search_below_the_told_limit():
    doubt = searching()

    assert doubt.is_searching
    assert doubt.share(130.0) == 1.0
    # 400 a minute passed, and 600 times the slowed share were asked for.
    assert doubt.per_min(130.0, TOLD) == pytest.approx(0.985 * 400, rel=0.01)


@pytest.mark.parametrize(("second_at", "searches"), [(660.0, True), (660.1, False)])
def test_a_refusal_ten_minutes_later_is_the_first_again(second_at, searches):
    doubt = searching(second_at)

    assert doubt.is_searching is searches
    assert (doubt.share(second_at) == 1.0) is searches


def test_a_row_of_refusals_is_one():
    doubt = slowed()
    doubt.refused(62.0, 62.0, TOLD, None)
    doubt.refused(65.0, 65.0, TOLD, None)

    assert not doubt.is_searching


def test_a_refusal_within_a_search_is_part_of_it():
    doubt = searching()
    pass_all(doubt, 131.0, 260.0, per_min=250.0)
    doubt.refused(260.0, 260.0, TOLD, None)

    assert doubt.per_min(260.0, TOLD) == pytest.approx(0.985 * 250, rel=0.02)
    assert doubt.share(260.0) == 1.0


def test_what_a_refusal_tells_of_the_wait_reaches_the_search():
    doubt = slowed()
    pass_all(doubt, 61.0, 130.0)
    doubt.refused(130.0, 130.0, TOLD, 15.0)

    # The window turns in 14 to 15 s, so it holds what passed in the last 45 to 46.
    assert doubt.per_min(130.0, TOLD) == doubt.per_min(200.0, TOLD) == pytest.approx(0.985 * 305, rel=0.005)


def test_a_settled_pace_is_tried_a_little_higher_after_two_minutes():
    doubt = slowed()
    pass_all(doubt, 61.0, 130.0)
    doubt.refused(130.0, 130.0, TOLD, 15.0)
    found = doubt.per_min(130.0, TOLD)

    assert doubt.per_min(249.9, TOLD) == found
    assert doubt.per_min(250.1, TOLD) == pytest.approx(1.05 * found)


def test_the_doubt_is_gone_when_the_told_limit_has_passed_for_a_minute():
    doubt = searching()
    at = next(at for at in range(130, 400) if doubt.per_min(float(at), TOLD) >= TOLD)

    assert doubt.per_min(at + 60.0, TOLD) == TOLD
    assert doubt.per_min(at + 60.1, TOLD) == math.inf
    assert not doubt.is_searching
    assert doubt.share(at + 60.1) == 1.0


def test_a_search_that_falls_below_the_told_limit_again_goes_on():
    doubt = searching()
    at = next(at for at in range(130, 400) if doubt.per_min(float(at), TOLD) >= TOLD)
    assert doubt.per_min(at + 30.0, 2 * TOLD) < 2 * TOLD

    assert doubt.per_min(at + 61.0, TOLD) == TOLD
    assert doubt.is_searching


def cut(at=0.0):
    """A pace that was answered and then refused, with the refusal known at `at`."""
    cubic = Cubic()
    cubic.passed(at - 2.0)
    cubic.refused(at - 1.0, at)
    return cubic


def test_all_of_the_limit_is_used_until_a_refusal():
    assert Cubic().share(10.0) == 1.0


def test_a_refusal_takes_three_tenths_away_which_come_back_in_a_minute():
    cubic = cut()

    assert [cubic.share(at) for at in (0.0, 30.0, 60.0, 600.0)] == pytest.approx([0.7, 0.9625, 1.0, 1.0])


def test_a_refusal_before_anything_was_answered_is_not_the_paces_fault():
    cubic = Cubic()
    cubic.refused(0.0, 1.0)

    assert cubic.share(1.0) == 1.0


def test_a_row_of_refusals_counts_once():
    cubic = cut()
    cubic.refused(1.0, 2.0)
    cubic.refused(5.0, 6.0)

    assert cubic.share(6.0) == cut().share(6.0)


@pytest.mark.parametrize(("answered_at", "counts"), [(-0.5, False), (0.0, True)])
def test_only_an_answer_from_after_a_refusal_lets_the_next_one_count(answered_at, counts):
    cubic = cut()
    cubic.passed(answered_at)

    assert cubic.refused(10.0, 11.0) is counts
    assert (cubic.share(11.0) == 0.7) is counts


@pytest.mark.parametrize(("started_at", "counts"), [(-0.1, False), (0.0, True)])
def test_a_refusal_of_what_was_sent_before_the_last_one_does_not_count(started_at, counts):
    cubic = cut()
    cubic.passed(5.0)

    assert cubic.refused(started_at, 6.0) is counts
    assert (cubic.share(6.0) == 0.7) is counts


@pytest.mark.parametrize("retry_after_s", [None, 2.0])
def test_a_search_that_is_refused_in_vain_goes_on(retry_after_s):
    doubt = slowed()
    pass_all(doubt, 61.0, 70.0)
    for now in (70.0, 75.0, 80.0):
        doubt.refused(now, now + 0.1, TOLD, retry_after_s)

    assert doubt.is_searching
    assert 0 < doubt.per_min(90.0, TOLD) <= TOLD
