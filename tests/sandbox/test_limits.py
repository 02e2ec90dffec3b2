from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.sandbox.limits import new_limiter
from validator.sandbox.words import LimiterKind

# Times that rise by gaps as clients leave them: bursts, paced ones, and rests over a window's edge.
gaps = st.one_of(st.just(0.0), st.floats(0, 0.5), st.floats(0.5, 90))
arrivals = st.lists(gaps, min_size=1, max_size=80)
limits = st.integers(1, 40)


def admitted_times(kind, limit, gap_list):
    limiter, now, times = new_limiter(kind, limit), 1000.0, []
    for gap in gap_list:
        now += gap
        if limiter.admit(now).admitted:
            times.append(now)
    return times


def most_in(times, window_s):
    return max(sum(start <= t < start + window_s for t in times) for start in times)


def longest_excess(times, burst, per_s):
    """Return by how much the worst stretch between two admissions holds more than burst + rate x time."""
    stretches = [(i, j) for i in range(len(times)) for j in range(i, len(times))]
    return max((j - i + 1) - (burst + (times[j] - times[i]) * per_s) for i, j in stretches)


@settings(max_examples=25)
@given(limits, arrivals)
def test_a_token_bucket_never_passes_more_than_its_size_and_what_flowed_in(limit, gap_list):
    times = admitted_times(LimiterKind.TOKEN_BUCKET, limit, gap_list)
    assert longest_excess(times, limit, limit / 60) <= 1e-3


@settings(max_examples=25)
@given(limits, arrivals)
def test_a_fixed_window_never_passes_more_than_the_limit_in_one_of_its_minutes(limit, gap_list):
    times = admitted_times(LimiterKind.FIXED_WINDOW, limit, gap_list)
    minutes = [int(t // 60) for t in times]
    assert max(minutes.count(minute) for minute in minutes) <= limit


@settings(max_examples=25)
@given(limits, arrivals)
def test_a_sliding_log_never_passes_more_than_the_limit_in_any_minute(limit, gap_list):
    times = admitted_times(LimiterKind.SLIDING_LOG, limit, gap_list)
    assert most_in(times, 60 - 1e-6) <= limit


@settings(max_examples=25)
@given(limits, arrivals)
def test_a_sliding_counter_never_passes_more_than_its_weighted_estimate_allows(limit, gap_list):
    times = admitted_times(LimiterKind.SLIDING_COUNTER, limit, gap_list)
    for index, t in enumerate(times):
        window = int(t // 60)
        before = sum(int(earlier // 60) == window - 1 for earlier in times[: index + 1])
        within = sum(int(earlier // 60) == window for earlier in times[: index + 1])
        assert within + before * (1 - (t - window * 60) / 60) <= limit + 1e-3


@settings(max_examples=25)
@given(limits, arrivals, st.sampled_from([(LimiterKind.GCRA_BURST, 10), (LimiterKind.GCRA_SMOOTH, 60)]))
def test_a_gcra_never_passes_more_than_its_burst_and_what_became_due(limit, gap_list, kind):
    times = admitted_times(kind[0], limit, gap_list)
    assert longest_excess(times, max(1, limit // kind[1]), limit / 60) <= 1e-3


@pytest.mark.parametrize("kind", LimiterKind)
@settings(max_examples=25)
@given(limit=limits, gap_list=arrivals)
def test_who_waits_as_told_passes_and_who_comes_sooner_does_not(kind, limit, gap_list):
    limiter, now = new_limiter(kind, limit), 1000.0
    for gap in gap_list:
        now += gap
        admission = limiter.admit(now)
    while admission.admitted and admission.remaining:
        admission = limiter.admit(now)
    if admission.wait_s > 1e-2:
        assert not limiter.admit(now + admission.wait_s - 1e-2).admitted
    assert limiter.admit(now + admission.wait_s + 1e-6).admitted


@pytest.mark.parametrize("kind", LimiterKind)
@settings(max_examples=25)
@given(limit=limits, gap_list=arrivals)
def test_exactly_what_remains_would_pass_now(kind, limit, gap_list):
    limiter, now = new_limiter(kind, limit), 1000.0
    for gap in gap_list:
        now += gap
        admission = limiter.admit(now)
    passed = 0
    while limiter.admit(now).admitted:
        passed += 1
    assert passed == admission.remaining


@pytest.mark.parametrize("kind", LimiterKind)
def test_a_refused_request_costs_nothing(kind):
    patient, eager = new_limiter(kind, 6), new_limiter(kind, 6)
    for limiter in (patient, eager):
        while limiter.admit(1000.0).admitted:
            pass
    for _ in range(50):
        eager.admit(1000.0)
    assert eager.admit(1100.0) == patient.admit(1100.0)


@pytest.mark.parametrize("kind", LimiterKind)
def test_after_the_reset_the_whole_allowance_is_there(kind):
    limiter = new_limiter(kind, 12)
    first = limiter.admit(1000.0)
    while limiter.admit(1000.0).admitted:
        pass
    reset_s = limiter.admit(1000.0).reset_s
    assert limiter.admit(1000.0 + reset_s + 1e-6).remaining == first.remaining


@pytest.mark.parametrize("kind", LimiterKind)
def test_a_lowered_limit_holds_at_once(kind):
    limiter = new_limiter(kind, 60)
    for _ in range(3):
        limiter.admit(1000.0)
    limiter.limit = 2
    passed = sum(limiter.admit(1000.0 + n / 10).admitted for n in range(100))
    assert passed <= 2


def test_a_sliding_counter_frees_room_in_the_window_as_the_last_one_fades():
    limiter = new_limiter(LimiterKind.SLIDING_COUNTER, 10)
    for _ in range(10):
        limiter.admit(30.0)
    refused = limiter.admit(60.0)
    assert not refused.admitted
    assert refused.wait_s == pytest.approx(6.0)
    assert limiter.admit(66.0).admitted


@pytest.mark.parametrize(("kind", "burst"), [(LimiterKind.GCRA_BURST, 30), (LimiterKind.GCRA_SMOOTH, 5)])
def test_a_gcra_has_the_burst_of_its_kind(kind, burst):
    limiter = new_limiter(kind, 300)
    assert sum(limiter.admit(0.0).admitted for _ in range(300)) == burst
