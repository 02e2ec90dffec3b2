"""How little could be refused beside others on a small burst? A client that knows what no client can know.

    .venv/bin/python benchmarks/informed.py [--seeds 4] [--limits 60 --limits 300]

It knows the limiter (GCRA with a burst of one second), how often others ask and that they do so at random,
and how long requests and replies take; and a reply tells it the limiter's state exactly. What it does not
know is what no reply has told yet. So it draws, for each moment, what may have come and may yet come, and
starts a request when the share of these futures in which that is refused is small enough. Better is only a
client that plans further ahead than one request.

Prints use of what others leave free, and requests refused, for several shares that are small enough, and the
same of `validator.pacing`; both in the simulator of `tests/pacing`, ten minutes a run.
"""

from __future__ import annotations

import math
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from tests.support.pacing.runs import WARM_S, shared
from tests.support.pacing.servers import KINDS, W
from tests.support.pacing.simulator import Network, Others, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = "gcra, a second"
UNTIL_S = 600.0
# Futures drawn for each decision, and how often one is taken.
FUTURES, STEP_S = 1500, 0.04
SHORTEST_S = 0.005
# Others are drawn for as many bursts back, at which time the limiter is taken to have been free.
BURSTS_BACK = 10
SMALL_ENOUGH = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.03)


class InformedBudget:
    """When the next request may start, for a client that knows all but the latest.

    Args:
        limit: requests a window.
        burst: the limiter's.
        others_per_s: how often others ask.
        small_enough: the share of futures that may be refused.
        network: what delays are drawn from.
        seed: of the draws.
    """

    def __init__(
        self, *, limit: int, burst: int, others_per_s: float, small_enough: float, network: Any, seed: int
    ) -> None:
        self._step_s, self._ahead_s = W / limit, (burst - 1) * W / limit
        self._others_per_s, self._small_enough = others_per_s, small_enough
        self._network, self._seed = network, seed
        self._in_flight: dict[int, float] = {}
        self._started, self._told, self._looks_at = 0, 0, 0.0
        self._arrived = self._due = np.zeros(0)

    def ready_at(self, now: float, _todo: int) -> float:
        """Return now where a request may start, else when to look again."""
        if now >= self._looks_at:
            if self._share_refused(now) <= self._small_enough:
                return now
            self._looks_at = now + STEP_S
        return self._looks_at

    def start(self, now: float) -> int:
        """Start a request; return its ticket."""
        self._started += 1
        self._in_flight[self._started] = now
        return self._started

    def finish(self, ticket: int, now: float, notice: Any, **_: Any) -> None:
        """Take in the limiter's state, at the moment at which the request may have arrived."""
        started_at = self._in_flight.pop(ticket)
        self._looks_at = now
        if ticket > self._told:
            draws = np.random.default_rng([self._seed, ticket])
            self._arrived = self._arrivals(draws, started_at, lambda arrived: self._heard(now - arrived))
            self._due, self._told = self._arrived + notice.windows[0].reset_s, ticket

    def report(self, _now: float) -> None:
        """Nothing to show."""

    def _share_refused(self, now: float) -> float:
        """Return the share of futures in which a request that starts now is refused."""
        if not self._told:
            return float(bool(self._in_flight))
        # The same draws while nothing changes: else one would wait until luck says yes.
        draws = np.random.default_rng([self._seed, self._started, self._told])
        since = np.maximum(self._arrived, now - BURSTS_BACK * (self._ahead_s + self._step_s))
        ours = now + draws.uniform(SHORTEST_S, self._network.jitter_s, FUTURES)
        arrivals = [self._others(draws, since, now), ours]
        for ticket, started_at in self._in_flight.items():
            if ticket > self._told:
                arrivals.append(
                    self._arrivals(draws, started_at, lambda arrived: self._not_heard(now - arrived))
                )
        arrive = np.column_stack(arrivals)
        order = np.argsort(arrive, axis=1)
        is_ours = order == self._others_drawn
        due, refused = np.where(since > self._arrived, since, self._due), np.zeros(FUTURES, dtype=bool)
        for at, asks in zip(np.take_along_axis(arrive, order, 1).T, is_ours.T, strict=True):
            free_at = np.maximum(due, at)
            passes = free_at <= at + self._ahead_s
            refused |= asks & ~passes
            due = np.where(passes & (at < math.inf), free_at + self._step_s, due)
        return float(refused.mean())

    def _others(self, draws: np.random.Generator, since: np.ndarray, now: float) -> np.ndarray:
        """Draw when others ask, from then until ours must have come; infinity for not at all."""
        first = since.min()
        span_s = now + self._network.jitter_s - first
        counts = draws.poisson(self._others_per_s * span_s, FUTURES)
        self._others_drawn = max(1, int(counts.max()))
        times = first + draws.uniform(0, span_s, (FUTURES, self._others_drawn))
        nobody = (np.arange(self._others_drawn) >= counts[:, None]) | (times < since[:, None])
        return np.where(nobody, math.inf, times)

    def _arrivals(
        self, draws: np.random.Generator, started_at: float, weigh: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """Draw when a request may have arrived, each moment as likely as what was heard since makes it."""
        arrived = started_at + draws.uniform(SHORTEST_S, self._network.jitter_s, 4 * FUTURES)
        weights = weigh(arrived)
        if not weights.sum():
            return arrived[:FUTURES]
        return draws.choice(arrived, FUTURES, p=weights / weights.sum())

    def _heard(self, since_s: np.ndarray) -> np.ndarray:
        """How likely a reply takes that long (lognormal)."""
        taken = np.maximum(since_s, 1e-9)
        deviations = np.log(taken / self._network.think_s) / self._network.spread
        return np.where(since_s > 0, np.exp(-(deviations**2) / 2) / taken, 0.0)

    def _not_heard(self, since_s: np.ndarray) -> np.ndarray:
        """How likely a reply takes longer than that (logistic in place of normal, off by a hundredth)."""
        deviations = np.log(np.maximum(since_s, 1e-9) / self._network.think_s) / self._network.spread
        return 1 / (1 + np.exp(np.minimum(1.702 * deviations, 700.0)))


def informed(limit: int, share: float, small_enough: float, seed: int) -> Any:
    rng = random.Random(seed)
    network, server = Network(rng), KINDS[KIND](limit, offset_s=0.0)
    budget = InformedBudget(
        limit=limit,
        burst=max(2, limit // 60),
        others_per_s=share * limit / W,
        small_enough=small_enough,
        network=network,
        seed=seed,
    )
    others = Others(random.Random(f"others {seed}"), share * limit)
    return simulate(budget, server, network, until_s=UNTIL_S, concurrency=256, others=others)


def ours(limit: int, share: float, seed: int) -> Any:
    return shared(KIND, limit, seed, share=share, until_s=UNTIL_S)


@click.command()
@click.option("--limits", type=int, multiple=True, default=(60, 300), show_default=True, help="Limits.")
@click.option("--seeds", default=4, show_default=True, help="Runs for each line.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
def main(limits: tuple[int, ...], seeds: int, jobs: int) -> None:
    """Print what an informed client and ours use and are refused, beside others at 10 and 30 %."""
    with ProcessPoolExecutor(jobs) as pool:
        for limit, share in product(limits, (0.1, 0.3)):
            click.echo(f"\n{limit} a minute, others ask for {share:.0%}: use of what is free; refused")
            runs = {f"refused in {p:.2%}": partial(informed, limit, share, p) for p in SMALL_ENOUGH}
            for name, run in {**runs, "validator": partial(ours, limit, share)}.items():
                records = list(pool.map(run, range(seeds)))
                refused = sum(len(record.refused) for record in records)
                calls = refused + sum(len(record.passed) for record in records)
                use = fmean(record.use_of_free(limit, WARM_S, UNTIL_S) for record in records)
                click.echo(f"  {name:18s}{use:8.1%}{refused / calls:9.2%}")


if __name__ == "__main__":
    main()
