"""Checks a few typed numbers, by the same steps as a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from validator.batch.output.annotate import find
from validator.batch.planning.plan import make_plan
from validator.batch.planning.survey import known_of
from validator.batch.recipients.job import Order
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.verdict_columns import MATCHED
from validator.model import Verdict
from validator.reports.wording import legible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.batch.planning.plan import Plan
    from validator.ledger import LedgerReader
    from validator.phone import Accept
    from validator.settings import MaxAge

LookedUp: TypeAlias = pl.DataFrame
"""The frame that `look_up` returns."""

TYPED = "number"
"""The column that holds the numbers as they were typed."""


def look_up(
    numbers: Sequence[str],
    *,
    region: str | None,
    accept: Accept,
    ledger: LedgerReader,
    max_age: MaxAge,
    now_ms: int,
    confirms: bool,
    variants: bool = False,
    ask: Callable[[Plan], None],
) -> LookedUp:
    """Return one row for each typed number, in order: the number and the added columns of a check.

    Args:
        numbers: the numbers as typed.
        region: the region of numbers in national form, or None.
        accept: which numbers are worth asking about.
        ledger: the known verdicts; read before and after asking.
        max_age: how long earlier answers are valid.
        now_ms: the start of the run, in milliseconds since the Unix epoch.
        confirms: whether a "no" counts only after a second check.
        variants: whether the alternative spelling of a number is asked about after a "no".
        ask: asks about the numbers of a plan and records the answers in the ledger.
    """
    typed = pl.DataFrame({TYPED: list(map(legible, numbers))}, schema={TYPED: pl.String})
    recipients = recipients_of(typed, Reading(column=TYPED, region=region, accept=accept))
    read = partial(known_of, recipients, ledger, max_age, now_ms, confirmed=confirms, variants=variants)
    ask(make_plan(recipients, read(), order=Order.INPUT, confirms=confirms, variants=variants))
    findings = find(recipients, read(), (MATCHED,) * variants)
    return typed.hstack(findings.with_columns(pl.col("checked_at").dt.to_string("iso:strict")))


def any_known(rows: LookedUp) -> bool:
    """Whether a row has an answer, of this run or an earlier one."""
    answers = [Verdict.REGISTERED.value, Verdict.NOT_REGISTERED.value]
    return bool(rows["verdict"].is_in(answers).any())


def any_unknown(rows: LookedUp) -> bool:
    """Whether a row is still `unknown`."""
    return bool((rows["verdict"] == Verdict.UNKNOWN.value).any())
