"""A guess at the region of national numbers, only for a hint to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneNumberFormat, PhoneNumberType

from validator.phone.cells import as_text

if TYPE_CHECKING:
    import polars as pl

# So many cells show as much as the whole list; each is read once for every region.
_SAMPLE = 20
# A region is named if it fits this share of the cells, and no other region fits clearly more.
_ENOUGH = 0.8
_AS_GOOD = 0.95
_MOST = 3
# Outside America, a small region that shares the calling code of a large one would always be named with it.
_AMERICA = 1
_REGIONS = tuple(
    region
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
    for region in (regions if code == _AMERICA else regions[:1])
    if region in phonenumbers.SUPPORTED_REGIONS
)
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def likely_regions(cells: pl.Series) -> tuple[str, ...]:
    """Return the regions whose mobile numbers the cells look like, best first; none if no region is clear.

    Each cell must be a mobile number in the national form of the region; punctuation in the region's own
    grouping counts half a cell more. The trunk prefix may be missing: spreadsheets drop zeros in front, and
    in India hardly anybody writes it.

    Args:
        cells: numbers without a country code; the first 20 distinct ones are used.

    Example:
        >>> likely_regions(pl.Series(["07400 123456", "07911 123456"]))
        ('GB',)
        >>> likely_regions(pl.Series(["9812345678", "7012345678"]))
        ('IN',)
    """
    texts = as_text(cells).get_column("text").str.strip_chars()
    sample = texts.filter(texts != "").unique(maintain_order=True).head(_SAMPLE).to_list()
    fits = {region: _fit(sample, region) for region in _REGIONS}
    best = max(fits.values(), default=0.0)
    if not sample or best < _ENOUGH * len(sample):
        return ()
    likely = [region for region in fits if fits[region] >= _AS_GOOD * best]
    return tuple(sorted(likely, key=lambda region: (-fits[region], region))) if len(likely) <= _MOST else ()


def _fit(sample: list[str], region: str) -> float:
    return sum(_fits(cell, region) for cell in sample)


def _fits(cell: str, region: str) -> float:
    try:
        number = phonenumbers.parse(cell, region)
    except NumberParseException:
        return 0.0
    if not phonenumbers.is_valid_number_for_region(number, region):
        return 0.0
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    digits, own_digits = map(phonenumbers.normalize_digits_only, (cell, national))
    trunk_prefix = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    is_whole = own_digits in {digits, trunk_prefix + digits}
    if not is_whole or phonenumbers.number_type(number) not in _MOBILE:
        return 0.0
    return 1.5 if national == cell else 1.0
