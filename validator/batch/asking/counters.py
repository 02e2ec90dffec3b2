"""What a run has done so far, in numbers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.errors import ApiError, InvalidPhone, RateLimited
from validator.model import Verdict
from validator.reports import CallCounts, SessionCounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.model import Outcome, SessionRef

# `--max-error-rate` looks at this many of the latest attempts, and says nothing before it has half of them: a
# share of a handful is noise.
ERROR_WINDOW = 200


@dataclass(slots=True)
class RunCounters:
    """Counts of one run.

    Attributes:
        calls: exchanges, as the summary shows them.
        sessions: exchanges by session, likewise.
        asked: numbers whose check has ended, with a verdict or with `unknown`.
        from_contacts: numbers answered by the contacts of a session.
        verdicts: ended checks by verdict.
        doubted: answers by session that were retracted at the end, since nothing vouches for them.
        paused_s: seconds in which nothing was sent although there was work, by their cause; not those in
            which a key was held.
    """

    calls: CallCounts = field(default_factory=CallCounts)
    sessions: dict[SessionRef, SessionCounts] = field(default_factory=dict)
    asked: int = 0
    from_contacts: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    doubted: Counter[SessionRef] = field(default_factory=Counter)
    paused_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _spent: Counter[SessionRef] = field(default_factory=Counter)
    _recent: deque[bool] = field(default_factory=deque)
    _recent_failures: int = 0

    def attempts_through(self, session: SessionRef) -> int:
        """Return the attempts made through a session in this run, for checks and for canaries."""
        counts = self.sessions.get(session)
        return counts.attempts + counts.canaries if counts else 0

    def numbers_through(self, session: SessionRef) -> int:
        """Return how often numbers were asked about through a session in this run, canaries among them."""
        return self._spent[session]

    def begin(self, session: SessionRef, *, numbers: int = 1, retries: int) -> None:
        """Count an attempt that starts, about so many numbers, and how many of them it retries."""
        self.calls.attempts += 1
        self.calls.retries += retries
        self._of(session).attempts += 1
        self._spent[session] += numbers

    def begin_canary(self, session: SessionRef) -> None:
        """Count a canary's exchange that starts."""
        self.calls.canaries += 1
        self._of(session).canaries += 1
        self._spent[session] += 1

    def end(self, session: SessionRef, failure: ApiError | None) -> None:
        """Count how an attempt ended. The provider's "invalid number" is an answer."""
        if isinstance(failure, RateLimited):
            self.calls.refusals += 1
            return
        failed = failure is not None and not isinstance(failure, InvalidPhone)
        self.calls.failures += failed
        self.calls.answers += not failed
        self._of(session).failures += failed
        self._note(failed=failed)

    def durable(self, outcomes: Iterable[Outcome]) -> None:
        """Count checks that have ended and are in the ledger."""
        for outcome in outcomes:
            self.asked += 1
            self.verdicts[outcome.verdict.value] += 1

    def invalidate(self, count: int) -> None:
        """Take back so many checks that ended with "no"."""
        self.take_back(Verdict.NOT_REGISTERED, count)

    def take_back(self, verdict: Verdict, count: int = 1) -> None:
        """Take back checks that ended with a verdict: they are asked about again."""
        self.calls.retracted += count
        self.asked -= count
        self.verdicts[verdict.value] -= count

    def add_confirmations(self, second: RunCounters) -> None:
        """Add the counts of a round of confirmations. Its numbers are counted in `asked` already."""
        overturned = second.verdicts[Verdict.REGISTERED.value]
        self._add_exchanges(second)
        self.calls.confirmations += second.asked
        self.calls.overturned += overturned
        self.verdicts[Verdict.REGISTERED.value] += overturned
        self.verdicts[Verdict.NOT_REGISTERED.value] -= overturned

    def add(self, other: RunCounters) -> None:
        """Add the counts of another part of the run, which asked about other numbers."""
        self._add_exchanges(other)
        self.asked += other.asked
        self.from_contacts += other.from_contacts
        self.verdicts.update(other.verdicts)

    def _add_exchanges(self, other: RunCounters) -> None:
        self.calls.add(other.calls)
        self.doubted.update(other.doubted)
        for cause, seconds in other.paused_s.items():
            self.paused_s[cause] += seconds
        for session, counts in other.sessions.items():
            self._of(session).add(counts)
        self._spent.update(other._spent)

    def recent_error_rate(self) -> float:
        """The share of failures among the latest attempts; 0 until there are enough to tell."""
        return self._recent_failures / len(self._recent) if len(self._recent) >= ERROR_WINDOW // 2 else 0.0

    def _note(self, *, failed: bool) -> None:
        """Keep how the latest attempts ended, and how many of them failed."""
        self._recent.append(failed)
        self._recent_failures += failed
        if len(self._recent) > ERROR_WINDOW:
            self._recent_failures -= self._recent.popleft()

    def _of(self, session: SessionRef) -> SessionCounts:
        if session not in self.sessions:
            self.sessions[session] = SessionCounts(session=session.session, gateway=session.gateway)
        return self.sessions[session]


def pace_per_min(attempts: int, asking_s: float, limit_per_min: float | None) -> float:
    """Return the pace while a run asked, in requests a minute.

    A list may go out at once, within what each minute allows. That is no pace: such a run has used so much of
    the minutes that it began, however quick it was.
    """
    # So many attempts have one gap fewer between them; a single one has no pace.
    pace = 60 * (attempts - 1) / asking_s if attempts > 1 else float(attempts)
    if limit_per_min is None or pace <= limit_per_min:
        return pace
    return attempts / math.ceil(asking_s / 60)
