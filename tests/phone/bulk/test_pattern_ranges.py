"""Patterns as ranges match what `re` matches."""

import re

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from validator.phone.bulk.pattern_ranges import UnreadablePattern, ranges

ATOMS = st.sampled_from(["0", "7", r"\d", "[0-4]", "[13-57-9]", "[59]"])
COUNTS = st.sampled_from(["", "", "?", "{2}", "{0,2}", "{1,3}"])


PATTERNS = st.recursive(
    st.builds(lambda atom, count: atom + count, ATOMS, COUNTS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.builds(
            lambda some, opening, count: f"{opening}{'|'.join(some)}){count}",
            st.lists(inner, min_size=1, max_size=3),
            st.sampled_from(["(", "(?:"]),
            COUNTS,
        ),
    ),
    max_leaves=5,
)


def numbers_of(pattern, digits):
    return {number for first, end in ranges(pattern).get(digits, ()) for number in range(first, end)}


@pytest.mark.slow
@settings(max_examples=100)
@given(pattern=PATTERNS)
def test_ranges_hold_what_the_pattern_matches(pattern):
    try:
        ranges(pattern)
    except UnreadablePattern:
        reject()  # of too many ranges
    for digits in range(4):
        texts = (f"{number:0{digits}d}"[-digits or 1 :] for number in range(10**digits))
        assert numbers_of(pattern, digits) == {
            int(text or 0) for text in texts if re.fullmatch(pattern, text)
        }


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["12[3-57]", "1[3-5]{2}", "1[35]?2", "12{2}[3-5]", "1?2[3-5](?:6[78]|9)?"]
)
def test_digits_before_a_class_belong_to_it_unless_a_count_follows(pattern):
    for digits in range(1, 6):
        matched = {number for number in range(10**digits) if re.fullmatch(pattern, f"{number:0{digits}d}")}
        assert numbers_of(pattern, digits) == matched


def test_an_anchor_takes_no_digit():
    assert ranges("([59]12)$|0") == {3: [(512, 513), (912, 913)], 1: [(0, 1)]}


def test_any_digits_behind_cost_no_ranges():
    assert ranges(r"7[0-4]\d{8}") == {10: [(7_000_000_000, 7_500_000_000)]}


def test_alternatives_stay_apart_though_they_touch():
    assert sorted(ranges("[0-4]|[5-9]")[1]) == [(0, 5), (5, 10)]


@pytest.mark.parametrize("pattern", ["a", "1+", "1*", "[^1]", ".", r"\w", "(?=1)1", "(1", "1)", "{2}", r"\1"])
def test_what_is_not_understood_is_refused(pattern):
    with pytest.raises(UnreadablePattern):
        ranges(pattern)


def test_a_pattern_of_too_many_ranges_is_refused():
    with pytest.raises(UnreadablePattern):
        ranges(r"\d{6}[1-9]")
