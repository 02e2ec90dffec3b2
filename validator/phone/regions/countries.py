"""Countries: their names and codes in lists.

The names are CLDR's, in its main languages, and those of libphonenumber's geocoder, which has short ones that
Babel does not have ("Hong Kong"). They are in names.txt, written by `make names`. It is read in hundredths of
a second; Babel would add 36 MB to each installation and a second to each run that needs a name. ISO 3166-1's
alpha-3 codes are written out here: a package with them takes 20 MB.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from validator.phone.regions.spelling import name_key

# ISO 3166-1: alpha-2 and alpha-3 in one word; also Kosovo, whose codes are in use and reserved for it.
_ALPHA_3 = """
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB
BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BWBWA BYBLR
BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW
CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN
FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP
GQGNQ GRGRC GTGTM GUGUM GWGNB GYGUY HKHKG HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT
IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT
KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE
MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX
MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER
PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA
SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP
SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV
TWTWN TZTZA UAUKR UGUGA USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM
YTMYT ZAZAF ZMZMB ZWZWE XKXKX
"""

# ISO 3166 reserves UK for the United Kingdom; EL is the European Union's code for Greece. No other code may
# have points: N.A. is not Namibia.
_OTHER_CODES = {"UK": "GB", "U.K": "GB", "U K": "GB", "U.S": "US", "U S": "US", "EL": "GR"}
# The signs of vehicles (UN Convention on Road Traffic, annex 3) that addresses in Europe use. Other signs of
# one letter are left out: M and V for Malta and the Vatican are used only on plates.
_SIGNS = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "H": "HU",
    "I": "IT", "L": "LU", "N": "NO", "P": "PT", "S": "SE",
}  # fmt: skip

# Abbreviations, in the languages that have them: CLDR spells names out.
_ABBREVIATIONS = {
    "AE": "uae, eau",
    "BY": "рб",  # noqa: RUF001 - Cyrillic
    "CD": "dr congo, drc, rd congo, rdc, congo drc, congo dem rep, rep dem du congo",
    "CG": "congo rep, rep du congo",
    "CI": "rci",
    "CN": "prc, pr china",
    "CZ": "czech rep",
    "DE": "brd",
    "DO": "dom rep, rep dom, rep dominicana, r dominicana, dominican rep",
    "KP": "n korea, dprk",
    "KR": "s korea, rok, korea rep, rep of korea",
    "KZ": "рк",
    "LA": "lao pdr",
    "RU": "рф",
    "SA": "ksa",
    "US": "eeuu, ee uu, eua, сша, ארהב, abd",
    "ZA": "rsa, s africa",
}
# Parts of the United Kingdom, which have its numbering plan, and the island as a name for it.
_PARTS = {
    "GB": "great britain, britain, england, scotland, wales, northern ireland, grossbritannien, inglaterra, "
    "angleterre, inghilterra, ingiltere, великобританія, англия, англія, אנגליה, بريطانيا",
}
# Formal names (ISO 3166-1, United Nations) other than "Republic of" or "Kingdom of" a known name, and those
# of countries that share a known name with another.
_FORMAL = {
    "BO": "plurinational state of bolivia",
    "BQ": "bonaire saint eustatius and saba",
    "BY": "республика беларусь",
    "CG": "republic of the congo, république du congo, república del congo",
    "CI": "cote divoire",
    "CN": "中华人民共和国, 中華人民共和國",
    "EG": "جمهورية مصر العربية",
    "FK": "falkland islands malvinas, falklands",
    "FM": "federated states of micronesia",
    "GB": "united kingdom of great britain and northern ireland",
    "HK": "hong kong china, china hong kong sar, 香港特别行政区, 香港特別行政區",
    "KG": "kyrgyz republic, кыргызская республика",
    "KP": "democratic people's republic of korea, democratic peoples republic of korea, "
    "조선 민주주의 인민 공화국",
    "KR": "republic of korea",
    "KZ": "республика казахстан",
    "LA": "lao people's democratic republic, lao peoples democratic republic",
    "MF": "saint martin french part, saint martin partie française",
    "MK": "the former yugoslav republic of macedonia",
    "MO": "macao china, macau china, china macao sar",
    "PS": "state of palestine",
    "RU": "russian federation, российская федерация",
    "SX": "saint martin dutch part",
    "SY": "syrian arab republic",
    "TW": "republic of china, taiwan province of china, taiwan roc",
    "US": "united states of america, estados unidos de américa, états-unis d'amérique",
    "VA": "holy see, holy see vatican city state",
}
# Everyday names and spellings that are not CLDR's main ones.
_EVERYDAY = {
    "AE": "emirates, dubai, الامارات العربية",
    "BA": "bosnia",
    "BY": "белоруссия",
    "CI": "ivory coast",
    "CN": "mainland china, china mainland, 中国大陆, 中國大陸",
    "FK": "malvinas",
    "GN": "guinée conakry, guinea conakry",
    "HK": "hong kong sar, 中国香港, 中國香港",
    "KH": "ខ្មែរ",
    "KR": "한국",
    "MD": "молдавия",
    "MM": "burma",
    "MO": "macau, 澳门, 澳門, 中国澳门, 中國澳門",
    "MU": "île maurice",
    "NL": "hollande, niederland",
    "PS": "فلسطين",
    "RE": "île de la réunion",
    "TL": "east timor",
    "TM": "туркмения",
    "TT": "trinidad",
    "TW": "臺灣, 中国台湾, 台湾省",
    "US": "mỹ, アメリカ",
    "VG": "virgin islands british",
    "VI": "virgin islands us",
}
# Fewer letters without accents are not a name: they are codes, or initials of anything.
_FEWEST_LETTERS = 3
_BY_HAND = (_ABBREVIATIONS, _PARTS, _FORMAL, _EVERYDAY)


def region_codes() -> list[str]:
    """Return the codes of all regions that have a numbering plan, sorted."""
    return sorted(SUPPORTED_REGIONS)


def region_coded(word: str) -> str | None:
    """Return the region of a code: ISO 3166's of two or three letters, `UK`, `EL`, or a vehicle's sign."""
    sign = word.strip()
    code = sign.upper()
    return code if code in SUPPORTED_REGIONS else _codes().get(code) or _SIGNS.get(sign)


def region_named(word: str) -> str | None:
    """Return the region of a country's name in one of CLDR's main languages or its own, or None.

    Case, accents, punctuation, "the" and "and" make no difference.
    """
    key = name_key(word)
    # "Ý" is Italy in Vietnamese; "Y" is not.
    return None if word.isascii() and len(key) < _FEWEST_LETTERS else _names().get(key)


@lru_cache(maxsize=1)
def is_simple_name() -> pl.Expr:
    """Return whether `word` is a name as `region_named` knows it, apart from its case (Boolean).

    It is made once, since polars takes a millisecond for so many names.
    """
    return pl.col("word").str.to_lowercase().cast(pl.Enum(list(_names())), strict=False).is_not_null()


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {pair[2:]: pair[:2] for pair in _ALPHA_3.split()} | _OTHER_CODES


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return _written_names() | _aliases()


def _written_names() -> dict[str, str]:
    lines = files(__package__).joinpath("names.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if not line.startswith("#"))
    return {key: region for region, *keys in rows for key in keys}


def _aliases() -> dict[str, str]:
    return {
        name_key(name): region
        for names in _BY_HAND
        for region, text in names.items()
        for name in text.split(",")
    }
