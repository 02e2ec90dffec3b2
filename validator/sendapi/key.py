"""The form of SendAPI's keys."""

from __future__ import annotations

import re

from validator.errors import UsageError
from validator.http.api_key import ApiKey

# The provider's documentation shows `sk_live_...` and `sk_test_...`. The characters are those that RFC 6750
# allows after `Bearer` (section 2.1, b64token).
_SHAPE = re.compile(r"sk_[A-Za-z0-9._~+/=-]{4,253}")
_EXPECTED = "as the provider's dashboard shows it: sk_live_... or sk_test_..."


def parse_key(text: str) -> ApiKey:
    """Return the key in a text. Line breaks at its end are ignored.

    Raises:
        UsageError: the text has not the form of SendAPI's keys. The message never quotes the text.
    """
    try:
        key = ApiKey.parse(text)
    except UsageError as error:
        raise UsageError(f"{error}, {_EXPECTED}") from None
    if not _SHAPE.fullmatch(key.reveal()):
        raise UsageError(
            f"the API key {_flaw(key.reveal())}; expected is the whole key and nothing else, {_EXPECTED}"
        )
    return key


def _flaw(text: str) -> str:
    """Return what is wrong with a text that is no SendAPI key, without quoting it."""
    if not text.startswith("sk_"):
        return "does not start with sk_"
    return f"is {len(text)} characters long or has a character that no key has"
