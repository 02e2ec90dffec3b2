"""Numbers are looked up in tables, and each of them is asked about once."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from validator.phone.bulk.search import by_number


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5)))
def test_each_number_has_its_answer_and_is_asked_about_once(numbers):
    asked = []
    found = by_number(
        pl.Series(numbers, dtype=pl.UInt64), lambda one: asked.append(one) or one % 7, pl.UInt8()
    )
    assert found.to_list() == [one % 7 for one in numbers]
    assert found.dtype == pl.UInt8
    assert sorted(asked) == sorted(set(numbers))
