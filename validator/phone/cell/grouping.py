"""Grouping: whether digits are grouped as their own country writes its numbers."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
)

from validator.model import MIN_DIGITS, LineType
from validator.pattern import Pattern
from validator.phone.cell.numbering import Line, full_digits, is_valid, look_up, mobile_lengths

_RUN_OF_DIGITS = re.compile("[0-9]+")
# One or two digits before three groups or more, or one to four after any. The pattern means the same in Rust
# and in Python.
BESIDE = r"^\W*[0-9]{1,2}\W+(?:[0-9]+\W+){2,}[0-9]+\W*$|^\W*(?:[0-9]+\W+)+[0-9]{1,4}\W*$"
_FEWEST_GROUPS, _MOST_BEFORE, _MOST_BEHIND = 3, 2, 4
# With fewer digits, many foreign numbers would begin with a number of the region.
_FEWEST_WHOLE = 8
# After a slash are the last digits of a second number, where it differs from the first, or an extension.
_SLASH = Pattern(r"/\W*[0-9]+\W*$")
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# The most digits that a national form adds and leaves out: Argentina's `011 15-2345-6789` does both.
ADDED_DIGITS, LEFT_OUT_DIGITS = 3, 1
_BESIDE = Pattern(BESIDE)
# The last digit alone, two behind the only dash, or three behind seven in a group. The pattern means the
# same in Rust and in Python.
STRAY_DIGIT = r"[0-9][ .-]+[0-9][^0-9]*$|^[^-]*[0-9]-[0-9]{2}[^0-9]*$|[0-9]{7} [0-9]{2,3}[^0-9]*$"
_STRAY_DIGIT = re.compile(STRAY_DIGIT)
# Apart from all others.
_APART = Pattern(r" - [0-9][^0-9]*$|^[^-]*-[0-9]{1,2}[^0-9]*$|[0-9]{7} [0-9]{2,3}[^0-9]*$")
# Lengths of equal groups behind an area code, and how many of them show that all digits are grouped so.
_LEAVING_ONE_OVER, _FEWEST_RUN = (2, 3), 2
# Digits that are split within their calling code, so that they do not begin with one: `3 612345678` is not
# from Hungary. Of a code with three digits, two may come first. The pattern means the same in Rust and in
# Python.
_LONG_CODES = sorted({str(code)[:2] for code in COUNTRY_CODE_TO_REGION_CODE if code > 99})  # noqa: PLR2004
CUT_CODE = rf"^[^0-9+]*(?:[2-689]|{'|'.join(_LONG_CODES)})[^0-9]+[0-9]"
_CUT_CODE = Pattern(CUT_CODE)
# The number of a list item, which is not part of the phone number. `1- ` and `1/ ` may also be a calling
# code. The pattern means the same in Rust and in Python.
LIST_ITEM = r"^[1-9][0-9]{0,2} ?[).:/-]\s"
_LISTED = Pattern(r"[1-9][0-9]{0,2}([).:/-])\s+(.*[0-9])\W*")
_ONLY_OF_ITEMS = frozenset(").:")
# The texts that `holds_no_code` may be true for. The pattern means the same in Rust and in Python.
MAY_HOLD_NO_CODE = f"{CUT_CODE}|{BESIDE}|{LIST_ITEM}"


def spells_own_grouping(text: str, number: int, region: str) -> bool:
    """Return whether the text groups its digits as the region writes this number.

    It proves nothing if the digits with a plus sign have the same groups: Singapore writes `65 8123 4567`.
    """
    groups = groups_of(text)
    if not _may_be_grouped("-".join(groups), region):
        return False
    parsed = _parsed(number, region)
    national = groups == groups_of(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    own = national or groups == _international(parsed)[1:]
    return own and groups != _abroad(groups)


def spells_grouping_of(text: str, number: int) -> bool:
    """Return whether the text groups its digits as the number's country writes it.

    It proves nothing if a group is the calling code again, with or without a zero: `+95 95 221 783`.
    """
    groups, parsed = groups_of(text.replace("(0)", "")), phonenumbers.parse(f"+{number}")
    national = groups_of(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    code = str(parsed.country_code)
    of_code = any(group.lstrip("0") == code for group in (national[0], _international(parsed)[1]))
    return not of_code and groups in (national, _international(parsed))


def stands_beside(text: str, region: str) -> bool:
    """Return whether the text is a number of the region, and a few digits before or after it.

    The number is in the region's own groups, with one or two digits before it or one to four after it. It may
    also be a mobile number or one with all its digits, in one group, or in any groups that do not begin with
    a calling code or are before a slash. Digits that another country groups so are its number: Nigeria's
    `234 811 182 7703`. A mobile number may also follow the number of a list item.
    """
    if _may_follow_item(text, region):
        return True
    if not _BESIDE.search(text):
        return False
    groups, slash = groups_of(text), _SLASH.search(text) is not None
    return _holds_own(groups, region, slash=slash) and (slash or groups != _abroad(groups))


def _holds_own(groups: list[str], region: str, *, slash: bool) -> bool:
    """Return whether the groups but the first, the last, or the last two are a number of the region."""
    first, *others = groups
    if len(first) <= _MOST_BEFORE and _is_own(" ".join(others), region):
        return True
    # `9-17` and `1/2` are two groups.
    most_behind = 2 if len("".join(groups[-2:])) <= _MOST_BEHIND else 1
    numbers = [groups[:-count] for count in range(1, most_behind + 1) if len(groups) > count]
    return any(_is_own(" ".join(one), region) or _is_whole(one, region, grouped=not slash) for one in numbers)


def ends_in_stray_digit(text: str) -> bool:
    """Return whether the last digit stands alone, and the groups before it are not written to leave one over.

    No country groups its numbers so. People do who write all digits behind the area code in pairs or threes:
    `0171 55 50 10 1`. One digit or two behind the only dash stand alone, too, and up to three behind seven.
    """
    if not _STRAY_DIGIT.search(text):
        return False
    *lengths, last = (len(group) for group in groups_of(text))
    if sum(lengths) < MIN_DIGITS:
        return False
    if last > 1 or _APART.search(text):
        return _APART.search(text) is not None
    run = next((place for place, one in enumerate(reversed(lengths)) if one != lengths[-1]), len(lengths))
    ahead = len(lengths) - run - ("+" in text)
    return lengths[-1] not in _LEAVING_ONE_OVER or run < _FEWEST_RUN or ahead > 1


def holds_no_code(text: str, region: str | None) -> bool:
    """Return whether the text's first digits are no calling code that lost its plus sign.

    The digits are split within what would be the code, or are a number of the region and digits beside it.
    """
    return _CUT_CODE.match(text) is not None or (region is not None and stands_beside(text, region))


def without_item(text: str, region: str) -> str | None:
    """Return the region's mobile number behind the number of a list item, if that is no part of a number.

    The whole may also be a number of the region, or one of another country that lost its plus sign. Then only
    a number in the region's own groups counts.
    """
    listed = _LISTED.fullmatch(text)
    if not listed or listed[1] not in _ONLY_OF_ITEMS or not _is_mobile(listed[2], region):
        return None
    is_part = is_valid(text, region) or is_valid(f"+{''.join(groups_of(text))}", None)
    return listed[2] if not is_part or _is_own(listed[2], region) else None


def _may_follow_item(text: str, region: str) -> bool:
    """Return whether a mobile number of the region is behind what may be the number of a list item."""
    listed = _LISTED.fullmatch(text)
    return listed is not None and _is_mobile(listed[2], region)


def _is_mobile(text: str, region: str) -> bool:
    line = look_up(text, region)
    return isinstance(line, Line) and line.line_type in (LineType.MOBILE, LineType.FIXED_OR_MOBILE)


def _is_own(text: str, region: str) -> bool:
    if len("".join(groups_of(text))) not in _own_digits(region):  # the usual case: parsing takes much longer
        return False
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException:
        return False
    own = groups_of(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    return groups_of(text) == own and len(own) >= _FEWEST_GROUPS and phonenumbers.is_valid_number(parsed)


def _is_whole(groups: list[str], region: str, *, grouped: bool) -> bool:
    """Return whether the groups are a number of the region without its trunk prefix, with all its digits.

    Args:
        groups: digits.
        region: ISO 3166 alpha-2.
        grouped: whether groups that begin with a calling code have to be those in which the region writes the
            number.
    """
    digits = "".join(groups)
    # The usual case; parsing takes much longer.
    if digits.startswith("0") or len(digits) not in _whole_digits(region):
        return False
    parsed = phonenumbers.PhoneNumber(
        phonenumbers.country_code_for_region(region), national_number=int(digits)
    )
    kind = phonenumbers.number_type(parsed)
    is_full = kind in _MOBILE or (kind != PhoneNumberType.UNKNOWN and len(digits) == full_digits(region))
    is_free = not grouped or len(groups) == 1 or int(groups[0]) not in COUNTRY_CODE_TO_REGION_CODE
    return is_full and (is_free or groups == _international(parsed)[1:])


@cache
def _whole_digits(region: str) -> frozenset[int]:
    """Return how many digits the numbers have that `_is_whole` sees."""
    lengths = {*mobile_lengths(region), full_digits(region)}
    return frozenset(length for length in lengths if length >= _FEWEST_WHOLE)


@cache
def _own_digits(region: str) -> range:
    """Return the possible counts of digits of national forms under the region's calling code."""
    code = phonenumbers.country_code_for_region(region)
    plans = (PhoneMetadata.metadata_for_region(one, None) for one in COUNTRY_CODE_TO_REGION_CODE[code])
    kinds = [plan.general_desc for plan in plans if plan]
    lengths = [length for kind in kinds if kind for length in kind.possible_length]
    return range(min(lengths) - LEFT_OUT_DIGITS, max(lengths) + ADDED_DIGITS + 1)


def _parsed(number: int, region: str) -> phonenumbers.PhoneNumber:
    code = phonenumbers.country_code_for_region(region)
    national = str(number).removeprefix(str(code))
    return phonenumbers.PhoneNumber(
        code, national_number=int(national), italian_leading_zero=national.startswith("0") or None
    )


def _abroad(groups: list[str]) -> list[str]:
    """Return the groups of the digits with a plus sign; empty if the first is not a calling code."""
    if int(groups[0]) not in COUNTRY_CODE_TO_REGION_CODE:  # the usual case: parsing takes much longer
        return []
    try:
        parsed = phonenumbers.parse(f"+{''.join(groups)}")
    except NumberParseException:
        return []
    return _international(parsed)


def _international(parsed: phonenumbers.PhoneNumber) -> list[str]:
    return groups_of(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def _may_be_grouped(groups: str, region: str) -> bool:
    """Return whether some format of the region has groups of these lengths, which is a quick test."""
    return "-" in groups and _forms(region).fullmatch(groups) is not None


@cache
def _forms(region: str) -> re.Pattern[str]:
    plan = PhoneMetadata.metadata_for_region(region, None)
    main = phonenumbers.region_code_for_country_code(phonenumbers.country_code_for_region(region))
    plan = plan if plan and plan.number_format else PhoneMetadata.metadata_for_region(main, None)
    forms = [*plan.number_format, *plan.intl_number_format] if plan else []
    return re.compile("|".join((form.pattern or "").replace(")(", ")-?(") for form in forms))


def groups_of(text: str) -> list[str]:
    """Return the runs of ASCII digits in a text."""
    return _RUN_OF_DIGITS.findall(text)
