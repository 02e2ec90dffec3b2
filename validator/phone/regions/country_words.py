"""Countries in phone cells: `UK 07400 123456`, `DE: 0171 5550101`, `612 345 678 (Spain)`."""

from __future__ import annotations

from typing import TypeAlias

import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from validator.model import MIN_DIGITS, Reason
from validator.pattern import Pattern
from validator.phone.cell.grouping import spells_grouping_of
from validator.phone.cell.numbering import Line, look_up
from validator.phone.cells import REASON
from validator.phone.codes import REGION

_TEXT = pl.col("text")
# Whether a cell may begin or end with a word, by quick tests.
_BEGUN = (_TEXT >= "A") | ((_TEXT >= "(A") & (_TEXT < ")"))
_ENDED = (_TEXT.str.tail(1) > "9") | (_TEXT.str.tail(1) == ")")
# Whether it has no plus sign, and room for a number and a word. Comparisons read the first bytes alone.
_UNSIGNED = ((_TEXT < "+") | (_TEXT >= ",")) & (_TEXT.str.len_bytes() > MIN_DIGITS)
_FRAME = "[(]/|_.:;,-) "
# The words before and after all digits, without punctuation around them.
_FIRST = _TEXT.str.extract(r"^([^0-9+]+)").str.strip_chars(_FRAME).alias("word")
_LAST = _TEXT.str.extract(r"([^0-9]+)$").str.strip_chars(_FRAME).alias("word")
# A number without a plus sign, and words on one side of it. Text with an @ or `:/` is an address.
_WORDS = r"(?:[^0-9+@:]|:[^0-9+@/])*:?"
_BESIDE = Pattern(rf"{_WORDS}(\(?[0-9][0-9\s().\-/]{{4,}}[0-9]){_WORDS}")
_Found: TypeAlias = "tuple[str | None, str | None, str | None]"
_FOUND = pl.Schema({"digits": pl.String(), "named": REGION, "refused": REASON})
_OWN_REGION: _Found = (None, None, None)
_CODE = Pattern("[A-Z]{2,3}|[\U0001f1e6-\U0001f1ff]{2}")
# Codes that are also words beside a number (phone, number, to, me, times of day, titles, home, and, can), and
# names of countries that people have.
_DOUBTFUL = frozenset((
    "PH", "NO", "NR", "TO", "ME", "PA", "AM", "PM", "MR", "MS", "SR", "HM", "AND", "CAN", "COM", "PER",
    "chad", "cuba", "dominica", "georgia", "india", "ireland", "israel", "jamaica", "jordan", "kenya",
))  # fmt: skip


def in_their_countries(asked: pl.DataFrame, dressed: pl.Series | None = None) -> pl.DataFrame:
    """Return cells with the digits alone, and the region that they name, if they name one beside a number.

    A code decides, and a name if the number is valid in that country, unless the digits are in the groups of
    the cell's own region alone. A word that may mean something else decides if the number is valid in that
    country alone; if it is valid in both, the cell is refused.

    Args:
        asked: `text`, `refused`, `region` (the regions' Enum) and `misnamed` of each cell.
        dressed: the row numbers (UInt32) of all cells that are more than digits and punctuation, if known.
    """
    unsigned = _rows_of(asked["text"], dressed, _UNSIGNED)
    if unsigned.is_empty():
        return asked
    may = asked["text"].gather(unsigned).to_frame().select_seq(begun=_BEGUN, ended=_ENDED)
    places = zip(may, (_FIRST, _LAST), strict=True)
    found = [cells for mask, word in places for cells in _read(asked, unsigned.filter(mask), word)]
    if not found:
        return asked
    # The word before the digits comes first.
    cells = pl.concat(found).unique("row", keep="first")
    rows = cells["row"]
    return asked.with_columns_seq(
        text=asked["text"].scatter(rows, cells["digits"]),
        refused=asked["refused"].scatter(rows, cells["refused"]),
        region=asked["region"].scatter(rows, cells["named"]),
        misnamed=asked["misnamed"].scatter(rows, values=False),
    )


def _rows_of(texts: pl.Series, among: pl.Series | None, condition: pl.Expr) -> pl.Series:
    """Return the row numbers of the texts for which the condition is true, among those given or all."""
    asked = texts if among is None else texts.gather(among)
    rows = asked.to_frame().select_seq(condition.arg_true()).to_series()
    return rows if among is None else among.gather(rows)


def _read(asked: pl.DataFrame, rows: pl.Series, word: pl.Expr) -> list[pl.DataFrame]:
    """Return `row`, `digits`, `named` and `refused` of the cells in these rows with a country as `word`.

    An empty list if there is none: the usual case.
    """
    texts = asked["text"].gather(rows)
    # The names of countries take some milliseconds to read, so words beside other texts are not looked up.
    is_beside = texts.str.contains(f"^{_BESIDE.pattern}$")
    rows, texts = rows.filter(is_beside), texts.filter(is_beside)
    if texts.is_empty():
        return []
    words = texts.to_frame().select_seq(word).to_series()
    named = _regions_of(words)
    if not named:
        return []
    of_countries = words.is_in(list(named)).fill_null(value=False)
    rows, words = rows.filter(of_countries), words.filter(of_countries)
    cells = asked[rows].select_seq("text", "region").hstack([words, rows.alias("row")])
    each = cells.drop("row").unique()
    read = [_digits_and_region(text, region, word, named[word]) for text, region, word in each.iter_rows()]
    found = each.hstack(pl.DataFrame(read, _FOUND, orient="row"))
    cells = cells.join(found, on=each.columns, how="left", nulls_equal=True, maintain_order="left")
    return [cells.drop_nulls("named").select_seq("row", *_FOUND)]


def _regions_of(words: pl.Series) -> dict[str, str]:
    """Return the region of each word that names one."""
    # Imported here, since few cells have a word beside a number.
    from validator.phone.regions.countries import is_simple_name  # noqa: PLC0415
    from validator.phone.regions.written import region_written  # noqa: PLC0415

    may_name = pl.col("word").str.contains(rf"^(?:{_CODE.pattern})$|[^ -~]") | is_simple_name()
    distinct = words.to_frame().lazy().unique().filter(may_name).collect()["word"]
    named = ((word, region_written(word)) for word in distinct)
    return {word: region for word, region in named if region in SUPPORTED_REGIONS}


def _digits_and_region(text: str, region: str | None, word: str, named: str) -> _Found:
    """Return the digits and the region they name, or a refusal, or nothing for the cell's own region."""
    beside = _BESIDE.fullmatch(text)
    if not beside or named == region:
        return _OWN_REGION
    digits = beside[1]
    own = _number_of(digits, region) if region else None
    there = _number_of(digits, named)
    if _is_grouped(digits, own) and not _is_grouped(digits, there):
        return _OWN_REGION
    is_doubtful = word in _DOUBTFUL or word.casefold() in _DOUBTFUL
    if is_doubtful and there and (own or region is None):
        return None, named, Reason.NOT_A_NUMBER.value
    return (digits, named, None) if there or (_CODE.fullmatch(word) and not is_doubtful) else _OWN_REGION


def _is_grouped(digits: str, number: int | None) -> bool:
    return number is not None and spells_grouping_of(digits, number)


def _number_of(digits: str, region: str) -> int | None:
    line = look_up(digits, region)
    return line.number if isinstance(line, Line) and line.valid else None
