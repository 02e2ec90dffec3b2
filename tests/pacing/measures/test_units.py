import math

import pytest

from validator.pacing.measures.units import waiting_s


@pytest.mark.parametrize(
    ("told_s", "wait_s"),
    [(None, 0.0), (math.nan, 0.0), (-3.0, 0.0), (0.4, 0.4), (7.0, 7.0), (1e20, 10 * 365 * 86_400.0)],
)
def test_a_told_time_is_one_that_can_be_waited(told_s, wait_s):
    assert waiting_s(told_s) == wait_s
