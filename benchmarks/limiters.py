"""Real sockets and limiters that are not ours: is the tool refused, and how much of the limit does it use?

    make limiters
    .venv/bin/python benchmarks/limiters.py [--seconds 180] [--together 9] [--only nginx]

`validator check` runs in a process of its own against the sandbox behind express-rate-limit (fixed window),
haproxy's stick tables (sliding counter) and nginx's limit_req (leaky bucket). Each tells its limit, tells a
wrong one, or tells nothing; calls, refusals and the use of the limit are the limiter's own count.

Prints a table in Markdown, and exits 1 where a run went otherwise than it has to: it has to end with exit
code 0; where headers or `--rate` tell the limit, with one refusal at most; where nobody does, at the pace of
the lowest plan.

nginx without a burst refuses what comes 1 ms early: at 300 a minute it wants 200 ms from one request to the
next, and we send one every 201.7 ms, so that a hiccup of 2 ms on the way is a refusal. The first one has the
tool keep requests apart as they arrive; there must be no second. The other leaky buckets let one request be
ahead of its time (`burst=1 nodelay`), which forgives 200 ms.

A fixed window that is spent at its beginning may end a run early, which then shows more than the limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from limited_check import LOWEST_PLAN_PER_MIN, SANDBOX, Case, Run, numbers_in, run_case
from processes import sandbox
from rate_limiters import Headers, Kind, Limit, Setup, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SECONDS = 180.0
FIRST_MINUTE_S = 60.0
TOGETHER = 9  # they take a third of a core while they run; more would only jostle when they start
PER_MIN = 300

NONE = Headers("none")
LIMIT = Headers("limit", {"X-RateLimit-Limit": f"{PER_MIN}"})
# What haproxy's counter leaves over, in haproxy's words.
LIMIT_AND_REST = Headers(
    "limit, remaining", LIMIT.added | {"X-RateLimit-Remaining": f"%[int({PER_MIN}),sub(txn.used)]"}
)
NEVER_LESS = Headers("wrong: all always remains", LIMIT.added | {"X-RateLimit-Remaining": f"{PER_MIN}"})
TWICE = Headers("wrong: limit twice as high", {"X-RateLimit-Limit": f"{2 * PER_MIN}"})
WORDS = Headers("wrong: no numbers", {"X-RateLimit-Limit": "plenty", "X-RateLimit-Remaining": "NaN"})
# Something before a provider that knows nothing of it.
PASSED_ON = Headers(
    "the provider's, 2000", passed_on={"X-RateLimit-Limit": "2000", "X-RateLimit-Remaining": "1990"}
)
OWN = (
    Headers("X-RateLimit-*", own={"legacyHeaders": True}),
    Headers("RateLimit-*, draft 6", own={"standardHeaders": "draft-6"}),
    Headers("RateLimit, draft 7", own={"standardHeaders": "draft-7"}),
    Headers("RateLimit, draft 8", own={"standardHeaders": "draft-8"}),
    Headers("X-RateLimit-*, draft 8", own={"legacyHeaders": True, "standardHeaders": "draft-8"}),
)


@dataclass(frozen=True, slots=True)
class Announced:
    """What headers and `--rate` say of the limit, which of them rules, and how many refusals may follow."""

    headers: Headers
    rate: str
    told_by: str | None
    most_refusals: int | None = 1
    most_times: float | None = None


def by_headers(headers: Headers) -> Announced:
    return Announced(headers, "auto", "headers")


BY_RATE = Announced(NONE, f"{PER_MIN}/min", "--rate")
BY_NOBODY = Announced(NONE, "auto", "the gateway's default")
TWICE_AND_RATE = Announced(TWICE, f"{PER_MIN}/min", "--rate")
MISLED = Announced(TWICE, "auto", None, most_refusals=None)
IN_FRONT = Announced(PASSED_ON, "auto", None, most_refusals=None, most_times=2.0)
IN_WORDS = Announced(WORDS, "auto", "the gateway's default")
EVERYWHERE = (BY_RATE, BY_NOBODY, TWICE_AND_RATE, MISLED, IN_WORDS)

RUNS = (
    (Kind.FIXED_WINDOW, Limit(PER_MIN), (*map(by_headers, OWN), *EVERYWHERE)),
    (Kind.SLIDING_COUNTER, Limit(PER_MIN), (by_headers(LIMIT), by_headers(LIMIT_AND_REST), *EVERYWHERE)),
    (Kind.LEAKY_BUCKET, Limit(PER_MIN, burst=1), (by_headers(LIMIT), *EVERYWHERE)),
    (Kind.LEAKY_BUCKET, Limit(PER_MIN, burst=1), (replace(by_headers(NEVER_LESS), most_refusals=None),)),
    (Kind.LEAKY_BUCKET, Limit(PER_MIN), (by_headers(LIMIT), BY_RATE)),
    *(
        (Kind.LEAKY_BUCKET, Limit(PER_MIN, burst=burst, delays=delays, status=status), (IN_FRONT,))
        for status in (503, 429)
        for burst, delays in ((0, False), (3, False), (10, False), (10, True))
    ),
)

COLUMNS = (
    "limiter",
    "headers",
    "`--rate`",
    "seconds",
    "calls",
    "refusals",
    "a minute, after the first",
    "of the limit",
    "told by",
    "as it has to be",
)


def cases(seconds: float) -> Iterator[Case]:
    """Yield all runs to make, each as long as given where all goes well."""
    for kind, limit, announcements in RUNS:
        for announced in announcements:
            pace_per_min = LOWEST_PLAN_PER_MIN if announced.told_by == "the gateway's default" else PER_MIN
            yield Case(
                limiter=Setup(kind, limit, announced.headers),
                rate=announced.rate,
                numbers=numbers_in(seconds, requests=pace_per_min),
                told_by=announced.told_by,
                most_refusals=announced.most_refusals,
                most_times=announced.most_times,
            )


def run_all(chosen: Sequence[Case], together: int) -> Iterator[Run]:
    """Make the runs, several at once, and yield each as it ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox(*SANDBOX) as upstream,
        ThreadPoolExecutor(together) as executor,
    ):
        runs = [
            executor.submit(run_case, case, upstream_url=upstream.url, folder=Path(folder, str(place)))
            for place, case in enumerate(chosen)
        ]
        yield from (run.result() for run in as_completed(runs))


def cells(run: Run) -> tuple[str, ...]:
    """Return the run's texts, in the order of `COLUMNS`."""
    limiter, used_per_min = run.case.limiter, run.passed_per_min(after_s=FIRST_MINUTE_S)
    surprises = run.surprises()
    return (
        f"{limiter.kind}, {limiter.limit}" if limiter.kind is Kind.LEAKY_BUCKET else limiter.kind,
        limiter.headers.name,
        run.case.rate,
        f"{run.exchanges[-1].at_s - run.exchanges[0].at_s:.1f}" if run.exchanges else "",
        f"{len(run.exchanges)}",
        f"{run.refusals}",
        f"{used_per_min:.1f}",
        f"{used_per_min / limiter.limit.per_min:.1%}",
        run.told_by,
        "yes" if not surprises else f"**no**: {'; '.join(surprises)}",
    )


def line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def main() -> int:
    options = parse_options()
    chosen = [case for case in cases(options.seconds) if options.only in case.limiter.kind]
    if wanting := {what for case in chosen if (what := missing(case.limiter.kind))}:
        sys.exit("; ".join(sorted(wanting)))
    runs = []
    for run in run_all(chosen, options.together):
        runs.append(run)
        print(f"{len(runs)} of {len(chosen)}: {line(cells(run))}", file=sys.stderr)
    runs.sort(key=lambda run: chosen.index(run.case))
    print(line(COLUMNS), line("---" for _ in COLUMNS), *(line(cells(run)) for run in runs), sep="\n")
    return int(any(run.surprises() for run in runs))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run")
    parser.add_argument("--together", type=int, default=TOGETHER, help="runs at once")
    parser.add_argument("--only", default="", help="limiters with this in their name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
