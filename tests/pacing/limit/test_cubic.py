import pytest

from validator.pacing.limit.cubic import Cubic


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
