"""What holds for a budget whatever happens to it."""

import math
import random
from bisect import bisect_right

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.model import RateNotice, RateWindow
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget

delays_s = st.floats(0.0, 90.0).map(lambda seconds: round(seconds, 3))
windows = st.builds(
    RateWindow,
    limit=st.one_of(st.none(), st.integers(-1, 3000)),
    remaining=st.one_of(st.none(), st.integers(-1, 3000)),
    reset_s=st.one_of(st.none(), st.floats(-10, 5000), st.just(math.nan)),
    window_s=st.sampled_from([0.0, 1.0, 10.0, 60.0, 3600.0, 86_400.0]),
)
notices = st.builds(
    RateNotice,
    windows=st.lists(windows, max_size=3).map(tuple),
    retry_after_s=st.one_of(st.none(), st.floats(-10, 5000), st.just(math.nan)),
)
events = st.lists(
    st.tuples(
        st.sampled_from(["start", "start", "finish", "finish", "refuse", "cancel"]),
        delays_s,
        notices,
        st.integers(1, 50),
    ),
    max_size=60,
)
budgets = st.sampled_from(["auto", "fixed", "find", "none"])


def new(kind):
    if kind == "none":
        return NoBudget(rng=random.Random(1))
    limit_per_min = 7.5 if kind == "fixed" else None
    return PacedBudget(now=0.0, limit_per_min=limit_per_min, find=kind == "find", rng=random.Random(1))


@pytest.mark.slow
@settings(max_examples=60)
@given(budgets, events)
def test_no_request_starts_before_a_hold_ends_and_none_waits_for_nothing(kind, events):
    budget, now, in_flight, held_until = new(kind), 0.0, [], -math.inf
    for what, delay_s, notice, todo in events:
        now += delay_s
        if what == "start":
            at = budget.ready_at(now, todo)
            assert at < math.inf or in_flight
            if at < math.inf:
                now = max(now, at)
                assert now >= held_until
                in_flight.append(budget.start(now))
        elif in_flight and what == "cancel":
            budget.cancel(in_flight.pop(), now)
        elif in_flight:
            budget.finish(in_flight.pop(0), now, notice, refused=what == "refuse")
            asked_s = notice.retry_after_s
            if what == "refuse" and asked_s is not None and asked_s > 0:
                held_until = max(held_until, now + asked_s)
        report = budget.report(now)
        assert report.started >= len(in_flight)
        assert report.held_s <= now + 1e-6


@pytest.mark.slow
@settings(max_examples=40)
@given(
    limit=st.integers(1, 40),
    trips_s=st.lists(st.floats(0.01, 3.0), min_size=1, max_size=50),
    pauses_s=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=50),
    todo=st.integers(1, 200),
)
def test_no_window_holds_more_than_the_limit(limit, trips_s, pauses_s, todo):
    """Whatever is asked and answered, within the jitter, by a server that says all is free."""
    budget, now, arrivals, in_flight = new("auto"), 0.0, [], []
    window = RateWindow(limit=limit, remaining=limit)
    for number in range(150):
        now += pauses_s[number % len(pauses_s)] if number % 7 == 0 else 0.0
        while (at := budget.ready_at(now, todo)) == math.inf:
            now = _finish_first(budget, in_flight, now, window)
        now = max(now, at)
        trip_s = trips_s[number % len(trips_s)]
        in_flight.append((now + trip_s, number, budget.start(now)))
        arrivals.append(now + min(trip_s, 0.5))
        while in_flight and min(in_flight)[0] <= now:
            now = _finish_first(budget, in_flight, now, window)

    arrivals.sort()
    for last, at in enumerate(arrivals):
        assert last + 1 - bisect_right(arrivals, at - 60.0) <= limit


def _finish_first(budget, in_flight, now, window):
    first = min(in_flight)
    in_flight.remove(first)
    now = max(now, first[0])
    budget.finish(first[2], now, RateNotice(windows=(window,)))
    return now


@settings(max_examples=40)
@given(starts=st.lists(st.floats(0.0, 5.0), min_size=1, max_size=30), limit=st.floats(0.5, 3000))
def test_starting_and_cancelling_changes_nothing(starts, limit):
    budget, now = PacedBudget(now=0.0, limit_per_min=limit, rng=random.Random(1)), 0.0
    budget.finish(budget.start(now), now)
    for pause_s in starts:
        now = max(now + pause_s, budget.ready_at(now, 1))
        before = (budget.ready_at(now, 1), budget.report(now))
        budget.cancel(budget.start(now), now)
        assert (budget.ready_at(now, 1), budget.report(now)) == before
