"""Whether two numbers are spellings of one subscriber, of which an answer may name either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.pattern import Pattern
from validator.phone.cell.national_variants import SPELLINGS, other_spelling_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.model import Number

# Evolution API and WhatsApp leave the ninth digit out before 7 as well, which is not asked about so: it may
# be a trunked radio's number (`other_spelling`).
_NINTH = Pattern(r"(55[1-9][1-9])9([6-9][0-9]{7})")


def is_same_subscriber(one: Number, other: Number) -> bool:
    """Return whether WhatsApp may know the subscriber of one number by the other.

    Either is the other by `other_spelling_of`, or by its country's `SPELLINGS` (the numbers before a
    renumbering), or without Brazil's ninth digit.
    """
    if one == other:
        return True
    pairs = ((one, other), (other, one))
    return any(wanted.e164 in _spellings(number) for number, wanted in pairs)


def _spellings(number: Number) -> Iterator[str]:
    digits = number.e164[1:]
    if (other := other_spelling_of(number)) is not None:
        yield other.e164
    yield "+" + _NINTH.sub(r"\1\2", digits)
    for spelling in SPELLINGS:
        if spelling.abroad is not None and (found := re.fullmatch(spelling.abroad, digits)):
            yield spelling.respelt(found)
