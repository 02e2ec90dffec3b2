import random
from dataclasses import dataclass

import pytest

from validator.model import NO_NOTICE, RateNotice, RateWindow
from validator.pacing.budget.arrival_spacing import MOST_SPACINGS, PATIENCE, TICK_S, ArrivalSpacing
from validator.pacing.budget.paced import LATENESS_S, PacedBudget
from validator.pacing.budget.protocol import Permit

MANY = 10**6
SPACING_S = 0.2
QUICKEST_S = 0.01


@dataclass
class Sender:
    """Sends one request after the other, evenly, and is told how each ended."""

    apart: ArrivalSpacing
    now: float = 0.0

    def sends(self, *, slot=None):
        self.now += SPACING_S
        permit = Permit(self.now, slot_before=self.now if slot is None else slot)
        self.apart.start(permit)
        return permit

    def passes(self, *trips_s):
        for trip_s in trips_s:
            self.apart.passed(self.sends(), self.now + trip_s)

    def is_refused(self, **sent):
        self.apart.refused(self.sends(**sent), self.now, SPACING_S)

    @property
    def gap_s(self):
        """The time from the latest request to the next."""
        return self.apart.ready_at(self.now, SPACING_S) - self.now


@pytest.fixture
def sender():
    """A sender that was refused once among replies that all came as quickly."""
    sender = Sender(ArrivalSpacing())
    sender.passes(*[QUICKEST_S] * 19)
    sender.is_refused()
    return sender


def test_nothing_is_kept_apart_before_a_refusal():
    sender = Sender(ArrivalSpacing())
    sender.passes(QUICKEST_S, 0.05)

    assert sender.gap_s == 0
    assert not sender.apart.is_wanted


def test_after_a_refusal_the_next_starts_later_by_what_the_round_trip_took_beyond_the_quickest(sender):
    sender.passes(QUICKEST_S)
    assert sender.gap_s == pytest.approx(SPACING_S + TICK_S)

    sender.passes(QUICKEST_S + 0.03)
    assert sender.gap_s == pytest.approx(SPACING_S + 0.03 + TICK_S)


def test_the_quickest_is_taken_to_be_quicker_by_half_of_what_the_usual_differ_from_it():
    sender = Sender(ArrivalSpacing())
    sender.is_refused()
    sender.passes(0.01, 0.012, 0.014, 0.018, 0.018)

    assert sender.gap_s == pytest.approx(SPACING_S + 0.018 - 0.008 + TICK_S)


def test_an_answer_to_an_earlier_request_says_nothing_of_the_latest(sender):
    earlier, latest = sender.sends(), sender.sends()
    sender.apart.passed(latest, sender.now + QUICKEST_S)
    sender.apart.passed(earlier, sender.now + 0.05)

    assert sender.gap_s == pytest.approx(SPACING_S + TICK_S)


def test_a_request_in_flight_is_waited_for_with_patience(sender):
    permit = sender.sends()
    assert sender.gap_s == pytest.approx(PATIENCE * SPACING_S)

    sender.apart.passed(permit, sender.now + 30.0)
    assert sender.gap_s == pytest.approx(PATIENCE * SPACING_S)


def test_one_that_was_never_sent_is_not_waited_for(sender):
    earlier, latest = sender.sends(), sender.sends()
    sender.apart.cancel(earlier)
    assert sender.gap_s == pytest.approx(PATIENCE * SPACING_S)

    sender.apart.cancel(latest)
    assert sender.gap_s == pytest.approx(SPACING_S + TICK_S)


def test_a_refusal_in_spite_of_it_ends_it_and_the_next_one_brings_it_back(sender):
    sender.is_refused()
    assert not sender.apart.is_wanted

    sender.is_refused()
    assert sender.apart.is_wanted


def test_a_request_sent_before_the_decision_does_not_change_it(sender):
    in_flight, refused = sender.sends(), sender.sends()
    sender.apart.refused(refused, sender.now + QUICKEST_S, SPACING_S)
    sender.apart.refused(in_flight, sender.now + 0.1, SPACING_S)

    assert not sender.apart.is_wanted


def test_a_refused_request_that_was_ahead_of_its_slot_says_nothing():
    sender = Sender(ArrivalSpacing())
    sender.is_refused(slot=99.0)

    assert not sender.apart.is_wanted


@pytest.mark.parametrize(
    ("trips_s", "afforded"),
    [
        ([0.01, 0.01, 0.01, 0.085], True),
        ([0.01, 0.01, 0.01, 0.095], False),
        ([0.275], True),
        ([0.285], False),
    ],
)
def test_round_trips_may_usually_cost_two_fifths_of_the_spacing(trips_s, afforded):
    sender = Sender(ArrivalSpacing())
    sender.is_refused()
    sender.passes(*trips_s * 10)

    assert MOST_SPACINGS == 1.4
    assert (sender.gap_s > 0) is afforded


def test_a_single_late_reply_is_nothing_usual(sender):
    sender.passes(*[QUICKEST_S] * 20, 0.15)

    assert sender.gap_s == pytest.approx(SPACING_S + 0.14 + TICK_S)


def refused_once(notice):
    """A budget of which one of ten evenly sent requests was refused, a minute ago; and the time."""
    budget, now = PacedBudget(now=0.0, limit_per_min=300, rng=random.Random(1)), 0.0
    for place in range(10):
        now = max(now, budget.ready_at(now, MANY))
        budget.finish(budget.start(now), now + QUICKEST_S, notice, refused=place == 5)
        now += QUICKEST_S
    return budget, now + 60.0


def test_a_budget_that_was_refused_once_lets_only_one_be_in_flight_and_makes_up_for_nothing():
    budget, now = refused_once(NO_NOTICE)
    permit = budget.start(now)
    assert budget.ready_at(now, MANY) == pytest.approx(now + PATIENCE * 60.5 / 300)

    budget.finish(permit, now + QUICKEST_S)
    assert budget.ready_at(now, MANY) == pytest.approx(now + 60.5 / 300 + TICK_S)


def test_a_request_that_the_budget_takes_back_is_not_waited_for():
    budget, now = refused_once(NO_NOTICE)
    budget.cancel(budget.start(now), now)

    assert budget.ready_at(now, MANY) == pytest.approx(now + 60.5 / 300 + TICK_S)


def test_a_budget_that_is_refused_in_spite_of_it_makes_up_for_lateness_again():
    budget, now = refused_once(NO_NOTICE)
    budget.finish(budget.start(now), now + QUICKEST_S, refused=True)
    for _ in range(2):
        now += 120.0
        budget.finish(budget.start(now), now + QUICKEST_S)

    assert budget.ready_at(now, MANY) < now + 60.5 / 300


def test_a_refusal_that_the_reply_explains_does_not_keep_requests_apart():
    spent = RateNotice(windows=(RateWindow(limit=300, remaining=0, reset_s=1.0),))
    budget = PacedBudget(now=0.0, limit_per_min=300, rng=random.Random(1))
    wide = RateNotice(windows=(RateWindow(limit=300, remaining=299, reset_s=1.0),))
    budget.finish(budget.start(0.0), QUICKEST_S, wide)
    now = budget.ready_at(0.0, MANY)
    budget.finish(budget.start(now), now + QUICKEST_S, spent, refused=True)
    budget.finish(budget.start(120.0), 120.1, wide)
    budget.start(121.0)

    assert budget.ready_at(121.0, MANY) == pytest.approx(121.0 + 60.5 / 300 - LATENESS_S)
