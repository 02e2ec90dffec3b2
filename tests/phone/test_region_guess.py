"""The guess at the region of national numbers."""

import random

import phonenumbers
import polars as pl
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from validator.phone import likely_regions


def mobiles(region, count=30):
    """Valid mobile numbers of a region, as people there write them."""
    dice = random.Random(region)
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    lead = example.national_number // 10**5
    found = []
    while len(found) < count:
        number = phonenumbers.PhoneNumber(example.country_code, int(f"{lead}{dice.randrange(10**5):05d}"))
        if phonenumbers.is_valid_number_for_region(number, region):
            found.append(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    return pl.Series(found)


@pytest.mark.parametrize("region", ["BR", "CN", "DE", "EG", "GB", "IN", "IT", "MX", "NG", "PK", "TR", "US"])
def test_numbers_as_people_write_them_name_their_region(region):
    assert likely_regions(mobiles(region))[0] == region


@pytest.mark.parametrize(
    ("cells", "regions"),
    [
        (["9812345678", "8712345678", "7012345678", "9312345678", "6312345678"], ("IN",)),
        (["3001234567", "3211234567", "3451234567", "3331234567"], ("PK",)),
        (["81212345678", "85712345678", "81312345678"], ("ID",)),
        (["15112345678", "17112345678", "17612345678"], ("CN", "DE")),
        (["7400123456", "7400654321"], ("GB", "IN", "IQ")),
    ],
)
def test_numbers_that_have_lost_their_zero_name_every_region_they_fit(cells, regions):
    assert likely_regions(pl.Series(cells)) == regions


def test_numbers_that_many_regions_have_name_none():
    assert likely_regions(pl.Series(["0612345678", "0698765432"])) == ()


def test_cells_that_are_no_numbers_name_none():
    assert likely_regions(pl.Series(["Ann", "", None, "12"])) == ()
