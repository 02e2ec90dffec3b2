"""Regions: what users write for the country of a list's national numbers."""

from __future__ import annotations

import phonenumbers

from validator.errors import UsageError

_SHOWN_CHARS = 40
# No country has a longer name, even a formal one.
_MOST_CHARS = 100


def parse_region(text: str) -> str:
    """Return the ISO 3166 alpha-2 code, upper-cased, of a region given by a code, a calling code or a name.

    `gb`, `UK`, `GBR`, `+44`, `0044`, `44`, `United Kingdom`, `Royaume-Uni`, `United Kingdom (UK)` and
    `GB +44` are all `GB`. A calling code that several regions share stands for the main one in
    libphonenumber's metadata (`1` is `US`, `7` is `RU`, `44` is `GB`), unless an area code of North America
    follows: `1-809` is `DO`.

    Raises:
        UsageError: no numbering plan is known for it, the calling code belongs to no country (`+800`), two
            countries have this name (`Congo`), or the parts of the text name different countries.
    """
    if text in phonenumbers.SUPPORTED_REGIONS:
        return text
    # Imported here, since most lists have codes, or no regions at all.
    from validator.phone.regions.written import region_written  # noqa: PLC0415

    region = region_written(text) if len(text.strip()) <= _MOST_CHARS else None
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(
            f"region {text[:_SHOWN_CHARS]!r} is not known. "
            "Give its ISO 3166 code (GB, BR, DE), its calling code (+44) or its name."
        )
    return region
