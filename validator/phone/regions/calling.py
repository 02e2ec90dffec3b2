"""Calling codes: the region of a code, with the area code if several countries share it."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, PhoneNumberType

# The shared code of North America, and an area code behind it: three digits, the first not 0 or 1.
_NORTH_AMERICA = 1
_AREA = re.compile(r"1([2-9][0-9]{2})", re.ASCII)
# A subscriber's number that any area may have. Ranges for all of North America (800) belong to no country.
_SUBSCRIBER = 234_5678
_SUBSCRIBERS = 10_000_000
_SHARED = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.VOIP,
}
# A calling code, and what some lists put after it. A point is only allowed as in 91.0: 4.4 is not 44.
_CODE = re.compile(r"\(?(?:\+|00)?\s?\(?([1-9][0-9]{0,2})\)?([\s-]*)\(?([0-9]{0,4})\)?", re.ASCII)
_MOST_DIGITS = 3
# Programs write a column of integers with gaps so, after reading it as floats.
_WHOLE_FLOAT = re.compile(r"([1-9][0-9]{0,3})[.,]0{1,2}", re.ASCII)


def digits_of_code(text: str) -> str | None:
    """Return the digits of `+44`, `0044`, `44`, `44.0`, `1-809` or `+1 (809)`, or None for anything else."""
    whole = _WHOLE_FLOAT.fullmatch(text)
    code = _CODE.fullmatch(whole[1] if whole else text)
    if code is None or (code[2] and int(code[1]) not in COUNTRY_CODE_TO_REGION_CODE):
        return None
    return code[1] + code[3]


def region_of_calling_code(digits: str) -> str | None:
    """Return the main region of a calling code, or of a North American area code after a 1, or None."""
    if area := _AREA.fullmatch(digits):
        return _region_of_area(int(area[1]))
    return phonenumbers.region_code_for_country_code(int(digits)) if len(digits) <= _MOST_DIGITS else None


def may_call(digits: str, region: str) -> bool:
    """Return whether the region's numbers begin so: with its calling code, or with that and an area code."""
    code = str(phonenumbers.country_code_for_region(region))
    if code == str(_NORTH_AMERICA) and digits != code:
        return region_of_calling_code(digits) == region
    # Guernsey is +44-1481: the digits after a shared calling code show the region.
    is_main = phonenumbers.region_code_for_country_code(int(code)) == region
    return digits == code or (digits.startswith(code) and not is_main)


@cache
def _region_of_area(area: int) -> str | None:
    number = PhoneNumber(country_code=_NORTH_AMERICA, national_number=area * _SUBSCRIBERS + _SUBSCRIBER)
    region = phonenumbers.region_code_for_number(number)
    return None if phonenumbers.number_type(number) in _SHARED else region
