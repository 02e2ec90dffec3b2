"""What an overflow says about an unknown limit: a pure function of what passed before, at and after it."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import assert_never

from msgspec import Struct

from validator.pacing.measures.units import MINUTE_S

# The share of a measured pace that is used: requests in flight and the edges of a minute make it uncertain.
CERTAIN = 0.985
# If so many were in flight at the first refusal, the share of them that passed is a useful measurement.
ENOUGH_IN_FLIGHT = 8
CERTAIN_OF_SHARE = 0.95
# Two counts that differ by no more than this share are the same.
SAME_SHARE = 0.07
# Between two refusals closer than the first no pace can be measured. If they are farther apart than the
# second, the pace from which the creep began has been proved.
TOO_SHORT_S, PROVED_S = 10.0, 45.0
STEP_BACK = 0.9

# If the pace was used, more than this share of it passed in the minute before, even on the ramp. If less did,
# another client had used the limit.
LEAST_KEPT = 0.4
# Between two refusals less than a minute apart, a bucket lets its whole refill pass. A window that still
# counts earlier requests lets far less than its limit pass. So the pace falls at most to half of one reached
# by creeping, and to a larger share of a settled one: one more refusal costs little beside a large pace.
LEAST_KEPT_OF_CREEP = 0.5
LEAST_KEPT_OF_SMALL, LEAST_KEPT_OF_LARGE, LARGE_PER_MIN = 0.7, 0.85, 200.0

# A bucket is larger than any jitter if so many times its refill passed in the minute in which it was emptied.
# Up to the second factor, what passes later is its refill.
BURSTY, REFILL = 1.4, 1.15


class Phase(Enum):
    """How the pace moves: up quickly, up slowly, or hardly at all."""

    RAMP = auto()
    CREEP = auto()
    KEEP = auto()


class Overflow(Struct, frozen=True, kw_only=True):
    """An overflow, too many requests: the state when the first of them was refused.

    Attributes:
        started_at: when the first refused request started.
        seen_at: when its refusal came; requests started by then belong to the same overflow.
        phase: how the pace was moving.
        per_min: the pace it had reached.
        base_per_min: the pace from which it had moved.
        since_s: the time since the previous overflow.
        passed_since: requests that passed in that time.
        full_before: how many passed in the minute before the previous overflow.
    """

    started_at: float = -math.inf
    seen_at: float = -math.inf
    phase: Phase = Phase.RAMP
    per_min: float = 0.0
    base_per_min: float = 0.0
    since_s: float = 0.0
    passed_since: int = 0
    full_before: int = 0


class RejectionEvidence(Struct, frozen=True, kw_only=True):
    """The evidence of an overflow so far, from the requests in flight at that moment.

    Attributes:
        full: how many passed in the minute before it.
        since_turn: how many passed since the server's fixed window began, 0 if that is not known.
        caught: how many were in flight and have ended, including the first refused one.
        passed: how many of them passed.
    """

    full: int
    since_turn: int
    caught: int
    passed: int


def estimate_limit(overflow: Overflow, after: RejectionEvidence) -> tuple[Phase, float]:
    """Return how to go on after an overflow, and the requests a minute that the server seems to allow."""
    # If hardly any request passed since a reset, it was no reset.
    if 2 * min(after.full, after.since_turn) > after.full:
        return Phase.KEEP, min(after.full, after.since_turn)
    match overflow.phase:
        case Phase.RAMP if after.full >= STEP_BACK * overflow.per_min:
            return Phase.KEEP, after.full
        case Phase.RAMP:
            least = LEAST_KEPT * overflow.per_min
            return Phase.CREEP, max(after.full, _served_at(overflow, after), least)
        case Phase.CREEP:
            return _estimate_creep(overflow, after)
        case Phase.KEEP if overflow.per_min > overflow.base_per_min:
            return Phase.KEEP, overflow.base_per_min / CERTAIN
        case Phase.KEEP:
            return _measure(overflow, after)
        case _:
            assert_never(overflow.phase)


def _estimate_creep(overflow: Overflow, after: RejectionEvidence) -> tuple[Phase, float]:
    # A count that comes twice is the limit, but not while a far too high pace is refused repeatedly.
    is_used = overflow.since_s >= TOO_SHORT_S or after.full >= LEAST_KEPT * overflow.per_min
    if is_used and abs(after.full - overflow.full_before) < SAME_SHARE * overflow.full_before:
        return Phase.KEEP, min(after.full, overflow.full_before)
    if overflow.since_s < PROVED_S:
        return _measure(overflow, after)
    served = _served_since(overflow)
    if overflow.full_before > BURSTY * served and after.full <= REFILL * served:
        return Phase.KEEP, min(served, overflow.per_min)
    return Phase.KEEP, max(overflow.base_per_min, STEP_BACK * overflow.per_min)


def _served_at(overflow: Overflow, after: RejectionEvidence) -> float:
    """Return the pace that was served at the overflow, 0 if too few requests were in flight to say."""
    if after.caught < ENOUGH_IN_FLIGHT:
        return 0.0
    return overflow.per_min * CERTAIN_OF_SHARE * after.passed / after.caught


def _served_since(overflow: Overflow) -> float:
    """Return the pace served between two overflows: the refill of a bucket that was empty at both."""
    return overflow.passed_since * MINUTE_S / overflow.since_s


def _measure(overflow: Overflow, after: RejectionEvidence) -> tuple[Phase, float]:
    """Use the pace served between two overflows, or the count of the last minute if that is less.

    If both are close, use their mean: the first is the limit of a bucket, the second that of a window.
    """
    if overflow.since_s < TOO_SHORT_S:
        return Phase.CREEP, STEP_BACK * overflow.per_min
    served = _served_since(overflow)
    passed = min(after.full, served)
    if passed >= STEP_BACK * after.full:
        passed = (passed + after.full) / 2
    per_min = min(max(passed, _least_kept(overflow) * overflow.per_min), overflow.per_min)
    is_close = overflow.phase is Phase.KEEP and per_min >= STEP_BACK * overflow.per_min
    return (Phase.KEEP if is_close else Phase.CREEP), per_min


def _least_kept(overflow: Overflow) -> float:
    if overflow.since_s >= MINUTE_S:
        return LEAST_KEPT
    if overflow.phase is Phase.CREEP:
        return LEAST_KEPT_OF_CREEP
    return LEAST_KEPT_OF_LARGE if overflow.per_min >= LARGE_PER_MIN else LEAST_KEPT_OF_SMALL
