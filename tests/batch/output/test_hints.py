"""What to mend, for every reason that makes a row invalid."""

import polars as pl
import pytest

from validator.batch.output.hints import HINTS, hint
from validator.batch.verdict_columns import REASON
from validator.model import Reason

REASONS = list(Reason)
OF_INVALID = [*REASONS[: REASONS.index(Reason.LANDLINE) + 1], Reason.REJECTED_BY_PROVIDER]


def test_every_reason_of_an_invalid_row_has_a_hint_and_no_other():
    assert list(HINTS) == OF_INVALID


@pytest.mark.parametrize("text", HINTS.values())
def test_no_hint_is_a_formula_to_a_spreadsheet(text):
    assert text[0].isalpha()
    assert len(text) <= 80


def test_the_column_has_the_hint_of_each_reason_and_null_without_one():
    reasons = pl.DataFrame({"reason": ["empty", None, "timeout"]}, schema={"reason": REASON})

    assert reasons.select(hint())["hint"].to_list() == ["enter a number", None, None]
