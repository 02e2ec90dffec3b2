"""What to correct in the list, for each reason that makes a row invalid."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.verdict_columns import HINT
from validator.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

HINTS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.EMPTY: "enter a number",
        Reason.NOT_A_NUMBER: "replace this text with a phone number",
        Reason.TOO_SHORT: "digits are missing: enter the whole number, with its country code",
        Reason.TOO_LONG: "there are too many digits: remove an extension or a second number",
        Reason.NO_COUNTRY: "add the country code (+44 ...), or name the region with --region",
        Reason.UNKNOWN_COUNTRY: "no country has this calling code: correct the digits after the plus sign",
        Reason.NOT_IN_PLAN: "the country has no such number: look for a wrong, missing or extra digit",
        Reason.SPREADSHEET_DAMAGE: "digits were lost in a spreadsheet: export the column again as text",
        Reason.SEVERAL_NUMBERS: "leave one number in the cell, or ask about each with --several each",
        Reason.AMBIGUOUS: "write the number with a plus sign and its country code",
        Reason.LANDLINE: "a landline: enter a mobile number, or ask about it with --landlines keep",
        Reason.REJECTED_BY_PROVIDER: "the provider calls the number invalid: compare it with its source",
    }
)


def hint() -> pl.Expr:
    """Return the column `hint`, from `reason`."""
    texts = {reason.value: text for reason, text in HINTS.items()}
    return pl.col("reason").cast(pl.String).replace_strict(texts, default=None).alias(HINT)
