import polars as pl
import pytest
from phonenumbers import SUPPORTED_REGIONS

from validator.errors import UsageError
from validator.phone import calling_codes, parse_region
from validator.phone.regions import countries

PAIRS = countries._ALPHA_3.split()


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("GB", "GB"),
        ("gb", "GB"),
        (" Br ", "BR"),
        ("UK", "GB"),
        ("el", "GR"),
        ("+44", "GB"),
        ("44", "GB"),
        ("0044", "GB"),
        ("+1", "US"),
        ("001", "US"),
        ("7", "RU"),
        ("+353", "IE"),
        ("XK", "XK"),
        ("GBR", "GB"),
        ("deu", "DE"),
        ("XKX", "XK"),
        ("Germany", "DE"),
        (" DEUTSCHLAND ", "DE"),
        ("Brasil", "BR"),
        ("MEXICO", "MX"),
        ("México", "MX"),
        ("Türkiye", "TR"),
        ("turkiye", "TR"),
        ("Italia", "IT"),
        ("Frankreich", "FR"),
        ("Pays-Bas", "NL"),
        ("The Netherlands", "NL"),
        ("Polska", "PL"),
        ("Россия", "RU"),
        ("Україна", "UA"),
        ("السعودية", "SA"),
        ("ישראל", "IL"),
        ("भारत", "IN"),
        ("Indonesia", "ID"),
        ("Việt Nam", "VN"),
        ("ประเทศไทย", "TH"),
        ("中国", "CN"),
        ("日本", "JP"),
        ("대한민국", "KR"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("Great Britain", "GB"),
        ("Côte d’Ivoire", "CI"),  # noqa: RUF001 - as Word puts it
        ("Korea, Republic of", "KR"),
    ],
)
def test_a_region_is_given_as_a_code_a_calling_code_or_a_name(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize(
    "text", ["", "ZZ", "XX", "GBX", "Atlantis", "the", "+999", "+800", "000", "44.0", "+", "\u0661"]
)
def test_an_unknown_region_is_named_with_the_remedy(text):
    with pytest.raises(UsageError) as refused:
        parse_region(text)
    assert repr(text) in str(refused.value)
    assert "ISO 3166" in str(refused.value)


def test_a_long_word_is_not_repeated_in_full():
    with pytest.raises(UsageError) as refused:
        parse_region("x" * 10_000)
    assert len(str(refused.value)) < 200


def test_every_region_but_two_islands_has_its_three_letters():
    known = {region for region in SUPPORTED_REGIONS if any(pair.startswith(region) for pair in PAIRS)}
    assert set(SUPPORTED_REGIONS) - known == {"AC", "TA"}
    assert all(parse_region(pair[2:]) == pair[:2] for pair in PAIRS)


def test_no_name_is_that_of_two_regions():
    regions = {}
    for region, name in countries._named():
        regions.setdefault(countries._key(name), set()).add(region)
    assert {name: some for name, some in regions.items() if len(some) > 1} == {}
    assert "" not in regions


def test_each_region_knows_its_calling_code_by_whatever_it_is_named():
    words = pl.Series(["GB", "Canada", "+1", "USA", "nowhere", None, " "])
    assert calling_codes(words).to_list() == [44, 1, 1, 1, None, None, None]
