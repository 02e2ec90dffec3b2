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


@pytest.mark.parametrize("region", ["IN", "GB", "BR", "NG", "MX", "DE", "CN"])
@pytest.mark.parametrize("beside", ["/2", " / 23", "-234", " - 2345", " 23", " (2)", " 1/2", " 9-17"])
def test_the_last_digits_of_a_second_number_are_seen(region, beside):
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    digits = phonenumbers.national_significant_number(example)
    _, *groups = groups_of(phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL))
    assert stands_beside(f"{digits}{beside}", region)
    assert stands_beside(f"{' '.join(groups)}{beside}", region)


def test_a_part_of_an_international_number_is_no_number_beside_digits():
    assert not stands_beside("91 81234 56789", "IN")
    assert not stands_beside("234 811 182 7703", "US")
    assert not stands_beside("380 50 123 45 67", "US")
    assert not stands_beside("599 770 2597", "AD")
    assert stands_beside("81234/56789/12", "IN")
