"""Statistics of a ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from validator.model import SessionRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = TypeVar("Key")

DAY_MS = 86_400_000

# Bounds of the age groups, in days: for daily, weekly and monthly jobs.
AGES_D = (1, 7, 30, 90)
AGES = ("up to 1 day", "1 to 7 days", "7 to 30 days", "30 to 90 days", "over 90 days", "in the future")


class Count(NamedTuple):
    """A count of numbers with one verdict, source, gateway, session and age; `age` is an index of `AGES`."""

    verdict: str
    source: str
    gateway: str
    session: str
    age: int
    numbers: int
    oldest_ms: int
    newest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStats:
    """What a ledger holds about one session.

    Attributes:
        gateway: the gateway it belongs to; empty if no fact names it.
        session: its id; empty for facts without a session.
        numbers: numbers whose verdict came through it.
        attempts_24h: attempts started through it in the last 24 hours, exact to a quarter of an hour.
        waiting: its "no"s that are not verified yet.
    """

    gateway: str
    session: str
    numbers: int
    attempts_24h: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStats:
    """What a ledger holds.

    Attributes:
        numbers: how many numbers have a fact.
        by_verdict: numbers by verdict; an answer counts before a later failure.
        by_age: numbers by verdict and age, in the words of `AGES`.
        by_source: numbers by source.
        sessions: verdicts and attempts of each session, by gateway and name.
        oldest_ms: the earliest of the numbers' times, in milliseconds since the Unix epoch; None in an empty
            ledger.
        newest_ms: the latest of them.
        size_bytes: the size of the file and its WAL.
        free_bytes: how much of that is empty; new rows are written there first.
        schema_version: the version of its tables.
        runs: how many runs are recorded.
    """

    numbers: int
    by_verdict: Mapping[str, int]
    by_age: Mapping[str, Mapping[str, int]]
    by_source: Mapping[str, int]
    sessions: Sequence[SessionStats]
    oldest_ms: int | None
    newest_ms: int | None
    size_bytes: int
    free_bytes: int
    schema_version: int
    runs: int


class Storage(NamedTuple):
    """The part of `LedgerStats` that is about the ledger itself."""

    size_bytes: int
    free_bytes: int
    schema_version: int
    runs: int


def summed(
    counts: Sequence[Count],
    spent: Iterable[tuple[str, str, int]],
    waiting: Iterable[tuple[str, str, int]],
    storage: Storage,
) -> LedgerStats:
    """Return the statistics of a ledger.

    Args:
        counts: its numbers, counted.
        spent: gateway, session and attempts of the last 24 hours.
        waiting: gateway, session and the count of "no"s that are not verified yet.
        storage: its size, version and runs.
    """
    return LedgerStats(
        numbers=sum(count.numbers for count in counts),
        by_verdict=_sums((count.verdict, count.numbers) for count in counts),
        by_age=_by_age(counts),
        by_source=_sums((count.source, count.numbers) for count in counts),
        sessions=_sessions(counts, _by_session(spent), _by_session(waiting)),
        oldest_ms=min((count.oldest_ms for count in counts), default=None),
        newest_ms=max((count.newest_ms for count in counts), default=None),
        **storage._asdict(),
    )


def _by_age(counts: Sequence[Count]) -> dict[str, dict[str, int]]:
    ages: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for count in sorted(counts, key=lambda count: count.age):
        ages[count.verdict].append((AGES[count.age], count.numbers))
    return {verdict: _sums(pairs) for verdict, pairs in ages.items()}


def _sessions(
    counts: Sequence[Count], spent: Mapping[SessionRef, int], waiting: Mapping[SessionRef, int]
) -> tuple[SessionStats, ...]:
    numbers = _sums((SessionRef(count.gateway, count.session), count.numbers) for count in counts)
    return tuple(
        SessionStats(
            gateway=ref.gateway,
            session=ref.session,
            numbers=numbers.get(ref, 0),
            attempts_24h=spent.get(ref, 0),
            waiting=waiting.get(ref, 0),
        )
        for ref in sorted({*numbers, *spent, *waiting})
    )


def _by_session(rows: Iterable[tuple[str, str, int]]) -> dict[SessionRef, int]:
    return {SessionRef(gateway, session): count for gateway, session, count in rows}


def _sums(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    sums: Counter[Key] = Counter()
    for key, count in pairs:
        sums[key] += count
    return dict(sums)
