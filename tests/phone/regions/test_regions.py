import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS

from validator.errors import UsageError
from validator.phone import calling_codes, parse_region
from validator.phone.regions import countries
from validator.phone.regions.spelling import name_key

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
        ("u k", "GB"),
        ("U.S.", "US"),
        ("United States of America", "US"),
        ("Great Britain", "GB"),
        ("Côte d’Ivoire", "CI"),  # noqa: RUF001 - as Word puts it
        ("Korea, Republic of", "KR"),
        ("Trinidad & Tobago", "TT"),
        ("St. Kitts & Nevis", "KN"),
        ("Hong Kong SAR China", "HK"),
        ("Hong Kong S.A.R.", "HK"),
        ("Macao SAR", "MO"),
        ("Myanmar (Burma)", "MM"),
        ("Congo - Kinshasa", "CD"),
        ("Republic of Ireland", "IE"),
        ("Kingdom of Denmark", "DK"),
        ("Republic of China", "TW"),
        ("People's Republic of China", "CN"),
        ("Oesterreich", "AT"),
        ("Daenemark", "DK"),
        ("A", "AT"),
        ("D", "DE"),
        ("91.0", "IN"),
        (" 49.00 ", "DE"),
        ("351,0", "PT"),
        ("1876.0", "JM"),
        ("Áo", "AT"),
        ("AO", "AO"),
        ("台灣", "TW"),
        ("ไทย", "TH"),
        ("پاکستان", "PK"),
        ("عمان", "OM"),
        ("فلسطين", "PS"),
        ("Slovensko", "SK"),
        ("Srbija", "RS"),
        ("РФ", "RU"),
        ("Российская Федерация", "RU"),
        ("РБ", "BY"),
        ("Rep. Dominicana", "DO"),
        ("Congo (DRC)", "CD"),
        ("Congo, Dem. Rep.", "CD"),
        ("中国香港", "HK"),
        ("P.R. China", "CN"),
        ("Mỹ", "US"),
        ("E.A.U.", "AE"),
        ("टोगो", "TG"),
        ("टोंगा", "TO"),
        ("الإمارات العربية المتحدة", "AE"),
        ("المملكة العربية السعودية", "SA"),
    ],
)
def test_a_region_is_given_as_a_code_a_calling_code_or_a_name(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ZZ",
        "XX",
        "GBX",
        "Atlantis",
        "the",
        "+999",
        "+800",
        "000",
        "44.5",
        "4.4",
        "+4.0",
        "44.000",
        "4 4",
        "+",
        "\u0661",
    ],
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


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("United Kingdom (UK)", "GB"),
        ("United States (US)", "US"),
        ("India (+91)", "IN"),
        ("+91 India", "IN"),
        ("IN +91", "IN"),
        ("GB+44", "GB"),
        ("India (IN, +91)", "IN"),
        ("United Kingdom 44", "GB"),
        ("Canada (+1)", "CA"),
        ("Kazakhstan (+7)", "KZ"),
        ("Guernsey +44-1481", "GG"),
        ("Dominican Republic (+1-809, 1-829, 1-849)", "DO"),
        ("\U0001f1ee\U0001f1f3", "IN"),
        ("\U0001f1ee\U0001f1f3 +91", "IN"),
        ("\U0001f1ec\U0001f1e7 United Kingdom (+44)", "GB"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "GB"),
        ("IN - India", "IN"),
        ("India-IN", "IN"),
        ("us_United States", "US"),
        ("US: United States", "US"),
        ("Germany (Deutschland)", "DE"),
        ("Swaziland/Eswatini", "SZ"),
        ("Guinea-Bissau (GW)", "GW"),
        ("Wales (UK)", "GB"),
    ],
)
def test_several_spellings_in_a_cell_are_the_country_that_all_of_them_mean(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Bahamas, The", "BS"),
        ("Netherlands (the)", "NL"),
        ("Korea (South)", "KR"),
        ("Ireland, Northern", "GB"),
        ("Virgin Islands (U.S.)", "VI"),
        ("Tanzania, United Republic of", "TZ"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("Tanzania United Republic of", "TZ"),
        ("Korea Democratic Peoples Republic of", "KP"),
    ],
)
def test_a_name_is_read_in_the_order_of_an_index(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize("text", ["1-{}", "1 {}", "+1 ({})", "+1{}", "001-{}", "1{}", "+1-{}"])
@pytest.mark.parametrize(("area", "region"), [("809", "DO"), ("876", "JM"), ("416", "CA"), ("212", "US")])
def test_a_north_american_area_code_names_its_country(text, area, region):
    assert parse_region(text.format(area)) == region


@pytest.mark.parametrize("text", ["1-800", "+1 (900)", "1-500", "1-200", "1-099", "Jamaica (+1-809)"])
def test_a_range_that_is_no_countrys_names_none(text):
    with pytest.raises(UsageError):
        parse_region(text)


@pytest.mark.parametrize(
    "text",
    [
        "Congo",
        "Kongo",
        "Конго",
        "Korea",
        "Corée",
        "Virgin Islands",
        "America",
        "Amerika",
        "Nga",
        "Y",
        "d",
        "N.A.",
        "n/a",
        "N/A",
    ],
)
def test_a_name_that_may_mean_two_countries_is_refused(text):
    with pytest.raises(UsageError):
        parse_region(text)


@pytest.mark.parametrize(
    "text",
    [
        "India (+44)",
        "Georgia US",
        "Niger (NG)",
        "China (Taiwan)",
        "US & Canada",
        "USA / Canada (+1)",
        "India or Pakistan",
        "not India",
        "of of of",
        "India 9876543210",
        "\U0001f1ee\U0001f1f3 +44",
        "Samoa, other than American" + " " * 70 + "x" * 30,
    ],
)
def test_parts_that_mean_different_countries_or_none_are_refused(text):
    with pytest.raises(UsageError):
        parse_region(text)


def test_each_region_knows_its_calling_code_by_whatever_it_is_named():
    words = pl.Series(["GB", "Canada", "+1", "USA", "nowhere", None, " "])
    assert calling_codes(words).to_list() == [44, 1, 1, 1, None, None, None]


@given(st.text(st.characters(codec="ascii")))
def test_plain_letters_have_the_key_that_accents_beside_them_leave(name):
    assert name_key(name) == name_key(name + "\N{COMBINING ACUTE ACCENT}")
