import anyio
import pytest

from tests.support.batch.laboratory import make_lane, numbers_of
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.steps import Rest
from validator.batch.watching.progress_feed import LOOK_EVERY_S, ProgressFeed
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget

AT_ONCE = {"pause_s": 0.0, "retries_s": 0.0}


class Shown:
    def __init__(self):
        self.states = []

    def update(self, state):
        self.states.append(state)


@pytest.fixture
def watched(make_lab):
    """Run with a watch, whose budget is one of its own; return what was shown."""

    def run(count, *faults, budget=NoBudget, sandbox=None, **options):
        shown, lab = Shown(), make_lab(*faults, **(sandbox or {}))
        lab.ask(
            numbers_of(count), watchers=[ProgressFeed(shown, [make_lane(budget=budget())], count)], **options
        )
        return shown.states

    return run


def test_the_display_is_told_several_times_a_second(watched):
    states = watched(10, sandbox={"latency_ms": 1000}, concurrency=2)

    assert len(states) == pytest.approx(5 / LOOK_EVERY_S, abs=2)
    assert {state.in_flight for state in states} >= {2}
    assert [state.done for state in states] == sorted(state.done for state in states)
    assert (states[0].total, states[0].phase, states[0].paused_because) == (10, "checking", None)


@pytest.mark.parametrize("count", [30, 100])
def test_the_first_minute_shows_the_pace_and_not_what_was_sent_so_far(watched, count):
    states = watched(count, sandbox={"latency_ms": 500}, concurrency=1)

    # One at a time, half a second each: 120 a minute from the first seconds on.
    paces = [state.rate_per_min for state in states if state.done > 8]
    assert len(paces) > count
    assert all(90 < pace <= 120 for pace in paces)


class Idle:
    """A dispatcher that has sent nothing so far."""

    resting, in_flight, parked = Rest(0.0), 0, 0

    def retries_s(self, _now):
        return 0.0


@pytest.mark.parametrize("before", [0, 1, 7])
def test_a_phase_without_an_attempt_of_its_own_shows_what_was_sent_in_the_last_minute(before):
    budget, counters = NoBudget(), RunCounters()
    for _ in range(before):
        budget.start(1.0)
        counters.calls.attempts += 1
    feed = ProgressFeed(Shown(), [make_lane(budget=budget)], 1)

    assert [feed.state(Idle(), counters, now).rate_per_min for now in (2.0, 2.2)] == [before, before]


def test_a_pause_is_shown_with_its_reason_and_its_length(watched):
    states = watched(30, "disconnect@5+60s", concurrency=1)

    paused = [state for state in states if state.paused_because]
    assert "is disconnected" in paused[0].paused_because
    assert 0 < paused[0].paused_for_s <= 300


def test_parked_numbers_and_failures_are_shown(watched):
    states = watched(20, "500=0.5", concurrency=4)

    assert max(state.parked for state in states) > 0
    assert states[-1].failures > 0


def test_the_time_left_goes_by_the_pace_allowed(virtual):
    async def main():
        rate = PacedBudget(now=anyio.current_time(), limit_per_min=60, rng=None)
        return rate.report(0.0).rate_per_min

    pace = virtual(main)
    assert ProgressFeed._eta_s(60, pace, 0, **AT_ONCE) == pytest.approx(60.5)


def test_without_a_limit_the_time_left_goes_by_the_pace_seen():
    assert ProgressFeed._eta_s(60, float("inf"), 120, **AT_ONCE) == 30
    assert ProgressFeed._eta_s(60, 0, 120, **AT_ONCE) == 30
    assert ProgressFeed._eta_s(60, float("inf"), 0, **AT_ONCE) is None


def test_the_time_left_knows_of_a_pause_and_of_retries_that_have_to_wait():
    assert ProgressFeed._eta_s(60, 60, 0, pause_s=42.0, retries_s=0.0) == 102
    assert ProgressFeed._eta_s(60, 60, 0, pause_s=0.0, retries_s=300.0) == 300


@pytest.mark.slow
def test_where_only_retries_are_left_the_time_left_is_that_of_their_budget(watched):
    states = watched(150, "500=0.3", concurrency=1)

    saved = 10 + 150 // 10
    tail = [state for state in states if state.parked > saved]
    assert tail
    assert all(state.eta_s >= 5 * (state.parked - saved - 1) for state in tail)
