"""Each change of a run is logged once."""

import logging
import random

import pytest

from tests.support.batch.laboratory import SESSION, make_lane, numbers_of
from validator.batch.watching.status_log import StatusLogger
from validator.errors import SessionNotConnected
from validator.model import RateNotice, RateWindow
from validator.pacing.budget.paced import PacedBudget


def test_the_first_look_tells_how_all_stands():
    budget = PacedBudget(now=0.0, limit_per_min=300, rng=random.Random(1))

    assert list(StatusLogger([make_lane(budget=budget)]).news(0.0)) == [
        ("limit: 300 a minute, from --rate", logging.DEBUG),
        ("pace: 297.5 a minute", logging.DEBUG),
        (f"session {SESSION}: running", logging.DEBUG),
    ]


def test_what_has_not_changed_is_not_told_again():
    changes = StatusLogger([make_lane()])

    assert [line for line, _ in changes.news(0.0)] == [
        "limit: none",
        "pace: free",
        f"session {SESSION}: running",
    ]
    assert list(changes.news(1.0)) == []


@pytest.mark.parametrize(("alone", "level"), [(True, logging.DEBUG), (False, logging.INFO)])
def test_a_session_that_is_out_while_others_go_on_is_told_to_everybody(alone, level):
    lost, other = make_lane("sess_a"), make_lane("sess_b")
    changes = StatusLogger([lost] if alone else [lost, other])
    list(changes.news(0.0))

    lost.start(0.0)
    lost.finish(0.0, SessionNotConnected("409", status=409))

    assert list(changes.news(0.0)) == [("session sess_a: disconnected", level)]


def test_a_hold_and_a_new_limit_are_told():
    budget = PacedBudget(now=0.0, rng=random.Random(1))
    changes = StatusLogger([make_lane(budget=budget)])
    list(changes.news(0.0))

    told = RateNotice(windows=(RateWindow(limit=600, remaining=0),), retry_after_s=30)
    budget.finish(budget.start(0.0), 0.1, told, refused=True)

    (limit, _), (pace, _) = changes.news(0.1)
    assert limit == "limit: 600 a minute, from headers"
    assert pace.startswith("pace: held, the provider refused a request for its rate")


def test_a_limit_on_requests_in_flight_is_told():
    budget = PacedBudget(now=0.0, limit_per_min=600, rng=random.Random(1))
    changes = StatusLogger([make_lane(budget=budget)])
    budget.finish(budget.start(0.0), 0.01)
    in_flight = [budget.start(0.2 * place) for place in range(1, 4)]
    budget.finish(in_flight[-1], 0.7, refused=True)
    for permit in in_flight[:2]:
        budget.finish(permit, 0.8)
    held_until = budget.report(0.8).hold_until
    list(changes.news(0.8))

    (pace, _), *_ = changes.news(held_until)
    assert pace.endswith("a minute, at most 2 in flight")


def test_requests_that_are_kept_apart_are_told():
    budget = PacedBudget(now=0.0, limit_per_min=300, rng=random.Random(1))
    changes = StatusLogger([make_lane(budget=budget)])
    budget.finish(budget.start(0.0), 0.01)
    now = budget.ready_at(0.0, 10**6)
    budget.finish(budget.start(now), now + 0.01, refused=True)
    held_until = budget.report(now).hold_until
    list(changes.news(now))

    assert list(changes.news(held_until)) == [("pace: 148.8 a minute, one at a time", logging.DEBUG)]


def test_a_limit_that_is_looked_for_is_told_again_when_it_has_moved_by_a_tenth():
    budget = PacedBudget(now=0.0, find=True, rng=random.Random(1))
    changes = StatusLogger([make_lane(budget=budget)])
    lines = [line for tenths in range(900) for line, _ in changes.news(tenths / 10)]

    # From 60 s on it doubles in 24 s: 2.38 times in 30 s, which is eight steps of a little over a tenth.
    limits = [line for line in lines if line.startswith("limit")]
    assert limits[:2] == [
        "limit: 60 a minute, from --rate find",
        "limit: 66.19 a minute, from --rate find",
    ]
    assert len(limits) == 9
    assert len(lines) == 9 + 9 + 1


def test_a_told_limit_is_told_again_however_little_it_moves():
    budget = PacedBudget(now=0.0, rng=random.Random(1))
    changes = StatusLogger([make_lane(budget=budget)])
    for now, limit in ((0.0, 600), (1.0, 599)):
        window = RateWindow(limit=limit, remaining=500)
        budget.finish(budget.start(now), now, RateNotice(windows=(window,)))
        lines = [line for line, _ in changes.news(now)]

    assert lines == ["limit: 599 a minute, from headers"]


def test_a_run_logs_its_changes_without_naming_anybody(make_lab, caplog):
    lab = make_lab("disconnect@3+20s")

    with caplog.at_level(logging.DEBUG, "validator.batch.watching.status_log"):
        lab.ask(numbers_of(6), watchers=[StatusLogger([make_lane()])])

    assert caplog.records[0].getMessage() == "limit: none"
    assert len(caplog.records) == 3
    assert "4477009" not in caplog.text
