"""What an overflow of an unknown limit tells of it: pure judgement on what passed before, at and after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from validator.pacing.measures.units import MINUTE_S

# What is kept of a measured pace: requests in flight and the edges of a minute make it uncertain by so much.
CERTAIN = 0.985
# With as many in flight at the first refusal, the share of them that passed is worth a measurement.
ENOUGH_IN_FLIGHT = 8
CERTAIN_OF_SHARE = 0.95
# Two counts this close are the same.
SAME_SHARE = 0.07
# Between refusals this close no pace can be measured; this far apart, what was crept from stood its test.
TOO_SHORT_S, PROVED_S = 10.0, 45.0
STEP_BACK = 0.9

# More than this share of the pace passed in the minute before, if it was used, even on the ramp; where less
# did, somebody else was there before us.
LEAST_KEPT = 0.4
# What passed between refusals less than a minute apart is all that a bucket refilled, but far less than the
# limit of a window that still counts what came before. So no more is given up at once than half a pace that
# was crept to, and a part of one that was settled on: the larger the pace, the less does one more refusal
# cost beside it.
LEAST_KEPT_OF_CREEP = 0.5
LEAST_KEPT_OF_SMALL, LEAST_KEPT_OF_LARGE, LARGE_PER_MIN = 0.7, 0.85, 200.0

# A bucket is larger than any jitter if so many times its refill passed in a minute while it was emptied; what
# passes later is its refill.
BURSTY, REFILL = 1.4, 1.15


class Phase(Enum):
    """How the pace moves: up quickly, up slowly, or hardly any more."""

    RAMP = auto()
    CREEP = auto()
    KEEP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Too much was sent: what was going on when the first request of several was refused.

    Attributes:
        started_at: when the first refused request started.
        seen_at: when that was known; what had started by then belongs to the same overflow.
        phase: how the pace was moving.
        per_min: the pace it had reached.
        base_per_min: the pace from which it had moved.
        since_s: the time since the overflow before.
        passed_since: requests that passed in that time.
        full_before: how many had passed in the minute before the overflow before.
    """

    started_at: float = -math.inf
    seen_at: float = -math.inf
    phase: Phase = Phase.RAMP
    per_min: float = 0.0
    base_per_min: float = 0.0
    since_s: float = 0.0
    passed_since: int = 0
    full_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionEvidence:
    """What is known of an overflow so far, from those in flight at it.

    Attributes:
        full: how many passed in the minute before it.
        since_turn: how many since the server's fixed window began, 0 where that is not known.
        caught: how many were in flight and are back, the first refused one included.
        passed: how many of them passed.
    """

    full: int
    since_turn: int
    caught: int
    passed: int


def estimate_limit(overflow: Overflow, after: RejectionEvidence) -> tuple[Phase, float]:
    """Return how to go on after an overflow, and the pace a minute that the server is taken to allow."""
    # A turn since which hardly anything passed was none.
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
    # A count is a limit if it comes twice, but not while a far too high pace is refused again and again.
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
    """Return the pace that was served at the overflow, 0 where too little was in flight to say."""
    if after.caught < ENOUGH_IN_FLIGHT:
        return 0.0
    return overflow.per_min * CERTAIN_OF_SHARE * after.passed / after.caught


def _served_since(overflow: Overflow) -> float:
    """Return the pace that was served between two overflows: a bucket that was empty at both refilled it."""
    return overflow.passed_since * MINUTE_S / overflow.since_s


def _measure(overflow: Overflow, after: RejectionEvidence) -> tuple[Phase, float]:
    """Go by what was served between two overflows, or passed in the last minute if that was less.

    Where both are close, by their middle: a bucket's limit is the first, a window's the other.
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
