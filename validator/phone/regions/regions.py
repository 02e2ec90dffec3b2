"""Regions: what people write for the country whose national numbers a list holds."""

from __future__ import annotations

import re

import phonenumbers

from validator.errors import UsageError
from validator.phone.regions.countries import region_named

# What people write besides: ISO 3166 reserves UK for the United Kingdom, EL is the European Union's code for
# Greece.
_ALIASES = {"UK": "GB", "EL": "GR"}
_CALLING_CODE = re.compile(r"(?:\+|00)?([1-9][0-9]{0,2})", re.ASCII)
_SHOWN_CHARS = 40
# No country is called anything longer, formal names included.
_MOST_CHARS = 100


def parse_region(text: str) -> str:
    """Return the ISO 3166 alpha-2 code, upper-cased, of a region given by a code, a calling code or a name.

    `gb`, `UK`, `GBR`, `+44`, `0044`, `44`, `United Kingdom` and `Royaume-Uni` are all `GB`.
    A calling code that several regions share stands for the main one in libphonenumber's metadata: `1` is
    `US`, `7` is `RU`, `44` is `GB`.

    Raises:
        UsageError: no numbering plan is known for it, or the calling code belongs to no country (`+800`).
    """
    word = text.strip().upper()
    region = _region_of_calling_code(word) or _ALIASES.get(word, word)
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = region_named(text[:_MOST_CHARS]) or region
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(
            f"region {text[:_SHOWN_CHARS]!r} is not known. "
            "Give its ISO 3166 code (GB, BR, DE), its calling code (+44) or its name."
        )
    return region


def _region_of_calling_code(word: str) -> str | None:
    code = _CALLING_CODE.fullmatch(word)
    return phonenumbers.region_code_for_country_code(int(code[1])) if code else None
