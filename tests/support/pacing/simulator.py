"""A deterministic world on a virtual clock: a client with a budget, a server with a limiter, a network.

Others may spend the same key, the server may be out, and what it tells may be as little as one wants.
"""

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
class Busy(Network):
    """A network before a server that works on each request for as long: only the ways differ."""

    service_s: float = 0.5
    way_s: float = 0.02

    def to_server(self):
        return self.rng.uniform(0.002, self.way_s)

    def back(self):
        return self.service_s + self.rng.uniform(0.002, self.way_s)


@dataclass
class Others:
    """Another client of the same key that does not look at any limit: the times at which it asks.

    Its requests come at random times (Poisson), in bunches of `bunch` on average, in spells of `on_s` with
    `off_s` between them, from `comes_at` to `leaves_at`.
    """

    rng: object
    per_min: float
    comes_at: float = 0.0
    leaves_at: float = math.inf
    bunch: int = 1
    on_s: float = math.inf
    off_s: float = 0.0

    def times(self):
        """Yield when it asks; without end where it never leaves."""
        now, spell_ends = self.comes_at, self.comes_at + self.on_s
        while self.per_min:
            now += self.rng.expovariate(self.per_min / 60 / self.bunch)
            while now > spell_ends:
                now += self.off_s
                spell_ends += self.on_s + self.off_s
            if now >= self.leaves_at:
                return
            size = 1 if self.bunch == 1 else math.ceil(self.rng.expovariate(1 / self.bunch) + 1e-9)
            for _ in range(size):
                yield now


NOBODY = Others(None, 0.0)


@dataclass
class Record:
    """What happened: the times of arrivals that passed and that were refused, of starts and of holds."""

    passed: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    others: list = field(default_factory=list)
    ended_at: float = 0.0
    report: object = None

    def use(self, limit, since_s, until_s):
        """The share of the limit that passed between two times."""
        return within(self.passed, since_s, until_s) / (limit * (until_s - since_s) / 60)

    def use_of_free(self, limit, since_s, until_s):
        """The share of what the others asked left over that passed between two times."""
        free = limit * (until_s - since_s) / 60 - within(self.others, since_s, until_s)
        return within(self.passed, since_s, until_s) / free

    @property
    def refused_share(self):
        return len(self.refused) / max(1, len(self.refused) + len(self.passed))

    def most_within(self, window_s):
        """The most requests that passed in any window of the server."""
        most, first = 0, 0
        for last, at in enumerate(self.passed):
            while self.passed[first] <= at - window_s:
                first += 1
            most = max(most, last - first + 1)
        return most


def within(times, since_s, until_s):
    return sum(since_s <= at < until_s for at in times)


@dataclass
class Client:
    """One budget at work: what it has to do, what is in flight, and what has happened."""

    budget: object
    network: Network
    todo: int
    concurrency: int
    in_flight: int = 0
    record: Record = field(default_factory=Record)

    def send(self, now):
        """Start what may start now; yield when each request arrives, and its ticket."""
        while self.may_send and self.budget.ready_at(now, self.todo) <= now:
            ticket = self.budget.start(now)
            self.record.starts.append(now)
            self.todo, self.in_flight = self.todo - 1, self.in_flight + 1
            yield now + self.network.to_server(), ticket

    def wakes_at(self, now):
        return self.budget.ready_at(now, self.todo) if self.may_send else math.inf

    def arrive(self, now, server, ticket, tell):
        """Let the server rule on a request; return what is heard of it."""
        ruling = server.rule(now)
        (self.record.passed if ruling.passed else self.record.refused).append(now)
        return ticket, ruling, tell(server, ruling)

    def on_answer(self, now, ticket, ruling, notice):
        self.budget.finish(ticket, now, notice, refused=bool(ruling) and not ruling.passed)
        self.in_flight -= 1
        self.todo += not (ruling and ruling.passed)

    @property
    def may_send(self):
        return self.todo and self.in_flight < self.concurrency


def simulate(budget, server, network, *, todo=10**9, concurrency=10_000, **world):
    """Let a client send `todo` requests as its budget allows; return what happened. See `run`."""
    client = Client(budget, network, todo, concurrency)
    run([client], server, **world)
    return client.record


def run(clients, server, *, until_s, tell=None, others=NOBODY, outages=()):
    """Let the clients work until `until_s` or until they are done.

    Args:
        tell: makes the notice of a reply from the server and its ruling; by default all there is to tell.
        others: who else spends the key.
        outages: spans of seconds in which nothing that arrives is answered or counted.
    """
    tell = tell or all_told
    order, events, now, asks = count(), [], 0.0, others.times()
    asked = []

    def await_others():
        if (at := next(asks, None)) is not None:
            heapq.heappush(events, (at, next(order), "others", None, None))

    await_others()
    while now < until_s and any(client.todo or client.in_flight for client in clients):
        for client in clients:
            for arrives_at, ticket in client.send(now):
                heapq.heappush(events, (arrives_at, next(order), "arrives", client, ticket))
        wake = min(client.wakes_at(now) for client in clients)
        if not (events and events[0][0] <= wake):
            assert wake < math.inf, "the budget waits for something that will not come"
            now = wake
            continue
        now, _, what, client, about = heapq.heappop(events)
        if what == "others":
            asked += [now] * server.rule(now).passed
            await_others()
        elif what == "arrives":
            is_out = any(since <= now < end for since, end in outages)
            reply = (about, None, NO_NOTICE) if is_out else client.arrive(now, server, about, tell)
            heapq.heappush(events, (now + client.network.back(), next(order), "replies", client, reply))
        else:
            client.on_answer(now, *about)
    for client in clients:
        client.record.others = asked
        client.record.ended_at, client.record.report = now, client.budget.report(now)


def all_told(server, ruling):
    window = RateWindow(limit=server.limit, remaining=ruling.remaining, reset_s=ruling.reset_s)
    return RateNotice(windows=(window,), retry_after_s=retry_after_s(ruling))


def only_retry_after(server, ruling):
    return RateNotice(retry_after_s=retry_after_s(ruling))


def told_wrong(limit, remaining=None):
    """Makes a telling of that limit, whatever is true."""

    def tell(server, ruling):
        window = RateWindow(limit=limit, remaining=remaining)
        return RateNotice(windows=(window,), retry_after_s=retry_after_s(ruling))

    return tell


def nothing_told(server, ruling):
    return NO_NOTICE


def told_if_passed(limit, refusal=NO_NOTICE):
    """Makes a telling of a limit by answers alone, as where something before the provider refuses."""

    def tell(server, ruling):
        window = RateWindow(limit=limit, remaining=limit - 9, reset_s=1.0)
        return RateNotice(windows=(window,)) if ruling.passed else refusal

    return tell


def retry_after_s(ruling):
    return None if ruling.passed else float(math.ceil(ruling.wait_s))
