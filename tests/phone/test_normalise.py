"""Whole columns: types, order, regions, shape."""

from decimal import Decimal

import polars as pl
import pytest

from validator.errors import UsageError
from validator.model import LineType, Reason
from validator.phone import NumberReading, normalise

GB = 447400123456


def outcomes(cells, regions=None):
    answers = normalise(cells, regions)
    return [number or reason for number, reason, *_ in answers.iter_rows()]


def test_columns_and_types_are_always_the_same():
    schema = {
        "number": pl.UInt64(),
        "reason": pl.Enum([reason.value for reason in Reason]),
        "line_type": pl.Enum([line_type.value for line_type in LineType]),
        "country": pl.String(),
        "reading": pl.Enum([reading.value for reading in NumberReading]),
    }
    for cells in (["+447400123456"], ["x"], [None], []):
        assert normalise(pl.Series(cells, dtype=pl.String), "GB").schema == schema


def test_rows_keep_their_order_and_duplicates_their_answers():
    cells = ["07400 123456", "x", None, "07400 123456", "+34612345678", "x", "", "07400 123456"]
    expected = [GB, "not_a_number", "empty", GB, 34612345678, "not_a_number", "empty", GB]
    assert outcomes(pl.Series(cells), "GB") == expected


def test_a_column_answers_as_its_rows_do():
    cells = ["07400 123456", None, "+34612345678", "4.4E+11", "12", "x", " 07400 123456"]
    regions = ["GB", "GB", None, "DE", "GB", "zz", "uk"]
    rows = [
        normalise(pl.Series([cell], dtype=pl.String), pl.Series([region], dtype=pl.String))
        for cell, region in zip(cells, regions, strict=True)
    ]
    assert normalise(pl.Series(cells), pl.Series(regions)).equals(pl.concat(rows))


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int128])
def test_integers_are_their_digits(dtype):
    cells = pl.Series([447400123456, 7400123456, None, 12], dtype=dtype)
    assert outcomes(cells, "GB") == [GB, GB, "empty", "too_short"]
    assert outcomes(pl.Series([-447400123456, -12])) == ["spreadsheet_damage", "not_a_number"]


def test_integral_floats_are_their_digits():
    cells = pl.Series(
        [447400123456.0, 7400123456.0, None, float("nan"), float("inf"), 7400123456.5, -7400123456.0]
    )
    refused = ["not_a_number"] * 3 + ["spreadsheet_damage"]
    assert outcomes(cells, "GB") == [GB, GB, "empty", *refused]


def test_floats_that_cannot_hold_the_digits_are_damaged():
    assert outcomes(pl.Series([2.0**53, 1e300]), "GB") == ["spreadsheet_damage"] * 2
    assert outcomes(pl.Series([447400123456.0, 123.0], dtype=pl.Float32), "GB") == [
        "spreadsheet_damage",
        "too_short",
    ]
    assert outcomes(pl.Series([2048.0], dtype=pl.Float16), "GB") == ["spreadsheet_damage"]


def test_decimals_are_their_digits_where_integral():
    cells = pl.Series([Decimal("447400123456.00"), Decimal("447400123456.50"), Decimal("-1.00"), None])
    assert outcomes(cells) == [GB, "not_a_number", "not_a_number", "empty"]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["07400 123456", "x"])])
def test_categories_are_text(dtype):
    assert outcomes(pl.Series(["x", "07400 123456", None], dtype=dtype), "GB") == [
        "not_a_number",
        GB,
        "empty",
    ]


def test_a_column_of_nulls_is_empty():
    assert outcomes(pl.Series([None, None])) == ["empty", "empty"]


@pytest.mark.parametrize(
    "cells", [pl.Series([True]), pl.Series([b"1"]), pl.Series([[1]]), pl.Series([{"a": 1}])]
)
def test_a_column_that_cannot_hold_numbers_is_named_by_its_type(cells):
    with pytest.raises(UsageError, match="cannot hold phone numbers"):
        normalise(cells)


def test_a_plain_list_is_a_column_too():
    listed = normalise(["07400 123456", 447400123457, None], "GB")

    assert listed["number"].to_list() == [447400123456, 447400123457, None]
    with pytest.raises(UsageError, match="put the one number into a list"):
        normalise("07400 123456", "GB")


def test_an_unknown_region_for_all_is_an_error():
    with pytest.raises(UsageError, match="'XX' is not known"):
        normalise(pl.Series(["1"]), "XX")


def test_each_row_is_read_in_its_own_region():
    cells = pl.Series(["612 345 678", "07400 123456", "612 345 678"])
    assert outcomes(cells, pl.Series(["es", "+44", None])) == [34612345678, GB, "no_country"]


def test_calling_codes_may_be_a_typed_column():
    cells = pl.Series(["612 345 678", "07400 123456"])
    assert outcomes(cells, pl.Series([34, 44])) == [34612345678, GB]
    assert outcomes(cells, pl.Series([34.0, 44.0])) == [34612345678, GB]


def test_a_word_that_names_no_region_hurts_only_the_cells_that_need_one():
    cells = pl.Series(["07400 123456", "+447400123456", "x", "", "07400 123456"])
    regions = pl.Series(["Atlantis", "Atlantis", "Atlantis", "Atlantis", " "])
    assert outcomes(cells, regions) == ["unknown_country", GB, "not_a_number", "empty", "no_country"]


@pytest.mark.parametrize(
    ("cell", "line_type", "country"),
    [
        ("+447400123456", "mobile", "GB"),
        ("+442079460000", "fixed", "GB"),
        ("+12025550123", "fixed_or_mobile", "US"),
        ("+14165550123", "fixed_or_mobile", "CA"),
        ("+18002345678", "toll_free", "US"),
        ("+390612345678", "fixed", "IT"),
        ("+80012345678", "toll_free", "001"),
        ("+77710009998", "mobile", "KZ"),
        ("+445612345678", "voip", "GB"),
        ("+447640123456", "pager", "GB"),
        ("+447012345678", "personal", "GB"),
    ],
)
def test_line_type_and_country_are_told(cell, line_type, country):
    assert normalise(pl.Series([cell])).row(0)[2:] == (line_type, country, "plain")


def test_a_possible_number_has_the_main_country_of_its_code_and_no_known_line():
    answers = normalise(pl.Series(["+447700900123"]), accept="possible")
    assert answers.row(0) == (447700900123, None, "unknown", "GB", "plain")
