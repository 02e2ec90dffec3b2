"""Countries: what lists call them, besides the codes that numbering plans go by.

Names are those that libphonenumber's geocoder shows, in some twenty languages and each country's own, so that
no further package is needed for them. ISO 3166-1's alpha-3 codes are written out: a package that has them
takes 20 MB.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from validator.phone.cell.folding import fold_words

if TYPE_CHECKING:
    from collections.abc import Iterator

# ISO 3166-1: alpha-2 and alpha-3 in one word; and Kosovo, whose codes are in use and reserved for it.
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

# What is written besides, in English and in other languages: common names that are not those of the geocoder,
# the formal ones of ISO 3166-1, parts of the United Kingdom, and abbreviations.
_ALIASES = {
    "AE": "uae, emirates, u a e, birlesik arap emirlikleri",
    "BA": "bosnia, bosnia herzegovina",
    "BN": "brunei, brunei darussalam",
    "BO": "bolivia plurinational state of",
    "CD": "dr congo, drc, congo democratic republic, congo the democratic republic of the, congo kinshasa",
    "CI": "ivory coast, cote divoire",
    "CV": "cabo verde",
    "CZ": "czechia, cesko, tschechien, tchequie",
    "DE": "almanya, nemecko, німеччина, גרמניה, المانيا, जर्मनी",
    "ES": "ispanya, іспанія, ספרד, اسبانيا, स्पेन",
    "FK": "falkland islands malvinas, falklands",
    "FM": "micronesia federated states of",
    "FR": "fransa, франція, צרפת, فرنسا, फ़्रांस",
    "GB": "uk, u k, great britain, britain, england, scotland, wales, northern ireland, grossbritannien, "
    "inglaterra, angleterre, united kingdom of great britain and northern ireland, birlesik krallik, "
    "ingiltere, великобритания, великобританія, англия, בריטניה, אנגליה, المملكة المتحدة, "
    "بريطانيا, यूनाइटेड किंगडम",
    "GR": "hellas",
    "HK": "hong kong sar",
    "IR": "iran islamic republic of, ایران",
    "IT": "italya, італія, איטליה, ايطاليا, इटली",
    "KP": "korea democratic peoples republic of",
    "KR": "republic of korea, korea republic of, s korea, 한국, 韓国",
    "LA": "laos, lao peoples democratic republic",
    "MD": "moldova republic of, moldova",
    "MK": "north macedonia, macedonia the former yugoslav republic of",
    "MM": "burma",
    "MO": "macau",
    "NL": "holland, holanda, hollande, hollanda, niederland, the netherlands, нідерланди, הולנד, هولندا",
    "PL": "polonya, польща, פולין, بولندا",
    "PS": "palestine state of, state of palestine",
    "RU": "russian federation, rusya, росія, רוסיה, روسيا, रूस",
    "SA": "ksa, kingdom of saudi arabia",
    "SY": "syria, syrian arab republic",
    "SZ": "eswatini",
    "TL": "east timor, timor leste",
    "TR": "turkiye, turkey, туреччина, турция, טורקיה, تركيا",
    "TW": "taiwan province of china, 臺灣",
    "TZ": "tanzania united republic of, tanzania",
    "UA": "ukrayna, украина",
    "US": "united states of america, america, u s, u s a, estados unidos de america, eeuu, ee uu, eua, "
    "etats unis d amerique, usa, amerika, сша, ארצות הברית, ארהב, امريكا, الولايات المتحدة, अमेरिका, "
    "amerika birlesik devletleri, abd, 미국, 美國",
    "VA": "holy see, holy see vatican city state, vatican city",
    "VE": "venezuela bolivarian republic of, venezuela",
    "VG": "british virgin islands, virgin islands british",
    "VI": "us virgin islands, virgin islands u s",
    "VN": "vietnam, viet nam",
    "XK": "kosovo",
}


def region_named(word: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a country given by its alpha-3 code or a name, or None.

    Case, accents, punctuation and a leading "the" make no difference.
    """
    code = word.strip().upper()
    return _codes().get(code) or _names().get(_key(word))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {pair[2:]: pair[:2] for pair in _ALPHA_3.split()}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {_key(name): region for region, name in _named()}


def _named() -> Iterator[tuple[str, str]]:
    # A quarter of a second to import, which only lists with names in them need to spend.
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415

    for region, names in LOCALE_DATA.items():
        # A name with an asterisk only refers to that of another language.
        yield from ((region, name) for name in names.values() if not name.startswith("*"))
    for region, aliases in _ALIASES.items():
        yield from ((region, name) for name in aliases.split(","))


def _key(name: str) -> str:
    words = "".join(mark if mark.isalnum() else " " for mark in fold_words(name)).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)
