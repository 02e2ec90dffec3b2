"""Earlier answers about the numbers to ask about, and what has changed since."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import polars as pl
from msgspec import Struct, field

from validator.batch.planning.known_verdicts import EXPIRED
from validator.batch.planning.places import among, places_of
from validator.batch.planning.reading_known import read_known
from validator.model import Verdict
from validator.reports import Changes
from validator.settings import MaxAge

if TYPE_CHECKING:
    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.ledger import LedgerReader

_YES = Verdict.REGISTERED.value
_FOR_EVER = MaxAge(registered_s=math.inf, not_registered_s=math.inf)
_NO = [Verdict.NOT_REGISTERED.value, Verdict.INVALID.value]


class EarlierAnswers(Struct, frozen=True):
    """The earlier answers about some numbers, which a run replaces.

    Attributes:
        frame: `number` (UInt64, ascending) and `was_yes` of each.
        earliest_at: the time of the oldest answer, ISO 8601, UTC; None if there are no answers.
        latest_at: the time of the newest answer.
    """

    frame: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"number": pl.UInt64, "was_yes": pl.Boolean})
    )
    earliest_at: str | None = None
    latest_at: str | None = None

    @classmethod
    def read(cls, ledger: LedgerReader, known: KnownVerdicts, numbers: pl.Series, now_ms: int) -> Self:
        """Return the expired answers about `numbers`, and every "no" which is to be confirmed.

        If a number has a later failure, `known` has only the failure, so its answer is read from the ledger.

        Args:
            ledger: the known verdicts.
            known: the known verdicts of the list.
            numbers: the numbers to ask about (UInt64, distinct).
            now_ms: the start of the run, in milliseconds since the Unix epoch.
        """
        if known.frame.is_empty() and known.expired.is_empty():
            return cls()
        asked = numbers.sort()
        once = known.frame.filter("unconfirmed").with_columns(verdict=pl.lit(_NO[0], EXPIRED["verdict"]))
        is_failure = (pl.col("verdict") == Verdict.UNKNOWN.value) & ~pl.col("unconfirmed")
        failed = known.frame.filter(is_failure)["number"]
        failed = failed.filter(among(failed, asked))
        behind = read_known(ledger, failed, _FOR_EVER, now_ms).frame
        answers = pl.concat(
            part.select(EXPIRED.names())
            for part in (known.expired, once, behind.filter(pl.col("verdict") != Verdict.UNKNOWN.value))
        )
        answers = answers.filter(among(answers["number"], asked)).sort("number")
        return cls(
            answers.select("number", was_yes=pl.col("verdict") == _YES),
            _moment(answers["checked_at_ms"].min()),
            _moment(answers["checked_at_ms"].max()),
        )

    def changes(self, numbers: pl.Series, known: KnownVerdicts) -> Changes:
        """Return what has changed.

        Args:
            numbers: the numbers that were asked about (UInt64, distinct).
            known: their present verdicts.
        """
        status = known.status_of(numbers)
        answered = pl.col("is_fresh")
        now = status.select(
            is_yes=answered & (pl.col("verdict") == _YES).fill_null(value=False),
            is_no=answered & pl.col("verdict").is_in(_NO).fill_null(value=False),
            was_yes=self.frame["was_yes"].gather(places_of(self.frame["number"], numbers)),
        )
        yes, no, was_yes = pl.col("is_yes"), pl.col("is_no"), pl.col("was_yes")
        counted = now.select(
            first_yes=(yes & was_yes.is_null()).sum(),
            first_no=(no & was_yes.is_null()).sum(),
            joined=(yes & ~was_yes).sum(),
            gone=(no & was_yes).sum(),
            same=((yes & was_yes) | (no & ~was_yes)).sum(),
            unanswered=(~yes & ~no & was_yes.is_not_null()).sum(),
        )
        return Changes(**counted.row(0, named=True), earliest_at=self.earliest_at, latest_at=self.latest_at)


def _moment(at_ms: object) -> str | None:
    if not isinstance(at_ms, int):
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
