"""What holds for every number and every text."""

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tests.support.forms import amount
from validator.model import MAX_DIGITS, MIN_DIGITS, Reason
from validator.phone import Accept, normalise

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)


def examples():
    for region in REGIONS:
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None and phonenumbers.is_valid_number(example):
                yield region, example


def e164(example):
    return int(phonenumbers.format_number(example, PhoneNumberFormat.E164)[1:])


@pytest.mark.slow
@pytest.mark.parametrize("style", FORMATS)
def test_every_regions_examples_come_back_from_every_format(style):
    # In Gabon a zero before seven digits may be the first digit, or the trunk prefix of the plan before 2019.
    written = [one for one in examples() if one[0] != "GA" or style != PhoneNumberFormat.NATIONAL]
    rows = [(region, phonenumbers.format_number(one, style), e164(one)) for region, one in written]
    regions, cells, expected = (pl.Series(column) for column in zip(*rows, strict=True))
    assert normalise(cells, regions).get_column("number").to_list() == expected.to_list()


@pytest.mark.slow
def test_every_regions_examples_come_back_from_whatsapps_spellings():
    expected = [e164(one) for _, one in examples()]
    for spelling in (
        "{}@s.whatsapp.net",
        "https://wa.me/{}",
        "whatsapp://send?phone={}",
        "whatsapp:+{}",
        "00{}",
    ):
        cells = pl.Series([spelling.format(digits) for digits in expected])
        assert normalise(cells).get_column("number").to_list() == expected


def test_without_a_region_bare_digits_are_their_own_number_or_none():
    expected = pl.Series([e164(one) for _, one in examples()])
    found = normalise(expected.cast(pl.String))
    assert (found["number"].is_null() | (found["number"] == expected)).all()
    assert set(found["reason"].drop_nulls()) == {Reason.NO_COUNTRY}


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789+() -./,;x@#*eE\u00a0\u200e\u0663\uff14", max_size=40),
    st.from_regex(
        r"(tel:|wa\.me/|\+|00|011)?[0-9 ().-]{1,20}(;ext=|@c\.us|@lid| or |/)?[0-9]{0,14}", fullmatch=True
    ),
)


@pytest.mark.slow
@settings(max_examples=amount(50, 200))
@given(cell=ANY_TEXT, region=st.sampled_from([None, *REGIONS]), accept=st.sampled_from(Accept))
def test_any_text_is_a_number_in_bounds_or_has_a_reason(outcome, cell, region, accept):
    answer = outcome(cell, region, accept)
    if isinstance(answer, int):
        assert MIN_DIGITS <= len(str(answer)) <= MAX_DIGITS
        parsed = phonenumbers.parse(f"+{answer}")
        assert phonenumbers.is_possible_number(parsed)
        assert accept is Accept.POSSIBLE or phonenumbers.is_valid_number(parsed)
    else:
        assert answer in set(Reason)


@pytest.mark.slow
@settings(max_examples=amount(20, 50))
@given(rows=st.lists(st.tuples(ANY_TEXT | st.none(), st.sampled_from([None, "GB", "US", "??"])), max_size=12))
def test_a_column_answers_like_its_rows_in_their_order(rows):
    def answer(some):
        cells = pl.Series([cell for cell, _ in some], dtype=pl.String)
        return normalise(cells, pl.Series([region for _, region in some], dtype=pl.String)).rows()

    assert answer(rows) == [row for one in rows for row in answer([one])]


@pytest.mark.slow
@settings(max_examples=amount(50, 100))
@given(digits=st.from_regex(r"\+[1-9][0-9]{4,13}", fullmatch=True), region=st.sampled_from(REGIONS))
def test_what_libphonenumber_reads_as_valid_behind_a_plus_is_read_the_same(outcome, digits, region):
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_valid_number(parsed):
        assert outcome(digits, region) == e164(parsed)
