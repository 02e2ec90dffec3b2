"""Statistics of a ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from validator.ledger.sqlite.schema import QUARTER_HOUR_MS, SCHEMA_VERSION
from validator.model import SessionRef

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Key = TypeVar("Key")

DAY_MS = 86_400_000

# Bounds of the ages that numbers are counted by, in days: what a daily, a weekly and a monthly job look at.
AGES_D = (1, 7, 30, 90)
AGES = ("up to 1 day", "1 to 7 days", "7 to 30 days", "30 to 90 days", "over 90 days", "in the future")

# What the ledger shows when nobody says how long answers hold: the answer before the failure.
# Grouped by one integer, which takes half of the time that two columns take.
OLDER_THAN = " + ".join(f"(at_ms < :now_ms - {days * DAY_MS})" for days in AGES_D)
IN_THE_FUTURE = f"(at_ms > :now_ms + {DAY_MS}) * {len(AGES) - 1}"
COUNT = f"""
    SELECT f.verdict, f.source, f.gateway, f.session, key % {len(AGES)}, count, oldest_ms, newest_ms FROM (
        SELECT fact * {len(AGES)} + {OLDER_THAN} + {IN_THE_FUTURE} AS key,
            count(*) AS count, min(at_ms) AS oldest_ms, max(at_ms) AS newest_ms
        FROM (
            SELECT coalesce(finding, failure) AS fact, coalesce(checked_at_ms, failed_at_ms) AS at_ms
            FROM numbers
        ) GROUP BY key
    ) JOIN findings f ON f.id = key / {len(AGES)}
"""  # noqa: S608 - put together from constants
SPENT = "SELECT gateway, session, sum(attempts) FROM spending WHERE quarter >= ? GROUP BY gateway, session"
WAITING = "SELECT gateway, session, count(*) FROM unverified_negatives GROUP BY gateway, session"
FREE = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"


class _Count(NamedTuple):
    """Numbers that have verdict, source, gateway, session and age in common; `age` is a place in `AGES`."""

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
    """What a ledger holds of one session.

    Attributes:
        gateway: the gateway it belongs to; empty if no fact names it.
        session: its id; empty for facts that no session was asked for.
        numbers: numbers whose verdict it has found out.
        attempts_24h: attempts started through it in the last 24 hours, to the quarter of an hour.
        waiting: its answers "no" that are not verified yet.
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
        numbers: how many numbers something is known of.
        by_verdict: numbers by the word of their verdict, an answer counting before a later failure.
        by_age: the same by age as well, in the words of `AGES`.
        by_source: numbers by the word of their source.
        sessions: what was found out and tried through each session, by gateway and name.
        oldest_ms: the earliest of the numbers' times, in milliseconds since the Unix epoch; None in an empty
            ledger.
        newest_ms: the latest of them.
        size_bytes: the size of the file and its WAL.
        free_bytes: how much of that holds nothing; new rows go there first.
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


def collect(reading: sqlite3.Connection, path: Path, now_ms: int) -> LedgerStats:
    """Count what a ledger holds, in one pass over it; ages are counted from `now_ms`."""
    counts = [_Count(*row) for row in reading.execute(COUNT, {"now_ms": now_ms})]
    (runs,) = reading.execute("SELECT count(*) FROM runs").fetchone()
    (free_bytes,) = reading.execute(FREE).fetchone()
    return LedgerStats(
        numbers=sum(count.numbers for count in counts),
        by_verdict=_sums((count.verdict, count.numbers) for count in counts),
        by_age=_by_age(counts),
        by_source=_sums((count.source, count.numbers) for count in counts),
        sessions=_sessions(reading, counts, now_ms),
        oldest_ms=min((count.oldest_ms for count in counts), default=None),
        newest_ms=max((count.newest_ms for count in counts), default=None),
        size_bytes=sum(_size(path.with_name(path.name + end)) for end in ("", "-wal")),
        free_bytes=free_bytes,
        schema_version=SCHEMA_VERSION,
        runs=runs,
    )


def _by_age(counts: Sequence[_Count]) -> dict[str, dict[str, int]]:
    ages: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for count in sorted(counts, key=lambda count: count.age):
        ages[count.verdict].append((AGES[count.age], count.numbers))
    return {verdict: _sums(pairs) for verdict, pairs in ages.items()}


def _sessions(reading: sqlite3.Connection, counts: Sequence[_Count], now_ms: int) -> tuple[SessionStats, ...]:
    numbers = _sums((SessionRef(count.gateway, count.session), count.numbers) for count in counts)
    spent = _by_session(reading.execute(SPENT, ((now_ms - DAY_MS) // QUARTER_HOUR_MS,)))
    waiting = _by_session(reading.execute(WAITING))
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


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
