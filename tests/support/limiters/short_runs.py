"""Runs of some twenty seconds against each limiter; `benchmarks/limiters.py` makes those of three minutes."""

from limited_check import LOWEST_PLAN_PER_MIN, Case, numbers_in
from rate_limiters import Headers, Kind, Limit, Setup

SECONDS = 20
PER_MIN = 300
# Windows so short that a run sees four of them; only headers can say so.
SHORT = Limit(25, window_s=5)
# As many a minute, for runs that hear of a minute only: the window is over before the run is.
SHORTER = Limit(90, window_s=18)
# Ahead of their time may be what half a second of delivery jitter bunches: the budget allows for so much.
BUCKET = Limit(PER_MIN, burst=3)

SILENCE = Headers("none")
POLICY = Headers("policy", {"RateLimit-Policy": "25;w=5"})
LIMIT = Headers("limit", {"X-RateLimit-Limit": f"{PER_MIN}"})
TWICE = Headers("twice", {"X-RateLimit-Limit": f"{2 * PER_MIN}"})


def draft(number):
    return Headers(f"draft {number}", own={"standardHeaders": f"draft-{number}"})


def by_headers(kind, limit, headers):
    numbers = numbers_in(SECONDS, requests=limit.requests, window_s=limit.window_s)
    return Case(limiter=Setup(kind, limit, headers), rate="auto", numbers=numbers, told_by="headers")


def by_rate(kind, limit):
    numbers = numbers_in(SECONDS, requests=PER_MIN)
    return Case(limiter=Setup(kind, limit, SILENCE), rate=f"{PER_MIN}/min", numbers=numbers, told_by="--rate")


def by_nobody(kind, limit):
    numbers = numbers_in(SECONDS, requests=LOWEST_PLAN_PER_MIN)
    return Case(
        limiter=Setup(kind, limit, SILENCE), rate="auto", numbers=numbers, told_by="the gateway's default"
    )


def misled(kind, limit):
    limiter = Setup(kind, limit, TWICE)
    return Case(limiter=limiter, rate="auto", numbers=40, told_by=None, most_refusals=None)


TOLD_BY_HEADERS = {
    "express-rate-limit, draft 6": by_headers(Kind.FIXED_WINDOW, SHORT, draft(6)),
    "express-rate-limit, draft 7": by_headers(Kind.FIXED_WINDOW, SHORT, draft(7)),
    "express-rate-limit, draft 8": by_headers(Kind.FIXED_WINDOW, SHORT, draft(8)),
    "haproxy, draft 7": by_headers(Kind.SLIDING_COUNTER, SHORT, POLICY),
    "nginx, X-RateLimit": by_headers(Kind.LEAKY_BUCKET, BUCKET, LIMIT),
}
TOLD_BY_RATE = {
    "express-rate-limit, --rate": by_rate(Kind.FIXED_WINDOW, SHORTER),
    "haproxy, --rate": by_rate(Kind.SLIDING_COUNTER, SHORTER),
    "nginx, --rate": by_rate(Kind.LEAKY_BUCKET, BUCKET),
}
TOLD_BY_NOBODY = {
    "express-rate-limit, silent": by_nobody(Kind.FIXED_WINDOW, SHORT),
    "haproxy, silent": by_nobody(Kind.SLIDING_COUNTER, SHORT),
    "nginx, silent": by_nobody(Kind.LEAKY_BUCKET, BUCKET),
}
MISLED = {"nginx, twice the limit": misled(Kind.LEAKY_BUCKET, BUCKET)}
WITH_ROOM = {
    "express-rate-limit, X-RateLimit": by_headers(
        Kind.FIXED_WINDOW, Limit(PER_MIN), Headers("legacy", own={"legacyHeaders": True})
    )
}
# As nginx stands before a provider of the largest plan: its own limit is in no header.
FRONTS = {
    f"nginx, {form}": Case(
        limiter=Setup(
            Kind.LEAKY_BUCKET,
            form,
            Headers("passed on", passed_on={"X-RateLimit-Limit": "2000", "X-RateLimit-Remaining": "1990"}),
        ),
        rate="auto",
        numbers=60,
        told_by=None,
        most_refusals=30,
    )
    for form in (
        Limit(PER_MIN, status=503),
        Limit(PER_MIN, burst=3, status=503),
        Limit(PER_MIN, burst=5, delays=True, status=503),
        Limit(PER_MIN, burst=5, delays=True),
    )
}
ALL = FRONTS | TOLD_BY_HEADERS | TOLD_BY_RATE | TOLD_BY_NOBODY | MISLED | WITH_ROOM
