"""Which numbers are on WhatsApp, and with which id: pure functions of the number and the seed."""

from __future__ import annotations

import re
from hashlib import blake2b
from struct import unpack
from typing import TYPE_CHECKING, NamedTuple

from validator.sandbox.test_numbers import FIXED_NUMBERS
from validator.sandbox.words import Answers

if TYPE_CHECKING:
    from validator.sandbox.config import SandboxConfig

# E.164 with the plus sign: the contract's pattern for `{phone}`.
E164 = re.compile(r"\+[1-9][0-9]{1,14}")

# Some registered numbers have an @lid as their id, as at newer gateways. The share is a guess, since none is
# published.
LID_SHARE = 0.02

# If the contract names two forms without shares, each gets half.
_HALF = 0.5

# Number plans in which WhatsApp may know a subscriber by another spelling (contract, "Variants seen"):
# country code, extra digit of the longer spelling, and the digits that both spellings share.
_SPELLINGS = (
    re.compile(r"(55[1-9][1-9])(9?)([6-9]\d{7})"),  # Brazil: mobile numbers with and without the ninth digit
    re.compile(r"(52)(1?)([2-9]\d{9})"),  # Mexico: 52 and 521
    re.compile(r"(54)(9?)([1-8]\d{9})"),  # Argentina: 54 and 549
)
_EXTRA_DIGIT = {"55": "9", "52": "1", "54": "9"}

_NAMES = (
    "Ada",
    "Bilal",
    "Chiara",
    "Dmitri",
    "Emeka",
    "Fatima",
    "Goran",
    "Hana",
    "Inês",
    "João",
    "Keiko",
    "Lars",
)

# The numbers of contacts: first those of Ofcom's drama range without a fixed answer (020 to 999), then
# 555-01xx in one US area code after another.
_FIRST_DRAMA = 447700900020
_DRAMA_COUNT = 980
_FIRST_AREA = 201


class Draw(NamedTuple):
    """Three independent uniform random numbers from 0 up to 1: for a request's fault, delay, extra delay."""

    fault: float
    jitter: float
    tail: float


# For requests without random effects: no fault, no delay.
NO_DRAW = Draw(fault=1.0, jitter=0.0, tail=1.0)


def draw(seed: int, subject: str, attempt: int) -> Draw:
    """Return the draws for one attempt at one subject. They are independent of all other requests."""
    return Draw(*_uniform(f"{seed}|{subject}|{attempt}"))


def _uniform(text: str) -> tuple[float, float, float]:
    a, b, c = unpack("<3Q", blake2b(text.encode(), digest_size=24).digest())
    return a / 2**64, b / 2**64, c / 2**64


def latency_s(config: SandboxConfig, drawn: Draw) -> float:
    """Return the delay of an answer: the configured latency, its jitter, and for some a long tail."""
    tail_ms = config.latency_tail_ms if drawn.tail < config.latency_tail_share else 0.0
    return (config.latency_ms + config.latency_jitter_ms * drawn.jitter + tail_ms) / 1000


def other_number(number: str) -> str:
    """Return another valid number: the same one with its last digit increased by one."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def spelling_pair(digits: str) -> tuple[str, str] | None:
    """Return the shorter and the longer spelling of a number that has two; None for other numbers."""
    for spelling in _SPELLINGS:
        if match := spelling.fullmatch(digits):
            code, _, rest = match.groups()
            return code + rest, code + _EXTRA_DIGIT[code[:2]] + rest
    return None


def registration(
    phone: str, *, seed: int, share: float, answers: Answers = Answers.HONEST, is_linked: bool = False
) -> dict[str, object]:
    """Return the body of one check without envelope: `phone`, `is_whatsapp_user`, perhaps `whatsapp_id`.

    Args:
        phone: the number.
        seed: the seed of the sandbox.
        share: the share of registered numbers, 0 to 1.
        answers: whether the session says the truth, or always the same.
        is_linked: whether the number is linked to a session; if so, it is registered.
    """
    account = account_id(phone, seed=seed, share=share) if answers is not Answers.NO else None
    if account is None and (answers is Answers.YES or (is_linked and answers is Answers.HONEST)):
        account = f"{phone[1:]}@s.whatsapp.net"
    body: dict[str, object] = {"phone": phone, "is_whatsapp_user": account is not None}
    if account is not None or not _omits_id(phone, seed):
        body["whatsapp_id"] = account
    return body


def account_id(phone: str, *, seed: int, share: float) -> str | None:
    """Return the id of a number's account, or None if it has none.

    If a number has two spellings, half of the accounts are found by both, and the others only by the spelling
    that WhatsApp stores. The id contains the stored spelling.
    """
    digits = phone[1:]
    if fixed := FIXED_NUMBERS.get(phone):
        return _id(digits, seed, lid_share=float(fixed.lid)) if fixed.registered else None
    spellings = spelling_pair(digits) or (digits, digits)
    on_whatsapp, both, longer = _uniform(f"{seed}|account|{spellings[0]}")
    kept = spellings[longer < _HALF]
    if on_whatsapp >= share or (digits != kept and both >= _HALF):
        return None
    return _id(kept, seed, lid_share=LID_SHARE)


def _id(digits: str, seed: int, *, lid_share: float) -> str:
    drawn, name, _ = _uniform(f"{seed}|id|{digits}")
    return f"{int(name * 10**15):015d}@lid" if drawn < lid_share else f"{digits}@s.whatsapp.net"


def _omits_id(phone: str, seed: int) -> bool:
    if fixed := FIXED_NUMBERS.get(phone):
        return fixed.id_absent
    return _uniform(f"{seed}|absent|{phone}")[0] < _HALF


def contact_phone(index: int) -> str:
    """Return the number of the contact with an index, counted from 0."""
    if index < _DRAMA_COUNT:
        return f"+{_FIRST_DRAMA + index}"
    area, line = divmod(index - _DRAMA_COUNT, 100)
    return f"+1{_FIRST_AREA + area}55501{line:02d}"


def contact(
    index: int, *, seed: int, share: float, linked: frozenset[str | None] = frozenset()
) -> dict[str, object]:
    """Return one row of the contact list. A third of the names and pictures is null, another third absent."""
    phone = contact_phone(index)
    registered = phone in linked or account_id(phone, seed=seed, share=share) is not None
    row: dict[str, object] = {"phone": phone, "is_whatsapp_user": registered}
    name, picture, which = _uniform(f"{seed}|contact|{index}")
    _set_third(row, "name", name, _NAMES[int(which * len(_NAMES))])
    _set_third(row, "profile_picture_url", picture, f"https://pictures.invalid/{index}.jpg")
    return row


def _set_third(row: dict[str, object], key: str, drawn: float, value: str) -> None:
    third = int(drawn * 3)
    if third > 0:
        row[key] = value if third > 1 else None
