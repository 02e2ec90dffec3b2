import math

import pytest

from validator.pacing.shared_key.capacity import Reading, margin
from validator.pacing.shared_key.share import ForeignTraffic

LIMIT = 600


def see(
    sharing,
    now,
    own,
    remaining,
    *,
    limit=LIMIT,
    ours=None,
    since=0,
    ordinal=None,
    reset_s=None,
):
    """Take in a reply at `now`, with `own` requests in the window up to its own and `since` sent after it."""
    reading = Reading(
        now=now,
        limit=limit,
        remaining=remaining,
        reset_s=reset_s,
        own=own,
        own_most=own + since,
        ordinal=own if ordinal is None else ordinal,
    )
    sharing.see(reading, limit if ours is None else ours)


def seen(*readings, **options):
    """A window of a minute in which these were told: now, own requests, and what was left."""
    sharing = ForeignTraffic(60.0)
    for now, own, remaining in readings:
        see(sharing, now, own, remaining, **options)
    return sharing


def free(sharing, now=0.0, ours=LIMIT):
    return sharing.free(now, ours)


def test_the_margin_is_one_and_three_deviations_of_what_comes_in_a_second_and_a_half():
    assert margin(0, 60.0) == margin(-5, 60.0) == 1.0
    assert margin(160, 60.0) == pytest.approx(1 + 3 * 2)


def test_alone_all_of_the_limit_is_free():
    assert free(seen((0.0, 100, 500))) == LIMIT


def test_what_others_took_and_a_margin_are_left_to_them():
    assert free(seen((0.0, 100, 340))) == pytest.approx(440 - margin(160, 60.0))


@pytest.mark.parametrize(("remaining", "noticed"), [(496, False), (495, True)])
def test_others_are_noticed_when_more_than_half_a_percent_and_one_are_missing(remaining, noticed):
    assert (free(seen((0.0, 100, remaining))) < LIMIT) is noticed


def test_our_own_requests_on_their_way_are_not_taken_for_those_of_others():
    assert free(seen((0.0, 100, 440), since=60)) == LIMIT
    assert free(seen((0.0, 100, 430), since=60)) < LIMIT


def test_what_others_leave_is_measured_by_the_servers_limit_and_noticed_by_ours():
    sharing = seen((0.0, 100, 350), limit=600, ours=300)
    assert free(sharing, ours=300) == 300

    see(sharing, 1.0, 100, 150, limit=600, ours=300)
    assert free(sharing, 1.0, ours=300) == pytest.approx(250 - margin(350, 60.0))


def test_the_least_room_of_half_a_window_decides():
    sharing = seen((0.0, 100, 340), (1.0, 100, 420))
    least, later = 440 - margin(160, 60.0), 520 - margin(80, 60.0)

    assert [free(sharing, at) for at in (1.0, 29.9)] == pytest.approx([least, least])
    assert free(sharing, 30.0) == pytest.approx(later)


def test_a_smaller_room_replaces_a_larger_one_at_once():
    sharing = seen((0.0, 100, 420), (1.0, 100, 340))

    assert free(sharing, 1.0) == pytest.approx(440 - margin(160, 60.0))


def test_without_a_reply_for_long_nothing_is_known_of_others():
    assert free(seen((0.0, 100, 340)), 31.0) == LIMIT


def test_others_are_gone_when_nothing_was_missing_for_two_windows():
    sharing = seen((0.0, 100, 340))
    for at in range(1, 121):
        see(sharing, float(at), 100, 500)
        assert (free(sharing, float(at)) < LIMIT) is (at < 120)


def test_a_refusal_is_taken_for_others_too():
    sharing = seen((0.0, 100, 500))
    sharing.refused(0.0)

    assert free(sharing) == pytest.approx(600 - margin(0, 60.0))


def test_however_busy_others_are_a_twentieth_is_asked_for():
    assert free(seen((0.0, 0, 400), (1.0, 10, 0)), 1.0) == 30


@pytest.mark.parametrize(
    ("most_left", "room", "explains"),
    # Twice what a bucket of 300 holds beyond what is kept free; what a window has left, and ten of our own.
    [(299, (299 - margin(600, 60.0)) * 2, False), (300, 310 - margin(290, 60.0), True)],
)
def test_what_never_has_half_the_limit_left_is_taken_for_a_bucket(most_left, room, explains):
    sharing = seen((0.0, 10, most_left))
    sharing.refused(0.0)

    assert free(sharing) == pytest.approx(room)
    assert sharing.explains_refusals is explains


def bucket(burst, *, own=300, left=None, step_s=0.1):
    """A bucket of that size that stays as full, while we ask `own` times; then `left` are left at once."""
    sharing = ForeignTraffic(60.0)
    for number in range(own):
        see(sharing, number * step_s, number, burst - 1)
    if left is not None:
        see(sharing, own * step_s, own, left)
    return sharing


def test_a_server_whose_remaining_does_not_fall_with_our_requests_refills():
    for own, refills in ((200, False), (240, False), (242, True)):
        sharing = bucket(60, own=own)
        assert sharing.explains_refusals is refills


def test_a_full_bucket_leaves_everything_to_us():
    assert free(bucket(600)) == LIMIT


def test_what_a_bucket_gained_and_holds_is_for_us():
    # 300 asked for and 60 lost: 240 came in. Of the 539 left in the bucket, of 600, a margin is kept.
    sharing = bucket(600, left=539)
    assert free(sharing) == LIMIT

    # 300 asked for and 549 lost: others took more than the bucket gained.
    sharing = bucket(600, left=50)
    assert free(sharing) == 30

    # 300 asked for and 240 lost since the beginning: in a bucket of 300, one left counts for two.
    sharing = bucket(300, own=300, left=100)
    kept = margin(600 - 101, 60.0)
    assert free(sharing) == pytest.approx(300 - 199 + (100 - kept) * 2)


def test_of_a_small_bucket_no_more_than_a_third_is_kept():
    sharing = bucket(24, own=300, left=10)

    assert free(sharing) == pytest.approx(300 - 13 + (10 - 8) * 25)


@pytest.mark.parametrize(
    ("burst", "limit", "steers"), [(19, 600, False), (20, 600, True), (49, 2000, False), (50, 2000, True)]
)
def test_a_bucket_that_jitter_empties_does_not_steer_the_pace(burst, limit, steers):
    sharing = ForeignTraffic(60.0)
    asked = round(0.45 * limit)
    for number in range(asked):
        see(sharing, number * 0.03, number, burst - 1, limit=limit)
    see(sharing, 30.0, asked, 0, limit=limit)

    # What does not steer explains no refusal either, so that the told limit is doubted instead.
    assert sharing.explains_refusals is steers
    assert (free(sharing, 30.0, limit) < limit) is steers
    assert sharing.opens_at(30.0, asked) == 30.0


def test_a_bucket_is_looked_at_over_the_last_window():
    sharing = bucket(600, own=300, step_s=0.2)
    # From second 60 on: 5 a second for us, 8 a second lost.
    for number in range(325):
        see(sharing, 60 + number * 0.2, 300 + number, 599 - round(number * 1.6))
    last = 599 - round(324 * 1.6)
    first = 599 - round(19 * 1.6)
    ours = 324 - 19
    kept = margin(600 - (ours + last - first), 60.0)

    assert free(sharing, 125.0) == pytest.approx(max(30, ours + last - first + (last - kept)), abs=12)


def test_steps_beyond_a_few_requests_say_nothing_of_refilling():
    sharing = ForeignTraffic(60.0)
    for turn in range(40):
        see(sharing, turn * 60.0, 0, 599)
        see(sharing, turn * 60.0 + 50, 20, 599)

    assert free(sharing, 2400.0) == LIMIT
    see(sharing, 2401.0, 20, 300)
    assert free(sharing, 2401.0) == pytest.approx(320 - margin(280, 60.0))


def test_what_falls_and_rises_again_does_not_add_up_to_refilling():
    """A bunch of others comes at once and leaves a sliding counter little by little."""
    sharing = ForeignTraffic(60.0)
    for bunch in range(50):
        see(sharing, bunch * 30.0, 100, 480)
        for step in range(10):
            see(sharing, bunch * 30.0 + step, 100, 480 + 2 * step)
    see(sharing, 1500.0, 100, 400)

    assert free(sharing, 1500.0) == pytest.approx(500 - margin(100, 60.0))


def turned(left, *, reset_s=None, others=100):
    """A fixed window that turned at 10 s and was told at 20 s to have `left`, to request number 200."""
    sharing = seen((0.0, 300, 300 - others), (10.0, 300, 599 - others))
    see(sharing, 20.0, 300, left, ordinal=200, reset_s=reset_s)
    return sharing


def test_a_fixed_windows_least_room_is_remembered_for_a_whole_window():
    sharing = seen((-60.0, 300, 300), (0.0, 300, 140), (10.0, 300, 500))

    assert free(sharing, 59.9) == pytest.approx(440 - margin(160, 60.0))
    assert free(sharing, 60.0) == LIMIT


@pytest.mark.parametrize(
    ("began_at", "left_before_the_turn", "others"),
    [(-50.0, 140, 100), (-50.1, 140, 460), (-50.0, 136, 100), (-50.0, 135, 465)],
)
def test_what_a_fixed_window_lacked_from_the_start_is_forgotten_at_its_first_turn(
    began_at, left_before_the_turn, others
):
    sharing = seen((began_at, 0, 140), (0.0, 0, left_before_the_turn), (1.0, 0, 140), (10.0, 0, 500))

    assert free(sharing, 10.0) == pytest.approx(600 - others - margin(others, 60.0))


@pytest.mark.parametrize(("rise", "memory_s"), [(150, 30.0), (151, 60.0)])
def test_a_quarter_of_the_limit_at_once_is_a_turn(rise, memory_s):
    sharing = seen((-60.0, 100, 500), (0.0, 100, 340), (1.0, 100, 340 + rise))

    assert free(sharing, memory_s - 0.1) == pytest.approx(440 - margin(160, 60.0))
    assert free(sharing, memory_s) > 440


@pytest.mark.parametrize(("turned_at", "others"), [(30.0, 20), (30.1, 80)])
def test_two_windows_after_its_last_turn_a_window_is_not_taken_to_be_fixed(turned_at, others):
    sharing = seen((0.0, 100, 340), (turned_at, 100, 500), (100.0, 100, 420), (125.0, 100, 480))

    assert free(sharing, 150.0) == pytest.approx(600 - others - margin(others, 60.0))


def test_a_fixed_window_that_is_as_good_as_full_is_waited_for_until_its_turn():
    kept = margin(600 - 300 - 5, 60.0)
    assert 8 < kept < 10

    assert turned(5, reset_s=40.0).opens_at(20.0, 200) == 60.0
    assert turned(5, reset_s=40.0).opens_at(70.0, 200) == 70.0
    assert turned(50, reset_s=40.0).opens_at(20.0, 200) == 20.0


def test_what_was_sent_since_a_reply_counts_against_what_it_left():
    kept = math.floor(margin(600 - 300 - 50, 60.0))

    assert turned(50, reset_s=40.0).opens_at(20.0, 200 + 49 - kept) == 20.0
    assert turned(50, reset_s=40.0).opens_at(20.0, 200 + 50 - kept) == 60.0


@pytest.mark.parametrize("reset_s", [None, 0.0, -3.0, 61.0])
def test_a_turn_that_is_not_told_is_tried_for_every_eighth_of_a_window(reset_s):
    assert turned(5, reset_s=reset_s).opens_at(20.0, 200) == 27.5


@pytest.mark.parametrize(("reset_s", "opens_at"), [(None, 27.5), (40.0, 27.5), (3.0, 23.0)])
def test_where_nothing_is_left_a_window_that_slides_is_tried_every_eighth_of_it(reset_s, opens_at):
    sharing = seen((0.0, 100, 400))
    see(sharing, 20.0, 100, 1, ordinal=200, reset_s=reset_s)

    assert sharing.opens_at(20.0, 200) == 20.0
    assert sharing.opens_at(20.0, 201) == opens_at


def test_while_nobody_is_noticed_nothing_is_waited_for():
    sharing = seen((0.0, 100, 500), (20.0, 600, 0))
    assert sharing.opens_at(20.0, 700) == 20.0
    sharing.refused(20.0)
    assert sharing.opens_at(20.0, 700) == 27.5
    assert ForeignTraffic(60.0).opens_at(5.0, 1) == 5.0
