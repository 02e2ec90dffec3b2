"""The API key, in a type that does not print it."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NoReturn, Self
from urllib.parse import unquote

from validator.errors import UsageError
from validator.http.masking import LONG_KEY, hide_key

# Tokens with claims (JWT) have one to two thousand characters; most servers refuse a header above 8 KiB.
_MAX_CHARS = 4_096
_FORBIDDEN = re.compile(r"[^!-~]")

# With this prefix the fingerprint differs from the key's plain SHA-256, which other tools may have logged.
_FINGERPRINT_DOMAIN = b"recipient-validator api key\x00"
_FINGERPRINT_DIGITS = 12


class ApiKey:
    """The key of any gateway: 1 to 4,096 visible ASCII characters.

    Printing, formatting and logging show its fingerprint; pickling and copying are refused.

    Args:
        text: the key and nothing else.

    Raises:
        UsageError: the text cannot be a key. The message never quotes the text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if flaw := _flaw(text):
            raise UsageError(f"the API key {flaw}; expected is the whole key and nothing else")
        hide_key(text)
        self._text = text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key in a text. Line breaks at its end are ignored, since files have them."""
        return cls(text.rstrip("\r\n"))

    def reveal(self) -> str:
        """Return the key itself: for requests, and for a gateway that checks its form."""
        return self._text

    def is_in(self, text: str) -> bool:
        """Return whether a text is the key or contains it. A short key is found only as the whole text."""
        return text == self._text or (len(self._text) >= LONG_KEY and self._text in unquote(text))

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that identify the key and reveal nothing about it."""
        return sha256(_FINGERPRINT_DOMAIN + self._text.encode("ascii")).hexdigest()[:_FINGERPRINT_DIGITS]

    def __repr__(self) -> str:
        return f"<API key {self.fingerprint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not to be pickled or copied: it would leave this process in the open")


def _flaw(text: str) -> str:
    """Return what is wrong with a text, without quoting it; empty if it can be a key."""
    if not text:
        return "is empty"
    if found := _FORBIDDEN.search(text):
        kind = (
            "a space, a line break or a control character"
            if found[0].isascii()
            else "a character beyond ASCII"
        )
        return f"has {kind} at position {found.start() + 1}"
    return f"is {len(text)} characters long" if len(text) > _MAX_CHARS else ""
