"""The column with each row's country, by name in many languages and by content."""

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import find_region_column, open_table, region_columns
from validator.tables.detect.region_words import names_region

HEADERS = (
    "country|Country|COUNTRY_CODE|countryCode|Billing Country|Country (ISO)|ISO2|nation|"
    "Dial Code|dialing_code|"
    "phone country code|prefix|Land|Länder|Ländercode|Landesvorwahl|pays|Code pays|Indicatif|país|Pais|"
    "Código país|prefijo|DDI|paese|Prefisso|kraj|Kod kraju|ülke|Ülke Kodu|"
    "страна|Код страны|країна|البلد|الدولة|"
    "מדינה|देश|negara|quốc gia|ประเทศ|国家|所在国家|國家|国名|국가|χώρα|země|ország|țara|zemlja|maa|riik"
)


@pytest.mark.parametrize("header", HEADERS.split("|"))
def test_a_header_says_country_in_the_languages_of_lists(header):
    assert names_region(header)


@pytest.mark.parametrize(
    "header",
    [
        "county", "landline", "island", "Landing page", "country of birth", "city", "phone", "", "name",
        "Nationality", "Destination country", "which_country_do_you_want_to_study_in?", "国籍",
        "Passport country",
    ],
)  # fmt: skip
def test_a_word_within_a_word_or_about_something_else_is_not_country(header):
    assert not names_region(header)


@pytest.fixture
def found(tmp_path):
    def find(columns):
        pl.DataFrame(columns).write_parquet(tmp_path / "leads.parquet")
        return find_region_column(open_table(tmp_path / "leads.parquet"))

    return find


def test_the_country_of_a_passport_or_of_a_journey_is_not_that_of_the_phone(found):
    for header in ("Nationality", "Destination", "Kanton", "الجنسية"):
        with pytest.raises(FileError, match=r"no column of .* holds countries"):
            found({"phone": ["0501234567"] * 4, header: ["Egypt", "India", "France", "Japan"]})


PHONES = {"phone": ["07400 123456", "0151 23456789", "06 12 34 56 78", "11 96123-4567"]}
SPELLINGS = [
    ["GB", "DE", "FR", "BR"],
    ["gb", "de", "fr", None],
    ["GBR", "DEU", "FRA", "BRA"],
    ["United Kingdom", "Germany", "France", "Brazil"],
    ["Royaume-Uni", "Allemagne", "France", "Brésil"],
    ["England", "Deutschland", "", "Brasil"],
    ["+44", "+49", "+33", "+55"],
    ["0044", "0049", "0033", "0055"],
    ["United Kingdom (UK)", "Germany (DE)", "France (+33)", "+55 Brazil"],
    [
        "\U0001f1ec\U0001f1e7",
        "\U0001f1e9\U0001f1ea +49",
        "\U0001f1eb\U0001f1f7",
        "\U0001f1e7\U0001f1f7 Brasil",
    ],
    ["UK", "Germany", "+33", "bra"],
    ["F", "D", "A", "CH"],
]


@pytest.mark.parametrize("cells", SPELLINGS)
def test_a_column_named_country_is_it_however_it_spells_them(found, cells):
    assert found(PHONES | {"id": [1, 2, 3, 4], "Country": cells}) == "Country"


@pytest.mark.parametrize("cells", SPELLINGS[:7] + SPELLINGS[8:10])
def test_a_column_without_such_a_name_is_known_by_its_content(found, cells):
    assert found(PHONES | {"id": ["1", "2", "3", "4"], "where": cells}) == "where"


@pytest.mark.parametrize("codes", [[44, 49, 33, 55], [44.0, None, 33.0, 55.0]])
def test_calling_codes_may_be_numbers_where_the_name_says_so(found, codes):
    assert found(PHONES | {"n": codes, "dial code": codes}) == "dial code"


@pytest.mark.parametrize("cells", [["91.0", "49.0", "", "55.0"], ["91,0", "49,00", None, "55,0"]])
def test_calling_codes_may_be_floats_in_text(found, cells):
    assert found(PHONES | {"score": ["44.0", "33.0", "7.0", "1.0"], "dial code": cells}) == "dial code"


@pytest.mark.parametrize(
    "cells",
    [
        ["DE", "AT", "CH", "DE"],
        ["at", "at", "de", "be"],
        ["IN", "US", "ID", "MY"],
        ["Germany", "Germany", "Germany", None],
        ["USA", "USA", "USA", "USA"],
        ["+49", "+49", "+49", "+49"],
        ["+1", "+1", "+7", "+44"],
        ["Norway", "No", "No", "No"],
        ["印度", "印度", "印度", "印度"],
    ],
)
def test_countries_without_such_a_name_may_be_few(found, cells):
    assert found(PHONES | {"market": cells}) == "market"


@pytest.mark.parametrize("header", ["Prefix", "prefijo", "Name prefix", "prefisso"])
def test_titles_are_no_prefix_of_numbers(found, header):
    titles = {header: ["Mr", "Ms", "Sr", "Md"]}
    assert found(PHONES | titles | {"Location": ["Germany", "UK", "UK", "Germany"]}) == "Location"


@pytest.mark.parametrize("cells", [["+44", "0049", "33", "55.0"], ["India", "Germany", "Perú", "Brasil"]])
def test_calling_codes_and_names_are_prefixes_of_numbers(found, cells):
    assert found(PHONES | {"Prefix": cells, "Title": ["Mr", "Ms", "Mr", "Mr"]}) == "Prefix"


def test_titles_may_be_countries_where_the_header_says_so(found):
    assert found(PHONES | {"country prefix": ["MR", "MS", "IN", "NO"]}) == "country prefix"


def test_a_name_comes_before_content(found):
    columns = {"nationality": ["French", "DE", "GB", "BR"], "origin": ["IT", "ES", "FR", "PT"]}
    assert found(PHONES | columns | {"country": ["GB", "DE", "?", "BR"]}) == "country"


def test_two_columns_that_say_the_same_are_one(found):
    names = {"Country": ["Germany", "France", "", "Canada"], "Country code": ["+49", "+33", "+55", "+1"]}
    assert found(PHONES | names) == "Country code"


def test_two_columns_that_differ_are_both_named(found):
    columns = {"billing country": ["DE", "FR"] * 2, "shipping country": ["DE", "GB"] * 2}
    with pytest.raises(
        FileError, match=r"'billing country' and 'shipping country' of .* Choose one with --region-column"
    ):
        found(PHONES | columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"language": ["de", "fr", "it", "es"]},
        {"state": ["CA", "GA", "IL", "PA"]},
        {"uf": ["PA", "AM", "MA", "MT"]},
        {"age": [44, 49, 33, 55]},
        {"country": [44.5, 49.25, None, 0.1]},
        {"rooms": ["1", "7", "33", "44"]},
        {"price": ["1 204", "1 305", "1-416", "(809)"]},
        {"sex": ["male", "male", "male", "male"]},
        {"speaks": ["Hindi", "Hindi", "Hindi", "Hindi"]},
        {"grade": ["A", "B", "D", "F"]},
        {"name": ["Chad", "Georgia", "Ann", "Bob"]},
        {"country": ["somewhere", "else", "GB", "n/a"]},
        {"country": [None, None, "", " "]},
        {"since": [[1], [2], [3], [4]]},
        {"Direction": ["IN", "IN", "IN", "IN"]},
        {"Optin": ["No", "No", "No", "No"]},
        {"Opt-out": ["no", "si", "no", "no"]},
        {"Title": ["Mr", "Ms", "Mr", "Ms"]},
        {"Prefix": ["Mr", "Ms", "Mr", "Ms"]},
        {"verb": ["is", "am", "be", "do"]},
        {"word": ["to", "at", "it", "my"]},
        {"half": ["AM", "PM", "PM", "AM"]},
        {"unit": ["kg", "ml", "cm", "km"]},
        {"zone": ["EST", "EST", "EST", "EST"]},
        {"Remarks": ["NA", "NA", "NA", "NA"]},
        {"channel": ["TV", "PR", "TV", "TV"]},
        {"status": ["PL", "PL", "PL", "PL"]},
        {"guests": ["+1", "+1", "+1", ""]},
        {"score": ["44,0", "49,0", "33,0", "7,0"]},
        {"status": ["PL"] * 42 + ["waiting", "failed"]},
    ],
)
def test_what_only_looks_like_countries_is_none(found, columns):
    rows = len(next(iter(columns.values())))
    with pytest.raises(
        FileError, match=r"no column of .* holds countries; columns are: phone, .*--region-column"
    ):
        found({"phone": PHONES["phone"] * (rows // 4)} | columns)


def test_none_is_no_error_where_none_is_needed(listed):
    assert region_columns(open_table(listed("phone\n+447400123456\n"))) == []
