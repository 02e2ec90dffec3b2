"""Each change of a run is logged once."""

import logging
import random

import pytest
from laboratory import SESSION, numbers_of

from validator.batch.changes import Changes
from validator.model import RateNotice, RateWindow
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, PacedBudget, RetryPolicy


@pytest.fixture
def lane():
    retry = RetryPolicy(rng=random.Random(1))
    return Lane(SESSION, key=KeyHealth(), retry=retry, breaker=Breaker(), max_outage_s=60)


def test_the_first_look_tells_how_all_stands(lane):
    budget = PacedBudget(now=0.0, limit_per_min=300, rng=random.Random(1))

    assert list(Changes(budget, [lane]).news(0.0)) == [
        "limit: 300 a minute, told by --rate",
        "pace: 297.5 a minute",
        f"session {SESSION}: running",
    ]


def test_what_has_not_changed_is_not_told_again(lane):
    changes = Changes(NoBudget(), [lane])

    assert list(changes.news(0.0)) == ["limit: none", "pace: free", f"session {SESSION}: running"]
    assert list(changes.news(1.0)) == []


def test_a_hold_and_a_new_limit_are_told(lane):
    budget = PacedBudget(now=0.0, rng=random.Random(1))
    changes = Changes(budget, [lane])
    list(changes.news(0.0))

    told = RateNotice(windows=(RateWindow(limit=600, remaining=0),), retry_after_s=30)
    budget.finish(budget.start(0.0), 0.1, told, refused=True)

    limit, pace = changes.news(0.1)
    assert limit == "limit: 600 a minute, told by headers"
    assert pace.startswith("pace: held, the provider refused a request for its rate")


def test_a_run_logs_its_changes_without_naming_anybody(make_lab, lane, caplog):
    lab = make_lab("disconnect@3+20s")

    with caplog.at_level(logging.DEBUG, "validator.batch.changes"):
        lab.ask(numbers_of(6), watchers=[Changes(NoBudget(), [lane])])

    assert caplog.records[0].getMessage() == "limit: none"
    assert len(caplog.records) == 3
    assert "4477009" not in caplog.text
