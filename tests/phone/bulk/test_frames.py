"""Rows taken apart and put together are all there, in order."""

import polars as pl
import pytest

from validator.phone.bulk.frames import beside, holding, once_each, places, split, together

ROWS = pl.DataFrame({"row": [0, 1, 2, 3], "holds": [True, False, None, True]})


def test_rows_are_split_by_a_condition_and_unknown_counts_as_not():
    true, others = split(ROWS, pl.col("holds"))
    assert true["row"].to_list() == [0, 3]
    assert others["row"].to_list() == [1, 2]


@pytest.mark.parametrize(("condition", "sizes"), [(pl.col("row") >= 0, (4, 0)), (pl.col("row") < 0, (0, 4))])
def test_where_all_or_none_hold_one_part_is_empty_and_keeps_its_columns(condition, sizes):
    true, others = split(ROWS, condition)
    assert (true.height, others.height) == sizes
    assert true.schema == others.schema == ROWS.schema


def test_no_rows_split_into_no_rows():
    true, others = split(ROWS.clear(), pl.col("holds"))
    assert true.is_empty()
    assert others.is_empty()


def test_frames_come_together_in_their_order_whichever_are_empty():
    empty, first, second = ROWS.clear(), ROWS.head(1), ROWS.tail(2)
    assert together(empty, first, empty, second)["row"].to_list() == [0, 2, 3]
    assert together(empty, second).equals(second)
    assert together(empty, empty).schema == ROWS.schema


def test_a_condition_holds_only_if_it_is_known_to_be_true():
    assert holding(ROWS, pl.col("holds")).to_list() == [True, False, False, True]


def test_columns_beside_others_replace_those_of_their_name():
    found = beside(ROWS, pl.Series("holds", [1, 2, 3, 4]), pl.Series("more", [5, 6, 7, 8]))
    assert found.columns == ["row", "holds", "more"]
    assert found["holds"].to_list() == [1, 2, 3, 4]


def test_rows_have_places_among_others_and_null_if_they_are_not_there():
    assert places(pl.Series([3, 1], dtype=pl.UInt32), 5).to_list() == [None, 1, None, 0, None]
    assert places(pl.Series([], dtype=pl.UInt32), 2).to_list() == [None, None]


def test_equal_rows_are_asked_about_once():
    asked = []
    rows = pl.DataFrame({"text": ["a", "b", "a"], "number": [1, None, 1]})
    found = once_each(rows, lambda *row: asked.append(row) or row == ("a", 1))
    assert found.to_list() == [True, False, True]
    assert sorted(asked, key=str) == [("a", 1), ("b", None)]
    assert once_each(rows.clear(), lambda *_: True).dtype == pl.Boolean
