"""A deterministic world on a virtual clock: a client with a budget, a server with a limiter, a network."""

import heapq
import math
from dataclasses import dataclass, field
from itertools import count

from validator.model import NO_NOTICE, RateNotice, RateWindow


@dataclass
class Network:
    """Draws delays in seconds: to the server, and from its decision to the client's knowledge of it."""

    rng: object
    jitter_s: float = 0.5
    think_s: float = 0.2
    spread: float = 0.5
    late_share: float = 0.0
    late_s: tuple = (1.0, 3.0)

    def to_server(self):
        if self.late_share and self.rng.random() < self.late_share:
            return self.rng.uniform(*self.late_s)
        return self.rng.uniform(0.005, self.jitter_s)

    def back(self):
        return self.rng.lognormvariate(math.log(self.think_s), self.spread)


@dataclass
class Record:
    """What happened: the times of arrivals that passed and that were refused, of starts and of holds."""

    passed: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    ended_at: float = 0.0
    report: object = None

    def use(self, limit, since_s, until_s):
        """The share of the limit that passed between two times."""
        return sum(since_s <= at < until_s for at in self.passed) / (limit * (until_s - since_s) / 60)

    def most_within(self, window_s):
        """The most requests that passed in any window of the server."""
        most, first = 0, 0
        for last, at in enumerate(self.passed):
            while self.passed[first] <= at - window_s:
                first += 1
            most = max(most, last - first + 1)
        return most


def simulate(budget, server, network, *, until_s, todo=10**9, concurrency=10_000, headers=True):
    """Let the client send `todo` requests as its budget allows until `until_s`; return what happened."""
    record, order, events = Record(), count(), []
    in_flight, now = 0, 0.0
    while now < until_s and (todo or in_flight):
        while todo and in_flight < concurrency and budget.ready_at(now, todo) <= now:
            ticket = budget.start(now)
            record.starts.append(now)
            todo, in_flight = todo - 1, in_flight + 1
            heapq.heappush(events, (now + network.to_server(), next(order), "arrives", ticket))
        wake = budget.ready_at(now, todo) if todo and in_flight < concurrency else math.inf
        if events and events[0][0] <= wake:
            now, _, what, about = heapq.heappop(events)
            if what == "arrives":
                ruling = server.rule(now)
                (record.passed if ruling.passed else record.refused).append(now)
                reply = (about, ruling, notice_of(server, ruling) if headers else NO_NOTICE)
                heapq.heappush(events, (now + network.back(), next(order), "replies", reply))
            else:
                ticket, ruling, notice = about
                budget.finish(ticket, now, notice, refused=not ruling.passed)
                in_flight -= 1
                todo += not ruling.passed
        else:
            assert wake < math.inf, "the budget waits for something that will not come"
            now = wake
    record.ended_at, record.report = now, budget.report(now)
    return record


def notice_of(server, ruling):
    window = RateWindow(limit=server.limit, remaining=ruling.remaining, reset_s=ruling.reset_s)
    retry_after_s = None if ruling.passed else float(math.ceil(ruling.wait_s))
    return RateNotice(windows=(window,), retry_after_s=retry_after_s)
