"""The simulated runs that tests and benchmark share; each comes again from its limiter, limit and seed."""

import random

from tests.support.pacing.servers import KINDS, FixedWindow, InFlight, PenaltyBox, PerSecond, TokenBucket
from tests.support.pacing.simulator import (
    NOBODY,
    Busy,
    Network,
    Others,
    all_told,
    only_retry_after,
    simulate,
    told_if_passed,
    told_wrong,
)
from validator.model import NO_NOTICE
from validator.pacing.budget.paced import PacedBudget

# Servers whose `Remaining` says what others leave: it counts a window, or fills a bucket as large as one.
TELLING = ("fixed window", "sliding log", "sliding counter", "token bucket")
# A run starts cold; what is measured begins after the first window.
WARM_S = 60.0
# A search has three windows.
FOUND_S = 180.0


def alone(kind, limit, seed, *, until_s):
    """The key is ours: nothing is to be refused, and the limit is to be used."""
    return _run(kind, limit, seed, until_s=until_s)


def shared(kind, limit, seed, *, share, until_s, **habits):
    """Another client asks for a share of the limit and looks at nothing."""

    def others(rng):
        return Others(rng, share * limit, **habits)

    return _run(kind, limit, seed, until_s=until_s, others=others)


def finding(kind, limit, seed, *, until_s, tell=only_retry_after):
    """Nobody tells the limit, and it is to be looked for."""
    return _run(kind, limit, seed, until_s=until_s, tell=tell, find=True)


def misled(kind, limit, seed, *, until_s, told_per_min, remaining=None):
    """The key is ours, and the stated limit is too high."""
    return _run(kind, limit, seed, until_s=until_s, tell=told_wrong(told_per_min, remaining))


def in_flight(most, *, told_per_min, refusal=NO_NOTICE, seed=1, rate=None, service_s=0.5):
    """Run against a limit on requests in flight; return what happened, and the use of what it allows."""
    rng = random.Random(f"in flight {most} {told_per_min} {seed}")
    network = Busy(rng, service_s=service_s)
    record = simulate(
        PacedBudget(now=0.0, limit_per_min=rate, rng=rng),
        InFlight(told_per_min, most, service_s),
        network,
        until_s=600.0,
        tell=told_if_passed(told_per_min, refusal),
    )
    allowed_per_min = min(rate or told_per_min, 60 * most / (service_s + network.way_s))
    return record, record.use(allowed_per_min, WARM_S, 600.0)


BOXES = {
    "a minute's limit": lambda: FixedWindow(300, 20.0),
    "a bucket": lambda: TokenBucket(60),
    "five in a second": lambda: PerSecond(5, 2000),
}


def punished(kind, block_s, *, extends, seed=1, until_s=3600.0):
    """Run against a limiter told twice too high that shuts a key out; return what happened, and the box."""
    rng = random.Random(f"{kind} {block_s} {seed}")
    box = PenaltyBox(BOXES[kind](), block_s, extends=extends)
    record = simulate(
        PacedBudget(now=0.0, rng=rng),
        box,
        Network(rng, jitter_s=0.05, think_s=0.1, spread=0.2),
        until_s=until_s,
        tell=told_if_passed(2 * box.limit),
    )
    return record, box


def _run(kind, limit, seed, *, until_s, tell=all_told, others=lambda rng: NOBODY, **options):  # noqa: ARG005
    rng = random.Random(f"{kind} {limit} {seed}")
    budget = PacedBudget(now=0.0, rng=rng, **options)
    server = KINDS[kind](limit, offset_s=rng.uniform(0.0, 60.0))
    return simulate(
        budget, server, Network(rng), until_s=until_s, concurrency=256, tell=tell, others=others(rng)
    )
