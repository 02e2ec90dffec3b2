import pytest

from validator.model import SessionRef
from validator.reports import CallCounts, Timeline, TimeSpan
from validator.reports.timeline import MOST_BUCKETS

A, B = SessionRef("sendapi", "sess_a"), SessionRef("sendapi", "sess_b")


def span(attempts=1, *, limit_per_min=None, seconds=1.0, **values):
    limited = {} if limit_per_min is None else {"limited_s": seconds, "allowed": limit_per_min * seconds / 60}
    return TimeSpan(calls=CallCounts(attempts=attempts, answers=attempts), **limited, **values)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1, 59, 60, 61, 3_600, 90_000])
def test_buckets_stay_few_and_lose_nothing_however_long_a_run_takes(seconds):
    timeline = Timeline()
    for second in range(seconds):
        timeline.add(second, second + 1, span(attempts=2, held_s=0.25, paused_s=0.5))
    buckets = timeline.buckets()

    assert len(buckets) <= MOST_BUCKETS
    assert sum(one.attempts for one in buckets) == 2 * seconds
    assert sum(one.duration_s for one in buckets) == pytest.approx(seconds)
    assert sum(one.held_s for one in buckets) == pytest.approx(seconds / 4)
    assert sum(one.paused_s for one in buckets) == pytest.approx(seconds / 2)
    assert all(one.rate_per_min == pytest.approx(120) for one in buckets)


def test_buckets_have_one_length_and_follow_each_other():
    timeline = Timeline(most=4)
    for second in range(13):
        timeline.add(second, second + 1, span())

    assert [(one.start_s, one.duration_s) for one in timeline.buckets()] == [(0, 4), (4, 4), (8, 4), (12, 1)]


def test_a_time_without_anything_is_a_bucket_too():
    timeline = Timeline()
    timeline.add(0, 1, span())
    timeline.add(3, 4, span())

    assert [one.attempts for one in timeline.buckets()] == [1, 0, 0, 1]


def test_the_limit_of_merged_buckets_is_their_mean_and_none_where_none_ruled():
    timeline = Timeline(most=2)
    timeline.add(0, 1, span(limit_per_min=60))
    timeline.add(1, 2, span(limit_per_min=300))
    timeline.add(2, 3, span())

    assert [one.limit_per_min for one in timeline.buckets()] == [180, None]


def test_sessions_are_named_by_their_order_and_merged_too():
    timeline = Timeline(most=2)
    timeline.add(0, 1, span(sessions={A: (3, 1)}))
    timeline.add(1, 2, span(sessions={A: (2, 0), B: (4, 2)}))
    timeline.add(2, 3, span(sessions={B: (1, 1)}))
    first, second = timeline.buckets([B, A])

    assert (first.session_attempts, first.session_failures) == ((4, 5), (2, 1))
    assert (second.session_attempts, second.session_failures) == ((1, 0), (1, 0))


@pytest.mark.parametrize("seconds", [1, 4, 5, 8])
def test_the_last_moment_of_a_run_opens_no_bucket(seconds):
    timeline = Timeline(most=4)
    for second in range(seconds):
        timeline.add(second, second + 1, span())
    timeline.add(seconds, seconds, span())

    assert all(one.duration_s for one in timeline.buckets())
    assert sum(one.attempts for one in timeline.buckets()) == seconds + 1


def test_a_run_that_asked_nothing_has_no_timeline():
    assert Timeline().buckets([A]) == ()
