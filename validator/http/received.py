"""Cleans a provider's texts about people for files and terminals, and reads ids and numbers."""

from __future__ import annotations

from typing import TypeGuard

from validator.http.masking import without_keys
from validator.model import Number
from validator.pattern import Pattern

# A WhatsApp id is digits or short ASCII words, an @, and the name of a server. Anything longer, or with other
# characters (a line break, a formula sign at the start), must not get into users' files.
_WHATSAPP_ID = Pattern(r"[0-9A-Za-z][!-~]{0,127}")
# The most that is kept of a text about a person, such as a contact's name. No honest text is longer.
_MAX_TEXT_CHARS = 1_000
_MOST_LOOKED_AT = 10_000  # the longest key, and as many characters again around it
# Control characters, and those that change the direction of text: a terminal would obey them. Marks and
# joiners stay, since scripts and emoji need them.
_CONTROLS = Pattern(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def is_whatsapp_id(value: object) -> TypeGuard[str]:
    """Whether a value can be the id of an account. It has to be text: a JSON number may have lost digits."""
    return isinstance(value, str) and bool(_WHATSAPP_ID.fullmatch(value))


def text_in(value: object) -> str | None:
    """Return a cleaned text; None for an empty text and for any other value."""
    return clean_text(value) if isinstance(value, str) and value else None


def clean_text(text: str) -> str:
    """Return the text without control characters, keys and lone surrogates, cut to the longest length.

    JSON can contain lone surrogates, which cannot be written as UTF-8. Keys are masked before the text is
    cut, since half a key would not be recognized.
    """
    begun = text[:_MOST_LOOKED_AT]
    # Python calls none of the control characters printable. This is faster than to search for them.
    visible = begun if begun.isprintable() else _CONTROLS.sub(" ", begun)
    short = without_keys(visible)[:_MAX_TEXT_CHARS]
    return short.encode("utf-8", "replace").decode("utf-8")


def number_in(phone: str) -> Number | None:
    """Return the E.164 number in a text, or None. WhatsApp writes the same without the plus sign."""
    try:
        return Number.parse(phone if phone.startswith("+") else f"+{phone}")
    except (ValueError, IndexError):
        return None
