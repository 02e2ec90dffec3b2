"""What a purge deletes from a ledger: the selection, and the result."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.model import MAX_DIGITS, MIN_DIGITS
from validator.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Collection

# A number as people write it, in a file's name or an option: digits with some punctuation between.
WRITTEN_NUMBER = Pattern(rf"\d(?:[\s().+-]{{0,3}}\d){{{MIN_DIGITS - 1},}}")


class Selection(Struct, frozen=True, kw_only=True):
    """What to delete: everything older than a time, and everything about some numbers.

    Attributes:
        before_ms: older facts and runs are deleted, in milliseconds since the Unix epoch; None for none.
        after_ms: later facts and runs are deleted, since their time is in the future; None for none.
        numbers: these are deleted at any age.
    """

    before_ms: int | None = None
    after_ms: int | None = None
    numbers: Collection[int] = frozenset()


class Purged(Struct, frozen=True, kw_only=True):
    """What was deleted, or would be.

    Attributes:
        numbers: numbers that are deleted.
        older_facts: numbers that stay, but lose an older answer or an older failure.
        runs: runs that are deleted.
        blanked_runs: runs that stay without file name and summary, since these named one of the numbers.
    """

    numbers: int
    older_facts: int
    runs: int
    blanked_runs: int

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return any((self.numbers, self.older_facts, self.runs, self.blanked_runs))


def numbers_in(text: str) -> set[int]:
    """Return every number that a text may contain; rather too many than too few."""
    written = (re.sub(r"\D", "", found) for found in WRITTEN_NUMBER.findall(text))
    return {
        int(digits[start:end])
        for digits in written
        for start in range(len(digits) - MIN_DIGITS + 1)
        for end in range(start + MIN_DIGITS, min(start + MAX_DIGITS, len(digits)) + 1)
    }
