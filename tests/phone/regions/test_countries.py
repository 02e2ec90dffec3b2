"""Names of countries: CLDR's in every language, as lists write them, and never one for another country."""

import importlib.util
from pathlib import Path

import phonenumbers
import pytest
from babel import Locale, localedata
from babel.languages import get_official_languages

from validator.errors import UsageError
from validator.phone import parse_region
from validator.phone.regions import countries

TOOL = Path(__file__).parents[3] / "tools" / "write_country_names.py"
SUPPORTED = sorted(phonenumbers.SUPPORTED_REGIONS)


def named(text):
    try:
        return parse_region(text)
    except UsageError:
        return None


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("write_country_names", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cldr():
    """Each name, with the territories that it means and the languages of each."""
    meant = {}
    for locale in localedata.locale_identifiers():
        names = localedata.load(locale, merge_inherited=False).get("territories", {})
        for territory, name in names.items():
            meant.setdefault(name, {}).setdefault(territory, set()).add(locale.split("_")[0])
    return meant


@pytest.mark.slow
def test_the_written_names_are_those_of_the_installed_cldr_and_geocoder(tool):
    assert tool.NAMES_FILE.read_text(encoding="utf-8") == tool.text_of_names(), "run `make names`"


@pytest.mark.slow
def test_no_name_in_any_language_means_another_country(cldr):
    wrong = {
        (name, found, territory)
        for name, meant in cldr.items()
        for territory in meant
        if (found := named(name)) not in (None, territory)
        # What a country calls itself is its name, whatever a language far away calls by it.
        and not meant.get(found, set()) & {*get_official_languages(found)}
    }
    countries = {one for one in wrong if not one[2].isdigit()}
    # Mauritania, in Persian letters for its own Arabic ones.
    assert countries == {("موریتانیا", "MR", "MU")}
    # Regions of the world that are called like the country in them (Micronesia), America not among them.
    assert {found for _, found, _ in wrong - countries} <= {"AU", "FM", "IM", "ZA"}


@pytest.mark.slow
def test_nearly_all_names_in_the_main_languages_are_known(cldr, tool):
    main = tool.main_languages()
    names = {
        (name, territory)
        for name, meant in cldr.items()
        for territory, languages in meant.items()
        if territory in SUPPORTED and languages & main
    }
    unknown = {(name, territory) for name, territory in names if named(name) != territory}
    assert len(names) > 15_000
    assert len(unknown) < 0.01 * len(names)


@pytest.mark.parametrize("word", ["male", "Hindi", "shine", "cat", "poo", "end", "pero", "Turk", "Saudi"])
def test_a_common_word_is_no_country_since_a_rare_language_calls_one_so(word):
    assert named(word) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "language", ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "tr", "ar", "hi", "id"]
)
def test_every_country_is_known_by_its_name_in_a_large_language(language):
    territories = Locale(language).territories
    unknown = {territories[region] for region in SUPPORTED if named(territories[region]) != region}
    # Some languages call CG so, and others mean either by it.
    assert unknown <= {"Congo", "Kongo"}


def test_nothing_is_written_by_hand_that_the_file_has():
    known = countries._written_names().keys()
    assert len(known) > 15_000
    assert sorted(countries._aliases().keys() & known) == []
