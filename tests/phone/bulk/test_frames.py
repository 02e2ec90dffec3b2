"""Rows taken apart and put together are all there, in order."""

import polars as pl
import pytest

from validator.phone.bulk.frames import split, together

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
