"""Texts from elsewhere, made fit for messages and logs: no key, no phone number, nothing unprintable."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from urllib.parse import quote

# Hidden whether it is in use here or not: a server may quote another's key.
_KEY_SHAPE = re.compile(r"sk_[A-Za-z0-9._~+/=-]+")
# A shorter key is hidden as a whole word only: inside of words it would be found everywhere, and messages say
# nothing any more.
LONG_KEY = 8
# Seven digits or more, with at most two separators between two of them, are taken for a phone number: rather
# a timestamp masked too many than a number too few. IPv4 addresses stay: who has to find a fault needs them.
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_NUMBER = re.compile(
    rf"(?P<address>(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]))|\+?(?:\d[\s().-]{{0,2}}){{6,}}\d"
)
# Enough for the longest message the provider documents, and short enough for one line of a log.
_MAX_CHARS = 300

# Everything below us that logs. httpx writes whole URLs at INFO, and the number is part of ours (encode/httpx
# discussion 2760); httpcore writes response headers at DEBUG, which a server may fill with whatever it was
# sent. A filter works only on the logger that is logged to, hence no shorter list.
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


# As an ordered set. For as long as the process runs: logs and tracebacks can outlive the key's object.
_KEYS: dict[str, None] = {}


def hide_key(text: str) -> None:
    r"""Let `mask` hide this key from now on: as it is, as URLs write it, and as JSON may (`\/`)."""
    spellings = (text, quote(text, safe=""), text.replace("/", r"\/"))
    _KEYS.update(dict.fromkeys(one for one in spellings if not _KEY_SHAPE.fullmatch(one)))


@lru_cache(maxsize=1)
def _pattern_of(keys: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: a key may begin with another.
    longest_first = sorted(keys, key=len, reverse=True)
    return re.compile("|".join([*map(_key_pattern, longest_first), _KEY_SHAPE.pattern]))


def _key_pattern(key: str) -> str:
    found = re.escape(key)
    return found if len(key) >= LONG_KEY else rf"(?<!\w){found}(?!\w)"


def without_keys(text: str) -> str:
    """Return the text without keys: for what the provider says about people, which is written to files."""
    return _pattern_of(tuple(_KEYS)).sub("[key]", text) if text else ""


def mask(text: str) -> str:
    """Return the text without keys and phone numbers."""
    return _NUMBER.sub(lambda found: found["address"] or "[number]", without_keys(text))


def one_line(text: str) -> str:
    """Return a text of somebody else's as one short, masked line that a terminal can show as it is."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    # Masked before it is cut: the half of a key is not known as one.
    return mask(" ".join(shown.split()))[:_MAX_CHARS].strip()


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an exception and all that led to it, each once: chains can run in a circle."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def mask_chain(error: BaseException) -> None:
    """Mask, in place, the texts of an exception and of all that led to it, for their traceback."""
    for link in chain_of(error):
        link.args = tuple(mask(part) if isinstance(part, str) else part for part in link.args)


class _MaskingFilter(logging.Filter):
    """Masks records rather than dropping them: who turns a library's logging on still wants to see it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True


_FILTER = _MaskingFilter()


def mask_logs() -> None:
    """Mask what httpx and httpcore log, whatever their levels are set to. Doing it again changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
