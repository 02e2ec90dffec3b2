"""Estimates a share of the whole from a stratified sample, with its confidence interval. Pure arithmetic.

The share is the mean of the strata's shares, weighted by their numbers. The interval is Wilson's, with the
effective sample size: the size of a simple random sample of the same precision. Strata increase it, and so
does a sample that is a large part of the whole. The effective size is from Korn and Graubard (1998),
"Confidence intervals for proportions with small expected number of positive counts estimated from survey
data"; Dean and Pagano (2015) find that Wilson's interval suits it best.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONFIDENCE = 0.95
# The quantile of the normal distribution with 2.5 % on either side.
_Z = 1.959964

# The variance of a stratum with fewer answers is not reliable, so small strata are merged.
LEAST_ANSWERS = 10
# This many answers with the overall share are added to those of a stratum before its variance is computed:
# ten answers "yes" out of ten do not mean that the variance is zero.
_PRIOR_ANSWERS = 2.0


class Stratum(Struct, frozen=True, kw_only=True):
    """One part of a list, and the answers of the sample about it.

    Attributes:
        numbers: distinct numbers of the list in this part.
        answered: numbers of the sample with an answer; numbers that stayed unknown do not count.
        registered: those of them that are on WhatsApp.
    """

    numbers: int
    answered: int
    registered: int

    def __add__(self, other: Stratum) -> Stratum:
        return Stratum(
            numbers=self.numbers + other.numbers,
            answered=self.answered + other.answered,
            registered=self.registered + other.registered,
        )

    @property
    def share(self) -> float:
        """The share of registered numbers among the answered ones; there is at least one answer."""
        return self.registered / self.answered


class Estimate(Struct, frozen=True):
    """A share of the whole, 0 to 1, and the interval that contains the true share in 95 of 100 samples."""

    share: float
    low: float
    high: float


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """Return the registered share of the whole, with its interval; None if there is no answer.

    If all numbers were answered, the interval is the share itself. The interval is limited to shares that are
    possible: the whole has at least as many registered and other numbers as the sample.
    """
    parts = _merged(strata)
    whole = sum(parts, start=Stratum(numbers=0, answered=0, registered=0))
    if not whole.answered:
        return None
    share = sum(part.numbers / whole.numbers * part.share for part in parts)
    low, high = _wilson(share, _effective_size(parts, whole, share))
    seen_no = whole.answered - whole.registered
    least, most = whole.registered / whole.numbers, 1 - seen_no / whole.numbers
    return Estimate(share, max(low, least), min(high, most))


def _merged(strata: Iterable[Stratum]) -> list[Stratum]:
    """Return strata with enough answers each. Small ones are merged, if needed with the next larger one."""
    parts = sorted(strata, key=lambda part: part.answered, reverse=True)
    merged: list[Stratum] = []
    while parts and parts[0].answered >= LEAST_ANSWERS:
        merged.append(parts.pop(0))
    if not parts:
        return merged
    rest = sum(parts, start=Stratum(numbers=0, answered=0, registered=0))
    if merged and rest.answered < LEAST_ANSWERS:
        rest += merged.pop()
    return [*merged, rest]


def _effective_size(parts: Sequence[Stratum], whole: Stratum, share: float) -> float:
    """Return the size of a simple random sample of the same precision, from an infinite population."""
    if whole.answered >= whole.numbers:
        return math.inf
    if not 0 < share < 1:
        return whole.answered / _left_share(whole)
    variance = sum((part.numbers / whole.numbers) ** 2 * _variance(part, share) for part in parts)
    return share * (1 - share) / variance


def _variance(part: Stratum, share: float) -> float:
    """Return the variance of a stratum's share, with the finite population correction."""
    answered = part.answered + _PRIOR_ANSWERS
    own = (part.registered + _PRIOR_ANSWERS * share) / answered
    return own * (1 - own) / part.answered * _left_share(part)


def _left_share(part: Stratum) -> float:
    """Return the finite population correction: near 1 for few answers, 0 if all numbers were answered."""
    return (part.numbers - part.answered) / max(part.numbers - 1, 1)


def _wilson(share: float, size: float) -> tuple[float, float]:
    """Return Wilson's score interval (1927, equation 4)."""
    if math.isinf(size):
        return share, share
    spread = _Z**2 / size
    middle = share + spread / 2
    reach = math.sqrt(spread * (share * (1 - share) + spread / 4))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
