"""Lists asked about through each gateway: no wrong verdict, whatever happens to the session and the run."""

import os
import random
from collections import Counter

import pytest

from tests.support.forms import spread
from tests.support.gateways.gateway_lab import FIRST, GatewayLab
from validator.errors import StoppedEarly
from validator.gateways.registry import GATEWAYS, capabilities_of
from validator.settings import Rate

SEEDS = int(os.environ.get("GATEWAY_SEEDS", "1"))
# In the long form 5,000 numbers a gateway.
LONG_LIST = int(os.environ.get("GATEWAY_NUMBERS", "100"))
COUNT = 100
# One that says "no" to a few numbers and then recovers looks like an honest gateway: what dies for a while
# does so here for more answers than chance explains.
# Virtual time is not free: watchers of a run wake several times a second.
FAST = Rate.parse("480/min")
WAYS = (
    "lie@{at}",
    "disconnect@{at}",
    "disconnect@{at}+{lasts}s",
    "unanswered@{at}",
    "unanswered@{at}+{lasts}s",
    "partial@{at}+{lasts}s",
    "overlimit500@{at}+{lasts}s",
    "timeout@{at}+{lasts}s",
    "reset@{at}+{lasts}s",
    "500@{at}",
)


OTHERS = [name for name in GATEWAYS if name != "sendapi"]


@pytest.fixture(params=OTHERS)
def gateway(request):
    return request.param


@pytest.fixture
def make_lab(tmp_path, gateway):
    def make(*faults, name="ledger", **settings):
        return GatewayLab.build(gateway, tmp_path / f"{name}.sqlite", *faults, **settings)

    return make


@pytest.mark.slow
def test_a_list_is_decided_with_no_verdict_wrong_and_few_requests_more_than_needed(make_lab):
    lab = make_lab()

    ran = lab.run(range(FIRST, FIRST + 120))

    assert ran.asked.ending is None
    assert len(lab.known()) == 120
    assert "unknown" not in {verdict for verdict, _ in lab.known().values()}
    assert lab.wrong() == []
    most_canaries = 1 + ran.duration_s / 60
    assert len(lab.checks()) <= -(-120 // lab.batch) + (1 if lab.batch > 1 else most_canaries)


@pytest.mark.slow
def test_a_long_list_takes_two_in_a_hundred_requests_more_than_the_fewest_at_most(make_lab, gateway):
    if capabilities_of(gateway).max_batch == 1:
        pytest.skip("asks about one number at a time")
    lab, count = make_lab(), 5_000

    ran = lab.run(range(FIRST, FIRST + count), rate=FAST)

    assert ran.asked.ending is None
    assert lab.wrong() == []
    assert len(lab.checks()) <= 1.02 * count / lab.batch


@pytest.mark.slow
@pytest.mark.parametrize(("gateway", "way"), spread(OTHERS, WAYS, step=3), indirect=["gateway"])
def test_a_session_that_dies_at_a_random_moment_leaves_no_wrong_verdict(make_lab, gateway, way):
    for seed in range(SEEDS):
        rng = random.Random(f"{way} {seed}")
        requests = -(-COUNT // capabilities_of(gateway).max_batch)
        fault = way.format(at=rng.randint(1, requests), lasts=rng.randint(5, 10))
        lab = make_lab(fault, name=f"{seed}", seed=seed)

        lab.run(range(FIRST, FIRST + COUNT), rate=FAST, max_outage_s=15.0)

        assert lab.wrong() == [], fault


@pytest.mark.slow
def test_a_run_that_is_killed_asks_nobody_again_who_has_a_verdict(make_lab):
    lab, rng = make_lab(), random.Random(5)
    numbers = [FIRST + place for place in range(LONG_LIST)]
    numbers += rng.sample(numbers, round(0.3 * LONG_LIST))
    decided = set()
    for _ in range(4):
        lab.run(numbers, kill_after_s=rng.uniform(1, 15 * LONG_LIST / lab.batch / 3), rate=FAST)
        asked = Counter(number for entry in lab.checks() for number in entry.number.split(","))
        decided_now = {number for number, (verdict, _) in lab.known().items() if verdict != "unknown"}
        assert decided <= decided_now
        lab.app.log.clear()
        assert not [number for number in decided if asked[f"+{number}"]]
        decided = decided_now
    ran = lab.run(numbers, rate=FAST)

    assert ran.asked.ending is None
    assert lab.wrong() == []
    assert len(lab.known()) == LONG_LIST
    assert {verdict for verdict, _ in lab.known().values()} == {"registered", "not_registered"}


@pytest.mark.slow
def test_the_pace_of_a_gateway_without_a_stated_limit_is_never_refused_at_that_limit(make_lab, gateway):
    limit = round(capabilities_of(gateway).default_rate_per_min)
    lab = make_lab(limit_per_min=limit, limiter="sliding_log")

    ran = lab.run(range(FIRST, FIRST + 80))

    assert ran.asked.ending is None
    assert ran.counters.calls.refusals == 0


@pytest.mark.slow
def test_a_day_ends_at_the_gateways_own_cap_if_none_is_named(make_lab, gateway):
    if capabilities_of(gateway).max_batch == 1:
        pytest.skip("the same rule, in fifty times as many requests")
    lab, cap = make_lab(share=1.0), capabilities_of(gateway).daily_cap

    ran = lab.run(range(FIRST, FIRST + cap + 60), rate=FAST, daily_cap=None)

    assert isinstance(ran.ending, StoppedEarly)
    assert cap - lab.batch < sum(len(entry.number.split(",")) for entry in lab.checks()) <= cap
    assert lab.wrong() == []
