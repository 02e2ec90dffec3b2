"""Columns: every cell of a column to a number or a reason, each distinct cell read once."""

from __future__ import annotations

import polars as pl

from validator.errors import UsageError
from validator.model import LineType, Reason
from validator.phone.cells import REASON, as_text
from validator.phone.numbering import Line
from validator.phone.reading import Accept, read
from validator.phone.regions import parse_region

# The longest cell that is looked at. Links with a prefilled message reach a few thousand characters (the URL
# lengths that browsers and servers agree on end at about 2,000); what is longer is a document, not a number.
MAX_CELL_CHARS = 4096

_ANSWERS = {
    "number": pl.UInt64(),
    "reason": REASON,
    "line_type": pl.Enum([line_type.value for line_type in LineType]),
    "country": pl.String(),
}
_KEY = ["text", "region"]


def normalise(
    cells: pl.Series, regions: pl.Series | str | None = None, *, accept: Accept = Accept.VALID
) -> pl.DataFrame:
    """Return the number of every cell, or the reason why there is none.

    Args:
        cells: text, or integers, floats and decimals, which are read as their digits.
        regions: where national numbers belong: one region for all cells, a column of them (as `parse_region`
            reads them), or None. A word in the column that names no region counts as none, so that numbers in
            international form are still read; those which need it are refused with `unknown_country`.
        accept: `POSSIBLE` also takes numbers of a possible length that no numbering plan holds.

    Returns:
        One row a cell, in order, with `number` (UInt64, the digits of the E.164 form), `reason` (Enum of
        `model.Reason`), `line_type` (Enum of `model.LineType`) and `country` (String, ISO 3166 alpha-2, or
        `001` for a number of no country). Either `reason` is null or the other three are.

    Raises:
        UsageError: the one region is not known, or a column holds neither text nor numbers.
    """
    asked = pl.concat([_texts(cells), _regions(regions, len(cells))], how="horizontal")
    answers = _answers(asked.filter(pl.col("refused").is_null()).select(_KEY).unique(), accept)
    answered = asked.join(answers, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    return answered.select("number", _reason(), "line_type", "country")


def _texts(cells: pl.Series) -> pl.DataFrame:
    text, length = pl.col("text"), pl.col("text").str.len_chars()
    too_long = pl.lit(Reason.TOO_LONG, REASON)
    return (
        as_text(cells)
        .with_columns(text.str.strip_chars())
        .with_columns(pl.when(length > MAX_CELL_CHARS).then(too_long).otherwise("refused").alias("refused"))
    )


def _regions(regions: pl.Series | str | None, rows: int) -> pl.DataFrame:
    """Return `region`, null where there is none, and `misnamed`: a word is there that names none."""
    if isinstance(regions, pl.Series):
        return _named_regions(as_text(regions).get_column("text"))
    region = None if regions is None else parse_region(regions)
    return pl.select(
        region=pl.repeat(region, rows, dtype=pl.String),
        misnamed=pl.repeat(value=False, n=rows, dtype=pl.Boolean),
    )


def _named_regions(words: pl.Series) -> pl.DataFrame:
    codes = {word: _region_or_none(word) for word in words.unique().drop_nulls()}
    region = words.replace_strict(codes, return_dtype=pl.String, default=None)
    misnamed = region.is_null() & (words.str.strip_chars().fill_null("") != "")
    return pl.DataFrame({"region": region, "misnamed": misnamed})


def _region_or_none(word: str) -> str | None:
    try:
        return parse_region(word)
    except UsageError:
        return None


def _answers(distinct: pl.DataFrame, accept: Accept) -> pl.DataFrame:
    """Return each distinct cell and region with its answer."""
    answers = [_answer(text, region, accept) for text, region in distinct.iter_rows()]
    return pl.concat([distinct, pl.DataFrame(answers, _ANSWERS, orient="row")], how="horizontal")


def _answer(
    text: str | None, region: str | None, accept: Accept
) -> tuple[int | None, Reason | None, LineType | None, str | None]:
    match Reason.EMPTY if text is None else read(text, region, accept):
        case Line(number, line_type, country):
            return number, None, line_type, country
        case reason:
            return None, reason, None, None


def _reason() -> pl.Expr:
    misnamed = pl.col("misnamed") & (pl.col("reason") == Reason.NO_COUNTRY)
    unknown_country = pl.lit(Reason.UNKNOWN_COUNTRY, REASON)
    return pl.coalesce("refused", pl.when(misnamed).then(unknown_country).otherwise("reason")).alias("reason")
