"""What a run would do before it does anything: whom to ask, in which order, and what the list is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from validator.batch.planning.known_verdicts import read_known
from validator.batch.planning.places import among
from validator.batch.recipients.job import Only, Order
from validator.batch.recipients.recipients import askable
from validator.batch.recipients.several_numbers import everybody
from validator.batch.recipients.variants import other_numbers, second_questions
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.ledger import LedgerReader
    from validator.reports import CellExample, ReadingCount
    from validator.settings import MaxAge

_NO = Verdict.NOT_REGISTERED.value

Numbers: TypeAlias = pl.Series
"""Distinct numbers, as UInt64."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom a run asks about, and the known verdicts.

    Attributes:
        todo: the numbers to ask (UInt64, distinct), in the order to ask them.
        to_confirm: further numbers (UInt64, distinct), which have been answered "no" once and are to be asked
            about a second time, in the order to do so.
        confirms: whether every "no" is asked about a second time, those of this run among them.
        left_out: how many more there would be without the limit.
        rows: input rows.
        distinct: distinct numbers that may be asked about.
        duplicates: rows beyond the first of each such number.
        known: distinct numbers whose verdict still holds, by verdict.
        offline: rows never asked about, by reason.
        countries: numbers to ask, by country, most first.
        line_types: numbers to ask, by kind of line, most first.
        country_line_types: the same in each country.
        variants: `number` and `other` (UInt64): the numbers to ask whose other spelling is asked about
            after a "no", since nothing is known of it.
        room: how many more may be asked about within the limit, None for any number.
        readings: rows whose cells were not read plainly, by reading, most first.
        examples: the first rows never asked about, by reason, with their cells, masked.
        suppress_unreadable: rows of suppression lists that cannot be read, whom nothing protects.
        prepared_s: how long it took to read the rows, in seconds; writing them takes about as long.
        needed: how many "yes" of the run are enough to end it, None if it goes on whatever is answered.
    """

    todo: pl.Series
    to_confirm: pl.Series
    confirms: bool
    left_out: int
    rows: int
    distinct: int
    duplicates: int
    known: dict[Verdict, int]
    offline: dict[str, int]
    countries: dict[str, int]
    line_types: dict[str, int]
    country_line_types: dict[str, dict[str, int]]
    variants: pl.DataFrame
    room: int | None
    readings: tuple[ReadingCount, ...] = ()
    examples: Mapping[str, tuple[CellExample, ...]] = field(default_factory=dict)
    suppress_unreadable: int = 0
    prepared_s: float = 0.0
    needed: int | None = None

    @property
    def most_variants(self) -> int:
        """How many other spellings are asked about at most."""
        return self.variants.height if self.room is None else min(self.variants.height, self.room)

    @property
    def numbers(self) -> Numbers:
        """All numbers to be asked about."""
        return pl.concat([self.todo, self.to_confirm])

    @classmethod
    def of_nobody(cls) -> Plan:
        """Return the plan of a list without rows."""
        nobody = pl.Series("number", dtype=pl.UInt64)
        return cls(
            todo=nobody,
            to_confirm=nobody,
            confirms=False,
            left_out=0,
            rows=0,
            distinct=0,
            duplicates=0,
            known={},
            offline={},
            countries={},
            line_types={},
            country_line_types={},
            variants=pl.DataFrame(schema={"number": pl.UInt64, "other": pl.UInt64}),
            room=None,
        )

    def for_nobody(self) -> Plan:
        """Return the same plan with all its numbers left out."""
        left_out = self.left_out + len(self.numbers)
        return replace(self, todo=self.todo.clear(), to_confirm=self.to_confirm.clear(), left_out=left_out)

    def without_registered(self, left: Numbers) -> Plan:
        """Return the same plan once those of its numbers that are not left have proved to be registered."""
        found = len(self.numbers) - len(left)
        return replace(self.among(left), needed=None if self.needed is None else self.needed - found)

    def among(self, numbers: Numbers) -> Plan:
        """Return the same plan for those of its numbers that are among others."""
        todo, to_confirm = (
            part.filter(part.is_in(numbers.implode())) for part in (self.todo, self.to_confirm)
        )
        return replace(self, todo=todo, to_confirm=to_confirm)

    @property
    def confirmations_expected(self) -> int:
        """How many numbers of `todo` are likely to be asked about twice: an estimate.

        They are taken to be answered as the list's known numbers were, by Laplace's rule of succession: half
        of them "no" where nothing is known.
        """
        noes = self.known.get(Verdict.NOT_REGISTERED, 0) + len(self.to_confirm)
        answers = noes + self.known.get(Verdict.REGISTERED, 0)
        return round(len(self.todo) * (noes + 1) / (answers + 2)) if self.confirms else 0


def make_plan(
    recipients: pl.DataFrame,
    known: KnownVerdicts,
    *,
    order: Order = Order.SHUFFLED,
    only: Only = Only.ALL,
    limit: int | None = None,
    confirms: bool = False,
    variants: bool = False,
    seed: int = 0,
) -> Plan:
    """Return whom to ask: distinct askable numbers less those that are known, a set difference and no index.

    Args:
        recipients: the rows as `recipients.read_recipients` returns them.
        known: what the ledger knows of them, and which of them are to be confirmed.
        order: as asked for; a shuffle is the same one for the same list and seed.
        only: `UNKNOWN` leaves out numbers nobody has asked about yet.
        limit: at most so many numbers.
        confirms: whether every "no" is to be asked about a second time; `known` is `confirmed` then.
        variants: whether the other spelling of a number is asked about, too, once that was answered "no".
        seed: of the shuffle.
    """
    rows, places = recipients.height, known.indices_of_list(recipients)
    recipients = everybody(recipients)
    is_asked = askable(recipients)
    status = known.status_of(recipients["number"], places if recipients.height == rows else None)
    is_fresh = status["is_fresh"]
    missing = distinct_rows(recipients.filter(is_asked & ~is_fresh), order)
    occurring = _occurring(status["row"].filter(is_asked & is_fresh), known.frame.height)
    cached = known.frame.filter(occurring)
    distinct = cached.height + missing.height
    if variants:
        is_no = (status["verdict"] == _NO).fill_null(value=False)
        others = second_questions(distinct_rows(recipients.filter(is_asked & is_no), order))
        missing = distinct_rows(pl.concat([missing, _not_fresh(others, known)]), order)
    todo = missing if only is Only.ALL else missing.filter(among(missing["number"], _unknown(known)))
    if order is Order.SHUFFLED:
        todo = todo.sample(fraction=1.0, shuffle=True, seed=seed)
    wanted = todo.height
    todo = todo.head(limit) if limit is not None else todo
    once = known.status_of(todo["number"])["is_unconfirmed"]
    return Plan(
        todo=todo["number"].filter(~once),
        to_confirm=todo["number"].filter(once),
        confirms=confirms,
        left_out=wanted - todo.height,
        rows=rows,
        distinct=distinct,
        duplicates=int(is_asked.sum()) - distinct,
        known={Verdict(word): count for word, count in counts(cached["verdict"]).items()},
        offline=counts(recipients["reason"]),
        countries=counts(todo["country"]),
        line_types=counts(todo["line_type"]),
        country_line_types=_by_country(todo),
        variants=_variants(todo if variants else todo.clear(), known),
        room=None if limit is None else limit - todo.height,
    )


def counts(column: pl.Series) -> dict[str, int]:
    """Return how often each word stands in a column, most first, nulls left out; ties in the words' order."""
    table = column.alias("word").value_counts(name="len").drop_nulls().cast({"word": pl.String})
    return dict(table.sort(["len", "word"], descending=[True, False]).iter_rows())


def distinct_rows(rows: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Return one row of each number: the first, in the rows' order, or where none is asked for, ascending.

    Sorting takes a third of the time and memory that a hash table takes over ten million rows.
    """
    if order is Order.INPUT:
        return rows.unique("number", keep="first", maintain_order=True)
    ascending = rows.sort("number", maintain_order=True)
    return ascending.filter(ascending["number"].ne_missing(ascending["number"].shift()))


def _occurring(places: pl.Series, rows: int) -> pl.Series:
    """Return a mask of the rows, of so many, whose place occurs."""
    return pl.repeat(value=False, n=rows, dtype=pl.Boolean, eager=True).scatter(places, values=True)


def _not_fresh(rows: pl.DataFrame, known: KnownVerdicts) -> pl.DataFrame:
    return rows.filter(~known.status_of(rows["number"])["is_fresh"])


def _unknown(known: KnownVerdicts) -> pl.Series:
    return known.frame["number"].filter(known.frame["verdict"] == Verdict.UNKNOWN.value)


def _by_country(todo: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for country, line_type, count in todo.group_by("country", "line_type").len().iter_rows():
        found.setdefault(country, {})[line_type] = count
    return found


def _variants(todo: pl.DataFrame, known: KnownVerdicts) -> pl.DataFrame:
    """Return the other spellings nobody knows of, but for those that are asked about anyway."""
    pairs = todo.select("number", other=other_numbers(todo)).drop_nulls()
    is_asked = pairs["other"].is_in(todo["number"].implode())
    return pairs.filter(~(is_asked | known.status_of(pairs["other"])["is_fresh"]))


def second_round(plan: Plan, ledger: LedgerReader, max_age: MaxAge, now_ms: int) -> Plan:
    """Return what to ask once the numbers of a plan have been answered: the other spelling of every "no".

    Args:
        plan: what was asked.
        ledger: what has been answered.
        max_age: how long answers hold.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """
    numbers, others = plan.variants["number"], plan.variants["other"]
    known = read_known(ledger, pl.concat([numbers, others]).unique().sort(), max_age, now_ms)
    known = known.confirmed() if plan.confirms else known
    is_no = (known.status_of(numbers)["verdict"] == _NO).fill_null(value=False)
    is_open = ~known.status_of(others)["is_fresh"]
    missing = others.filter(is_no & is_open).rename("number")
    todo = missing if plan.room is None else missing.head(plan.room)
    once = known.status_of(todo)["is_unconfirmed"]
    return replace(
        plan,
        todo=todo.filter(~once),
        to_confirm=todo.filter(once),
        left_out=len(missing) - len(todo),
        variants=plan.variants.clear(),
    )
