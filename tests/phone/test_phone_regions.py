import pytest

from validator.errors import UsageError
from validator.phone import parse_region


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
    ],
)
def test_a_region_is_given_as_iso_code_or_calling_code(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize(
    "text", ["", "ZZ", "XX", "GBR", "Germany", "+999", "+800", "000", "44.0", "+", "\u0661"]
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
