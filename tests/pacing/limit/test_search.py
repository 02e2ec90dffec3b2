import math

import pytest

from validator.pacing.limit.search import Search


def pass_all(search, since, until, *, per_min):
    """Requests at a steady pace that all pass at once."""
    step_s, now = 60 / per_min, since
    while now < until:
        search.passed(now, now)
        now += step_s


def ramped(until, **options):
    """A search that has sent at the pace it asks for and was never refused."""
    search, now = Search(0.0, **options), 0.0
    while now < until:
        search.passed(now, now)
        now += 60 / search.per_min(now)
    return search


def refuse(search, now, *, in_flight=1, passed=0, retry_after_s=None):
    """Refuse a request, and what is in flight with it but for those that passed."""
    for number in range(in_flight):
        if number < in_flight - passed:
            search.refused(now, now, retry_after_s)
        else:
            search.passed(now, now)


def test_the_pace_stays_at_the_lowest_plans_for_a_minute_and_then_doubles_every_24_s():
    search = Search(100.0)

    assert [search.per_min(100.0 + at) for at in (0, 60, 84, 108, 180)] == pytest.approx(
        [60, 60, 120, 240, 1920]
    )


def test_it_never_goes_beyond_the_largest_plan():
    assert Search(0.0).per_min(10_000.0) == 2000
    assert Search(0.0, 0.5).per_min(10_000.0) == 1000
    assert Search(0.0, 0.5).per_min(0.0) == 30


def test_what_passed_in_a_minute_before_the_first_refusal_is_where_it_goes_on():
    search = ramped(110.0)
    refuse(search, 110.0)

    passed = 50 + 60 * 24 / math.log(2) / 60 * (2 ** (50 / 24) - 1) - 40
    assert search.per_min(110.0) == pytest.approx(0.985 * passed, rel=0.02)


def test_what_was_in_flight_at_a_refusal_counts_with_it():
    search, alike = ramped(110.0), ramped(110.0)
    refuse(search, 110.0)
    refuse(alike, 110.0)
    before = search.per_min(110.0)
    for _ in range(5):
        assert search.refused(109.9, 110.5, None)
        search.passed(109.9, 110.5)

    # Five more had passed, and no second step back was taken.
    assert search.per_min(110.5) == pytest.approx(before + 5 * 0.985)
    assert alike.per_min(170.0) == pytest.approx(before * 2 ** (60 / 120))


def test_the_share_that_passed_of_what_was_in_flight_tells_the_pace_of_a_bucket():
    few, many = ramped(150.0), ramped(150.0)
    pace = many.per_min(150.0)
    counted = refuse(few, 150.0, in_flight=7, passed=6) or few.per_min(150.0)
    refuse(many, 150.0, in_flight=10, passed=8)

    assert many.per_min(150.0) == pytest.approx(0.985 * 0.95 * 0.8 * pace)
    assert counted < 0.7 * pace


def crept(per_min=300.0, until=200.0):
    """A search that was refused at 130 s, having had that pace for a minute, and passed everything since."""
    search = Search(0.0)
    pass_all(search, 70.0, 130.0, per_min=per_min)
    refuse(search, 130.0)
    pass_all(search, 130.5, until, per_min=per_min)
    return search


def test_after_the_first_refusal_the_pace_creeps_up():
    search = crept()

    assert search.per_min(130.0) == pytest.approx(0.985 * 300, rel=0.01)
    assert search.per_min(250.0) == pytest.approx(2 * search.per_min(130.0))


def test_refused_at_the_same_count_again_it_is_settled_on():
    search = crept(until=150.0)
    refuse(search, 150.0)

    assert search.per_min(150.0) == search.per_min(700.0) == pytest.approx(0.985 * 300, rel=0.02)


def test_refused_after_a_long_creep_a_tenth_below_is_settled_on():
    search = crept(per_min=300.0, until=140.0)
    pass_all(search, 140.0, 220.0, per_min=400.0)
    pace = search.per_min(220.0)
    refuse(search, 220.0)

    assert search.per_min(220.0) == search.per_min(800.0) == pytest.approx(0.985 * 0.9 * pace)


def test_what_was_crept_from_is_not_left_behind():
    search = crept(until=140.0)
    pass_all(search, 140.0, 174.0, per_min=100.0)
    base = search.per_min(130.0)
    search.refused(176.0, 176.0, None)

    assert search.per_min(176.0) == pytest.approx(0.985 * max(base, 0.9 * base * 2 ** (46 / 120)))


def test_refused_again_soon_it_steps_back_and_creeps_more_slowly():
    search = crept(until=131.0)
    pass_all(search, 131.0, 138.0, per_min=900.0)
    pace = search.per_min(138.0)
    refuse(search, 138.0)

    assert search.per_min(138.0) == pytest.approx(0.985 * 0.9 * pace)
    assert search.per_min(138.0 + 180.0) == pytest.approx(2 * 0.985 * 0.9 * pace)


def shut(per_min, *, retry_after_s=None, share=1.0):
    """A search at a steady pace from 10 s on, refused at 80 s, and once more after a wait."""
    search = Search(0.0, share)
    pass_all(search, 10.0, 80.0, per_min=per_min)
    refuse(search, 80.1)
    assert search.opens_at == -math.inf
    search.refused(83.0, 83.0, retry_after_s)
    return search


def test_found_shut_again_a_small_window_opens_when_the_lowest_plans_requests_fit_in():
    assert shut(60).opens_at == pytest.approx(20 + 60.5)
    # The 60th from the end, at three every two seconds.
    assert shut(90).opens_at == pytest.approx(40 + 60.5)
    assert shut(45, share=0.5).opens_at == pytest.approx(40 + 60.5, abs=0.7)


@pytest.mark.parametrize(
    ("per_min", "first_share"), [(90, 1.0), (92, 1 / 2), (180, 1 / 2), (182, 1 / 3), (600, 1 / 3)]
)
def test_a_larger_window_is_tried_before_it_has_turned_for_certain(per_min, first_share):
    """That is when half of what passed in a minute is a minute old, or the lowest plan's requests."""
    search = shut(per_min)
    turned_at = 80 - max(30.0, 60 * 60 / per_min) + 60.0
    assert search.opens_at == pytest.approx(83 + first_share * (turned_at - 83) + 0.5, abs=0.7)

    search.refused(90.0, 90.0, None)
    second_share = min(1.0, 2 * first_share)
    assert search.opens_at == pytest.approx(90 + second_share * (turned_at - 90) + 0.5, abs=0.7)


def test_the_lowest_plans_requests_are_enough_to_tell_when_a_window_has_turned():
    search = Search(0.0)
    pass_all(search, 0.0, 39.9, per_min=90)
    refuse(search, 40.0)
    search.refused(43.0, 43.0, None)

    assert search.opens_at == 60.5


@pytest.mark.parametrize("unclear", [{"per_min": 60, "retry_after_s": 1.0}, {"per_min": 50}])
def test_told_waits_and_windows_of_less_than_the_lowest_plan_are_tried_as_usual(unclear):
    assert shut(**unclear).opens_at == -math.inf


def test_after_an_idle_minute_a_wait_in_vain_says_nothing():
    search = Search(0.0)
    pass_all(search, 0.0, 10.0, per_min=60)
    refuse(search, 75.0)
    search.refused(78.0, 78.0, None)

    assert search.opens_at == -math.inf


def test_what_was_in_a_window_when_it_was_full_is_settled_on_when_it_has_turned():
    """It turned after 83 s and by 102 s: 85 or fewer. The middle is more than 5 less, so that it is 80."""
    search = shut(90)
    search.passed(102.0, 102.0)

    assert search.per_min(102.0) == search.per_min(700.0) == 0.985 * 80


def test_a_turn_that_is_known_well_is_taken_to_be_in_the_middle():
    search = shut(90)
    search.passed(83.0, 85.0)

    assert search.per_min(600.0) == pytest.approx(0.985 * 1.5 * (80 - 24), abs=1)


def test_of_a_window_that_began_with_the_overflow_nothing_is_believed():
    """Shut for most of a minute: the creep goes on from where it began, as if no time had gone by."""
    search = shut(90)
    base = search.per_min(80.1)
    search.refused(139.0, 139.0, None)
    search.passed(140.0, 140.0)

    assert search.per_min(140.0) == base
    assert search.per_min(200.0) > 1.3 * base


def test_a_turn_after_which_less_passed_than_before_is_none():
    """A sliding counter shuts and opens for a while as a fixed window does."""
    search = shut(60)
    pass_all(search, 84.0, 125.0, per_min=40)
    pace = search.per_min(125.0)
    refuse(search, 125.0)

    # 27 have passed since the turn, and 56 in the minute before it.
    assert search.per_min(125.0) == pytest.approx(0.985 * 0.7 * pace)


@pytest.mark.parametrize(
    ("refused_at", "per_min", "limit"),
    [(142.0, 120, 80), (150.0, 90, 72), (152.0, 120, 100), (202.0, 90, 84)],
)
def test_what_passed_in_a_window_that_was_seen_to_turn_is_its_limit(refused_at, per_min, limit):
    """It turned after 83 s and by 102 s, and again a minute later where that is not full before it did."""
    search = shut(90)
    pass_all(search, 102.0, refused_at, per_min=per_min)
    refuse(search, refused_at)

    assert search.per_min(refused_at) == search.per_min(700.0) == pytest.approx(0.985 * limit, abs=1)


def test_what_passed_since_a_turn_that_may_have_been_counts_where_it_is_most():
    search = shut(90)
    pass_all(search, 102.0, 143.0, per_min=20)
    pass_all(search, 143.0, 161.0, per_min=200)
    refuse(search, 161.0)

    # It turned after 143 s; with the middle of what is known it would be more than five below the most.
    assert search.per_min(161.0) == pytest.approx(0.985 * (60 - 5 * 60 / 74 * 200 / 60), abs=1.5)


def test_of_a_window_that_has_hardly_begun_nothing_is_learned():
    search = shut(60)
    pass_all(search, 102.0, 150.0, per_min=80)
    pace = search.per_min(166.0)
    refuse(search, 166.0)

    # It turned by 162 s. 9 may have passed since; 64 have since the overflow before, at 80 s.
    assert search.per_min(166.0) == pytest.approx(0.985 * 64 * 60 / 86, abs=1)
    assert pace > 50


def test_turns_seen_one_after_the_other_are_one():
    search = shut(60)
    pass_all(search, 102.0, 150.0, per_min=80)
    refuse(search, 150.0)
    search.refused(152.0, 152.0, None)
    pass_all(search, 165.0, 210.0, per_min=80)
    refuse(search, 210.0)
    search.refused(212.0, 212.0, None)

    # By 162 s and not only by 165 s.
    assert search.opens_at == pytest.approx(222.5)


@pytest.mark.parametrize(("then", "opens_at"), [(152.0, 162.5), (166.0, 222.5)])
def test_a_window_that_was_seen_to_turn_is_waited_for_until_it_does_again(then, opens_at):
    search = shut(60)
    pass_all(search, 102.0, then - 2.0, per_min=80)
    refuse(search, then - 2.0)
    search.refused(then, then, None)

    assert search.opens_at == pytest.approx(opens_at)


def test_a_very_late_answer_to_what_was_in_flight_at_an_overflow_is_no_turn():
    search = Search(0.0)
    search.passed(0.0, 0.1)
    refuse(search, 10.0)
    search.passed(9.9, 140.0)
    search.passed(140.5, 140.6)
    refuse(search, 141.0)
    search.refused(143.0, 143.0, None)

    assert search.opens_at == -math.inf


def test_with_next_to_nothing_in_memory_a_wait_in_vain_is_no_more_than_that():
    search = Search(0.0)
    pass_all(search, 0.0, 70.0, per_min=60)
    refuse(search, 70.1)
    search.passed(70.0, 185.0)
    search.refused(186.0, 186.0, None)

    assert search.opens_at == -math.inf


def test_waits_in_vain_at_one_overflow_do_not_add_up_with_those_at_another():
    search = shut(120)
    pass_all(search, 95.0, 150.0, per_min=120)
    refuse(search, 150.0)
    search.refused(152.0, 152.0, None)

    # It turns by 155 s: the first of two tries is half-way.
    assert search.opens_at == pytest.approx(152 + (155 - 152) / 2 + 0.5)


def settled(per_min=300.0):
    """A search settled at 150 s on the pace it returns."""
    search = crept(per_min=per_min, until=150.0)
    refuse(search, 150.0)
    return search, search.per_min(150.0)


def test_a_settled_pace_is_exceeded_a_little_after_ten_minutes_and_kept_so_if_it_passes():
    search, kept = settled()
    assert search.per_min(749.9) == kept
    assert search.per_min(750.0) == pytest.approx(1.05 * kept)

    search.passed(809.0, 809.5)
    assert search.per_min(809.9) == pytest.approx(1.05 * kept)
    search.passed(810.0, 810.5)
    assert search.per_min(811.0) == pytest.approx(1.05 * 1.1 * kept)


def test_steps_that_pass_double_up_to_two_fifths_and_begin_small_again_after_a_refusal():
    search, pace = settled()
    steps = []
    for at in (750.0, 810.5, 871.0, 931.5, 992.0):
        steps.append(search.per_min(at) / pace - 1)
        pace = search.per_min(at)
        search.passed(at + 60.4, at + 60.4)
    assert steps == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.4])

    search.refused(1053.0, 1053.0, None)
    kept = search.per_min(1053.0)
    assert search.per_min(1053.0 + 1200.0) == pytest.approx(1.05 * kept)


def test_a_refused_probe_goes_back_and_waits_twice_as_long_up_to_two_hours():
    search, kept = settled()
    now, waits_s = 150.0, []
    for _ in range(6):
        wait_s = next(wait for wait in range(300, 9000, 300) if search.per_min(now + wait) > kept)
        waits_s.append(wait_s)
        now += wait_s
        search.passed(now, now)
        search.refused(now + 1, now + 1, None)
        assert search.per_min(now + 1) == pytest.approx(kept)
        now += 1.0

    assert waits_s == [600, 1200, 2400, 4800, 7200, 7200]


def test_a_settled_pace_that_is_refused_is_measured_anew():
    search, kept = settled()
    pass_all(search, 151.0, 300.0, per_min=275.0)
    refuse(search, 300.0)

    assert search.per_min(300.0) == search.per_min(800.0) == pytest.approx(0.985 * 275, rel=0.02)
    assert kept > 280


def test_a_settled_pace_that_proves_much_too_high_creeps_again():
    search, kept = settled()
    pass_all(search, 151.0, 300.0, per_min=200.0)
    refuse(search, 300.0)

    assert search.per_min(300.0) == pytest.approx(0.985 * 200, rel=0.02)
    assert search.per_min(360.0) > 1.2 * search.per_min(300.0)
    assert kept > 280


def test_the_turn_of_a_window_that_is_told_gives_the_limit_at_once():
    search = Search(0.0)
    pass_all(search, 70.0, 130.0, per_min=300.0)
    refuse(search, 130.0, retry_after_s=20.0)

    # The window began at 89.5 s, to half a second, and 204 have started since a quarter second before.
    assert search.per_min(130.0) == search.per_min(700.0) == pytest.approx(0.985 * 204, abs=1)


def test_each_refusal_of_an_overflow_tells_the_turn_more_closely():
    search = Search(0.0)
    pass_all(search, 70.0, 130.0, per_min=300.0)
    search.refused(130.0, 132.0, 20.0)
    # In 149 to 152 s. The middle would be more than five requests below the most.
    assert search.per_min(132.0) == pytest.approx(0.985 * 5 * (130 - 89.75), abs=1)

    search.refused(131.5, 132.3, 20.0)
    # Nor before 150.5 s.
    assert search.per_min(132.3) == pytest.approx(0.985 * 5 * (130 - 91), abs=1)

    search.refused(131.9, 132.9, 18.0)
    # Nor after 150.9 s.
    assert search.per_min(132.9) == pytest.approx(0.985 * 5 * (130 - 90.45), abs=1)


def test_a_told_turn_is_believed_for_one_overflow_only():
    search = crept(until=150.0)
    refuse(search, 150.0, retry_after_s=20.0)
    pass_all(search, 170.0, 205.0, per_min=300.0)
    refuse(search, 205.0)

    # 175 since that turn, 200 in the last minute, 191 a minute since the first refusal.
    assert search.per_min(205.0) == pytest.approx(0.985 * (191 + 200) / 2, abs=2)


def test_a_told_turn_after_an_idle_minute_says_nothing_of_the_limit():
    search = Search(0.0)
    pass_all(search, 0.0, 10.0, per_min=60)
    pace = search.per_min(75.0)
    refuse(search, 75.0, retry_after_s=30.0)

    assert search.per_min(75.0) == pytest.approx(0.985 * 0.4 * pace)


@pytest.mark.parametrize("retry_after_s", [None, 0.0, 3.2, 58.0])
def test_a_wait_that_is_short_or_for_a_window_that_just_began_tells_no_turn(retry_after_s):
    search = Search(0.0)
    pass_all(search, 70.0, 130.0, per_min=300.0)
    refuse(search, 130.0, retry_after_s=retry_after_s)

    assert search.per_min(190.0) > 1.3 * search.per_min(130.0)


@pytest.mark.parametrize(("retry_after_s", "is_turn"), [(5.0, False), (5.1, True)])
def test_a_turn_is_waited_for_longer_than_three_seconds_and_two_requests(retry_after_s, is_turn):
    search = Search(0.0)
    pass_all(search, 0.0, 60.0, per_min=50.0)
    search.refused(60.0, 60.0, retry_after_s)

    assert (search.per_min(60.0) == search.per_min(180.0)) is is_turn


def test_the_first_refusal_of_all_is_an_overflow_whatever_came_before():
    search = Search(0.0)
    search.passed(-5.0, 0.0)
    for at in range(1, 40):
        search.passed(float(at), float(at))
    search.refused(40.0, 40.0, None)

    assert search.per_min(40.0) == pytest.approx(0.985 * 40)


def test_a_late_answer_from_before_a_refusal_that_is_over_decides_nothing():
    search = crept(until=150.0)
    pace = search.per_min(150.0)
    search.passed(129.0, 150.0)

    assert search.per_min(150.0) == pace


def test_a_late_refusal_from_before_one_that_is_over_decides_nothing():
    search = crept(until=150.0)
    pace = search.per_min(150.0)

    assert search.refused(129.0, 150.0, None)
    assert search.per_min(150.0) == pace


def test_refused_after_an_idle_time_two_fifths_are_kept_of_a_settled_pace():
    search, kept = settled()
    search.passed(700.0, 700.0)
    search.refused(740.0, 740.0, None)

    assert search.per_min(740.0) == pytest.approx(0.985 * 0.4 * kept)


def test_a_refusal_before_anything_passed_changes_nothing():
    search = Search(0.0)

    assert search.refused(0.0, 1.0, 50.0)
    assert search.per_min(2.0) == 60


def test_a_refusal_after_next_to_nothing_passed_leaves_two_fifths_of_the_pace():
    search = Search(0.0)
    search.passed(0.0, 0.1)
    search.refused(1.0, 1.1, None)

    assert search.per_min(1.1) == pytest.approx(0.985 * 0.4 * 60)
