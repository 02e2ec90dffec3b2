"""Likeness: how much of a column looks like phone numbers, to find the phone column by its content."""

from __future__ import annotations

import polars as pl

from validator.model import LineType, Reason
from validator.phone.cells import as_text
from validator.phone.normalise import normalise

# Marks that nothing but a phone number carries; where one stands, libphonenumber's word is enough.
_MARKED = r"(?i)\+|^\W*00[1-9]|^\W*tel:|wa\.me/|whatsapp"
_LETTERS = r"\p{L}"
_EXTENSION = r"(?i)(?:\b|\d)\s*(?:ext\.?|extn?|x)\s*\d{1,6}\W*$"
# A decimal number: no leading zero, at most one kind of grouping, one decimal mark. Prices and coordinates.
_DECIMAL = r"^\W*(?:0|[1-9]\d{0,2}(?:[ ,.'’]\d{3})*|[1-9]\d*)[.,]\d+\W*$"  # noqa: RUF001 - Swiss grouping
_CURRENCY = r"\p{Sc}"
_DATE = r"^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?:[ T]|$)"
_COMPACT_DATE = r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
_ZIP_PLUS_4 = r"^\d{5}-\d{4}$"
_BARE = r"^[1-9][0-9]*$"
_SHORT_BARE = r"^[1-9][0-9]{6,8}$"
# Half of all neighbours at most this far apart: somebody counted. Phone numbers are not handed out in a row.
_COUNTED_GAP = 2
_MOBILE_KINDS = [LineType.MOBILE, LineType.FIXED_OR_MOBILE]


def looks_like_phones(cells: pl.Series, region: pl.Series | str | None) -> float:
    """Return the share of the cells with something in them that look like phone numbers, from 0 to 1.

    A cell counts if it is a valid number and carries a plus sign or another mark of one. Without a mark it
    must not be a date, a price, a decimal, a postcode or words as well; and digits alone, with neither
    punctuation nor a trunk zero, must be those of a mobile number and not of a running count. A column of
    empty cells is 0.

    Raises:
        UsageError: the region is not known, or the column holds neither text nor numbers.
    """
    texts = as_text(cells).get_column("text").str.strip_chars()
    answers = normalise(cells, region).with_columns(texts)
    written = answers.filter((pl.col("reason") != Reason.EMPTY).fill_null(value=True))
    counted = _is_counted(written.get_column("text"))
    share = written.select(_is_phone(counted=counted)).to_series().mean()
    return share if isinstance(share, float) else 0.0


def _is_phone(*, counted: bool) -> pl.Expr:
    text = pl.col("text")
    marked = text.str.contains(_MARKED)
    bare = text.str.contains(_BARE)
    mobile = pl.col("line_type").is_in(_MOBILE_KINDS)
    unmarked = ~_is_something_else(text) & (~bare | mobile)
    if counted:
        unmarked &= ~text.str.contains(_SHORT_BARE)
    return pl.col("number").is_not_null() & (marked | unmarked)


def _is_something_else(text: pl.Expr) -> pl.Expr:
    others = (_DECIMAL, _CURRENCY, _DATE, _COMPACT_DATE, _ZIP_PLUS_4)
    words = text.str.replace(_EXTENSION, "").str.contains(_LETTERS)
    return pl.any_horizontal(words, *(text.str.contains(other) for other in others))


def _is_counted(texts: pl.Series) -> bool:
    """Return whether the short bare digits among the texts are a running count: customer ids, invoices."""
    digits = texts.filter(texts.str.contains(_SHORT_BARE)).cast(pl.Int64)
    gap = digits.unique().sort().diff().median()
    return isinstance(gap, float) and gap <= _COUNTED_GAP
