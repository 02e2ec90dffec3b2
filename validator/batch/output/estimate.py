"""What a stratified sample says of the whole: a share with its interval. Pure arithmetic.

The share is that of each stratum, weighted by its numbers. The interval is Wilson's, for the size that a
simple random sample would need to be as sharp (the effective size): strata make it sharper, and so does a
sample that is a large part of the whole. Korn and Graubard (1998), "Confidence intervals for proportions with
small expected number of positive counts estimated from survey data", take the effective size; Dean and Pagano
(2015) find Wilson's interval the best to put it into.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONFIDENCE = 0.95
# The quantile of the normal distribution that leaves 2.5 % on either side.
_Z = 1.959964

# A stratum with fewer answers says nothing of its own spread, and is taken together with other small ones.
LEAST_ANSWERS = 10
# So many answers at the share of all are added to a stratum's own before its spread is taken: a stratum of
# ten that all said "yes" is not without spread.
_PRIOR_ANSWERS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One part of a list, and what the sample found out about it.

    Attributes:
        numbers: distinct numbers of the list in it.
        answered: those of the sample whose answer is known; those that stayed unknown are not among them.
        registered: those among them that are on WhatsApp.
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
        """The share registered among the answered; there is at least one."""
        return self.registered / self.answered


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of the whole, 0 to 1, and the interval that holds the true one in 95 of 100 samples."""

    share: float
    low: float
    high: float


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """Return the share registered of the whole with its interval; None if nothing was answered.

    If everybody was answered, it is the share itself. The interval never leaves what the answers allow: each
    "yes" and each other answer that was seen is one of the whole.
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
    """Return strata with answers enough each: small ones are one, which takes the next larger if it must."""
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
    """Return the size of the simple random sample, from a whole without an end, that would be as sharp."""
    if whole.answered >= whole.numbers:
        return math.inf
    if not 0 < share < 1:
        return whole.answered / _left_share(whole)
    variance = sum((part.numbers / whole.numbers) ** 2 * _variance(part, share) for part in parts)
    return share * (1 - share) / variance


def _variance(part: Stratum, share: float) -> float:
    """Return the variance of a stratum's share, as far as the sample does not hold all of it."""
    answered = part.answered + _PRIOR_ANSWERS
    own = (part.registered + _PRIOR_ANSWERS * share) / answered
    return own * (1 - own) / part.answered * _left_share(part)


def _left_share(part: Stratum) -> float:
    """Return the finite population correction: 1 if hardly anybody was answered, 0 if everybody was."""
    return (part.numbers - part.answered) / max(part.numbers - 1, 1)


def _wilson(share: float, size: float) -> tuple[float, float]:
    """Return Wilson's score interval (1927, equation 4)."""
    if math.isinf(size):
        return share, share
    spread = _Z**2 / size
    middle = share + spread / 2
    reach = math.sqrt(spread * (share * (1 - share) + spread / 4))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
