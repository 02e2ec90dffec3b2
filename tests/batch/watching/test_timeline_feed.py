import anyio
import pytest

from tests.support.batch.laboratory import make_lane, numbers_of
from validator.batch.asking.counters import RunCounters
from validator.batch.watching.timeline_feed import TimelineFeed
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget
from validator.reports import Timeline


@pytest.fixture
def watched(make_lab):
    """Run with a timeline; return its buckets and the counters of the run."""

    def run(count, *faults, **options):
        timeline, lab = Timeline(), make_lab(*faults, **options.pop("sandbox", {}))
        feed = TimelineFeed(timeline, [make_lane(budget=NoBudget())], begun=0.0)
        counters = lab.ask(numbers_of(count), watchers=[feed], **options).counters
        return timeline.buckets(list(counters.sessions)), counters

    return run


def test_what_was_counted_is_in_one_bucket_or_another(watched):
    buckets, counters = watched(40, "500=0.3", sandbox={"latency_ms": 1_000}, concurrency=2)

    assert len(buckets) > 5
    for name in ("attempts", "answers", "failures", "refusals", "canaries", "retracted"):
        assert sum(getattr(one, name) for one in buckets) == getattr(counters.calls, name)
    assert sum(sum(one.session_attempts) for one in buckets) == counters.calls.attempts
    assert sum(sum(one.session_failures) for one in buckets) == counters.calls.failures > 0


def test_a_pause_is_in_the_buckets_in_which_it_was(watched):
    buckets, counters = watched(30, "disconnect@5+60s", concurrency=1)

    assert sum(one.paused_s for one in buckets) == pytest.approx(sum(counters.paused_s.values()), abs=0.01)
    assert max(one.paused_s / one.duration_s for one in buckets) == pytest.approx(1)
    assert all(one.paused_s <= one.duration_s + 0.5 for one in buckets)


def test_the_limit_that_rules_is_written_down(virtual):
    async def main():
        timeline = Timeline()
        budget = PacedBudget(now=anyio.current_time(), limit_per_min=60, rng=None)
        feed = TimelineFeed(timeline, [make_lane(budget=budget)], begun=anyio.current_time())
        with anyio.move_on_after(3.2):
            await feed(Idle(), RunCounters())
        return timeline.buckets()

    assert [one.limit_per_min for one in virtual(main)] == [60.0] * 4


class Idle:
    def paused_s(self, _):
        return 0.0
