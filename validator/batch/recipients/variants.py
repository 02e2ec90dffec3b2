"""The other spelling of a number, by which WhatsApp may know the same subscriber.

It is asked about after a definite "no" and decides together with it. The ledger keeps each spelling's own
verdict; nothing here is remembered besides, so a run that was killed between two questions goes on with the
second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.known_verdicts import read_knowledge
from validator.batch.recipients.recipients import askable
from validator.model import LineType, Number, Verdict
from validator.phone import Accept, normalise, other_spelling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.batch.planning.known_verdicts import Knowledge
    from validator.batch.planning.plan import Plan
    from validator.ledger import LedgerReader
    from validator.settings import MaxAge

# Landlines and freephone numbers are known in one way only; but what Argentina's plan has as a landline may
# be a mobile number without its 9.
_KINDS = [kind.value for kind in (LineType.MOBILE, LineType.FIXED_OR_MOBILE)]
_NO = Verdict.NOT_REGISTERED.value
# Decided, and no account: what was found out about the number itself then stands.
_NOBODY = [_NO, Verdict.INVALID.value]


def other_numbers(people: pl.DataFrame) -> pl.Series:
    """Return the other spelling (UInt64) of each row's number, where it has one and may be asked about."""
    may_be_mobile = (pl.col("country") == "AR") & (pl.col("line_type") == LineType.FIXED.value)
    is_mobile = pl.col("line_type").is_in(_KINDS) | may_be_mobile
    spelt = pl.when(is_mobile).then(other_spelling(pl.col("number")))
    other = people.select(other=spelt).to_series()
    return other.set(~askable(people), None)


def with_both(numbers: pl.Series) -> pl.Series:
    """Return the distinct numbers and their other spellings, whatever kind of line they are."""
    others = numbers.to_frame("number").select(other_spelling(pl.col("number"))).to_series()
    return pl.concat([numbers, others]).drop_nulls().unique()


def every_spelling(numbers: Iterable[Number]) -> set[Number]:
    """Return some numbers, as somebody has written them, with all that a ledger may know their owners by."""
    written = pl.Series("number", [int(number) for number in numbers], dtype=pl.UInt64)
    cells = pl.select(pl.lit("+") + written.cast(pl.String)).to_series()
    read = normalise(cells, accept=Accept.POSSIBLE)["number"].drop_nulls()
    return {Number(number) for number in with_both(pl.concat([written, read]))}


def known_by_either(people: pl.DataFrame, own: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Return what is known of each row by either spelling: the columns of `Knowledge.of` and `matched`.

    What is known of the number itself, `own`, was looked up before.

    A "no" of the number itself stands only where the other spelling is nobody's either; until that is known,
    what is known of the other spelling counts, be it nothing. `matched` (UInt64) is the spelling registered.
    """
    others = other_numbers(people)
    second = knowledge.of(others)
    is_no = (own["verdict"] == _NO) & others.is_not_null()
    open_or_yes = ~second["verdict"].is_in(_NOBODY).fill_null(value=False)
    by_other = (is_no & open_or_yes).fill_null(value=False)
    asked = people.select(pl.when(by_other).then(others).otherwise("number").alias("matched"))
    chosen = own.select(
        pl.when(by_other).then(second[name]).otherwise(name).alias(name) for name in own.columns
    )
    registered = pl.col("verdict") == Verdict.REGISTERED.value
    return chosen.hstack(asked).with_columns(pl.when(registered).then("matched").alias("matched"))


def listed_by_both(people: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows whose other spelling is the number of another row that may be asked about."""
    asked = people["number"].filter(askable(people))
    return other_numbers(people).is_in(asked.implode()).fill_null(value=False)


def second_questions(noes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, whose number is not registered, with its other spelling in its place if it has one."""
    return noes.with_columns(other_numbers(noes).alias("number")).drop_nulls("number")


def second_round(plan: Plan, ledger: LedgerReader, max_age: MaxAge, now_ms: int) -> Plan:
    """Return what to ask once the numbers of a plan have been answered: the other spelling of every "no".

    Args:
        plan: what was asked.
        ledger: what has been answered.
        max_age: how long answers hold.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
    """
    numbers, others = plan.variants["number"], plan.variants["other"]
    knowledge = read_knowledge(ledger, pl.concat([numbers, others]).unique().sort(), max_age, now_ms)
    knowledge = knowledge.confirmed() if plan.confirms else knowledge
    is_no = (knowledge.of(numbers)["verdict"] == _NO).fill_null(value=False)
    is_open = ~knowledge.of(others)["fresh"].fill_null(value=False)
    missing = others.filter(is_no & is_open).rename("number")
    todo = missing if plan.room is None else missing.head(plan.room)
    once = todo.is_in(knowledge.once.implode())
    return replace(
        plan,
        todo=todo.filter(~once),
        to_confirm=todo.filter(once),
        left_out=len(missing) - len(todo),
        variants=plan.variants.clear(),
    )
