"""The known verdicts of the numbers of a list, as columns for looking up whole batches."""

from __future__ import annotations

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.batch.planning.places import places_of
from validator.batch.recipients.variants import other_numbers
from validator.batch.verdict_columns import REASON, SOURCE, VERDICT
from validator.ledger import OWN_ID_SUFFIX
from validator.model import Reason, Source, Verdict

_NO = Verdict.NOT_REGISTERED.value
# Answers without an account. If the alternative spelling has one of these, the number's own verdict counts.
_NO_ACCOUNT = [_NO, Verdict.INVALID.value]

# About twenty bytes for each number: words are codes, and an id that is the number itself is not stored.
SCHEMA = pl.Schema(
    {
        "number": pl.UInt64(),
        "verdict": VERDICT,
        "reason": REASON,
        "source": SOURCE,
        "own_id": pl.Boolean(),
        "weak": pl.Boolean(),
        "checked_at_ms": pl.Int64(),
    }
)
EXPIRED = pl.Schema({name: SCHEMA[name] for name in ("number", "verdict", "checked_at_ms")})
IDS = pl.Schema({"number": pl.UInt64(), "whatsapp_id": pl.String()})


class KnownVerdicts(Struct, frozen=True):
    """The known verdicts of some numbers.

    Attributes:
        frame: one row per known number, ascending: `number`, `verdict`, `reason`, `source`, `own_id` (the
            WhatsApp id is the number itself), `weak` (its strength), `checked_at_ms` (milliseconds since the
            Unix epoch), `fresh` (no need to ask again), `unconfirmed` (a "no" that counts only if a second
            check gives it too).
        ids: `number` and `whatsapp_id` of the numbers with a different id, ascending.
        row_indices: the row of `frame` for each row of the list; None if they were not looked up.
        expired: `number`, `verdict` and `checked_at_ms` of expired answers, ascending.
    """

    frame: pl.DataFrame
    ids: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=IDS))
    row_indices: pl.Series | None = None
    expired: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXPIRED))

    def status_of(self, numbers: pl.Series, row_indices: pl.Series | None = None) -> pl.DataFrame:
        """Return the status of each of `numbers` (UInt64, nulls allowed), in their order.

        The columns are `row` (the row of `frame`), `verdict`, `is_fresh` and `is_unconfirmed`. For a number
        without a known verdict, `row` and `verdict` are null, and the others are false.

        Args:
            numbers: the numbers.
            row_indices: the result of `indices_of` for them, if it is already known.
        """
        rows = self.indices_of(numbers) if row_indices is None else row_indices
        found = self.frame.select(pl.col("verdict", "fresh", "unconfirmed").gather(rows))
        flags = (pl.col(name).fill_null(value=False).alias(f"is_{name}") for name in ("fresh", "unconfirmed"))
        return found.select(rows.alias("row"), "verdict", *flags)

    def indices_of(self, numbers: pl.Series) -> pl.Series:
        """Return the row of `frame` for each of `numbers` (UInt64, nulls allowed), null if there is none."""
        return places_of(self.frame["number"], numbers)

    def indices_of_list(self, recipients: pl.DataFrame) -> pl.Series:
        """Return the same for all rows of the list; an index takes four bytes.

        One search for all rows takes a fraction of the time of a search for each batch, because the positions
        of many numbers lie closer together.
        """
        return self.indices_of(recipients["number"]) if self.row_indices is None else self.row_indices

    def of(self, numbers: pl.Series, row_indices: pl.Series | None = None) -> pl.DataFrame:
        """Return the known verdict of each of `numbers` (UInt64, nulls allowed), in their order.

        The columns are `whatsapp_id` and those of `frame` without `number`, `own_id` and `unconfirmed`. They
        are null for a number without a known verdict.

        Args:
            numbers: the numbers.
            row_indices: the result of `indices_of` for them, if it is already known.
        """
        found = _at(self.frame, self.indices_of(numbers) if row_indices is None else row_indices)
        own = pl.when("own_id").then(pl.lit(numbers).cast(pl.String) + OWN_ID_SUFFIX)
        answered = pl.col("verdict") != Verdict.UNKNOWN.value
        other = pl.when(answered).then(self._other_ids(numbers))
        return found.with_columns(whatsapp_id=own.fill_null(other)).drop("own_id")

    def _other_ids(self, numbers: pl.Series) -> pl.Series | None:
        """Return the id of each number whose id differs from the number; None if there is none at all."""
        if self.ids.is_empty():
            return None
        return self.ids["whatsapp_id"].gather(places_of(self.ids["number"], numbers))

    def confirmed(self) -> KnownVerdicts:
        """Return the verdicts for a run which confirms every "no": a "no" from only one check does not count.

        Such a number is `unknown` for the reason `not_confirmed`, and not fresh. Imported verdicts do not
        change, since they do not state how often a number was asked about.
        """
        return replace(self, frame=self.frame.with_columns(_unconfirmed()))


def _at(frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """Return the verdicts in some rows of the frame; nulls for a null place."""
    return frame.select(pl.exclude("number", "unconfirmed").gather(places))


def _unconfirmed() -> list[pl.Expr]:
    """Return the columns that change if a "no" from only one check does not count."""
    words = {"verdict": Verdict.UNKNOWN, "reason": Reason.NOT_CONFIRMED}
    changed = [
        pl.when(_is_said_once()).then(pl.lit(word.value, SCHEMA[name])).otherwise(name).alias(name)
        for name, word in words.items()
    ]
    cleared = [pl.col(name) & ~_is_said_once() for name in ("own_id", "fresh")]
    return [*changed, *cleared, _is_said_once().alias("unconfirmed")]


def _is_said_once() -> pl.Expr:
    asked = pl.col("source") == Source.API.value
    return asked & pl.col("reason").eq_missing(Reason.NOT_ON_WHATSAPP.value)


def known_by_either_spelling(
    recipients: pl.DataFrame, own: pl.DataFrame, known: KnownVerdicts
) -> pl.DataFrame:
    """Return the known verdict of each row, using the alternative spelling if needed. Adds `matched`.

    If the number itself is `not_registered` and its alternative is not checked yet, the row has no verdict.
    If the alternative is registered, the row is registered, and `matched` (UInt64) names it.

    Args:
        recipients: the rows.
        own: the known verdict of each row's number itself, the columns of `KnownVerdicts.of`.
        known: the known verdicts.
    """
    others = other_numbers(recipients)
    second = known.of(others)
    is_no = (own["verdict"] == _NO) & others.is_not_null()
    open_or_yes = ~second["verdict"].is_in(_NO_ACCOUNT).fill_null(value=False)
    by_other = (is_no & open_or_yes).fill_null(value=False)
    matched = recipients.select(pl.when(by_other).then(others).otherwise("number").alias("matched"))
    chosen = own.select(
        pl.when(by_other).then(second[name]).otherwise(name).alias(name) for name in own.columns
    )
    registered = pl.col("verdict") == Verdict.REGISTERED.value
    return chosen.hstack(matched).with_columns(pl.when(registered).then("matched").alias("matched"))
