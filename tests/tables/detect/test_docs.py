"""What is written about columns is so."""

from pathlib import Path

import pytest

from validator.phone import parse_region
from validator.tables.detect.phone_words import names_phone
from validator.tables.detect.region_words import names_region

PAGE = (Path(__file__).parents[3] / "docs" / "columns.md").read_text(encoding="utf-8")


def code_words(beginning):
    """The code words of the paragraph or list item that begins so."""
    text = PAGE[PAGE.index(beginning) :].replace("\n- ", "\n\n").replace("\n2. ", "\n\n")
    return text.partition("\n\n")[0].split("`")[1::2]


@pytest.mark.parametrize("header", code_words("1. the header says phone"))
def test_its_phone_headers_are_some(header):
    assert names_phone(header)


@pytest.mark.parametrize("header", code_words("country (`Land`")[:4])
def test_its_region_headers_are_some(header):
    assert names_region(header)


@pytest.mark.parametrize(
    ("beginning", "regions"),
    [
        ("- an ISO 3166-1 code", ["GB", "GB", "GB"]),
        ("- a calling code", ["GB", "GB", "GB", "GB", "US", "RU", "GB", "DO", "JM"]),
        ("- a name, in a hundred", ["GB", "GB", "GB", "DE", "BR", "RU", "JP", "TT", "AT"]),
        ("- several of these", ["GB", "IN", "IN", "IN", "DE"]),
        ("- a name in another order", ["BS", "KR", "TZ"]),
        ("- the sign of a vehicle", ["AT", "DE"]),
    ],
)
def test_its_regions_are_read_as_it_says(beginning, regions):
    assert [parse_region(word) for word in code_words(beginning)] == regions
