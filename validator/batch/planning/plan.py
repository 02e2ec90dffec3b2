"""What a run would do: which numbers it asks about, in which order, and what the list consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.batch.planning.places import among
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.job import Only, Order
from validator.batch.recipients.recipients import askable
from validator.batch.recipients.several_numbers import one_row_per_number
from validator.batch.recipients.variants import other_numbers, with_other_spelling
from validator.errors import UsageError
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.ledger import LedgerReader
    from validator.model import Number
    from validator.reports import CellExample, ReadingCount
    from validator.settings import MaxAge

_NO = Verdict.NOT_REGISTERED.value
_VARIANTS = pl.Schema({"number": pl.UInt64(), "other": pl.UInt64()})

Numbers: TypeAlias = pl.Series
"""Distinct numbers, as UInt64."""


class Plan(Struct, frozen=True):
    """The numbers that a run asks about, and counts for the whole list.

    Attributes:
        todo: the numbers to ask about (UInt64, distinct), in the order of asking.
        to_confirm: further numbers (UInt64, distinct), which were answered "no" once and need a second check,
            in the order of asking.
        confirms: whether every "no" gets a second check, also a "no" of this run.
        left_out: how many numbers the limit leaves out.
        rows: the number of input rows.
        distinct: the number of distinct numbers that may be asked about.
        duplicates: the number of rows that repeat such a number.
        known: distinct numbers with a fresh verdict, by verdict.
        offline: rows never asked about, by reason.
        countries: numbers to ask about, by country, most first.
        line_types: numbers to ask about, by line type, most first.
        country_line_types: numbers to ask about, by country and line type.
        variants: `number` and `other` (UInt64): the numbers to ask about, each with its alternative spelling,
            if this has no fresh verdict and is asked about after a "no".
        room: how many more numbers may be asked about within the limit; None without a limit.
        readings: rows whose cells were not read plainly, by reading, most first.
        examples: the first rows never asked about, by reason, with their masked cells.
        suppress_unreadable: the number of rows of suppression lists that cannot be read.
        suppressed: the numbers in suppression lists (UInt64), which are not asked about as canaries either.
        prepared_s: the time it took to read the rows, in seconds; writing them takes about as long.
        needed: the number of "yes" that ends the run; None if it asks about all numbers.
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
    suppressed: pl.Series = field(default_factory=lambda: pl.Series("number", [], dtype=pl.UInt64))
    prepared_s: float = 0.0
    needed: int | None = None

    @property
    def most_variants(self) -> int:
        """The most alternative spellings that may be asked about."""
        return self.variants.height if self.room is None else min(self.variants.height, self.room)

    @property
    def numbers(self) -> Numbers:
        """All numbers to ask about."""
        return pl.concat([self.todo, self.to_confirm])

    @classmethod
    def empty(cls) -> Plan:
        """Return the plan of a list without rows."""
        none = pl.Series("number", dtype=pl.UInt64)
        return cls(
            todo=none,
            to_confirm=none,
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
            variants=pl.DataFrame(schema=_VARIANTS),
            room=None,
        )

    def allowed_canaries(self, canaries: Iterable[Number]) -> list[Number]:
        """Return the canaries that are in no suppression list."""
        if self.suppressed.is_empty():
            return list(canaries)
        return [number for number in canaries if int(number) not in self.suppressed]

    def require_allowed(self, canaries: Sequence[Number]) -> None:
        """Raise `UsageError` if a canary is in a suppression list."""
        if len(self.allowed_canaries(canaries)) < len(canaries):
            raise UsageError(
                "a canary is in a suppression list, and its people must not be asked about; name another "
                "number with --canary"
            )

    def without_numbers(self) -> Plan:
        """Return the same plan without numbers to ask about; they count as left out."""
        left_out = self.left_out + len(self.numbers)
        return replace(self, todo=self.todo.clear(), to_confirm=self.to_confirm.clear(), left_out=left_out)

    def without_registered(self, left: Numbers) -> Plan:
        """Return the same plan for the numbers that are left, after the others proved to be registered."""
        found = len(self.numbers) - len(left)
        return replace(self.among(left), needed=None if self.needed is None else self.needed - found)

    def among(self, numbers: Numbers) -> Plan:
        """Return the same plan, restricted to some numbers."""
        todo, to_confirm = (
            part.filter(part.is_in(numbers.implode())) for part in (self.todo, self.to_confirm)
        )
        return replace(self, todo=todo, to_confirm=to_confirm)

    @property
    def confirmations_expected(self) -> int:
        """An estimate of how many numbers of `todo` get a second check.

        The share of "no" is estimated from the list's known numbers by Laplace's rule of succession. It is
        one half if no number is known.
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
    """Return the plan: ask about the distinct numbers without a fresh verdict. A set difference, no index.

    Args:
        recipients: the rows as `recipients.read_recipients` returns them.
        known: the known verdicts of the rows' numbers.
        order: the order of asking. The same list and seed give the same shuffled order.
        only: `UNKNOWN` keeps only numbers that were asked about without an answer.
        limit: the most numbers to ask about.
        confirms: whether every "no" gets a second check; then `known` comes from `KnownVerdicts.confirmed`.
        variants: whether the alternative spelling of a number is asked about after a "no".
        seed: the seed of the shuffle.
    """
    rows, places = recipients.height, known.indices_of_list(recipients)
    recipients = one_row_per_number(recipients)
    is_asked = askable(recipients)
    status = known.status_of(recipients["number"], places if recipients.height == rows else None)
    is_fresh = status["is_fresh"]
    missing = distinct_rows(recipients.filter(is_asked & ~is_fresh), order)
    occurring = _occurring(status["row"].filter(is_asked & is_fresh), known.frame.height)
    cached = known.frame["verdict"].filter(occurring)
    distinct = len(cached) + missing.height
    if variants:
        is_no = (status["verdict"] == _NO).fill_null(value=False)
        others = with_other_spelling(distinct_rows(recipients.filter(is_asked & is_no), order))
        missing = distinct_rows(pl.concat([missing, _not_fresh(others, known)]), order)
    todo = missing if only is Only.ALL else missing.filter(among(missing["number"], _unknown(known)))
    if order is Order.SHUFFLED:
        todo = todo.sample(fraction=1.0, shuffle=True, seed=seed)
    wanted = todo.height
    todo = todo.head(min(limit, wanted)) if limit is not None else todo
    once = known.status_of(todo["number"])["is_unconfirmed"]
    return Plan(
        todo=todo["number"].filter(~once),
        to_confirm=todo["number"].filter(once),
        confirms=confirms,
        left_out=wanted - todo.height,
        rows=rows,
        distinct=distinct,
        duplicates=int(is_asked.sum()) - distinct,
        known={Verdict(word): count for word, count in counts(cached).items()},
        offline=counts(recipients["reason"]),
        countries=counts(todo["country"]),
        line_types=counts(todo["line_type"]),
        country_line_types=_by_country(todo),
        variants=_variants(todo if variants else todo.clear(), known),
        room=None if limit is None else limit - todo.height,
    )


def counts(column: pl.Series) -> dict[str, int]:
    """Return how often each word occurs in a column, most first, ties in alphabetical order. No nulls."""
    found = [
        (word, count) for word, count in column.alias("word").value_counts().iter_rows() if word is not None
    ]
    return dict(sorted(found, key=lambda counted: (-counted[1], counted[0])))


def distinct_rows(rows: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Return the first row of each number: in the order of the rows for `INPUT`, otherwise ascending.

    For ten million rows, sorting takes a third of the time and memory of a hash table.
    """
    if order is Order.INPUT:
        return rows.unique("number", keep="first", maintain_order=True)
    ascending = rows.sort("number", maintain_order=True)
    return ascending.filter(ascending["number"].ne_missing(ascending["number"].shift()))


def _occurring(places: pl.Series, rows: int) -> pl.Series:
    """Return a mask of length `rows` that is true at these places."""
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
    """Return the alternative spellings without a fresh verdict, except those that are in `todo` anyway."""
    if todo.is_empty():
        return pl.DataFrame(schema=_VARIANTS)
    pairs = todo.select("number", other=other_numbers(todo)).drop_nulls()
    is_asked = pairs["other"].is_in(todo["number"].implode())
    return pairs.filter(~(is_asked | known.status_of(pairs["other"])["is_fresh"]))


def second_round(plan: Plan, ledger: LedgerReader, max_age: MaxAge, now_ms: int) -> Plan:
    """Return the plan that follows when the numbers of a plan are answered: alternatives of every "no".

    Args:
        plan: the plan that was carried out.
        ledger: holds its answers.
        max_age: how long answers are valid.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """
    if plan.variants.is_empty():
        return replace(plan, todo=plan.todo.clear(), to_confirm=plan.to_confirm.clear(), left_out=0)
    numbers, others = plan.variants["number"], plan.variants["other"]
    known = read_known(ledger, pl.concat([numbers, others]).unique().sort(), max_age, now_ms)
    known = known.confirmed() if plan.confirms else known
    is_no = (known.status_of(numbers)["verdict"] == _NO).fill_null(value=False)
    is_open = ~known.status_of(others)["is_fresh"]
    missing = others.filter(is_no & is_open).rename("number")
    todo = missing if plan.room is None else missing.head(min(plan.room, len(missing)))
    once = known.status_of(todo)["is_unconfirmed"]
    return replace(
        plan,
        todo=todo.filter(~once),
        to_confirm=todo.filter(once),
        left_out=len(missing) - len(todo),
        variants=plan.variants.clear(),
    )
