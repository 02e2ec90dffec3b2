"""Numbers with a fixed answer, for any seed and faults: for documentation, demonstrations and tests.

Most are from the range that Ofcom reserves for drama, +44 7700 900000 to 900999. From 020 on, these numbers
have no fixed answer. The numbers with two spellings are based on libphonenumber's examples for Brazil, Mexico
and Argentina, which have no reserved numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from validator.sandbox.faults import Fault, parse_fault


class FixedNumber(NamedTuple):
    """The answer to one magic number.

    Attributes:
        text: the answer in words.
        registered: whether it is on WhatsApp.
        fault: its fault, or None.
        once: whether only the first check of the number has the fault.
        valid: whether the provider accepts it as a phone number.
        lid: whether its id is an `@lid`.
        id_absent: whether a "no" omits `whatsapp_id`; if not, `whatsapp_id` is null.
    """

    text: str
    registered: bool = True
    fault: Fault | None = None
    once: bool = False
    valid: bool = True
    lid: bool = False
    id_absent: bool = False


def _faulty(text: str, fault: str, *, once: bool = False) -> FixedNumber:
    return FixedNumber(text=text, fault=parse_fault(fault), once=once)


FIXED_NUMBERS: dict[str, FixedNumber] = {
    "+447700900000": FixedNumber(text="registered (the number of the provider's own examples)"),
    "+447700900001": FixedNumber(text="registered"),
    "+447700900002": FixedNumber(text="not registered, whatsapp_id null", registered=False),
    "+447700900003": FixedNumber(text="422 with code 4001, an invalid phone number", valid=False),
    "+447700900004": _faulty("500 once, then registered", "500", once=True),
    "+447700900005": _faulty("500 always", "500"),
    "+447700900006": _faulty("never answers", "timeout"),
    "+447700900007": _faulty("an HTML page with status 200", "html"),
    "+447700900008": _faulty("truncated JSON", "truncated"),
    "+447700900009": _faulty("the answer for another number", "wrong_number"),
    "+447700900010": _faulty("429 once with Retry-After, then registered", "429", once=True),
    "+447700900011": _faulty("is_whatsapp_user is null", "null_flag"),
    "+447700900012": _faulty('is_whatsapp_user is the text "true"', "string_flag"),
    "+447700900013": _faulty("session not connected once, then registered", "409", once=True),
    "+447700900014": FixedNumber(text="registered, with an @lid id", lid=True),
    "+447700900015": _faulty("registered, answered after 2 s", "slow=1:2s"),
    "+447700900016": _faulty("connection closed in the middle of the body", "cut"),
    "+447700900017": _faulty("connection reset before any answer", "reset"),
    "+447700900018": FixedNumber(text="not registered, whatsapp_id absent", registered=False, id_absent=True),
    "+447700900019": _faulty("status 200 with success: false", "success_false"),
    "+5511961234567": FixedNumber(
        text="not registered: known only without the ninth digit", registered=False
    ),
    "+551161234567": FixedNumber(text="registered, the same subscriber"),
    "+522221234567": FixedNumber(text="not registered: known only as 521", registered=False),
    "+5212221234567": FixedNumber(text="registered, the same subscriber"),
    "+541123456789": FixedNumber(text="not registered: known only as 549", registered=False),
    "+5491123456789": FixedNumber(text="registered, the same subscriber"),
}

MAGIC_NUMBERS: tuple[tuple[str, str], ...] = tuple(
    (number, fixed.text) for number, fixed in FIXED_NUMBERS.items()
)


def magic_fault(number: str, attempt: int) -> Fault | None:
    """Return the number's own fault for an attempt, or None; attempts count from 1."""
    fixed = FIXED_NUMBERS.get(number)
    if fixed is None or (fixed.once and attempt > 1):
        return None
    return fixed.fault
