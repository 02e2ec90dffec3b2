"""Whom a ledger is to forget, and what has gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.model import MAX_DIGITS, MIN_DIGITS

if TYPE_CHECKING:
    from collections.abc import Collection

# A number as people write it, in a file's name or an option: digits with a little punctuation between.
WRITTEN_NUMBER = re.compile(rf"\d(?:[\s().+-]{{0,3}}\d){{{MIN_DIGITS - 1},}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be forgotten: what is older than a time, and all about some numbers.

    Attributes:
        before_ms: facts and runs from before this go, in milliseconds since the Unix epoch; None for none.
        after_ms: so do those from after this, which bear a time in the future; None for none.
        numbers: these go whatever their age.
    """

    before_ms: int | None = None
    after_ms: int | None = None
    numbers: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was forgotten, or would be.

    Attributes:
        numbers: numbers that are not in the ledger any more.
        older_facts: numbers that stay, less an older answer or an older failure to find out.
        runs: runs that are no longer listed.
        blanked_runs: runs that stay listed without file name and summary, as these named one of the numbers.
    """

    numbers: int
    older_facts: int
    runs: int
    blanked_runs: int

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return any((self.numbers, self.older_facts, self.runs, self.blanked_runs))


def numbers_in(text: str) -> set[int]:
    """Return every number that can be read out of a text, too many rather than one too few."""
    written = (re.sub(r"\D", "", found) for found in WRITTEN_NUMBER.findall(text))
    return {
        int(digits[start:end])
        for digits in written
        for start in range(len(digits) - MIN_DIGITS + 1)
        for end in range(start + MIN_DIGITS, min(start + MAX_DIGITS, len(digits)) + 1)
    }
