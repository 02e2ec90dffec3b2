"""What a run has done so far, in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.errors import ApiError, InvalidPhone, RateLimited
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.model import Outcome

# `--max-error-rate` looks at this many of the latest attempts, and says nothing before it has half of them: a
# share of a handful is noise.
ERROR_WINDOW = 200


@dataclass(slots=True)
class SessionTally:
    """Attempts and failures through one session; `canaries` are attempts too, beside those for checks."""

    attempts: int = 0
    failures: int = 0
    canaries: int = 0

    @property
    def error_rate(self) -> float:
        """The share of attempts that failed; 0 where there were none."""
        return self.failures / self.attempts if self.attempts else 0.0


@dataclass(slots=True)
class Tally:
    """Counts of one run.

    Attributes:
        attempts: HTTP exchanges begun for checks.
        answers: those that decided a number.
        refusals: those refused by the rate limiter (429).
        retries: those paid from the retry budget.
        failures: those that found nothing out, refusals not counted.
        canaries: HTTP exchanges begun to see whether a session tells the truth.
        retracted: answers given up again because of a session that may have lied.
        confirmations: checks that asked once more about a "no".
        overturned: those among them that were answered "yes".
        asked: numbers whose check has ended, with a verdict or with `unknown`.
        verdicts: ended checks by verdict.
        sessions: attempts and failures by session.
        believed: answers "no" by session that were let stand although nothing vouches for them.
        doubted: answers "no" by session that were retracted at the end, since nothing vouches for them.
        paused_s: seconds in which nothing was sent although there was work, by their cause; not those in
            which the key was held.
    """

    attempts: int = 0
    answers: int = 0
    refusals: int = 0
    retries: int = 0
    failures: int = 0
    canaries: int = 0
    retracted: int = 0
    confirmations: int = 0
    overturned: int = 0
    asked: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, SessionTally] = field(default_factory=dict)
    believed: Counter[str] = field(default_factory=Counter)
    doubted: Counter[str] = field(default_factory=Counter)
    paused_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=ERROR_WINDOW))

    def attempts_through(self, session: str) -> int:
        """Return the attempts made through a session in this run, for checks and for canaries."""
        of = self.sessions.get(session, SessionTally())
        return of.attempts + of.canaries

    def begin(self, session: str, *, is_retry: bool) -> None:
        """Count an attempt that starts."""
        self.attempts += 1
        self.retries += is_retry
        self.sessions.setdefault(session, SessionTally()).attempts += 1

    def begin_canary(self, session: str) -> None:
        """Count a canary's exchange that starts."""
        self.canaries += 1
        self.sessions.setdefault(session, SessionTally()).canaries += 1

    def end(self, session: str, failure: ApiError | None) -> None:
        """Count how an attempt ended. The provider's "invalid number" is an answer."""
        if isinstance(failure, RateLimited):
            self.refusals += 1
            return
        failed = failure is not None and not isinstance(failure, InvalidPhone)
        self.failures += failed
        self.answers += not failed
        self.sessions[session].failures += failed
        self._recent.append(failed)

    def durable(self, outcomes: Iterable[Outcome]) -> None:
        """Count checks that have ended and stand in the ledger."""
        for outcome in outcomes:
            self.asked += 1
            self.verdicts[outcome.verdict.value] += 1

    def retract(self, count: int) -> None:
        """Take back so many checks that ended with "no"."""
        self.retracted += count
        self.asked -= count
        self.verdicts[Verdict.NOT_REGISTERED.value] -= count

    def add_confirmations(self, second: Tally) -> None:
        """Add what a round of confirmations has counted for itself."""
        self.attempts += second.attempts
        self.answers += second.answers
        self.refusals += second.refusals
        self.retries += second.retries
        self.failures += second.failures
        self.canaries += second.canaries
        self.confirmations += second.asked
        self.overturned += (overturned := second.verdicts[Verdict.REGISTERED.value])
        self.verdicts[Verdict.REGISTERED.value] += overturned
        self.verdicts[Verdict.NOT_REGISTERED.value] -= overturned
        self.doubted.update(second.doubted)
        for cause, seconds in second.paused_s.items():
            self.paused_s[cause] += seconds
        for session, of in second.sessions.items():
            ours = self.sessions.setdefault(session, SessionTally())
            ours.attempts += of.attempts
            ours.failures += of.failures
            ours.canaries += of.canaries

    def recent_error_rate(self) -> float:
        """The share of failures among the latest attempts; 0 until there are enough to tell."""
        return sum(self._recent) / len(self._recent) if len(self._recent) >= ERROR_WINDOW // 2 else 0.0
