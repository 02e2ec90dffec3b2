"""Whether two numbers are spellings of one subscriber, of which an answer may name either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.phone.cell.national_variants import other_spelling_of
from validator.phone.cell.numbering import Line
from validator.phone.cell.reading import Accept, read

if TYPE_CHECKING:
    from validator.model import Number

# Evolution API and WhatsApp leave the ninth digit out before 7 as well, which is not asked about so: it may
# be a trunked radio's number (`other_spelling`).
_NINTH = re.compile(r"(55[1-9][1-9])9([6-9][0-9]{7})")


def is_same_subscriber(one: Number, other: Number) -> bool:
    """Return whether WhatsApp may know the subscriber of one number by the other.

    Either is the other by `other_spelling_of`, or as a cell of a list would be read (the numbers before a
    country's renumbering), or without Brazil's ninth digit.
    """
    if one == other:
        return True
    pairs = ((one, other), (other, one))
    return any(wanted in _spellings(number) for number, wanted in pairs)


def _spellings(number: Number) -> tuple[int | None, ...]:
    line = read(number.e164, None, Accept.POSSIBLE)
    return (
        other_spelling_of(number),
        line.number if isinstance(line, Line) else None,
        int(_NINTH.sub(r"\1\2", number.e164[1:])),
    )
