"""Converts each cell of a column to a number or a reason; each distinct cell is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.errors import UsageError
from validator.model import Reason
from validator.phone import answers
from validator.phone.cell.numbering import Line
from validator.phone.cell.numbering import look_up as ask
from validator.phone.cell.reading import Accept, read_unwrapped, unwrap, written
from validator.phone.cells import REASON, as_text
from validator.phone.codes import CODE_OF_PLAN, PLAN_OF_REGION, REGION, REGIONS
from validator.phone.readings.claims import READINGS, Claims, claims_to
from validator.phone.readings.rules import Numbers
from validator.phone.regions.country_words import in_their_countries
from validator.phone.regions.regions import parse_region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.phone.bulk.first_look import FirstLook
    from validator.phone.readings.evidence import Evidence
    from validator.phone.readings.slots import Outcome

# The longest cell that is read. Links with a prefilled message have up to a few thousand characters (browsers
# and servers support URLs of about 2,000); longer text is a document, not a number.
MAX_CELL_CHARS = 4096

# From this many distinct cells on, bulk is faster although it has to build all its range tables first
# (measured over 60 regions; with the tables there, a quarter of this would be enough).
WORTH_BULK_CELLS = 10_000
_FEW_CELLS = 50

_KEY = ["text", "region"]
_FOUND = {"answer": answers.ANSWER, "number": pl.UInt64()}


def normalise(
    cells: pl.Series | Sequence[str | int | None],
    regions: pl.Series | str | None = None,
    *,
    accept: Accept = Accept.VALID,
    numbers: Numbers = Numbers.AUTO,
) -> pl.DataFrame:
    """Return the number of each cell, or the reason why there is none.

    Args:
        cells: text, or integers, floats and decimals, which are read as their digits; a column of a frame, or
            a plain list. They have to be a whole column, since its distinct cells decide between the readings
            of each.
        regions: the region of national numbers: one for all cells, a column of regions (as `parse_region`
            reads them), or None. An unknown word in the column counts as no region, so that international
            numbers are still read; cells that need a region are refused with `unknown_country`.
        accept: `POSSIBLE` also takes numbers of a possible length that are in no numbering plan.
        numbers: how numbers without a plus sign are written, if the column should not decide it.

    Returns:
        One row for each cell, in order, with `number` (UInt64, the digits of the E.164 form), `reason` (Enum
        of `model.Reason`), `line_type` (Enum of `model.LineType`), `country` (String, ISO 3166 alpha-2, or
        `001` for a number without a country) and `reading` (Enum of `NumberReading`). Either `reason` is null
        or the other four are.

    Raises:
        UsageError: the given region is not known, a column is neither text nor numbers, or the cells are a
            single text.
    """
    if isinstance(cells, str):
        raise UsageError("normalise takes a column or a list; put the one number into a list")
    if not isinstance(cells, pl.Series):
        cells = pl.Series("cells", list(cells), dtype=pl.String, strict=False)
    column = survey(cells, regions, accept=accept, numbers=numbers)
    return column.settle(column.evidence.outcomes(Numbers(numbers)))


class Surveyed(Struct, frozen=True):
    """The cells of a column, or of a part of it, before the decision how they were meant.

    Attributes:
        cells: each cell as libphonenumber and recoveries read it.
        claims: the cells that may be read in another way.
    """

    cells: pl.DataFrame
    claims: Claims

    @property
    def with_several(self) -> pl.Series:
        """The row numbers (UInt32) of the cells that hold more than one number."""
        return (self.cells["answer"] == answers.of(Reason.SEVERAL_NUMBERS)).arg_true()

    @property
    def evidence(self) -> Evidence:
        """What the cells show about their column."""
        return self.claims.evidence

    def numbers_of(self, rows: pl.Series) -> pl.Series:
        """Return all numbers (UInt64) that the cells in these rows may be, also undecided ones."""
        may_be = [self.claims.claims, self.claims.open.filter(pl.col("answer") >= answers.FIRST_VALID)]
        numbers = pl.concat([some[["row", "number"]] for some in may_be])
        return numbers.filter(pl.col("row").is_in(rows.implode()))["number"]

    def settle(self, outcomes: Mapping[int, Outcome]) -> pl.DataFrame:
        """Return the result of `normalise`, given the outcomes of the whole column's evidence."""
        settled = self.claims.settle(outcomes)
        found = answers.put(self.cells, settled["row"], settled)
        readings = self.claims.readings.clone().scatter(settled["row"], settled["reading"])
        is_line = pl.col("answer") >= answers.FIRST_LINE
        number = pl.when(is_line).then("number").alias("number")
        reason, line_type, country = (pl.lit(words).gather("answer") for words in answers.in_words())
        reading = pl.when(is_line).then(pl.lit(READINGS).gather("reading")).alias("reading")
        found = found.hstack([readings.alias("reading")])
        return self._refusing(found.select_seq(number, reason, line_type, country, reading))

    def _refusing(self, found: pl.DataFrame) -> pl.DataFrame:
        """Add the reasons from a cell's type or region; most columns have none."""
        refused, misnamed = self.cells["refused"], self.cells["misnamed"]
        if refused.null_count() == refused.len() and not misnamed.any():
            return found
        return (
            found.with_columns_seq(refused, misnamed).with_columns_seq(_reason()).drop("refused", "misnamed")
        )


def survey(
    cells: pl.Series,
    regions: pl.Series | str | None = None,
    *,
    accept: Accept = Accept.VALID,
    numbers: Numbers = Numbers.AUTO,
) -> Surveyed:
    """Return the cells of a column as `normalise` takes them, with their evidence.

    Parts of a long column are surveyed one by one. The sum of their evidence settles each part.
    """
    # In one chunk: otherwise every query would rechunk columns with chunks of different lengths.
    asked = _readable(_texts(cells.rechunk()).hstack(_regions(regions, len(cells))))
    look = _first_look(asked) if _is_worth_bulk(asked) else None
    asked = in_their_countries(asked, look.dressed if look else None)
    texts = asked[["text", "region"]]
    found = texts.hstack(_answers(texts, look, Accept(accept)))
    claims = claims_to(
        found.with_columns_seq(PLAN_OF_REGION), _look_up if look else _look_up_each, Numbers(numbers)
    )
    standing = asked[["refused", "misnamed"]].hstack(found[["answer", "number"]])
    return Surveyed(standing, claims)


def _readable(asked: pl.DataFrame) -> pl.DataFrame:
    """Remove the text of cells that are refused already; in a column of text hardly any are."""
    if asked["refused"].null_count() == asked.height:
        return asked
    return asked.with_columns_seq(pl.when(pl.col("refused").is_null()).then("text").alias("text"))


def calling_codes(words: pl.Series) -> pl.Series:
    """Return the calling code (UInt32) of the region that each word names, null if it names none."""
    regions = _named_regions(as_text(words).get_column("text")).get_column("region")
    return CODE_OF_PLAN.gather(regions.to_physical()).rename("calling_code")


def _texts(cells: pl.Series) -> pl.DataFrame:
    texts = as_text(cells).with_columns_seq(pl.col("text").str.strip_chars())
    # The length in bytes is already known, and there are never more characters than bytes.
    if not texts.select_seq((pl.col("text").str.len_bytes() > MAX_CELL_CHARS).any()).item():
        return texts
    too_long = pl.when(pl.col("text").str.len_chars() > MAX_CELL_CHARS).then(pl.lit(Reason.TOO_LONG, REASON))
    return texts.with_columns_seq(too_long.otherwise("refused").alias("refused"))


def _regions(regions: pl.Series | str | None, rows: int) -> pl.DataFrame:
    """Return `region`, null if there is none, and `misnamed`: there is a word that names no region."""
    if isinstance(regions, pl.Series):
        return _named_regions(as_text(regions.rechunk()).get_column("text"))
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


def _answers(cells: pl.DataFrame, look: FirstLook | None, accept: Accept) -> pl.DataFrame:
    """Return `answer`, `number` and the written form of each cell; what bulk leaves is read one by one."""
    if not look:
        return _read_once(cells, accept).drop(_KEY)
    found = _decided(cells, look, accept)
    rows = (found["answer"] == answers.UNDECIDED).arg_true()
    others = _read_once(cells[rows], accept)
    return pl.DataFrame([found[name].scatter(rows, others[name]) for name in found.columns])


def _first_look(cells: pl.DataFrame) -> FirstLook:
    from validator.phone.bulk.first_look import first_look  # noqa: PLC0415 - short columns do without

    return first_look(cells)


def _decided(cells: pl.DataFrame, look: FirstLook, accept: Accept) -> pl.DataFrame:
    from validator.phone.bulk.long_columns import decided  # noqa: PLC0415 - as above

    return decided(cells, look, accept)


def _read_once(cells: pl.DataFrame, accept: Accept) -> pl.DataFrame:
    """Return the cells with their answers; of more than a few, each distinct one is read once."""
    if cells.height <= _FEW_CELLS:  # finding repeated ones takes longer
        return read_each(cells, accept)
    each = read_each(cells.unique(), accept)
    return cells.join(each, on=_KEY, how="left", nulls_equal=True, maintain_order="left")


def _look_up(questions: pl.DataFrame) -> pl.DataFrame:
    """Return `answer` and `number` for questions of `plus`, `plan`, `digits` and `value`."""
    from validator.phone.bulk.long_columns import looked_up  # noqa: PLC0415 - as above

    found = looked_up(questions)
    rows = (found["answer"] == answers.UNDECIDED).arg_true()
    return found if rows.is_empty() else answers.put(found, rows, _look_up_each(questions[rows]))


def _look_up_each(questions: pl.DataFrame) -> pl.DataFrame:
    """Return the same, asking about each distinct question once."""
    distinct = questions.unique()
    found = [
        _numbered(ask(f"{'+' * plus}{value:0{digits}d}", None if plan is None else REGIONS[plan]))
        for plus, plan, digits, value in distinct.iter_rows()
    ]
    answered = distinct.hstack(pl.DataFrame(found, _FOUND, orient="row"))
    joined = questions.join(
        answered, on=questions.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select_seq(*_FOUND)


def _is_worth_bulk(cells: pl.DataFrame) -> bool:
    # Most long columns show it in their first cells.
    samples = (cells.head(2 * WORTH_BULK_CELLS), cells)
    return cells.height >= WORTH_BULK_CELLS and any(_has_many_cells(some) for some in samples)


def _has_many_cells(some: pl.DataFrame) -> bool:
    return bool(some.select_seq(pl.col("text").approx_n_unique() >= WORTH_BULK_CELLS).item())


def read_each(distinct: pl.DataFrame, accept: Accept) -> pl.DataFrame:
    """Return each distinct cell and region with its answer and its written form."""
    found = [_answer(text, region, accept) for text, region in distinct.iter_rows()]
    return distinct.hstack(pl.DataFrame(found, {**_FOUND, **answers.WRITTEN}, orient="row"))


def _answer(cell: str | None, region: str | None, accept: Accept) -> tuple[int | bool | None, ...]:
    if cell is None:
        return *_numbered(Reason.EMPTY), None, None, None
    text = unwrap(cell, region)
    return *_numbered(read_unwrapped(text, region, accept)), *(written(text) or (None, None, None))


def _numbered(answer: Line | Reason) -> tuple[int, int]:
    return answers.of(answer), answer.number if isinstance(answer, Line) else 0


def _reason() -> pl.Expr:
    misnamed = pl.col("misnamed") & (pl.col("reason") == Reason.NO_COUNTRY)
    unknown_country = pl.lit(Reason.UNKNOWN_COUNTRY, REASON)
    return pl.coalesce("refused", pl.when(misnamed).then(unknown_country).otherwise("reason")).alias("reason")
