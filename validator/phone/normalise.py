"""Columns: every cell of a column to a number or a reason, each distinct cell read once."""

from __future__ import annotations

import polars as pl

from validator.errors import UsageError
from validator.model import Reason
from validator.phone import answers
from validator.phone.bulk.decide import decide
from validator.phone.bulk.range_cache import Atlas
from validator.phone.cell.numbering import Line
from validator.phone.cell.reading import Accept, read
from validator.phone.cells import REASON, as_text
from validator.phone.codes import CODE_OF_PLAN, REGION
from validator.phone.regions.regions import parse_region

# The longest cell that is looked at. Links with a prefilled message reach a few thousand characters (the URL
# lengths that browsers and servers agree on end at about 2,000); what is longer is a document, not a number.
MAX_CELL_CHARS = 4096

# Distinct cells from which on deciding in bulk is faster though all charts it needs are yet to be drawn
# (measured over 60 regions; with the charts there, a quarter of it would do).
WORTH_BULK_CELLS = 10_000

_KEY = ["text", "region"]
# Process-wide, but only a cache: charts depend on libphonenumber's metadata alone.
_ATLAS = Atlas()


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
    readable = pl.when(pl.col("refused").is_null()).then("text").alias("text")
    found = asked.with_columns(_answers(asked.select(readable, "region"), Accept(accept)))
    number = pl.when(pl.col("answer") >= answers.FIRST_LINE).then("number").alias("number")
    reason, line_type, country = (pl.lit(words).gather("answer") for words in answers.in_words())
    return found.with_columns(reason=reason).select(number, _reason(), line_type, country)


def calling_codes(words: pl.Series) -> pl.Series:
    """Return the calling code (UInt32) of the region that each word names, null where it names none."""
    regions = _named_regions(as_text(words).get_column("text")).get_column("region")
    return CODE_OF_PLAN.gather(regions.to_physical()).rename("calling_code")


def _texts(cells: pl.Series) -> pl.DataFrame:
    texts = as_text(cells).with_columns(pl.col("text").str.strip_chars())
    # Bytes are counted already, and characters are never more.
    if not texts.select((pl.col("text").str.len_bytes() > MAX_CELL_CHARS).any()).item():
        return texts
    too_long = pl.when(pl.col("text").str.len_chars() > MAX_CELL_CHARS).then(pl.lit(Reason.TOO_LONG, REASON))
    return texts.with_columns(too_long.otherwise("refused").alias("refused"))


def _regions(regions: pl.Series | str | None, rows: int) -> pl.DataFrame:
    """Return `region`, null where there is none, and `misnamed`: a word is there that names none."""
    if isinstance(regions, pl.Series):
        return _named_regions(as_text(regions).get_column("text"))
    region = None if regions is None else parse_region(regions)
    return pl.select(
        region=pl.repeat(region, rows, dtype=REGION),
        misnamed=pl.repeat(value=False, n=rows, dtype=pl.Boolean),
    )


def _named_regions(words: pl.Series) -> pl.DataFrame:
    region = words.cast(REGION, strict=False).alias("region")
    unnamed = region.is_null().alias("misnamed")
    if not unnamed.any():
        return pl.DataFrame([region, unnamed])
    spelt = words.filter(unnamed).unique().drop_nulls()
    codes = {word: _region_or_none(word) for word in spelt}
    others = words.replace_strict(codes, return_dtype=REGION, default=None) if codes else region
    region = region.fill_null(others)
    misnamed = region.is_null() & (words.str.strip_chars().fill_null("") != "")
    return pl.DataFrame({"region": region, "misnamed": misnamed})


def _region_or_none(word: str) -> str | None:
    try:
        return parse_region(word)
    except UsageError:
        return None


def _answers(cells: pl.DataFrame, accept: Accept) -> pl.DataFrame:
    """Return `answer` and `number` of every cell: in bulk where that pays, what that leaves one by one."""
    found = decide(cells, accept, _ATLAS) if _is_worth_bulk(cells) else answers.undecided(cells.height)
    rows = (found["answer"] == answers.UNDECIDED).arg_true()
    rest = cells[rows]
    each = read_each(rest.unique(), accept)
    others = rest.join(each, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    return answers.put(found, rows, others)


def _is_worth_bulk(cells: pl.DataFrame) -> bool:
    # Most columns that are long enough show it soon.
    samples = (cells.head(2 * WORTH_BULK_CELLS), cells)
    return cells.height >= WORTH_BULK_CELLS and any(_has_many_cells(some) for some in samples)


def _has_many_cells(some: pl.DataFrame) -> bool:
    return bool(some.select(pl.col("text").approx_n_unique() >= WORTH_BULK_CELLS).item())


def read_each(distinct: pl.DataFrame, accept: Accept) -> pl.DataFrame:
    """Return each distinct cell and region with its answer."""
    found = [_answer(text, region, accept) for text, region in distinct.iter_rows()]
    schema = {"answer": answers.ANSWER, "number": pl.UInt64()}
    return distinct.hstack(pl.DataFrame(found, schema, orient="row"))


def _answer(text: str | None, region: str | None, accept: Accept) -> tuple[int, int]:
    answer = Reason.EMPTY if text is None else read(text, region, accept)
    return answers.of(answer), answer.number if isinstance(answer, Line) else 0


def _reason() -> pl.Expr:
    misnamed = pl.col("misnamed") & (pl.col("reason") == Reason.NO_COUNTRY)
    unknown_country = pl.lit(Reason.UNKNOWN_COUNTRY, REASON)
    return pl.coalesce("refused", pl.when(misnamed).then(unknown_country).otherwise("reason")).alias("reason")
