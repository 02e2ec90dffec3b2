import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.model import Number, Reason, Verdict
from validator.pacing import (
    Accept,
    AskCanary,
    Canaries,
    Confirm,
    Invalidate,
    NoGuard,
    Requeue,
    Resolve,
    Retry,
    SessionGuard,
    Unverified,
    Wait,
)
from validator.pacing.guard.continuity import LATE_S
from validator.pacing.guard.session_guard import CANARY_AFTER
from validator.pacing.guard.vouching import CANARY_AFTER_S

OWN = Number(447_700_900_999)
NUMBER = Number(447_700_900_100)


VERDICTS = {True: Verdict.REGISTERED, False: Verdict.NOT_REGISTERED}
NO_ANSWERS = [Reason.REQUEST_REJECTED, Reason.UNEXPECTED_STATUS, Reason.SERVER_ERROR, Reason.TIMEOUT]


def number(place):
    return Number(447_700_900_100 + place)


def new(*known, **options):
    return SessionGuard("sess_a", canaries=Canaries(known, rng=random.Random(1)), **options)


def say(guard, verdict, now=0.0, checkpoint=None, about=NUMBER):
    """Have an exchange end with an answer: True, False, or `INVALID`."""
    asked = checkpoint or guard.checkpoint(now)
    said = verdict if isinstance(verdict, Verdict) else VERDICTS[verdict]
    heard = guard.on_answer(now, asked, about, said)
    guard.ended(now, asked, answered=True)
    return heard


def fail(guard, now=0.0, checkpoint=None):
    guard.ended(now, checkpoint or guard.checkpoint(now), answered=False)


def ask(guard, now, said, *, last=False):
    action = guard.next(now, last=last)
    assert isinstance(action, AskCanary)
    guard.tested(now, guard.test(now), action.number, result=said)
    return action.number


def with_background(*known):
    """A guard of a session that fails now and then, so that a few failures in a row are no interruption."""
    guard = new(*known)
    for _ in range(4):
        fail(guard)
        guard.ended(0.0, guard.checkpoint(0.0), answered=True)
    return guard


def frozen(*known, finds=0):
    """A guard whose first canary was answered "no", after so many numbers were found registered."""
    guard = new(*known)
    for place in range(finds):
        say(guard, True, about=number(place))
    say(guard, False)
    ask(guard, 0.0, False, last=True)
    assert guard.is_verifying
    return guard


def test_a_yes_stands_and_a_no_waits():
    guard = new()

    assert say(guard, True) == Accept()
    assert say(guard, False) == Unverified(1)
    assert say(guard, False) == Unverified(2)
    assert (guard.unverified, guard.rulings()) == (2, [])


def test_a_yes_vouches_for_what_was_heard_before_its_exchange_started_and_for_nothing_else():
    guard = new()
    say(guard, False)
    checkpoint = guard.checkpoint(1.0)
    say(guard, False)
    say(guard, True, checkpoint=checkpoint)

    assert guard.rulings() == [Confirm(1)]
    assert guard.unverified == 1
    assert guard.rulings() == []


def test_an_exchange_from_before_what_is_settled_rules_nothing():
    guard = new()
    early = guard.checkpoint(0.0)
    say(guard, False)
    say(guard, True)
    say(guard, True, checkpoint=early)

    assert guard.rulings() == [Confirm(1)]


def test_while_yes_comes_no_canary_is_asked_about():
    guard = new(OWN)
    for second in range(1_000):
        say(guard, second % 3 == 0, now=float(second))
        assert guard.next(float(second), last=False) is None


def test_a_no_that_has_waited_for_a_minute_is_vouched_for_by_a_canary():
    guard = new(OWN)
    say(guard, False, now=5.0)

    assert guard.next(5.0 + CANARY_AFTER_S - 0.1, last=False) is None
    assert guard.next(5.0 + CANARY_AFTER_S, last=False) == AskCanary(OWN)
    ask(guard, 70.0, True)
    assert (guard.rulings(), guard.unverified) == ([Confirm(1)], 0)
    assert guard.next(1_000.0, last=False) is None


def test_what_still_waits_has_waited_since_the_vouching_exchange_at_most():
    guard = new(OWN)
    say(guard, False, now=0.0)
    checkpoint = guard.checkpoint(30.0)
    say(guard, False, now=31.0)
    say(guard, True, now=50.0, checkpoint=checkpoint)

    assert guard.next(89.0, last=False) is None
    assert guard.next(90.0, last=False) == AskCanary(OWN)


def test_five_hundred_waiting_are_vouched_for_by_a_canary_at_once():
    guard = new(OWN)
    for _ in range(CANARY_AFTER - 1):
        say(guard, False)
    assert guard.next(0.0, last=False) is None

    say(guard, False)

    assert guard.next(0.0, last=False) == AskCanary(OWN)


def test_at_the_end_whatever_waits_is_vouched_for():
    guard = new(OWN)
    assert guard.next(0.0, last=True) is None
    say(guard, False)

    assert guard.next(0.0, last=True) == AskCanary(OWN)


def test_while_a_canary_is_asked_about_other_work_goes_on_but_the_end_waits():
    guard = new(OWN)
    say(guard, False)
    guard.test(100.0)

    assert guard.next(100.0, last=False) is None
    assert guard.next(100.0, last=True) == Wait(math.inf, "session sess_a may be lying")


def test_without_canaries_those_found_on_the_way_are_asked_about():
    guard = new()
    say(guard, False)
    assert guard.next(100.0, last=True) is None

    say(guard, True, checkpoint=guard.checkpoint(0.0), about=number(7))
    say(guard, False)

    assert guard.next(100.0, last=True) == AskCanary(number(7))


def test_a_canary_answered_no_freezes_the_session_for_known_positives():
    guard = frozen(OWN, finds=10)

    assert guard.next(0.0, last=False) == AskCanary(OWN)
    guard.test(0.0)
    assert guard.next(0.0, last=False) == Wait(math.inf, "session sess_a may be lying")


def test_most_positives_answered_no_show_a_lie_and_what_waits_is_retracted():
    guard = frozen(OWN, finds=10)
    guard.rulings()
    asked = [ask(guard, 1.0, False) for _ in range(3)]

    assert asked == [OWN, number(0), number(1)]
    assert (guard.rulings(), guard.unverified, guard.is_verifying) == ([Invalidate(1)], 1, False)
    assert guard.error.exit_code == 6
    assert 'session sess_a answers "no" about 3 of 5 numbers known to be registered' in str(guard.error)


def test_one_canary_is_asked_about_once_more_before_it_is_believed():
    guard = frozen(OWN)

    ask(guard, 1.0, False)

    assert guard.error is not None
    assert guard.rulings() == [Invalidate(1)]


def test_a_canary_that_says_yes_the_second_time_was_a_moments_doing():
    guard = frozen(OWN)

    ask(guard, 1.0, True)

    assert (guard.error, guard.is_verifying) == (None, False)
    assert guard.rulings() == [Confirm(1)]


def test_where_most_positives_still_say_yes_the_odd_one_is_no_canary_any_more():
    guard = frozen(OWN, finds=10)
    canaries = guard._canaries
    asked = [ask(guard, 1.0, said) for said in (False, True, False, True, True)]

    assert asked == [OWN, *map(number, range(4))]
    assert (guard.error, guard.is_verifying) == (None, False)
    assert canaries.dropped == [OWN]
    assert OWN not in canaries.choose(100)


def test_in_doubt_between_two_the_yes_counts():
    guard = frozen(OWN, Number(447_700_900_998))

    ask(guard, 1.0, False)
    assert guard.is_verifying
    ask(guard, 1.0, True)

    assert (guard.error, guard.is_verifying) == (None, False)


def test_an_unlikely_row_of_no_freezes_the_session():
    guard = new()
    for _ in range(100):
        say(guard, True)
        say(guard, False)
    row = 0
    while not guard.is_verifying:
        say(guard, False)
        row += 1

    assert 15 < row < 40
    assert isinstance(guard.next(0.0, last=False), AskCanary)


def test_where_the_list_itself_has_changed_what_was_heard_before_is_forgotten():
    guard = new()
    for _ in range(100):
        say(guard, True)
    while not guard.is_verifying:
        say(guard, False)
    for _ in range(3):
        ask(guard, 0.0, True)

    for _ in range(400):
        say(guard, False)
    assert not guard.is_verifying


def test_a_canary_in_flight_when_the_alarm_comes_is_counted():
    guard = new(OWN)
    for _ in range(100):
        say(guard, True)
    say(guard, False)
    checkpoint = guard.test(0.0)
    while not guard.is_verifying:
        say(guard, False)
    assert isinstance(guard.next(0.0, last=False), Wait)

    guard.tested(1.0, checkpoint, OWN, result=False)

    assert guard.next(1.0, last=False) != AskCanary(OWN)
    ask(guard, 1.0, False)
    ask(guard, 1.0, False)
    assert "3 of 5" in str(guard.error)


def test_a_no_from_another_canary_in_flight_changes_nothing_of_an_inquiry():
    guard = frozen(OWN)

    guard.tested(1.0, guard.test(1.0), NUMBER, result=False)

    assert guard.next(1.0, last=False) == AskCanary(OWN)


def test_a_session_that_lies_is_given_up_with_what_to_do():
    guard = frozen(OWN)

    ask(guard, 1.0, False)

    assert str(guard.error) == (
        'session sess_a answers "no" about 1 of 1 numbers known to be registered, or calls them invalid, so '
        "it cannot be believed; what it said since it last told the truth is unknown again. See that its "
        "phone is online and linked (`validator sessions`), then run the same command again. If those "
        "numbers have left WhatsApp, name another one with --canary"
    )


@pytest.mark.parametrize("reason", [Reason.REQUEST_REJECTED, Reason.TIMEOUT])
def test_an_inquiry_goes_on_without_a_canary_that_cannot_be_asked_about(reason):
    guard = frozen(OWN, finds=4)

    assert ask(guard, 1.0, Resolve(Verdict.UNKNOWN, reason)) == OWN
    asked = [ask(guard, 1.0, said) for said in (False, True, True)]

    assert OWN not in asked
    assert (guard.error, guard.is_verifying) == (None, False)


def test_answers_after_a_lie_was_shown_are_void_if_no_and_true_if_yes():
    guard = frozen(OWN)
    checkpoint = guard.checkpoint(0.0)
    ask(guard, 1.0, False)

    assert say(guard, False, checkpoint=checkpoint) == Requeue()
    assert say(guard, True, checkpoint=checkpoint) == Accept()


def test_a_session_that_was_lost_may_have_lied_before():
    guard = new(OWN)
    say(guard, False)
    checkpoint = guard.checkpoint(0.0)
    guard.lost()
    guard.lost()

    assert (guard.rulings(), guard.unverified) == ([Invalidate(1)], 1)
    assert say(guard, False, checkpoint=checkpoint) == Requeue()
    assert say(guard, False) == Unverified(2)
    say(guard, True)
    assert guard.rulings() == [Confirm(2)]


def test_what_was_asked_between_two_losses_is_void_after_the_second():
    guard = new(OWN)
    guard.lost()
    checkpoint = guard.checkpoint(0.0)
    guard.lost()

    assert say(guard, False, checkpoint=checkpoint) == Requeue()


def test_a_canary_that_cannot_be_asked_about_is_tried_again_later_while_work_goes_on():
    guard = with_background(OWN)
    say(guard, False)
    ask(guard, 100.0, Retry(5.0))

    assert guard.tries == 1
    assert guard.next(104.0, last=False) is None
    assert guard.next(104.0, last=True) == Wait(105.0, "session sess_a may be lying")
    assert guard.next(105.0, last=False) == AskCanary(OWN)
    ask(guard, 105.0, Retry(5.0))
    assert guard.tries == 2
    ask(guard, 110.0, True)
    assert guard.tries == 0


def test_what_says_nothing_of_the_canary_costs_it_no_try():
    guard = with_background(OWN)
    say(guard, False)
    ask(guard, 100.0, Requeue())

    assert guard.tries == 0
    assert guard.next(100.0, last=False) == AskCanary(OWN)


@pytest.mark.parametrize("ending", [True, Requeue(), Resolve(Verdict.UNKNOWN, Reason.TIMEOUT)])
def test_whatever_became_of_a_canary_the_next_is_another_one(ending):
    other = Number(447_700_900_998)
    guard = new(OWN, other)
    say(guard, False)
    ask(guard, 100.0, ending)
    say(guard, False, 200.0)

    assert guard.next(300.0, last=False) == AskCanary(other)


def test_a_canary_vouches_for_what_was_heard_before_it_was_asked_about():
    guard = new(OWN)
    say(guard, False)
    checkpoint = guard.test(7.0)
    say(guard, False, 8.0)
    guard.tested(9.0, checkpoint, OWN, result=True)

    assert guard.rulings() == [Confirm(1)]
    # What was heard after it has waited since the canary was asked about, and no shorter.
    assert guard.next(7.0 + CANARY_AFTER_S - 1, last=False) is None
    assert guard.next(7.0 + CANARY_AFTER_S, last=False) == AskCanary(OWN)


def test_out_of_attempts_the_end_does_not_wait_and_nothing_is_believed():
    guard = with_background(OWN)
    say(guard, False)
    ask(guard, 0.0, Resolve(Verdict.UNKNOWN, Reason.TIMEOUT), last=True)

    assert guard.next(0.0, last=True) is None
    assert (guard.unverified, guard.rulings()) == (1, [])
    assert (guard.tries, guard.next(59.0, last=False)) == (0, None)
    assert guard.next(60.0, last=False) == AskCanary(OWN)
    ask(guard, 60.0, True)
    say(guard, False)
    assert guard.next(60.0, last=True) == AskCanary(OWN)


@pytest.mark.parametrize("reason", NO_ANSWERS)
def test_a_canary_that_is_refused_or_fails_is_no_answer_and_stays_a_canary(reason):
    guard = new(OWN)
    say(guard, False)

    ask(guard, 0.0, Resolve(Verdict.UNKNOWN, reason), last=True)

    assert guard.next(0.0, last=True) is None
    assert (guard.unverified, guard.rulings()) == (1, [Invalidate(1)])
    assert (guard._canaries.dropped, guard._canaries.choose(9)) == ([], [OWN])


@pytest.mark.parametrize("reason", NO_ANSWERS)
def test_after_a_canary_without_an_answer_others_are_tried_up_to_three_in_all(reason):
    guard = with_background(OWN)
    for place in range(9):
        say(guard, True, about=number(place))
    say(guard, False)
    asked = []
    while guard.next(0.0, last=True) is not None:
        asked.append(ask(guard, 0.0, Resolve(Verdict.UNKNOWN, reason), last=True))

    assert asked == [OWN, number(0), number(1)]
    assert guard.next(CANARY_AFTER_S, last=True) == AskCanary(number(2))


def test_another_canary_that_says_yes_vouches_though_the_first_was_refused():
    guard = with_background(OWN)
    say(guard, True)
    say(guard, False)
    ask(guard, 0.0, Resolve(Verdict.UNKNOWN, Reason.REQUEST_REJECTED), last=True)
    ask(guard, 0.0, True, last=True)

    guard.release()
    assert guard.rulings() == [Confirm(1)]


def test_a_canary_that_is_called_invalid_counts_as_one_that_is_answered_no():
    guard = new(OWN)
    say(guard, False)
    invalid = Resolve(Verdict.INVALID, Reason.REJECTED_BY_PROVIDER)
    ask(guard, 0.0, invalid, last=True)
    assert guard.is_verifying

    ask(guard, 0.0, invalid, last=True)

    assert guard.rulings() == [Invalidate(1)]
    assert guard.error.exit_code == 6


def test_where_most_positives_still_say_yes_one_that_is_called_invalid_is_no_canary_any_more():
    guard = new(OWN)
    for place in range(4):
        say(guard, True, about=number(place))
    say(guard, False)
    for said in (Resolve(Verdict.INVALID, Reason.REJECTED_BY_PROVIDER), False, True, True, True):
        ask(guard, 0.0, said, last=True)

    assert (guard.error, guard.is_verifying, guard._canaries.dropped) == (None, False, [OWN])


def test_positives_that_cannot_be_asked_about_are_left_out_of_the_inquiry():
    guard = frozen(OWN, finds=10)
    for _ in range(3):
        ask(guard, 200.0, Resolve(Verdict.UNKNOWN, Reason.TIMEOUT))
        guard._test_at = -math.inf
    ask(guard, 200.0, False)
    assert guard.is_verifying
    ask(guard, 200.0, False)

    assert "2 of 2" in str(guard.error)


def test_an_inquiry_that_cannot_ask_anybody_ends_without_a_result():
    guard = frozen(OWN)

    ask(guard, 200.0, Resolve(Verdict.UNKNOWN, Reason.TIMEOUT))

    assert (guard.error, guard.is_verifying, guard.unverified) == (None, False, 1)
    assert guard.rulings() == [Invalidate(1)]


def test_an_alarm_without_anybody_to_ask_about_freezes_nothing():
    guard = new()
    for place in range(60):
        say(guard, True, about=number(place))
    for place in range(60):
        guard._canaries.drop(number(place))
    for _ in range(100):
        say(guard, False)

    assert not guard.is_verifying


@pytest.mark.parametrize("known", [(), (OWN,)], ids=["no canary", "a canary"])
def test_what_nothing_has_vouched_for_at_the_end_is_invalidated(known):
    guard = new(*known)
    for _ in range(3):
        say(guard, False)
    guard.release()

    assert guard.rulings() == [Invalidate(3)]
    guard.release()
    assert guard.rulings() == []


def test_what_was_invalidated_is_owed_a_canary_until_the_session_says_yes_again():
    guard = new(OWN)
    early = guard.checkpoint(0.0)
    say(guard, False)
    fail(guard)
    say(guard, True, checkpoint=early)
    assert (guard.rulings(), guard.unverified) == ([Invalidate(1)], 1)
    assert guard.next(0.0, last=False) is None

    ask(guard, 0.0, True, last=True)

    assert (guard.unverified, guard.rulings()) == (0, [])


def test_a_canary_that_never_answers_is_not_asked_about_again_while_others_answer():
    guard = with_background(OWN)
    say(guard, True, about=number(1))
    say(guard, False)
    assert ask(guard, 0.0, Resolve(Verdict.UNKNOWN, Reason.TIMEOUT), last=True) == OWN
    assert ask(guard, 0.0, True, last=True) == number(1)
    say(guard, False)

    assert guard.next(0.0, last=True) == AskCanary(number(1))


def test_a_yes_after_an_interruption_vouches_for_nothing_from_before():
    guard = new()
    say(guard, False)
    fail(guard)
    say(guard, True)

    assert (guard.rulings(), guard.unverified) == ([Invalidate(1)], 0)


def test_a_no_that_was_asked_before_an_interruption_is_void():
    guard = new()
    early, later = guard.checkpoint(0.0), guard.checkpoint(0.0)
    fail(guard)

    assert say(guard, False, checkpoint=early) == Unverified(1)
    assert say(guard, False, checkpoint=later) == Unverified(2)
    assert guard.rulings() == [Invalidate(2)]


def test_a_no_that_was_asked_before_an_interruption_and_comes_after_it_is_asked_again():
    guard = new()
    hanging = guard.checkpoint(0.0)
    say(guard, True, now=LATE_S)

    assert say(guard, False, checkpoint=hanging) == Requeue()


def test_a_yes_waits_for_what_was_in_flight_when_it_came():
    guard = new()
    say(guard, False)
    slow = guard.checkpoint(0.0)
    say(guard, True)
    assert guard.rulings() == []

    guard.ended(1.0, slow, answered=True)

    assert guard.rulings() == [Confirm(1)]


def test_a_failure_that_comes_after_the_yes_of_a_mended_session_is_an_interruption_before_it():
    guard = new()
    say(guard, False)
    slow = guard.checkpoint(0.0)
    say(guard, True)

    guard.ended(1.0, slow, answered=False)

    assert guard.rulings() == [Invalidate(1)]


def test_an_exchange_without_an_answer_for_some_seconds_is_an_interruption_before_its_time_out():
    guard = new()
    say(guard, False)
    hanging = guard.checkpoint(0.0)
    say(guard, True, now=LATE_S)
    assert guard.rulings() == [Invalidate(1)]

    guard.ended(30.0, hanging, answered=False)
    say(guard, False, now=31.0)
    say(guard, True, now=32.0)
    assert guard.rulings() == [Confirm(2)]


def test_a_session_that_always_takes_so_long_is_not_interrupted():
    guard = new()
    slow = [guard.checkpoint(0.0) for _ in range(4)]
    for place, checkpoint in enumerate(slow):
        say(guard, False, now=3 * LATE_S + place, checkpoint=checkpoint)
    say(guard, True, now=4 * LATE_S)

    assert guard.rulings() == [Confirm(4)]


def test_while_a_yes_waits_no_canary_is_due_for_what_it_vouches_for():
    guard = new(OWN)
    say(guard, False)
    guard.checkpoint(1.0)
    say(guard, True, now=1.0)

    assert guard.next(CANARY_AFTER_S + 2, last=False) is None


def test_numbers_called_invalid_wait_for_a_yes_as_a_no_does():
    guard = new()
    assert say(guard, Verdict.INVALID) == Unverified(1)
    say(guard, True)

    assert (guard.rulings(), guard.doubts_rejections) == ([Confirm(1)], False)


def test_more_numbers_called_invalid_than_chance_explains_are_not_believed_and_are_looked_into():
    guard = new(OWN)
    heard = [say(guard, verdict) for verdict in [True, False, Verdict.INVALID] * 4]

    assert guard.doubts_rejections
    assert heard[2] == Unverified(2)
    assert heard[-1] == Resolve(Verdict.UNKNOWN, Reason.SESSION_SUSPECT)
    assert guard.is_verifying


def test_known_positives_that_say_yes_do_not_vouch_for_a_session_that_refuses_every_third():
    guard = new(OWN)
    for verdict in [True, False, Verdict.INVALID] * 4:
        say(guard, verdict)
    while guard.is_verifying:
        ask(guard, 0.0, True)

    assert (guard.error, guard.doubts_rejections) == (None, True)
    assert say(guard, Verdict.INVALID) == Resolve(Verdict.UNKNOWN, Reason.SESSION_SUSPECT)


def test_what_waits_when_a_run_ends_in_the_middle_of_an_inquiry_is_taken_back():
    guard = frozen(OWN)
    guard.release()

    assert guard.rulings() == [Invalidate(1)]


def test_one_attempt_of_a_day_is_kept_back_where_there_is_a_canary():
    assert (new(OWN).reserve, new().reserve, NoGuard().reserve) == (1, 0, 0)


def test_no_guard_believes_everything():
    guard = NoGuard()
    checkpoint = guard.checkpoint(0.0)

    for verdict in (Verdict.NOT_REGISTERED, Verdict.INVALID):
        assert guard.on_answer(0.0, checkpoint, NUMBER, verdict) == Accept()
    assert guard.next(0.0, last=True) is None
    guard.ended(0.0, checkpoint, answered=False)
    guard.lost()
    guard.release()
    guard.tested(0.0, guard.test(0.0), NUMBER, result=False)
    assert (guard.rulings(), guard.unverified, guard.doubts_rejections) == ([], 0, False)
    assert (guard.error, guard.is_verifying, guard.tries) == (None, False, 0)


steps = st.lists(st.tuples(st.sampled_from(["start", "end", "lose"]), st.integers(0, 9)), max_size=80)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=120),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_no_lie_from_before_an_outage_is_vouched_for_by_the_mended_session(steps, lies_s, out_s):
    """Exchanges end in any order, and those of an outage fail; the session decides when it is asked."""
    guard, in_flight, lies, settled = new(), [], {}, {}
    for now, (starts, which) in enumerate(steps):
        if starts or not in_flight:
            in_flight.append(guard.checkpoint(float(now) / 1000))
            continue
        asked = in_flight.pop(which % len(in_flight))
        if lies_s <= asked.at * 1000 < lies_s + out_s:
            fail(guard, now / 1000, asked)
        else:
            is_lie = asked.at * 1000 < lies_s
            heard = say(guard, not is_lie, now / 1000, asked)
            if isinstance(heard, Unverified):
                lies[heard.ordinal] = is_lie
        for ruling in guard.rulings():
            for ordinal in range(max(settled, default=0) + 1, ruling.through + 1):
                settled[ordinal] = isinstance(ruling, Confirm)

    outage = range(lies_s, lies_s + out_s)
    if any(starts and now in outage for now, (starts, _) in enumerate(steps)):
        assert not [ordinal for ordinal, vouched in settled.items() if vouched and lies[ordinal]]


@settings(max_examples=150)
@given(steps, st.integers(0, 40), st.lists(st.booleans(), min_size=80, max_size=80))
def test_no_lie_is_ever_vouched_for_by_a_session_that_does_not_stop_lying(steps, lies_from, truths):
    """The server decides early or late, and the answers come back in any order."""
    guard, in_flight, lies, settled = new(), [], {}, {}
    for step, (what, which) in enumerate(steps):
        if what == "start":
            in_flight.append((guard.checkpoint(float(step)), truths[step]))
        elif what == "lose":
            guard.lost()
        elif in_flight:
            checkpoint, truth = in_flight.pop(which % len(in_flight))
            lying = (checkpoint.at if which % 2 else step) >= lies_from
            heard = say(guard, truth and not lying, now=float(step), checkpoint=checkpoint)
            if isinstance(heard, Unverified):
                lies[heard.ordinal] = truth
        for ruling in guard.rulings():
            for ordinal in range(max(settled, default=0) + 1, ruling.through + 1):
                settled[ordinal] = isinstance(ruling, Confirm)

    assert not [ordinal for ordinal, vouched in settled.items() if vouched and lies[ordinal]]
