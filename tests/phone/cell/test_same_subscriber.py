"""Two spellings of one subscriber, either of which an answer may name."""

import pytest

from validator.model import Number
from validator.phone import is_same_subscriber

SPELLINGS = [
    (5_511_987_654_321, 551_187_654_321),  # Brazil's ninth digit
    (5_531_971_234_567, 553_171_234_567),  # the same before 7, where Evolution API leaves it out
    (525_512_345_678, 5_215_512_345_678),  # Mexico
    (5_491_112_345_678, 541_112_345_678),  # Argentina
    (2_290_197_123_456, 22_997_123_456),  # Benin, by its number before 2024
    (2_250_707_123_456, 22_507_123_456),  # Ivory Coast, before 2021
]
DIFFERENT = [
    (5_511_987_654_321, 551_187_654_322),
    (5_511_987_654_321, 5_521_987_654_321),
    (5_511_934_567_890, 551_134_567_890),  # a landline has no ninth digit
    (447_700_900_100, 447_700_900_101),
    (2_290_197_123_456, 22_997_123_457),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_spellings_of_one_subscriber_are_told_in_either_direction(one, other):
    assert is_same_subscriber(Number(one), Number(other))
    assert is_same_subscriber(Number(other), Number(one))
    assert is_same_subscriber(Number(one), Number(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_subscribers_are_told_apart(one, other):
    assert not is_same_subscriber(Number(one), Number(other))
    assert not is_same_subscriber(Number(other), Number(one))
