"""Texts of a provider's about people, made fit for files and terminals; ids and numbers in them."""

from __future__ import annotations

import re
from typing import TypeGuard

from validator.http.masking import without_keys
from validator.model import Number

# WhatsApp's ids are digits, or a few words of ASCII, with a server's name behind an @. What is longer or has
# anything else in it (a line break, a formula's sign in front) is nothing to write into people's files.
_WHATSAPP_ID = re.compile(r"[0-9A-Za-z][!-~]{0,127}")
# Of anything the provider tells of somebody, such as a contact's name: more is no text but a load.
_MAX_TEXT_CHARS = 1_000
_MOST_LOOKED_AT = 10_000  # the longest key, and as much again around it
# Controls, and what turns the direction of text: a terminal would obey them. Marks and joiners that scripts
# and emoji need are left.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def is_whatsapp_id(value: object) -> TypeGuard[str]:
    """Whether a value can be the id of an account. One that is no text has lost digits."""
    return isinstance(value, str) and bool(_WHATSAPP_ID.fullmatch(value))


def text_in(value: object) -> str | None:
    """Return a text as it can be kept; None for anything else, and for an empty one."""
    return clean_text(value) if isinstance(value, str) and value else None


def clean_text(text: str) -> str:
    """Return the text as it can be kept: JSON can spell halves of characters, which no file can hold.

    Keys are masked before it is cut: the half of a key is not known as one.
    """
    short = without_keys(_CONTROLS.sub(" ", text[:_MOST_LOOKED_AT]))[:_MAX_TEXT_CHARS]
    return short.encode("utf-8", "replace").decode("utf-8")


def number_in(phone: str) -> Number | None:
    """Return the number in E.164. WhatsApp's own spelling lacks the plus sign and is as international."""
    try:
        return Number.parse(phone if phone.startswith("+") else f"+{phone}")
    except (ValueError, IndexError):
        return None
