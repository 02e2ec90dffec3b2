"""The budget against simulated rate limiters on a virtual clock: refusals, and use of what is free.

Six kinds of limiter, four limits, up to twenty seeds; the models and the simulator are those of
`tests/support/pacing`. The tables: the key to ourselves; 10 % and 30 % of it asked for by another client that
looks at nothing; a limit that no header states and `--rate find` looks for; and one stated twice too high.
Each is compared with the limit itself. `other` has limits on requests in flight, and penalty boxes.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, product
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tests.support.pacing.runs import (
    BOXES,
    FOUND_S,
    WARM_S,
    alone,
    finding,
    in_flight,
    misled,
    punished,
    shared,
)
from tests.support.pacing.servers import KINDS
from tests.support.pacing.simulator import nothing_told, only_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMITS = (60, 300, 1000, 2000)
# As many minutes as a search needs, or as give a few thousand requests.
MINUTES, MINUTES_OF_LARGE = 10, {1000: 4, 2000: 3}
# As many runs for each cell as fit into a few minutes.
SEEDS = {"alone": 20, "shared": 10, "find": 10, "misled": 10}


class Result(NamedTuple):
    """What came of one run: our requests, those refused, and the share used of what was free."""

    calls: int
    refused: int
    use: float


def run_alone(kind: str, limit: int, seed: int) -> Result:
    """Run with the key to ourselves."""
    until_s = 60.0 * MINUTES_OF_LARGE.get(limit, MINUTES)
    return _result(alone(kind, limit, seed, until_s=until_s), limit, WARM_S, until_s)


def run_shared(kind: str, limit: int, seed: int, *, share: float) -> Result:
    """Run beside another client."""
    until_s = 60.0 * MINUTES_OF_LARGE.get(limit, MINUTES)
    return _result(shared(kind, limit, seed, share=share, until_s=until_s), limit, WARM_S, until_s)


def run_finding(kind: str, limit: int, seed: int, *, tell: Callable[..., Any]) -> Result:
    """Run without knowing the limit."""
    until_s = 60.0 * MINUTES
    return _result(finding(kind, limit, seed, until_s=until_s, tell=tell), limit, FOUND_S, until_s)


def run_misled(kind: str, limit: int, seed: int) -> Result:
    """Run with a stated limit twice as high."""
    until_s = 60.0 * MINUTES
    return _result(
        misled(kind, limit, seed, until_s=until_s, told_per_min=2 * limit), limit, FOUND_S, until_s
    )


def _result(record: Any, limit: int, since_s: float, until_s: float) -> Result:
    use = record.use_of_free(limit, since_s, until_s)
    return Result(len(record.passed) + len(record.refused), len(record.refused), use)


def table(
    title: str, run: Callable[..., Result], limits: tuple[int, ...], seeds: int, pool: ProcessPoolExecutor
) -> Iterator[str]:
    """Yield the lines of a table: a limiter a line, a limit a column."""
    yield f"\n{title}\n"
    yield "use of what is free: mean (least); refused: mean (most)"
    yield f"{'':18s}" + "".join(f"{limit:>36d}" for limit in limits)
    everything: list[Result] = []
    for kind in KINDS:
        cells = [list(pool.map(partial(run, kind, limit), range(seeds))) for limit in limits]
        everything += chain.from_iterable(cells)
        yield f"{kind:18s}" + "".join(f"{_cell(results):>36s}" for results in cells)
    yield f"refused of all requests: {_refused(everything):.3%}"


def _refused(results: list[Result]) -> float:
    return sum(result.refused for result in results) / sum(result.calls for result in results)


def _cell(results: list[Result]) -> str:
    uses = [result.use for result in results]
    most_refused = max(result.refused / result.calls for result in results)
    return f"{fmean(uses):.1%} ({min(uses):.1%}); {_refused(results):.3%} ({most_refused:.3%})"


TABLES: dict[str, list[tuple[str, Callable[..., Result]]]] = {
    "alone": [("The key to ourselves", run_alone)],
    "shared": [
        (f"Another client asks for {share:.0%} of the key", partial(run_shared, share=share))
        for share in (0.1, 0.3)
    ],
    "find": [
        ("--rate find, 429 with Retry-After and nothing else", partial(run_finding, tell=only_retry_after)),
        ("--rate find, 429 and nothing else", partial(run_finding, tell=nothing_told)),
    ],
    "misled": [("Told twice the limit, and nothing of what is left", run_misled)],
}


def other() -> Iterator[str]:
    """Yield the lines about refusals that are for no rate, or shut a key out."""
    yield "\nRequests in flight of 0.5 s each, ten minutes: use of what the limit allows; refused"
    for most, told_per_min in ((1, 300), (3, 600), (3, 2000), (8, 2000)):
        record, use = in_flight(most, told_per_min=told_per_min)
        yield f"{most} in flight, told {told_per_min:5d}   {use:.1%}; {len(record.refused)}"
    yield "\nPenalty boxes told twice too high, three hours: tries within each block after its first second"
    for kind, block_s, extends in product(BOXES, (40.0, 600.0), (False, True)):
        _, box = punished(kind, block_s, extends=extends, until_s=10_800.0)
        tries = [sum(at > block[0] + 1.0 for at in block) for block in box.tries]
        yield f"{kind:18s}{block_s:5.0f} s{', extended' if extends else '':12s}{tries}"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*TABLES, "other"]))
@click.option("--seeds", type=int, help=f"Runs for each cell, instead of {SEEDS}.")
@click.option(
    "--limit", "limits", type=int, multiple=True, default=LIMITS, show_default=True, help="Requests a minute."
)
@click.option("--jobs", default=2, show_default=True, help="Processes.")
def main(names: tuple[str, ...], seeds: int | None, limits: tuple[int, ...], jobs: int) -> None:
    """Print the tables of these NAMES, or all of them."""
    with ProcessPoolExecutor(jobs) as pool:
        for name in names or (*TABLES, "other"):
            for line in other() if name == "other" else ():
                click.echo(line)
            for title, run in TABLES.get(name, ()):
                for line in table(title, run, limits, seeds or SEEDS[name], pool):
                    click.echo(line)


if __name__ == "__main__":
    main()
