"""Calling codes and numbering plans as small numbers for columns. Nothing here loads metadata."""

from __future__ import annotations

import phonenumbers
import polars as pl
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

# A lot is all numbers of one calling code and length. Its id is this times the code, plus the count of
# national digits.
LOT_SPAN = 100

REGIONS = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
REGION = pl.Enum(REGIONS)

_MOST_CODE_DIGITS = 3
_NOWHERE = sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
_REGION_PLACES = {region: place for place, region in enumerate(REGIONS)}


def plan_of(code: int, region: str) -> int:
    """Return the index of a plan: the region's, or one after all regions for a code without a country."""
    return _REGION_PLACES[region] if region in _REGION_PLACES else len(REGIONS) + _NOWHERE.index(code)


def _codes_of_leads() -> list[int]:
    """phonenumberutil._extract_country_code, for each three digits; zero for none.

    No calling code begins with another one.
    """
    codes = [0] * 10**_MOST_CODE_DIGITS
    for code in COUNTRY_CODE_TO_REGION_CODE:
        span = 10 ** (_MOST_CODE_DIGITS - len(str(code)))
        codes[code * span : (code + 1) * span] = [code] * span
    return codes


_CODES = {
    plan_of(code, one): code for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() for one in regions
}
_MAIN_PLANS = {code: plan_of(code, regions[0]) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}
PLAN_COUNT = len(_CODES)
# The plan of a column `region` (the Enum `REGION`), which has the plan's index.
PLAN_OF_REGION = pl.col("region").to_physical().cast(pl.UInt32).alias("plan")

# The calling code (or zero) by the first three digits; the code of each plan; the main plan and the count of
# digits of each code.
LEAD_DIGITS = _MOST_CODE_DIGITS
CODE_OF_LEAD = pl.Series(_codes_of_leads(), dtype=pl.UInt32)
CODE_OF_PLAN = pl.Series([_CODES[place] for place in range(PLAN_COUNT)], dtype=pl.UInt32)
MAIN_PLAN_OF_CODE = pl.Series([_MAIN_PLANS.get(code) for code in range(10**LEAD_DIGITS)], dtype=pl.UInt32)
DIGITS_OF_CODE = pl.Series([len(str(code)) for code in range(10**LEAD_DIGITS)], dtype=pl.UInt32)
