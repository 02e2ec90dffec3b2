"""Numbers WhatsApp spells its own way: which are one subscriber for certain, and which only asked about."""

import phonenumbers
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.forms import amount
from validator.phone import RECOVERIES, normalise, other_spelling
from validator.phone.cell.national_variants import SPELLING_NAMES, SPELLINGS
from validator.phone.cell.numbering import is_valid

MX, BR, AR = 522221234567, 5511961234567, 5491123456789
AREAS = [area for area in range(11, 100) if is_valid(f"+55{area}961234567", None)]


def other(number):
    asked = pl.DataFrame({"number": [number]}, {"number": pl.UInt64})
    return asked.select(other_spelling(pl.col("number"))).item()


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("+5212221234567", None, MX),
        ("+52 1 222 123 4567", "US", MX),
        ("+52 (1) 222-123-4567", None, MX),
        ("0052 1 222 123 4567", "DE", MX),
        ("5212221234567", None, MX),
        ("5212221234567", "MX", MX),
        ("5212221234567@s.whatsapp.net", None, MX),
        ("https://wa.me/5212221234567", "GB", MX),
        ("Cel: 044 222 123 4567", "MX", MX),
        ("045 222 123 4567", "MX", MX),
        ("01 (222) 123-4567", "MX", MX),
        ("222 123 4567", "MX", MX),
        # only in Mexico, only before ten digits that are a number, and not where it may be America's 1
        ("044 222 123 4567", "GB", "too_long"),
        ("044 222 123 4567", None, "no_country"),
        ("+52 1 222 123 456", None, "not_in_plan"),
        ("+52 1 100 123 4567", None, "too_long"),
        ("1 551 234 5678", "MX", "ambiguous"),
        ("1 55 1234 5678", "MX", 525512345678),
        ("1 222 123 4567", "MX", 522221234567),
        ("1 202 555 0123", "MX", 12025550123),
        ("+52 044 222 123 4567", None, "too_long"),
    ],
)
def test_mexicos_dropped_prefixes_are_passed_over(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("+55 11 6123-4567", None, BR),
        ("+551181234567", None, 5511981234567),
        ("+551191234567", "DE", 5511991234567),
        ("+55 (0)11 6123-4567", "DE", BR),
        ("551161234567", None, BR),
        ("551161234567@c.us", None, BR),
        ("11 6123-4567", "BR", BR),
        ("(011) 6123-4567", "BR", BR),
        ("+55 11 96123-4567", None, BR),
        # what begins with 2 to 5 is a landline, with 7 somebody's own number, and area 10 is none
        ("+55 11 2123-4567", None, 551121234567),
        ("+55 11 7123-4567", None, 551171234567),
        ("+55 10 6123-4567", None, "not_in_plan"),
        ("11 6123-4567", "PT", "too_long"),
        ("6123-4567", "BR", "not_in_plan"),
    ],
)
def test_brazils_ninth_digit_is_put_back_where_it_is_certain(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("+54 9 11 15-2345-6789", None, AR),
        ("+54 9 011 15 2345 6789", None, AR),
        ("549111523456789", "DE", AR),
        ("9 11 15 2345-6789", "AR", AR),
        ("+54 9 343 15 555-1212", None, 5493435551212),
        ("+54 11 15 2345-6789", None, AR),
        ("011 15-2345-6789", "AR", AR),
        ("+54 9 11 2345-6789", None, AR),
        ("11 2345-6789", "AR", 541123456789),
        ("+54 9 11 16-2345-6789", None, "too_long"),
    ],
)
def test_argentinas_two_marks_of_a_mobile_number_are_read_as_one(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (MX, 5212221234567),
        (5212221234567, None),
        (528001234567, None),  # toll-free
        (BR, 551161234567),
        (551161234567, None),
        (5511921234567, None),  # without its 9 a landline
        (5511971234567, None),  # without its 9 perhaps somebody else's
        (AR, 541123456789),
        (541123456789, AR),
        (447400123456, None),
        (5217, None),
        (None, None),
    ],
)
def test_the_other_spelling_is_the_one_whatsapp_may_know(number, expected):
    assert other(number) == expected


@settings(max_examples=amount(25, 100))
@given(st.sampled_from(AREAS), st.sampled_from("689"), st.integers(0, 10**7 - 1))
@pytest.mark.slow
def test_brazils_other_spelling_is_read_as_the_number_itself(area, first, rest):
    number = int(f"55{area}9{first}{rest:07d}")
    assert normalise(pl.Series([f"+{other(number)}"]))["number"].to_list() == [number]


@settings(max_examples=amount(25, 100))
@given(st.integers(10**9, 10**10 - 1))
@pytest.mark.slow
def test_mexicos_other_spelling_is_read_as_the_number_itself(national):
    number = 52 * 10**10 + national
    assume(is_valid(f"+{number}", None) and other(number))
    assert normalise(pl.Series([f"+{other(number)}"]))["number"].to_list() == [number]


@given(st.integers(10**9, 10**10 - 1), st.sampled_from([54, 549]))
def test_argentinas_spellings_are_each_the_other_of_the_other(national, lead):
    number = lead * 10**10 + national
    assert other(other(number)) == number


def test_nowhere_else_is_there_another_spelling():
    for region in phonenumbers.SUPPORTED_REGIONS - {"MX", "BR", "AR"}:
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if example is not None:
            number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert other(int(number[1:])) is None


def test_each_is_a_recovery_under_its_name():
    names = [name for name, _ in SPELLING_NAMES]
    assert [one.name for one in RECOVERIES[-len(names) :]] == names
    assert list(dict.fromkeys(one.name for one in SPELLINGS)) == names
