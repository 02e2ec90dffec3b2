"""How much of a column looks like phone numbers, to find the phone column by its content."""

from __future__ import annotations

import polars as pl

from validator.model import LineType, Reason
from validator.phone.cells import as_text
from validator.phone.normalise import normalise

# Marks that only phone numbers have: a cell with one counts if libphonenumber calls it valid. The plus sign
# is searched first: polars needs a millisecond to compile each of the patterns.
_PLUS = "+"
_MARKED = r"(?i)^\W*00[1-9]|^\W*tel:|wa\.me/|whatsapp|@c\.us"
_LETTERS = r"\p{L}"
# Digits that a program wrote as a float. All other decimals with so many digits are prices or coordinates.
_WHOLE_FLOAT = r"^(\d{7,})\.0$"
_EXTENSION = r"(?i)(?:\b|\d)\s*(?:ext\.?|extn?|x)\s*\d{1,6}\W*$"
# A decimal number: no leading zero, at most one kind of grouping, one decimal mark. Prices and coordinates.
_DECIMAL = r"^\W*(?:0|[1-9]\d{0,2}(?:[ ,.'’]\d{3})*|[1-9]\d*)[.,]\d+\W*$"  # noqa: RUF001 - Swiss grouping
_CURRENCY = r"\p{Sc}"
DATE = r"^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?:[ T]|$)"
_COMPACT_DATE = r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
_ZIP_PLUS_4 = r"^\d{5}-\d{4}$"
_BARE = r"^[1-9][0-9]*$"
_SHORT_BARE = r"^[1-9][0-9]{6,8}$"
# If half of all neighbours are at most this far apart, they are a running count: phone numbers are not.
_COUNTED_GAP = 2
_MOBILE_KINDS = [LineType.MOBILE, LineType.FIXED_OR_MOBILE]


def looks_like_phones(cells: pl.Series, region: pl.Series | str | None) -> float:
    """Return the share of the filled cells that look like phone numbers, from 0 to 1.

    A cell counts if it is a valid number with a plus sign or another mark of a phone number. Without a mark
    it must not also be a date, a price, a decimal, a postcode or words. Digits alone, without punctuation and
    without a trunk zero, must be a mobile number, and not part of a running count. A column of empty cells is
    0.

    Raises:
        UsageError: the region is not known, or the column holds neither text nor numbers.
    """
    texts = as_text(cells).get_column("text").str.strip_chars()
    answers = normalise(cells, region).hstack([texts])
    written = answers.filter((pl.col("reason") != Reason.EMPTY).fill_null(value=True))
    if written.is_empty():
        return 0.0
    has_plus = pl.col("text").str.contains(_PLUS, literal=True)
    others = written.filter(pl.col("number").is_not_null() & ~has_plus)
    found = written["number"].count() - others.height
    return (found + _phones_without_plus(others, written["text"])) / written.height


def mobile_share(cells: pl.Series, region: pl.Series | str | None) -> float:
    """Return the share of the numbers in a column that may be mobile ones, from 0 to 1; 0 without a number.

    Raises:
        UsageError: the region is not known, or the column holds neither text nor numbers.
    """
    answers = normalise(cells, region).filter(pl.col("number").is_not_null())
    share = answers.select(pl.col("line_type").is_in(_MOBILE_KINDS)).to_series().mean()
    return share if isinstance(share, float) else 0.0


def _phones_without_plus(numbers: pl.DataFrame, texts: pl.Series) -> int:
    """Return how many numbers look like phone numbers.

    Args:
        numbers: `text` and `line_type` of the numbers without a plus sign.
        texts: all filled cells of the column.
    """
    if numbers.is_empty():
        return 0
    others = numbers.filter(~pl.col("text").str.contains(_MARKED))
    if others.is_empty():
        return numbers.height
    others = others.with_columns(_without_fraction(pl.col("text")))
    counted = _is_counted(texts.to_frame().select(_without_fraction(pl.col("text"))).to_series())
    phones: int = others.select(_is_phone_without_mark(counted=counted).sum()).item()
    return numbers.height - others.height + phones


def _without_fraction(text: pl.Expr) -> pl.Expr:
    return text.str.replace(_WHOLE_FLOAT, "$1")


def _is_phone_without_mark(*, counted: bool) -> pl.Expr:
    text = pl.col("text")
    bare = text.str.contains(_BARE)
    mobile = pl.col("line_type").is_in(_MOBILE_KINDS)
    unmarked = ~_is_something_else(text) & (~bare | mobile)
    if counted:
        unmarked &= ~text.str.contains(_SHORT_BARE)
    return unmarked


def _is_something_else(text: pl.Expr) -> pl.Expr:
    others = (_DECIMAL, _CURRENCY, DATE, _COMPACT_DATE, _ZIP_PLUS_4)
    words = text.str.replace(_EXTENSION, "").str.contains(_LETTERS)
    return pl.any_horizontal(words, *(text.str.contains(other) for other in others))


def _is_counted(texts: pl.Series) -> bool:
    """Return whether the short bare digits in the texts are a running count, such as customer ids."""
    digits = texts.filter(texts.str.contains(_SHORT_BARE)).cast(pl.Int64)
    gap = digits.unique().sort().diff().median()
    return isinstance(gap, float) and gap <= _COUNTED_GAP
