"""Write validator/phone/regions/names.txt: what CLDR and libphonenumber's geocoder call each country.

Run by `make names`, after a new version of Babel or phonenumbers. Names that mean two countries are left out.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import phonenumbers
from babel import localedata
from babel.core import get_global
from babel.languages import get_official_languages
from phonenumbers.geodata.locale import LOCALE_DATA

from validator.phone.regions.spelling import name_key

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES_FILE = Path(__file__).parent.parent / "validator" / "phone" / "regions" / "names.txt"
NOTICE = """\
# Country names by region, as validator.phone.regions.spelling.name_key spells them; written by `make names`.
# From CLDR (Copyright Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt), through Babel,
# and from libphonenumber's geocoder (Apache License 2.0).
"""
# What stands for the language of its names, some twenty large ones.
GEOCODER = "geocoder"
# A language is well covered by CLDR if it has as many units of measure: the main ones have about 200. Names
# in others are few people's, and many are common words of English: "male" is Mali, "shine" China.
WELL_COVERED_UNITS = 100
# CLDR's codes for America and its parts, which many languages call as they call the United States.
AMERICAS = {"003", "005", "013", "019", "021", "419"}
# Pairs that share the name between them: "Congo" and "Korea" are either.
TWINS = [("CD", "CG"), ("KP", "KR"), ("VG", "VI")]
# Languages whose letters are spelled out where a keyboard lacks them: Oesterreich, Aaland.
SPELLED_OUT = ("da", "de", "fi", "gsw", "is", "nb", "nds", "nn", "no", "sv")
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa"}
    | {"ø": "oe", "Ø": "Oe", "æ": "ae", "Æ": "Ae"}
)


def main_languages() -> set[str]:
    """Return the languages that are official somewhere and well covered by CLDR, and the geocoder's."""
    official = {
        language for territory in get_global("territory_languages") for language in _official(territory)
    }
    known = official.intersection(localedata.locale_identifiers())
    units = {
        language: localedata.load(language, merge_inherited=False)["unit_patterns"] for language in known
    }
    return {language for language in known if len(units[language]) >= WELL_COVERED_UNITS} | {GEOCODER}


@cache
def _official(territory: str) -> set[str]:
    languages = get_official_languages(territory, regional=True, de_facto=True)
    return {language.split("_")[0] for language in languages}


def cldr_names() -> Iterator[tuple[str, str, str]]:
    """Yield language, territory and name of each entry in each of CLDR's locales."""
    for locale in localedata.locale_identifiers():
        language = locale.split("_")[0]
        names = localedata.load(locale, merge_inherited=False).get("territories", {})
        for territory, name in names.items():
            yield language, territory, name
            if language in SPELLED_OUT:
                yield language, territory, name.translate(_SPELLED_OUT)


def geocoder_names() -> Iterator[tuple[str, str, str]]:
    """Yield `GEOCODER`, region and name of each entry of the geocoder."""
    for region, names in LOCALE_DATA.items():
        # A name with an asterisk only refers to that of another language.
        yield from ((GEOCODER, region, name) for name in names.values() if not name.startswith("*"))


def keys_by_region() -> dict[str, set[str]]:
    """Return, for each region with a numbering plan, its names that mean no other in any language.

    They are those in main languages, and in each what its own countries are called.
    """
    main = main_languages()
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, meant in _languages_by_key().items():
        if key and (region := _region_meant(meant)) and meant[region] & (main | _official(region)):
            found[region].add(key)
    for pair in TWINS:
        one, other = (found[region] for region in pair)
        shared = _within(one, other) | _within(other, one)
        one -= shared
        other -= shared
    return {region: found[region] for region in sorted(phonenumbers.SUPPORTED_REGIONS)}


def _within(keys: set[str], longer: set[str]) -> set[str]:
    return {key for key in keys if any(key in name for name in longer)}


def _languages_by_key() -> dict[str, dict[str, set[str]]]:
    """Return, by key and the territory it means, the languages in which it does."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    keys = cache(name_key)
    for language, territory, name in (*cldr_names(), *geocoder_names()):
        if territory.isalpha() or territory in AMERICAS:
            found[keys(name)][territory].add(language)
    return found


def _region_meant(meant: dict[str, set[str]]) -> str | None:
    """Return the one region, or of several the only one that calls itself so; none where America is meant."""
    if len(meant) == 1:
        return next(iter(meant))
    own = [region for region, languages in meant.items() if languages & _official(region)]
    return own[0] if len(own) == 1 and not AMERICAS & meant.keys() else None


def text_of_names() -> str:
    """Return the file's text: after the notice, a line for each region, its code and names between bars."""
    lines = ("|".join((region, *sorted(keys))) for region, keys in keys_by_region().items())
    return NOTICE + "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    NAMES_FILE.write_text(text_of_names(), encoding="utf-8")
