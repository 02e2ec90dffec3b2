"""Adds up the results of all parts; the sum is the same as that of a run on one machine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import structs
from msgspec.structs import replace

from validator.batch.asking.counters import RunCounters
from validator.batch.output.annotate import Counts
from validator.batch.planning.plan import Plan
from validator.batch.recipients.reading_counts import EXAMPLES, ReadingCounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from validator.batch.recipients.suppression import OptOuts
    from validator.cluster.list_work import PartContents


def plan_of(found: Sequence[PartContents], plans: Sequence[Plan], opted_out: OptOuts) -> Plan:
    """Return the plan of a whole list, without its numbers.

    Args:
        found: the counts of its parts, in order.
        plans: the plans of all partitions.
        opted_out: the content of suppression lists.
    """
    readings = ReadingCounts()
    for one in found:
        readings.extend(one.readings)
    distinct = sum(plan.distinct for plan in plans)
    return structs.replace(
        Plan.empty(),
        rows=sum(one.rows for one in found),
        distinct=distinct,
        duplicates=sum(one.askable for one in found) - distinct,
        known=dict(sum((Counter(plan.known) for plan in plans), Counter())),
        offline=_most_first(_summed(one.offline for one in found)),
        countries=_most_first(_summed(plan.countries for plan in plans)),
        line_types=_most_first(_summed(plan.line_types for plan in plans)),
        country_line_types=_summed_within(plan.country_line_types for plan in plans),
        readings=readings.counted,
        examples=readings.examples,
        suppress_unreadable=opted_out.unreadable,
        suppressed=opted_out.numbers,
    )


def counts_of(parts: Iterable[Counts]) -> Counts:
    """Return the counts of a whole output from those of its parts, which are in order."""
    total = Counts()
    for part in parts:
        _add_examples(total, part)
        for name in ("verdicts", "reasons", "sources", "countries", "registered_countries", "line_types"):
            getattr(total, name).update(getattr(part, name))
        total.matched_by_variant += part.matched_by_variant
        oldest = [at for at in (total.oldest_yes_ms, part.oldest_yes_ms) if at is not None]
        total.oldest_yes_ms = min(oldest, default=None)
        total.rows += part.rows
    return total


def counters_of(lanes: Iterable[RunCounters]) -> RunCounters:
    """Return the sum of the counters of all lanes."""
    total = RunCounters()
    for lane in lanes:
        total.add(lane)
    return total


def _add_examples(total: Counts, part: Counts) -> None:
    for reason, examples in part.examples.items():
        before = total.examples.get(reason, ())
        moved = (replace(one, row=one.row + total.rows) for one in examples)
        total.examples[reason] = (*before, *moved)[:EXAMPLES]


def _summed(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counted:
        total.update(one)
    return dict(total)


def _summed_within(counted: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    total: dict[str, Counter[str]] = {}
    for one in counted:
        for name, within in one.items():
            total.setdefault(name, Counter()).update(within)
    return {name: dict(within) for name, within in total.items()}


def _most_first(counted: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
