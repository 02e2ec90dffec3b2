"""A country that stands beside a number in its cell."""

import polars as pl
import pytest

from validator.phone import normalise
from validator.phone.normalise import WORTH_BULK_CELLS

IN_CELLS = [
    ("NL 06 12345678", "DE", 31612345678),
    ("AU: 0412 345 678", "GB", 61412345678),
    ("0664 1234567 (Austria)", "DE", 436641234567),
    ("[IT] 312 345 6789", "FR", 393123456789),
    ("Österreich - 0664 1234567", "DE", 436641234567),
    ("0504 123 4567 Türkiye", "US", 905041234567),
    ("🇳🇱 06 12345678", "BE", 31612345678),
    ("UAE 050 123 4567", "IN", 971501234567),
    ("BR (11) 91234-5678", "MX", 5511912345678),
    ("NL 31612345678", "DE", 31612345678),
    ("DE 49 171 5550101", "AT", 491715550101),
    # In the groups of both countries.
    ("UK 07911 123456", "DE", 447911123456),
    ("07911 123456 (GB)", "AT", 447911123456),
    # Without a region, too.
    ("IN 98765 43210", None, 919876543210),
    # The digits are none of that country.
    ("NL 01715550101", "DE", "not_in_plan"),
    # It may be a word, and the number is valid in both countries, or in one.
    ("PH 9171234567", "IN", "not_a_number"),
    ("India 7012345678", "US", "not_a_number"),
    ("PH 0917 123 4567", "US", 639171234567),
    # Codes that are also forms of companies.
    ("AT 0664 1234567", "DE", 436641234567),
    ("0701 234567 SE", "DE", 46701234567),
    ("FO 211234", "DE", 298211234),
    # States, people, labels and languages are no countries.
    ("DE 302-555-0101", "US", 13025550101),
    ("Chad 2025550101", "US", 12025550101),
    ("India 202-555-0101", "US", 12025550101),
    ("PH 917 555 0101", "US", 19175550101),
    ("NO 7911123456", "GB", 447911123456),
    # A plus sign decides by itself.
    ("NL +49 171 5550101", "FR", 491715550101),
    ("NL 0031 6 12345678", "DE", 31612345678),
]


@pytest.mark.parametrize(("cell", "region", "expected"), IN_CELLS)
def test_a_country_beside_a_number_is_its_region(outcome, cell, region, expected):
    assert outcome(cell, region) == expected


def test_of_two_countries_the_first_counts(outcome):
    assert outcome("NL 06 12345678 DE", "FR") == 31612345678
    assert outcome("DE 0171 5550101 NL", "FR") == 491715550101


def test_long_columns_are_read_alike():
    cells, regions, expected = (list(column) for column in zip(*IN_CELLS, strict=True))
    filler = [f"0170 {number:07d}" for number in range(WORTH_BULK_CELLS)]
    column = pl.Series(cells + filler)
    found = normalise(column, pl.Series(regions + ["DE"] * len(filler))).head(len(cells))
    assert [number or reason for number, reason in found.select("number", "reason").iter_rows()] == expected


def test_a_region_of_the_row_that_is_unknown_does_not_matter():
    found = normalise(pl.Series(["NL 06 12345678"]), pl.Series(["somewhere"]))
    assert found["number"].to_list() == [31612345678]
