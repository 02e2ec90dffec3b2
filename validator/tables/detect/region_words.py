"""Names of columns with countries, in the languages of lists."""

from __future__ import annotations

from validator.phone import fold_words
from validator.tables.detect.phone_words import said_by, vocabulary

# Any one of these in a header says country, whatever else it has (`billing_country`, `Country code`).
_WORDS = vocabulary("""
country countries countryname countrycode countryiso nation iso iso2 iso3 alpha2 alpha3
dial dialing dialling calling dialcode callingcode phonecode isdcode isd ddi idd prefix
pais paises codigopais prefijo prefixo
pays codepays indicatif
land lander laendercode landercode landescode landcode landesvorwahl laendervorwahl landervorwahl staat
landnummer landnr landsnummer landskod landekode landkode
paese paesi nazione prefisso
kraj kraju panstwo panstwa kodkraju zeme krajina stat orszag tara zemlja drzava
страна страны країна держава държава земља држава
χωρα
ulke ulkekodu
البلد بلد الدولة دولة کشور ملک
מדינה ארץ
देश দেশ
negara kodenegara
riik salis valsts valtio maa
""")
# These alone mean a calling code or the title of a person: the codes of two letters under them are titles.
_PREFIXES = vocabulary("prefix prefijo prefixo prefisso")
# Words, abbreviations and units that are also codes of countries. In a column that does not say country they
# are taken for what they are elsewhere: `In`, `No`, `Mr`, `PM`, `N.A.`, `TV`, `kg`, `EST`.
_WORDS_LIKE_CODES = vocabulary("""
in no to at be it me my so do is am as by id ad al la el an as ne na si ma pa om hm ai io
mr ms sr st md pm eg ie tv pr hr ph cc co cd tc ps bb sc mo sa th kg km ml mg mm cm
can and are per mar est fin ben dom com arm bra cod jam pan pol ton vat lie gum geo gin gab hun nor sur
sen tun mus cub mac nic ago aus
""")
# For scripts without spaces, and for several words: these are searched inside other words (`所在国家`).
_PARTS = ("国家", "國家", "国コード", "国名", "국가", "나라", "ประเทศ", "quocgia", "quoc gia")
_FOLDED_PARTS = tuple(map(fold_words, _PARTS))
_ABOUT_PARTS = tuple(map(fold_words, ("国籍", "國籍", "국적", "quốc tịch", "สัญชาติ")))
# Together with such a word, or with cells that are countries, these say that the column is about something
# else: the country of somebody's passport or travel is not that of the phone.
_ABOUT = vocabulary("""
birth origin manager count currency language locale rank population area id
nacimiento naissance nascimento geburtsland geburt
nationality nationalities citizenship passport visa destination travel visit trip tour study interest
interested preferred preference desired target dream intended migrate immigrate immigration embassy
nacionalidad nationalite nacionalidade nazionalita nationalitat staatsangehorigkeit nationaliteit
pasaporte passeport passaporto reisepass destino destinazione reiseziel bestemming
гражданство uyruk kewarganegaraan tujuan الجنسية جنسية الوجهة
""")
# Columns with two letters that are not countries: languages, currencies, parts of countries.
_OTHERS = vocabulary("""
language lang locale idioma lengua langue lingua sprache taal jezyk язык мова dil bahasa currency
state states province county region estado provincia bundesland wojewodztwo uf
kanton canton cantone departement departamento oblast okres megye judet fylke initials
""")


def names_region(header: str) -> bool:
    """Return whether a header names a column of countries: names, codes or calling codes."""
    said = said_by(header)
    if _is_about(header):
        return False
    return bool(said & _WORDS) or any(part in fold_words(header) for part in _FOLDED_PARTS)


def names_prefix(header: str) -> bool:
    """Return whether a header only says prefix: of a phone number, or of a name."""
    said = said_by(header) & _WORDS
    return bool(said) and said <= _PREFIXES


def is_like_a_word(code: str) -> bool:
    """Return whether the code of a country, in any case, is also a common word or abbreviation."""
    return code.lower() in _WORDS_LIKE_CODES


def names_something_else(header: str) -> bool:
    """Return whether a header names a column that only looks like countries."""
    return bool(said_by(header) & _OTHERS) or _is_about(header)


def _is_about(header: str) -> bool:
    return bool(said_by(header) & _ABOUT) or any(part in fold_words(header) for part in _ABOUT_PARTS)
