import math
import random

import pytest

from validator.model import NO_NOTICE, RateNotice, RateWindow
from validator.pacing.budget.paced import PacedBudget

MANY = 10**6


def new(**options):
    return PacedBudget(**{"now": 0.0, "rng": random.Random(1), **options})


def told(limit, remaining=None, window_s=60.0, reset_s=None):
    return RateNotice(
        windows=(RateWindow(limit=limit, remaining=remaining, reset_s=reset_s, window_s=window_s),)
    )


def ask(budget, now, notice=NO_NOTICE, todo=MANY, round_trip_s=0.0, **end):
    """Make one request as soon as allowed from `now` on; return when it started."""
    now = max(now, budget.ready_at(now, todo))
    budget.finish(budget.start(now), now + round_trip_s, notice, **end)
    return now


def gap_s(budget, now, notice=NO_NOTICE):
    """The time between two requests in a row."""
    first = ask(budget, now, notice)
    return budget.ready_at(first, MANY) - first


def limit_of(budget, now=0.0):
    return budget.report(now).limit_per_min


def test_one_request_starts_every_window_and_jitter_by_limit():
    budget = new(limit_per_min=300)
    starts = [ask(budget, 0.0) for _ in range(4)]

    assert starts == pytest.approx([0, 60.5 / 300, 2 * 60.5 / 300, 3 * 60.5 / 300])
    assert budget.report(1.0).rate_per_min == pytest.approx(300 * 60 / 60.5)


@pytest.mark.parametrize(("jitter_s", "used_s"), [(0.0, 0.1), (0.3, 0.3), (5.0, 0.6)])
def test_the_jitter_allowed_for_stays_within_its_bounds(jitter_s, used_s):
    budget = new(limit_per_min=60, jitter_s=jitter_s)

    assert gap_s(budget, 0.0) == pytest.approx((60 + used_s) / 60)


def test_a_start_up_to_20_ms_late_keeps_its_place_and_a_later_one_is_not_made_up_for():
    budget = new(limit_per_min=60)
    spacing_s = 60.5 / 60
    ask(budget, 0.0)
    ask(budget, spacing_s + 0.015)

    assert budget.ready_at(0.0, MANY) == pytest.approx(2 * spacing_s)
    ask(budget, 10.0)
    assert budget.ready_at(10.0, MANY) == pytest.approx(10 + spacing_s - 0.02)


def test_nothing_starts_before_its_slot():
    budget = new(limit_per_min=60)
    ask(budget, 0.0)

    with pytest.raises(RuntimeError, match=r"1\.008 s before the budget allows it"):
        budget.start(0.0)


def test_until_the_first_reply_there_is_one_request_in_flight():
    budget = new(limit_per_min=2000)
    permit = budget.start(0.0)

    assert budget.ready_at(20.0, 5) == math.inf
    budget.finish(permit, 20.0)
    assert budget.ready_at(20.0, 5) == 20.0


def test_nothing_known_means_the_lowest_plan():
    report = new().report(0.0)

    assert (report.limit_per_min, report.told_by) == (60.0, "the gateway's default")


def test_a_told_limit_rules_at_once_and_the_first_request_costs_no_more_than_its_slot():
    budget = new()
    ask(budget, 0.0, told(600))

    assert budget.ready_at(0.0, MANY) == pytest.approx(60.5 / 600)
    report = budget.report(0.0)
    assert (report.limit_per_min, report.told_by) == (600.0, "headers")


def test_a_limit_goes_down_at_once():
    budget = new()
    ask(budget, 0.0, told(600))
    ask(budget, 1.0, told(300))

    assert limit_of(budget) == 300


def test_a_limit_goes_up_when_it_has_held_for_two_windows():
    budget = new()
    ask(budget, 0.0, told(60))
    limits = []
    for now in (10.0, 69.0, 129.0, 130.0):
        ask(budget, now, told(600))
        limits.append(limit_of(budget, now))

    assert limits == [60, 60, 60, 600]


def test_of_several_higher_limits_the_lowest_that_held_is_believed():
    budget = new()
    ask(budget, 0.0, told(60))
    for now, limit in [(10.0, 600), (70.0, 300), (140.0, 2000)]:
        ask(budget, now, told(limit))

    assert limit_of(budget) == 300


def test_a_limit_that_falls_back_has_to_hold_anew():
    budget = new()
    ask(budget, 0.0, told(60))
    for now, limit in [(10.0, 600), (70.0, 60), (131.0, 600)]:
        ask(budget, now, told(limit))

    assert limit_of(budget) == 60


@pytest.mark.parametrize("nonsense", [told(0), told(-5), told(None), told(10, window_s=0.0), NO_NOTICE])
def test_a_limit_that_makes_no_sense_is_ignored(nonsense):
    budget = new()
    ask(budget, 0.0, nonsense)

    assert budget.report(0.0).told_by == "the gateway's default"


def test_a_fixed_ceiling_is_lowered_by_replies_and_never_raised():
    budget = new(limit_per_min=300)
    assert (limit_of(budget), budget.report(0.0).told_by) == (300, "--rate")

    ask(budget, 0.0, told(2000))
    assert (limit_of(budget), budget.report(0.0).told_by) == (300, "--rate")

    ask(budget, 1.0, told(60))
    assert (limit_of(budget), budget.report(0.0).told_by) == (60, "headers")

    for now in (10.0, 131.0):
        ask(budget, now, told(2000))
    assert (limit_of(budget), budget.report(131.0).told_by) == (300, "--rate")


def test_half_a_request_a_minute_is_one_in_two():
    budget = new(limit_per_min=0.5)
    starts = [ask(budget, 0.0) for _ in range(3)]

    assert starts == pytest.approx([0, 121, 242])


def test_a_share_of_the_key_is_a_share_of_what_is_told_or_assumed():
    budget = new(share=0.25)
    assert limit_of(budget) == 15

    ask(budget, 0.0, told(600))
    assert limit_of(budget) == 150


def test_in_flight_and_still_counted_requests_stay_below_the_limit():
    budget = new(limit_per_min=3)
    ask(budget, 0.0)
    held = [budget.start(budget.ready_at(0.0, MANY)) for _ in range(1)]
    held.append(budget.start(budget.ready_at(held[0].started_at, MANY)))

    assert budget.ready_at(59.9, MANY) == 60.5  # the first, answered at 0, is still counted
    third = budget.start(60.5)
    assert budget.ready_at(500.0, MANY) == math.inf  # three in flight
    budget.finish(third, 500.0)
    assert budget.ready_at(500.0, MANY) == 500.0  # sent long ago, so it arrived long ago


def test_after_a_smaller_limit_enough_requests_have_to_leave_the_window():
    budget = new()
    ask(budget, 0.0, told(600))
    for now in range(1, 10):
        ask(budget, float(now), told(600))
    ask(budget, 10.0, told(3))

    # Eleven are counted and three fit: the one of second 8 has to leave.
    assert budget.ready_at(10.0, MANY) == 68.0


def test_a_rarely_late_reply_is_counted_from_its_arrival():
    usual, late = new(limit_per_min=10), new(limit_per_min=10)
    for budget, last_trip_s in ((usual, 0.1), (late, 5.0)):
        for number in range(300):
            ask(budget, 100.0 * number, round_trip_s=0.1)
        first = ask(budget, 40_000.0, round_trip_s=last_trip_s)
        starts = [ask(budget, first) for _ in range(10)]
        budget.last = starts[-1]

    assert (usual.last, late.last) == (pytest.approx(40_060.5), pytest.approx(40_065.0))


def test_several_windows_rule_together_and_the_strictest_decides():
    budget = new()
    minute, seconds = told(600).windows[0], told(5, window_s=1.0).windows[0]
    ask(budget, 0.0, RateNotice(windows=(minute, seconds)))

    assert budget.ready_at(0.0, MANY) == pytest.approx(1.5 / 5)
    assert (limit_of(budget), budget.report(0.0).told_by) == (300, "headers")


def test_a_window_told_later_counts_what_was_sent_before():
    budget = new()
    for now in range(3):
        ask(budget, float(now), told(600))
    ask(budget, 3.0, told(4, window_s=10.0))

    assert budget.ready_at(3.0, MANY) == pytest.approx(10.0)


def test_a_told_window_replaces_the_assumed_one_but_not_a_fixed_ceiling():
    assumed, fixed = new(), new(limit_per_min=60)
    for budget in (assumed, fixed):
        ask(budget, 0.0, told(50, window_s=10.0))

    assert (limit_of(assumed), limit_of(fixed)) == (300, 60)
    assert fixed.report(0.0).told_by == "--rate"


def test_no_more_than_four_windows_are_believed():
    budget = new()
    for number in range(10):
        ask(budget, 10.0 * number, told(100 - number, window_s=60.0 + number))

    assert limit_of(budget) == pytest.approx(97 * 60 / 63)


def test_a_spent_day_holds_until_it_is_over():
    budget = new()
    ask(budget, 0.0, told(1000, remaining=0, window_s=86_400.0, reset_s=7200.0))
    report = budget.report(0.0)

    assert 7200 <= report.hold_until <= 7920
    assert report.hold_reason == "the allowance of 24.0 h is spent"
    assert report.refused == 0


@pytest.mark.parametrize(("remaining", "reset_s"), [(1, 7200.0), (None, 7200.0), (0, None)])
def test_a_day_with_something_left_or_without_an_end_holds_nothing(remaining, reset_s):
    budget = new()
    ask(budget, 0.0, told(1000, remaining=remaining, window_s=86_400.0, reset_s=reset_s))

    assert budget.report(0.0).hold_until is None
    assert budget.report(0.0).told_by == "the gateway's default"


def test_a_minute_and_a_day_rule_side_by_side():
    """The minute is paced; the day is spent, then waited for."""
    budget = new()
    minute = RateWindow(limit=600, remaining=500, reset_s=40.0)
    days = [RateWindow(limit=5000, remaining=left, reset_s=7200.0, window_s=86_400.0) for left in (1, 0)]
    ask(budget, 0.0, RateNotice(windows=(minute, days[0])))
    assert (limit_of(budget), budget.report(0.0).hold_until) == (600, None)

    ask(budget, 1.0, RateNotice(windows=(minute, days[1])))
    report = budget.report(1.0)
    assert (report.limit_per_min, report.told_by) == (600, "headers")
    assert 7201 <= report.hold_until <= 7921


def test_what_a_day_has_left_bounds_a_short_list_too():
    budget = new()
    minute = RateWindow(limit=600, remaining=500)
    day = RateWindow(limit=5000, remaining=20, window_s=86_400.0)
    ask(budget, 0.0, RateNotice(windows=(minute, day)))

    assert budget.ready_at(0.01, 18) == 0.01
    assert budget.ready_at(0.01, 19) > 0.01


@pytest.mark.parametrize(
    ("reset_s", "reason"),
    [
        (136.0, ""),
        (375.0, ""),
        (400.0, "the allowance of 0.2 h is spent"),
        (3000.0, "the allowance of 1.0 h is spent"),
        (3601.0, "the allowance of 1.0 h is spent"),
        (80_000.0, "the allowance of 24.0 h is spent"),
        (10_000_000.0, "the allowance of 2,777.8 h is spent"),
    ],
)
def test_a_limit_whose_reset_is_far_beyond_a_minute_is_that_of_a_longer_window(reset_s, reason):
    budget = new()
    ask(budget, 0.0, told(10_000, remaining=9999, reset_s=reset_s))

    per_min = 60 if reason else 10_000 / 5
    assert limit_of(budget) == per_min
    ask(budget, 2.0, told(10_000, remaining=0, reset_s=min(reset_s, 60.0)))
    assert budget.report(2.0).hold_reason == reason


@pytest.mark.parametrize("reset_s", [61.0, 120.0, 135.0])
def test_a_reset_within_the_next_minute_may_be_a_sliding_counters(reset_s):
    budget = new()
    ask(budget, 0.0, told(600, remaining=599, reset_s=reset_s))

    assert limit_of(budget) == 600


def test_a_window_that_tells_its_length_is_as_long_as_it_says():
    budget = new()
    ask(budget, 0.0, told(100, remaining=99, reset_s=3000.0, window_s=10.0))

    assert limit_of(budget) == 600


def test_a_spent_minute_by_itself_holds_nothing():
    """A server whose burst is smaller than its limit says 0 all the time."""
    budget = new()
    ask(budget, 0.0, told(600, remaining=0, reset_s=55.0))

    assert budget.ready_at(0.0, MANY) == pytest.approx(60.5 / 600)


def test_after_a_hold_the_pace_comes_back_in_steps():
    budget = new(limit_per_min=600)
    ask(budget, 0.0, RateNotice(retry_after_s=10.0), refused=True)
    ends = budget.report(0.0).hold_until
    full_s = 60.5 / 600
    # Each of these starts late, which takes 20 ms off the gap behind it.
    gaps_s = [0.02 + gap_s(budget, ends + after_s) for after_s in (0.1, 4.0, 5.1, 10.1)]
    rates = [budget.report(ends + after_s).rate_per_min for after_s in (10.1, 20.1, 25.1, 60.0)]

    assert [full_s / gap for gap in gaps_s] == pytest.approx([0.5, 0.5, 0.6, 0.7])
    assert [rate * full_s / 60 for rate in rates] == pytest.approx([0.7, 0.9, 1.0, 1.0])
    assert budget.report(ends).rate_per_min == pytest.approx(300 * 60 / 60.5)


def test_after_a_hold_one_request_goes_first_and_the_others_when_it_has_passed():
    budget = new(limit_per_min=600)
    ask(budget, 0.0)
    side_by_side = [budget.start(0.2 * place) for place in range(1, 5)]
    for permit in side_by_side:
        budget.finish(permit, 0.9)
    earlier = budget.start(1.0)
    ask(budget, 1.1, RateNotice(retry_after_s=10.0), refused=True)
    ends = budget.report(1.2).hold_until
    first = budget.start(ends)

    assert budget.ready_at(ends + 9.0, MANY) == math.inf
    budget.finish(earlier, ends + 9.0)
    assert budget.ready_at(ends + 9.0, MANY) == math.inf
    budget.finish(first, ends + 9.5)
    assert budget.ready_at(ends + 9.5, MANY) == ends + 9.5


def test_one_that_was_cancelled_after_a_hold_keeps_nobody_waiting():
    budget = new(limit_per_min=600)
    ask(budget, 0.0, RateNotice(retry_after_s=10.0), refused=True)
    ends = budget.report(0.0).hold_until
    budget.cancel(budget.start(ends), ends)

    assert budget.ready_at(ends, MANY) == ends


def test_a_cancelled_request_gives_its_slot_back():
    budget = new(limit_per_min=60)
    ask(budget, 0.0)
    slot = budget.ready_at(0.0, MANY)
    first = budget.start(slot)
    second = budget.start(budget.ready_at(slot, MANY))
    budget.cancel(second, 3.0)
    budget.cancel(first, 3.0)

    assert budget.ready_at(0.0, MANY) == slot


def test_a_request_cancelled_behind_others_gives_back_its_place_only():
    budget = new(limit_per_min=3)
    ask(budget, 0.0)
    first = budget.start(budget.ready_at(0.0, MANY))
    second = budget.start(budget.ready_at(first.started_at, MANY))
    slot = second.slot_after
    budget.cancel(first, 41.0)

    assert budget.ready_at(41.0, MANY) == slot


def test_a_share_that_rounds_up_a_hair_allows_no_request_more():
    assert 0.07 * 100 > 7
    budget = new(share=0.07)
    for _ in range(7):
        ask(budget, 0.0, told(100, remaining=10**6), todo=1)

    assert budget.ready_at(0.0, 1) == 60.0


def fill(budget, now, todo):
    """Start as many of `todo` requests as may start now."""
    tickets = []
    while todo > len(tickets) and budget.ready_at(now, todo - len(tickets)) <= now:
        tickets.append(budget.start(now))
    return tickets


def test_a_list_that_fits_into_what_is_left_is_spent_at_once_in_doubling_rounds():
    budget, now, todo, rounds = new(), 0.0, 100, []
    while todo:
        tickets = fill(budget, now, todo)
        rounds.append(len(tickets))
        todo -= len(tickets)
        for permit in tickets:
            budget.finish(permit, now + 0.1, told(300, remaining=300 - permit.ordinal))
        now += 0.1

    # Pacing alone would take 20 s, in single steps.
    assert now < 1.5
    assert rounds[:5] == [1, 1, 2, 4, 8]


@pytest.mark.parametrize(("falls_by", "in_flight"), [(0, 2), (1, 4), (3, 8)])
def test_what_is_left_is_believed_as_far_as_it_was_seen_to_fall(falls_by, in_flight):
    """A figure that never falls counts nothing: two may go at once, and two more for each that it fell."""
    budget = new()
    for second in range(30):
        ask(budget, float(second), told(300, remaining=200))
    ask(budget, 30.0, told(300, remaining=200 - falls_by))

    assert len(fill(budget, 31.0, 100)) == in_flight


@pytest.mark.parametrize(("todo", "at_once"), [(45, True), (46, False)])
def test_a_list_that_takes_more_than_nine_tenths_of_what_is_left_is_paced(todo, at_once):
    budget = new()
    ask(budget, 0.0, told(300, remaining=50), todo=todo + 1)

    assert (budget.ready_at(0.01, todo) == 0.01) is at_once


def test_what_is_in_flight_counts_against_what_is_left():
    budget = new()
    for now in (0.0, 1.0, 2.0):
        ask(budget, now, told(300, remaining=50))
    budget.start(3.0)

    assert budget.ready_at(3.0, 44) == 3.0
    assert budget.ready_at(3.0, 45) > 3.0


def test_the_fewest_left_of_the_window_decide_until_they_are_a_window_old():
    budget = new()
    ask(budget, 0.0, told(300, remaining=10))
    for now in (1.0, 2.0, 62.0):
        ask(budget, now, told(300, remaining=200))
        in_a_row = budget.ready_at(now, 100) == now
        assert in_a_row is (now > 60.0)


@pytest.mark.parametrize(
    ("notice", "refused"), [(NO_NOTICE, False), (told(300), False), (told(300, remaining=200), True)]
)
def test_a_reply_that_does_not_tell_or_a_refusal_ends_spending_at_once(notice, refused):
    budget = new()
    ask(budget, 0.0, told(300, remaining=200))
    ask(budget, 1.0, notice, refused=refused)
    now = budget.ready_at(1.0, MANY)
    ask(budget, now, told(300, remaining=200))

    assert budget.ready_at(now, 5) > now


def test_a_fixed_pace_is_kept_however_much_is_left():
    budget = new(limit_per_min=60)
    ask(budget, 0.0, told(2000, remaining=1999))

    assert budget.ready_at(0.0, 2) > 1.0


def test_a_share_of_the_key_spends_its_share_of_what_is_left():
    budget = new(share=0.5)
    ask(budget, 0.0, told(300, remaining=100))

    assert budget.ready_at(0.01, 45) == 0.01
    assert budget.ready_at(0.01, 46) > 0.01


def doubted():
    """A budget that was told 600 a minute and refused at half of it, twice."""
    budget, now = new(), 0.0
    for _ in range(2):
        for _ in range(300):
            now = ask(budget, now, told(600))
        ask(budget, now, told(600), refused=True)
    return budget, now


def test_a_told_limit_that_is_refused_twice_is_gone_below():
    budget, now = doubted()
    report = budget.report(now)

    assert report.told_by == "refusals"
    assert report.limit_per_min < 600
    # What was sent before counts against the limit that was found.
    held_until = report.hold_until
    assert budget.ready_at(now, MANY) >= held_until
    ask(budget, held_until, told(600))
    assert limit_of(budget, held_until) < 600


@pytest.mark.parametrize("told_first", ["minute", "second"])
def test_of_several_told_limits_the_strictest_is_the_one_that_is_doubted(told_first):
    minute, second = RateWindow(limit=600, window_s=60.0), RateWindow(limit=5, window_s=1.0)
    both = RateNotice(windows=(minute, second) if told_first == "minute" else (second, minute))
    budget, now = new(), 0.0
    for _ in range(2):
        for _ in range(150):
            now = ask(budget, now, both)
        ask(budget, now, both, refused=True)

    report = budget.report(now + 1.0)
    assert report.told_by == "refusals"
    # A pace that was refused at 300 a minute is not looked for above it.
    assert report.limit_per_min < 300


def test_a_told_limit_that_proves_right_rules_again():
    budget, now = doubted()
    for _ in range(3000):
        now = ask(budget, now, told(600))

    report = budget.report(now)
    assert (report.limit_per_min, report.told_by) == (600, "headers")


def test_a_lower_limit_that_is_told_during_a_doubt_rules():
    budget, now = doubted()
    ask(budget, now, told(60))

    report = budget.report(now + 5.0)
    assert (report.limit_per_min, report.told_by) == (60, "headers")
