"""The simulated runs that tests and benchmark share; each comes again from its limiter, limit and seed."""

import random

from tests.support.pacing.servers import KINDS
from tests.support.pacing.simulator import (
    NOBODY,
    Network,
    Others,
    all_told,
    only_retry_after,
    simulate,
    told_wrong,
)
from validator.pacing import PacedBudget

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


def _run(kind, limit, seed, *, until_s, tell=all_told, others=lambda rng: NOBODY, **options):  # noqa: ARG005
    rng = random.Random(f"{kind} {limit} {seed}")
    budget = PacedBudget(now=0.0, rng=rng, **options)
    server = KINDS[kind](limit, offset_s=rng.uniform(0.0, 60.0))
    return simulate(
        budget, server, Network(rng), until_s=until_s, concurrency=256, tell=tell, others=others(rng)
    )
