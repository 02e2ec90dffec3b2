"""The guard of a session: its "no"s count once something shows that it still says "yes"."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from validator.model import Reason, Verdict
from validator.pacing.decisions import (
    Accept,
    AskCanary,
    FetchSessionStatus,
    Requeue,
    Resolve,
    Retry,
    Unverified,
    Wait,
)
from validator.pacing.guard.canaries import CanaryTurns
from validator.pacing.guard.drift import Drift
from validator.pacing.guard.negatives import Negatives
from validator.pacing.guard.rejections import Rejections
from validator.pacing.guard.verification import KNOWN_POSITIVES, Verification
from validator.pacing.guard.vouching import CANARY_AFTER_S, Proof, Vouching

if TYPE_CHECKING:
    from validator.errors import Refused
    from validator.model import Number
    from validator.pacing.guard.canaries import Canaries
    from validator.pacing.guard.protocol import Checkpoint

# A canary is due when so many "no"s wait: at most 0.2 % of calls are canaries, or one a minute.
CANARY_AFTER = 500

ANY_YES = Proof()


class SessionGuard:
    """A "no" of a session counts only after the session has shown that it still says "yes". A `Guard`.

    A dead session can answer "no" about every number. So a "no" counts when the session says "yes" in an
    exchange that started after the "no" was received: about another number of the list, which costs nothing,
    or about a canary. A canary is due when 500 "no"s wait or one has waited for a minute, and at the end.

    A "yes" does not vouch for (confirm) answers from before an interruption (`Continuity`) or a
    disconnection: the session may have been repaired since. Such a "no" is invalidated at once, and its
    number is asked about again once the session says "yes". A "no" that still waits at the end of a run is
    invalidated too, and left to the next run.

    If a canary is answered "no" or called invalid, or "yes" is rarer than chance explains (`Drift`), the
    session is frozen and up to five known positives are asked about. If most are answered "no", the session
    is given up and every "no" that waits is invalidated. Otherwise the list or the canary has changed.

    A canary that is refused or fails is no answer. Another one is tried, up to three in a row, and again a
    minute later. It is not asked about again while other canaries are answered.

    Some gateways also say "no" if they could not find out. Then more is needed (`Proof`): a canary's "yes",
    and after it a status that shows the session ready, as before. After thirty such "no"s in a row the
    session pauses until a canary is answered.

    An answer "invalid" counts as a "no", but only while such answers are few (`Rejections`): a "yes" about
    other numbers does not confirm a session that rejects every third number.

    Args:
        session: the session's id.
        canaries: the run's canaries.
        proof: what is needed to confirm a "no".

    Attributes:
        error: why the session is given up, or None.
        tries: how often in a row a canary got no answer.
    """

    def __init__(self, session: str, *, canaries: Canaries, proof: Proof = ANY_YES) -> None:
        self.error: Refused | None = None
        self.tries = 0
        self._session = session
        self._canaries = canaries
        self._turns = CanaryTurns(canaries, once=proof.canary_once)
        self._proof = proof
        self._is_weak = proof.is_weak
        self._vouching = Vouching(proof)
        self._drift = Drift()
        self._rejections = Rejections()
        self._negatives = Negatives()
        self._verification: Verification | None = None
        self._testing = False
        self._test_at = -math.inf
        # Bound here, since each of them is called for every check, and a frame would double its time.
        self.checkpoint = self._negatives.checkpoint
        self.is_current = self._negatives.is_current
        self.rulings = self._negatives.rulings

    @property
    def is_verifying(self) -> bool:
        """Whether the session is frozen until known positives have been asked about."""
        return self._verification is not None

    @property
    def doubts_rejections(self) -> bool:
        """Whether the session calls so many numbers invalid that none of these answers is believed."""
        return self._rejections.is_alarming

    @property
    def unverified(self) -> int:
        """How many "no"s of the session wait for a "yes", with those invalidated since the last "yes"."""
        return self._negatives.unverified

    @property
    def reserve(self) -> int:
        """How many of a day's attempts to reserve: one if there is a canary."""
        return 1 if self._canaries else 0

    def next(self, now: float, *, last: bool) -> AskCanary | FetchSessionStatus | Wait | None:
        """Return what has to come first; see `Guard.next`."""
        if self._proof.needs_look and (look := self._vouching.next(now, self._session, last=last)):
            return look
        if not self._verification and not self._is_due(now, last=last):
            return None
        if not self._testing and self._test_at <= now:
            return AskCanary(self._verification.left[0] if self._verification else self._turns.choose())
        if not (self._verification or last or self._vouching.is_suspicious):
            return None
        return Wait(math.inf if self._testing else self._test_at, f"session {self._session} may be lying")

    def canary(self) -> Number | None:
        """Return a number that only shows whether the session answers at all, or None."""
        return None if self._testing else self._canaries.spare()

    def on_answer(
        self,
        now: float,
        checkpoint: Checkpoint,
        number: Number,
        verdict: Verdict,
        *,
        was_rejected: bool = False,
        is_again: bool = False,
    ) -> Accept | Unverified | Requeue | Resolve:
        """Record the answer to a check; see `Guard.on_answer`."""
        registered = verdict is Verdict.REGISTERED
        if not registered and not self.is_current(checkpoint):
            return Requeue()
        # Numbers asked about again are not a sample of the list: most of them were "no"s.
        is_sample = not (is_again and self._is_weak)
        if is_sample:
            self._drift.add(registered=registered)
        if registered:
            self._turns.in_a_row = 0
            self._turns.found(number)
            self._vouch(checkpoint, is_canary=False)
        return self._counted(verdict, was_rejected=was_rejected) or self._heard_no(now, is_sample=is_sample)

    def ended(self, now: float, checkpoint: Checkpoint, *, answered: bool) -> None:
        """Record that an exchange has ended; see `Guard.ended`."""
        if self._negatives.end(now, checkpoint, answered=answered):
            self._vouching.forget()

    def test(self, now: float) -> Checkpoint:
        """Record that a canary is asked about now, and return its mark."""
        self._testing = True
        return self.checkpoint(now)

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Record the result of a canary; see `Guard.tested`."""
        self._testing = False
        match result:
            case bool():
                self._answered(checkpoint, number, registered=result)
            case Resolve(_, Reason.REJECTED_BY_PROVIDER):
                self._answered(checkpoint, number, registered=False)
            case Resolve():
                self._not_answered(now, number)
            case Retry(after_s):
                self.tries += 1
                self._test_at = now + after_s
            case Requeue():
                self._canaries.used(number)
            case _:
                assert_never(result)
        is_rejected = isinstance(result, Resolve) and result.verdict is Verdict.INVALID
        self.ended(now, checkpoint, answered=is_rejected or isinstance(result, bool))

    @property
    def wants_look(self) -> bool:
        """Whether a "yes" waits for the session's status."""
        return self._vouching.wants_look

    def look(self, now: float) -> None:
        """Record that a status request starts."""
        self._vouching.look(now)

    def looked(self, now: float, *, ready: bool) -> None:
        """Record the result of a status request."""
        if vouched := self._vouching.looked(now, ready=ready):
            self._negatives.vouch(vouched)
            if self._negatives.settle(now):
                self._vouching.forget()

    def lost(self) -> None:
        """Record that the session is not connected."""
        self._invalidate()

    def release(self) -> None:
        """Invalidate the "no"s that still wait at the end of a run."""
        self._invalidate()

    def _is_due(self, now: float, *, last: bool) -> bool:
        if last:
            is_time = not self._turns.is_hopeless or self._test_at <= now
        else:
            most_s = self._proof.canary_after_s
            is_time = self._negatives.are_due(now, most=CANARY_AFTER, most_s=most_s)
            is_time = is_time or (self._is_weak and self._vouching.is_suspicious)
        if not is_time or not self.unverified or self._vouching.covers(self._negatives.heard):
            return False
        return self._turns.are_left(last=last)

    def _counted(self, verdict: Verdict, *, was_rejected: bool) -> Accept | Resolve | None:
        """Return the decision on a "yes", or on one of too many "invalid"s; None: the answer has to wait."""
        was_alarming = self._rejections.is_alarming
        # A second answer that contradicts the first one is evidence against the session, too.
        self._rejections.add(rejected=was_rejected or verdict is Verdict.INVALID)
        if self._rejections.is_alarming and not was_alarming:
            self._verify()
        if verdict is Verdict.REGISTERED:
            return Accept()
        is_doubted = verdict is Verdict.INVALID and self._rejections.is_alarming
        return Resolve(Verdict.UNKNOWN, Reason.SESSION_SUSPECT) if is_doubted else None

    def _heard_no(self, now: float, *, is_sample: bool) -> Unverified:
        ordinal = self._negatives.add(now)
        if is_sample:
            self._vouching.heard_no()
            if self._drift.is_alarming():
                self._verify()
            if self._is_weak and self._drift.has_doubtful_row():
                self._invalidate()
        return Unverified(ordinal)

    def _answered(self, checkpoint: Checkpoint, number: Number, *, registered: bool) -> None:
        self.tries = 0
        self._turns.answered(number)
        if registered:
            self._vouch(checkpoint, is_canary=True, is_cached=self._turns.confirmed(number))
        if self._verification and number in self._verification.left:
            self._verification.take(number, registered=registered)
            self._conclude(self._verification)
        elif not registered:
            self._verify()

    def _not_answered(self, now: float, number: Number) -> None:
        self.tries = 0
        self._turns.not_answered(number)
        if self._turns.is_hopeless:
            self._test_at = now + CANARY_AFTER_S
        if self._verification and number in self._verification.left:
            self._verification.left.remove(number)
            self._verification.asked -= 1
            self._conclude(self._verification)

    def _vouch(self, checkpoint: Checkpoint, *, is_canary: bool, is_cached: bool = False) -> None:
        if self._negatives.owed and self.is_current(checkpoint):
            self._negatives.owed = 0
        if vouched := self._vouching.heard_yes(checkpoint, is_canary=is_canary, is_cached=is_cached):
            self._negatives.vouch(vouched)

    def _invalidate(self) -> None:
        self._vouching.forget()
        self._negatives.invalidate()

    def _verify(self) -> None:
        positives = self._turns.pool(KNOWN_POSITIVES)
        if not self._verification and positives:
            self._verification = Verification(positives, len(positives))
        elif not positives and self._is_weak:
            # No canary is left: a "yes" about the list's numbers may come only after the session has
            # recovered.
            self._invalidate()

    def _conclude(self, inquiry: Verification) -> None:
        if inquiry.shows_lies:
            self._invalidate()
            self.error = inquiry.error(self._session)
        elif inquiry.shows_truth:
            for number in inquiry.no:
                self._canaries.drop(number)
            self._drift.forget()
        else:
            return
        self._verification = None
