"""Digits beside a number in its country's own groups."""

import re

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from validator.phone.cell.grouping import ADDED_DIGITS, groups_of, stands_beside

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def test_no_national_form_adds_more_digits_than_are_looked_for():
    forms = [
        f"{form.format}{form.national_prefix_formatting_rule or ''}"
        for region in REGIONS
        for form in PhoneMetadata.metadata_for_region(region, None).number_format
    ]
    assert max(len(re.findall("[0-9]", re.sub(r"\\[0-9]", "", form))) for form in forms) == ADDED_DIGITS


@pytest.mark.parametrize("kind", [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
def test_a_count_beside_a_number_of_any_region_is_seen(kind):
    examples = ((region, phonenumbers.example_number_for_type(region, kind)) for region in REGIONS)
    for region, example in examples:
        national = example and phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        if national and len(groups_of(national)) > 2:
            assert stands_beside(f"{national} 2", region), (region, national)


def test_two_numbers_are_no_number_and_a_count():
    assert not stands_beside("22 15 45 92 22 10 90 13", "MR")
    assert not stands_beside("8 029 490-92-17919229", "BY")
