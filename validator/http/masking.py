"""Cleans texts from other programs for messages and logs: no key, no phone number, nothing unprintable."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from urllib.parse import quote

from validator.pattern import Pattern

# Hidden even if it is not a key of this run: a server may quote the key of another user.
_KEY_SHAPE = re.compile(r"sk_[A-Za-z0-9._~+/=-]+")
# A shorter key is hidden only as a whole word. As a part of words it would occur everywhere, and messages
# would become unreadable.
LONG_KEY = 8
# Seven or more digits, with at most two separators between two digits, count as a phone number. It is better
# to mask a timestamp than to show a number. IPv4 addresses are not masked: they are needed to find faults.
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_NUMBER = Pattern(
    rf"(?P<address>(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]))|\+?(?:\d[\s().-]{{0,2}}){{6,}}\d"
)
# Enough for the longest documented message of the provider, and short enough for one line of a log.
_MAX_CHARS = 300

# The loggers of the HTTP libraries. httpx logs whole URLs at INFO, and ours contain the number (encode/httpx
# discussion 2760). httpcore logs response headers at DEBUG, in which a server may repeat anything that it
# received. A filter works only on its own logger and not on children, so each one is listed.
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


# An ordered set. Keys are never removed from it: logs and tracebacks can outlive the key's object.
_KEYS: dict[str, None] = {}


def hide_key(text: str) -> None:
    r"""Make `mask` hide this key from now on: as it is, percent-encoded, and as JSON may escape it (`\/`)."""
    spellings = (text, quote(text, safe=""), text.replace("/", r"\/"))
    _KEYS.update(dict.fromkeys(one for one in spellings if not _KEY_SHAPE.fullmatch(one)))


@lru_cache(maxsize=1)
def _pattern_of(keys: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: one key may be the start of another.
    longest_first = sorted(keys, key=len, reverse=True)
    return re.compile("|".join([*map(_key_pattern, longest_first), _KEY_SHAPE.pattern]))


def _key_pattern(key: str) -> str:
    found = re.escape(key)
    return found if len(key) >= LONG_KEY else rf"(?<!\w){found}(?!\w)"


def without_keys(text: str) -> str:
    """Return the text without keys: for the provider's texts about people, which are written to files."""
    return _pattern_of(tuple(_KEYS)).sub("[key]", text) if text else ""


def mask(text: str) -> str:
    """Return the text without keys and phone numbers."""
    return _NUMBER.sub(lambda found: found["address"] or "[number]", without_keys(text))


def one_line(text: str) -> str:
    """Return a text of another program as one short, masked line that is safe to show on a terminal."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    # Masked before it is cut, since half a key would not be recognized.
    return mask(" ".join(shown.split()))[:_MAX_CHARS].strip()


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes, each once, since a chain of causes can be circular."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def mask_chain(error: BaseException) -> None:
    """Mask the texts of an exception and of its causes, in place, since a traceback shows them."""
    for link in chain_of(error):
        link.args = tuple(mask(part) if isinstance(part, str) else part for part in link.args)


class _MaskingFilter(logging.Filter):
    """Masks log records. It does not drop them: a user who turns on a library's logging wants to see them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True


_FILTER = _MaskingFilter()


def mask_logs() -> None:
    """Mask the logs of httpx and httpcore, at all levels. A second call changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
