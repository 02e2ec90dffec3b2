"""Which "yes" vouches for (confirms) the "no"s before it: any, a canary's, or one in a ready session."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.pacing.decisions import FetchSessionStatus, Wait

if TYPE_CHECKING:
    from validator.pacing.guard.protocol import Checkpoint

# A canary is due when one "no" has waited so long.
CANARY_AFTER_S = 60.0
# So many "no"s in a row without a "yes" may be a silent rate limit.
SUSPICIOUS_ROW = 30
# The least time between status requests ("looks"), except after a success at the end of a run: a gateway may
# answer several exchanges a second.
LOOK_EVERY_S = 10.0
# After so many failed looks in a row, the next one is a minute later.
MOST_LOOKS_IN_VAIN = 3


class Proof(Struct, frozen=True, kw_only=True):
    """What is needed to confirm the "no"s of a session.

    Attributes:
        needs_canary: whether only a canary's "yes" vouches, and not a "yes" about a number of the list.
        needs_look: whether the session's status has to be ready after the "yes", too.
        canary_once: whether the gateway answers from a cache if a number was asked about before. Such an
            answer confirms nothing, so each canary is asked about once, and the last one at the end.
        canary_after_s: a canary is due when one "no" has waited so long.
    """

    needs_canary: bool = False
    needs_look: bool = False
    canary_once: bool = False
    canary_after_s: float = CANARY_AFTER_S

    @property
    def is_weak(self) -> bool:
        """Whether the "no"s need more than a later "yes" of any kind."""
        return self.needs_canary or self.needs_look


class Vouching:
    """Decides which "yes" vouches, and asks for the session's status ("look") if it is needed.

    A look confirms a "yes" if it began after the "yes". A failed look is repeated; if the session is not
    ready, `forget` is called.

    Args:
        proof: what is needed.
    """

    def __init__(self, proof: Proof) -> None:
        self._proof = proof
        self._spaced_at = self._retry_at = -math.inf
        self._waiting: Checkpoint | None = None
        self._looked_for: Checkpoint | None = None
        self._in_vain = 0
        self._row = 0

    @property
    def wants_look(self) -> bool:
        """Whether a "yes" waits for a look."""
        return self._waiting is not None and self._looked_for is None

    @property
    def is_hopeless(self) -> bool:
        """Whether the latest looks have all failed."""
        return self._in_vain >= MOST_LOOKS_IN_VAIN

    @property
    def is_suspicious(self) -> bool:
        """Whether a weak session has said "no" too often since its last "yes"."""
        return self._row >= SUSPICIOUS_ROW and self._proof.is_weak

    def next(self, now: float, session: str, *, last: bool) -> FetchSessionStatus | Wait | None:
        """Return a look that has to come first, or at the end of a run the wait for it, or None."""
        if not self.wants_look:
            return None
        look_at = self._retry_at if last else max(self._retry_at, self._spaced_at)
        if look_at <= now:
            return FetchSessionStatus()
        return (
            Wait(look_at, f"session {session} is to be looked at") if last and not self.is_hopeless else None
        )

    def covers(self, ordinal: int) -> bool:
        """Whether a "yes" after the `ordinal`th "no" waits for a look, or for the end of one."""
        found = (self._waiting, self._looked_for)
        return any(one is not None and one.ordinal >= ordinal for one in found)

    def heard_no(self) -> None:
        """Record a "no"."""
        self._row += 1

    def heard_yes(self, checkpoint: Checkpoint, *, is_canary: bool, is_cached: bool) -> Checkpoint | None:
        """Record a "yes"; return what vouches now, or None if nothing does, or not yet."""
        if is_cached:
            return None
        self._row = 0
        if self._proof.needs_canary and not is_canary:
            return None
        if not self._proof.needs_look:
            return checkpoint
        if self._waiting is None or checkpoint.ordinal > self._waiting.ordinal:
            self._waiting = checkpoint
        return None

    def look(self, now: float) -> None:
        """Record that a look starts."""
        self._looked_for, self._waiting = self._waiting, None
        self._spaced_at = now + LOOK_EVERY_S

    def looked(self, now: float, *, ready: bool) -> Checkpoint | None:
        """Record the result of a look; return what vouches now, or None."""
        found, self._looked_for = self._looked_for, None
        if found is None:
            return None
        if ready:
            self._in_vain = 0
            return found
        self._in_vain += 1
        self._waiting = self._waiting or found
        self._retry_at = now + (CANARY_AFTER_S if self.is_hopeless else LOOK_EVERY_S)
        return None

    def forget(self) -> None:
        """Drop every "yes" that waits: the session was interrupted, was lost, or has lied since."""
        self._waiting = self._looked_for = None
