"""The API key, in a type that does not print."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NoReturn, Self

from validator.errors import UsageError

# The provider's documentation shows `sk_live_...` and `sk_test_...`; the characters are RFC 6750's (section
# 2.1, b64token), which is all that may follow `Bearer`.
_SHAPE = re.compile(r"sk_[A-Za-z0-9._~+/=-]{4,253}")
_FORBIDDEN = re.compile(r"[^!-~]")

# Keeps the fingerprint from being the key's plain SHA-256, which other tools may have written down elsewhere.
_FINGERPRINT_DOMAIN = b"recipient-validator api key\x00"
_FINGERPRINT_DIGITS = 12


class ApiKey:
    """A SendAPI key. Printing, formatting and logging show its fingerprint; pickling and copying are refused.

    Args:
        text: the key, without anything around it.

    Raises:
        UsageError: the text is not of a key's shape. The message never holds the text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not _SHAPE.fullmatch(text):
            raise UsageError(
                f"the API key {_flaw(text)}; expected is the whole key and nothing else, as the provider's "
                "dashboard shows it: sk_live_... or sk_test_... "
                "(set SENDAPI_API_KEY, or name a file that holds it with --api-key-file)"
            )
        self._text = text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key in a text that may end in line breaks, as files and command substitutions do."""
        return cls(text.rstrip("\r\n"))

    def reveal(self) -> str:
        """Return the key itself. For the `Authorization` header and nothing else."""
        return self._text

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that name the key without telling anything of it."""
        return sha256(_FINGERPRINT_DOMAIN + self._text.encode("ascii")).hexdigest()[:_FINGERPRINT_DIGITS]

    def __repr__(self) -> str:
        return f"<API key {self.fingerprint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not to be pickled or copied: it would leave this process in the open")


def _flaw(text: str) -> str:
    """Return what is wrong with a text that is no key, without quoting any of it."""
    if not text:
        return "is empty"
    if found := _FORBIDDEN.search(text):
        kind = (
            "a space, a line break or a control character"
            if found[0].isascii()
            else "a character beyond ASCII"
        )
        return f"has {kind} at position {found.start() + 1}"
    if not text.startswith("sk_"):
        return "does not start with sk_"
    return f"is {len(text)} characters long or has a character that no key has"
