"""Numbers in two columns: an area code or a calling code, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.phone import calling_codes
from validator.tables.cells import readable
from validator.tables.detect.phone_words import names_phone, said_by, vocabulary
from validator.tables.detect.region_words import names_prefix, names_region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.tables.table import Table

# Names of a column with area codes: any of these words, or all words of one of these sets.
_AREA = vocabulary("""
areacode vorwahl ortsvorwahl ddd std stdcode citycode lada prefijo prefixo prefisso indicatif
kierunkowy predvolba predcisli korzet eloehivo elohivo netnummer kengetal riktnummer suuntanumero
codigoarea codarea
""")
_AREA_PHRASES = tuple(
    vocabulary(words)
    for words in ("area code", "city code", "codigo area", "cod area", "код города", "код міста", "alan kodu")
)
_AREA_PARTS = ("市外局番", "区号", "區號", "지역번호")
_AREA_CODE = r"^\s*(?:\+\d{1,3}[\s/.\-]*(?:\(0\))?)?[(+]?\d{1,5}[)\s/.\-]*$"
_CALLING_CODE = r"^\s*(?:\+|00)?[1-9][\d\- ]{0,6}\s*$"
_COMPLETE = r"^\s*(?:\+|00)"
# Digits that a program has written as a float. Behind other digits, the zero would be one of the number's.
_WHOLE_FLOAT = r"^(\d+)[.,]0{1,2}$"
_LEAST_CODES = 0.9  # the least share of filled cells of such a column that are codes
_LEAST = 0.5  # the least share of cells that have to be numbers after joining


def names_area_code(header: str) -> bool:
    """Return whether a header names a column of area codes."""
    said = said_by(header)
    phrases = any(phrase <= said for phrase in _AREA_PHRASES)
    compound = any(word.endswith("vorwahl") for word in said) and not names_region(header)
    return bool(said & _AREA) or phrases or compound or any(part in header for part in _AREA_PARTS)


def area_code_column(table: Table, column: str, share: Callable[[pl.Series], float]) -> str | None:
    """Return the column with the area codes of another column's numbers, if only both together are numbers.

    Of several columns with area codes, the nearest on the left counts: `DDD Fixo`, `Fixo`, `DDD Cel`, `Cel`.

    Args:
        table: the list.
        column: the column with the rest of each number.
        share: returns the share of cells that are numbers.
    """
    columns = list(table.header)
    place = columns.index(column)
    nearest_first = (*reversed(columns[:place]), *columns[place + 1 :])
    headers = table.header
    named = [name for name in nearest_first if names_area_code(headers[name]) or names_prefix(headers[name])]
    sample = table.sample() if named else pl.DataFrame()
    codes = next((name for name in named if _are(sample[name], _AREA_CODE)), None)
    if codes is None:
        return None
    alone = share(_text(sample[column]))
    return codes if share(joined(sample, (codes, column))) > max(alone, _LEAST) else None


def calling_code_column(table: Table, region: str | None = None) -> str | None:
    """Return the one column whose header says country and whose cells are calling codes, if there is one.

    Args:
        table: the list.
        region: the region of numbers in national form, if it is given. A column that may also have area
            codes, or that says this region of no row, does not count then.
    """
    headers = table.header.items()
    named = [name for name, header in headers if names_region(header) and not names_phone(header)]
    sample = table.sample() if named else pl.DataFrame()
    found = [name for name in named if _are(sample[name], _CALLING_CODE)]
    if len(found) != 1 or (
        region is not None and not _may_say(region, table.header[found[0]], sample[found[0]])
    ):
        return None
    return found[0]


def _may_say(region: str, header: str, codes: pl.Series) -> bool:
    own = calling_codes(pl.Series([region]))[0]
    return not names_area_code(header) and own in calling_codes(_text(codes)).to_list()


def joined(rows: pl.DataFrame, columns: Sequence[str], *, international: bool = False) -> pl.Series:
    """Join the cells of some columns, under the name of the last.

    A cell of the last column with a plus sign or `00` is complete and not joined; empty cells stay empty.

    Args:
        rows: some rows with the columns.
        columns: the columns that make one number, in order.
        international: whether the first column has calling codes, which get a plus sign.
    """
    *first, last = (_text(rows[column]) for column in columns)
    parts = pl.DataFrame([part.alias(str(place)) for place, part in enumerate((*first, last))])
    together = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    if international:
        together = (
            pl.when(pl.col("0").is_not_null()).then("+" + together.str.strip_prefix("+")).otherwise(together)
        )
    rest = pl.col(str(len(columns) - 1))
    is_whole = rest.is_null() | rest.str.contains(_COMPLETE)
    return parts.select(pl.when(is_whole).then(rest).otherwise(together).alias(columns[-1])).to_series()


def _text(cells: pl.Series) -> pl.Series:
    """Return cells as text without spaces around it; empty ones are null."""
    text = readable(cells)
    if text.dtype.is_float():
        text = text.cast(pl.Int64, strict=False)
    text = text.cast(pl.String).str.strip_chars().str.replace(_WHOLE_FLOAT, "$1")
    return text.set(text == "", None)


def _are(cells: pl.Series, pattern: str) -> bool:
    if not (cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Binary)):
        return False
    filled = _text(cells).drop_nulls()
    return bool(len(filled)) and float(filled.str.contains(pattern).mean() or 0.0) >= _LEAST_CODES  # type: ignore[arg-type]
