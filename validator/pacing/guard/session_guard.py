"""The guard of a session: its "no"s count once something shows that it still says "yes"."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from validator.errors import Refused
from validator.model import Reason
from validator.pacing.decisions import (
    Accept,
    AskCanary,
    Confirm,
    Invalidate,
    Requeue,
    Resolve,
    Retry,
    Unverified,
    Wait,
)
from validator.pacing.guard.drift import Drift
from validator.pacing.guard.protocol import Checkpoint

if TYPE_CHECKING:
    from validator.model import Number
    from validator.pacing.decisions import Ruling
    from validator.pacing.guard.canaries import Canaries

# A canary is due when so many "no"s wait, or one has waited so long: at most 0.2 % of calls, or one a minute.
CANARY_AFTER = 500
CANARY_AFTER_S = 60.0
# Accounts are closed now and then: one canary's "no" is followed by a look at several.
KNOWN_POSITIVES = 5
# A canary may itself be what the provider stumbles over, so others are tried; not all, if nothing answers.
MOST_IN_VAIN = 3


@dataclass(slots=True)
class _Verification:
    """Asking about known positives while nothing else starts.

    Attributes:
        left: those still to ask about.
        asked: how many are asked about in all.
        yes: how many the session says "yes" to.
        no: those it says "no" to, or calls invalid.
    """

    left: list[Number]
    asked: int
    yes: int = 0
    no: list[Number] = field(default_factory=list)

    def take(self, number: Number, *, registered: bool) -> None:
        self.left.remove(number)
        self.yes += registered
        self.no += [] if registered else [number]

    @property
    def shows_lies(self) -> bool:
        return 2 * len(self.no) > self.asked

    @property
    def shows_truth(self) -> bool:
        return 2 * self.yes >= self.asked


class SessionGuard:
    """Lets no "no" of a session count before the session has shown that it still says "yes". A `Guard`.

    A session that has died can answer "no" to everybody from some moment on. So a "no" stands when the
    session says "yes" in an exchange that started after the "no" was heard: to another number of the list,
    which is the usual case and costs nothing, or to a canary. A canary is due when 500 "no"s wait or one has
    waited for a minute, and at the end.

    Where a canary is answered "no" or called invalid, or "yes" has become more seldom than chance explains
    (`Drift`), the session is frozen and up to five known positives are asked about. If most are answered
    "no", the session is given up and every "no" that waits is retracted; else the list has changed, or the
    canary has.

    A canary that is refused or fails is no answer: another one is tried, up to three in a row, and again a
    minute later. What still waits at the end of a run is retracted if the session owes an answer then: it
    may be mended before the next run, whose "yes" would prove nothing. It is believed only if there never was
    a canary. Otherwise it is left for the next run to vouch for.

    A session that was disconnected may have lied before, and been mended since: what it says then vouches for
    nothing from before, which is retracted at once.

    Args:
        session: the session's id.
        canaries: the run's.
        heard: the ordinal of the latest "no" that an earlier run has left unvouched, 0 for none.
        settled: the ordinal before the first such one.

    Attributes:
        error: why the session is given up, or None.
        tries: how often in a row a canary was asked about in vain.
    """

    def __init__(self, session: str, *, canaries: Canaries, heard: int = 0, settled: int = 0) -> None:
        self.error: Refused | None = None
        self.tries = 0
        self._session = session
        self._canaries = canaries
        self._drift = Drift()
        self._heard, self._settled = heard, settled
        self._oldest_at = -math.inf
        self._generation = 0
        self._verification: _Verification | None = None
        self._testing = False
        self._test_at = -math.inf
        self._in_vain: set[Number] = set()
        self._failures = 0
        self._failing = False
        self._rulings: list[Ruling] = []

    @property
    def is_verifying(self) -> bool:
        """Whether the session is frozen until known positives have been asked about."""
        return self._verification is not None

    @property
    def unverified(self) -> int:
        """How many of the session's "no"s nothing vouches for yet."""
        return self._heard - self._settled

    @property
    def reserve(self) -> int:
        """How many of a day's last attempts are to be kept back: one, where there is a canary."""
        return 1 if self._canaries else 0

    def next(self, now: float, *, last: bool) -> AskCanary | Wait | None:
        """Return what has to come first; see `Guard.next`."""
        if not self._verification and not self._is_due(now, last=last):
            return None
        if not self._testing and self._test_at <= now:
            return AskCanary(self._verification.left[0] if self._verification else self._choose())
        if not self._verification and not last:
            return None
        return Wait(math.inf if self._testing else self._test_at, f"session {self._session} may be lying")

    def canary(self) -> Number | None:
        """Return a number to ask about if it is only to be seen whether anything is answered, or None."""
        return None if self._testing else self._canaries.spare()

    def checkpoint(self, now: float) -> Checkpoint:
        """Return the mark of a check that starts now."""
        return Checkpoint(now, self._heard, self._generation, self._failures)

    def on_answer(
        self, now: float, checkpoint: Checkpoint, number: Number, *, registered: bool
    ) -> Accept | Unverified | Requeue:
        """Record the answer to a check; see `Guard.on_answer`."""
        if not registered and checkpoint.generation != self._generation:
            return Requeue()
        self._heard_from(checkpoint)
        self._drift.add(registered=registered)
        if registered:
            self._in_vain.clear()
            self._canaries.found(number)
            self._confirm(checkpoint)
            return Accept()
        if not self.unverified:
            self._oldest_at = now
        self._heard += 1
        if self._drift.is_alarming():
            self._verify()
        return Unverified(self._heard)

    def test(self, now: float) -> Checkpoint:
        """Note that a canary is asked about now, and return its mark."""
        self._testing = True
        return self.checkpoint(now)

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Record what became of a canary; see `Guard.tested`."""
        self._testing = False
        match result:
            case bool():
                self._heard_from(checkpoint)
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

    def failed(self) -> None:
        """Record that an exchange failed: only a yes or no to a later one shows that the session works."""
        self._failures += 1
        self._failing = True

    def lost(self) -> None:
        """Record that the session is not connected."""
        self._invalidate()

    def release(self) -> int:
        """Decide on what waits at the end of a run; return how many "no"s are believed without a "yes"."""
        if self._failing or self._in_vain or self._verification:
            self._invalidate()
        believed = 0 if self._canaries else self.unverified
        self._confirm(Checkpoint(ordinal=self._settled + believed))
        return believed

    def rulings(self) -> list[Ruling]:
        """Return what has been decided since the last call."""
        decided, self._rulings = self._rulings, []
        return decided

    def _is_due(self, now: float, *, last: bool) -> bool:
        if not self.unverified or not self._canaries:
            return False
        if last:
            return not self._is_hopeless or self._test_at <= now
        return self.unverified >= CANARY_AFTER or now - self._oldest_at >= CANARY_AFTER_S

    @property
    def _is_hopeless(self) -> bool:
        return len(self._in_vain) >= min(MOST_IN_VAIN, len(self._canaries))

    def _choose(self) -> Number:
        canaries = self._canaries.choose(len(self._canaries))
        return next((number for number in canaries if number not in self._in_vain), canaries[0])

    def _heard_from(self, checkpoint: Checkpoint) -> None:
        """Note an answer: the session works if nothing has failed since the exchange started."""
        self._failing = self._failing and checkpoint.failures != self._failures

    def _answered(self, checkpoint: Checkpoint, number: Number, *, registered: bool) -> None:
        self.tries = 0
        self._in_vain.clear()
        if registered:
            self._canaries.used(number)
            self._confirm(checkpoint)
        if self._verification and number in self._verification.left:
            self._verification.take(number, registered=registered)
            self._conclude(self._verification)
        elif not registered:
            self._verify()

    def _not_answered(self, now: float, number: Number) -> None:
        self.tries = 0
        self._in_vain.add(number)
        if self._is_hopeless:
            self._test_at = now + CANARY_AFTER_S
        self._canaries.used(number)
        if self._verification and number in self._verification.left:
            self._verification.left.remove(number)
            self._verification.asked -= 1
            self._conclude(self._verification)

    def _confirm(self, checkpoint: Checkpoint) -> None:
        if checkpoint.ordinal > self._settled:
            self._settled = checkpoint.ordinal
            self._rulings.append(Confirm(self._settled))
            # Whatever still waits was heard after the exchange that vouches had started.
            self._oldest_at = checkpoint.at

    def _invalidate(self) -> None:
        self._generation += 1
        if self.unverified:
            self._settled = self._heard
            self._rulings.append(Invalidate(self._settled))

    def _verify(self) -> None:
        positives = self._canaries.choose(KNOWN_POSITIVES)
        if not self._verification and positives:
            self._verification = _Verification(positives, len(positives))

    def _conclude(self, inquiry: _Verification) -> None:
        if inquiry.shows_lies:
            self._give_up(inquiry)
        elif inquiry.shows_truth:
            for number in inquiry.no:
                self._canaries.drop(number)
            self._drift.forget()
        else:
            return
        self._verification = None

    def _give_up(self, inquiry: _Verification) -> None:
        self._invalidate()
        self.error = Refused(
            f'session {self._session} answers "no" about {len(inquiry.no)} of {inquiry.asked} numbers known '
            "to be registered, or calls them invalid, so it cannot be believed; what it said since it last "
            "told the truth is unknown again. See that its phone is online and linked (`validator "
            "sessions`), then run the same command again. If those numbers have left WhatsApp, name another "
            "one with --canary"
        )
