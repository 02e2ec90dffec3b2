"""The counters of a run."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.errors import ApiError, InvalidPhone, RateLimited
from validator.model import Verdict
from validator.reports import CallCounts, SessionCounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.model import Outcome, SessionRef

# `--max-error-rate` applies to this many latest attempts, and not before there are half as many: the share of
# a few attempts is noise.
ERROR_WINDOW = 200

_VERDICT_OF = attrgetter("verdict")


class RunCounters(Struct):
    """Counts of one run.

    Attributes:
        calls: exchanges, as the summary shows them.
        sessions: exchanges by session, as the summary shows them.
        asked: numbers whose check has ended, with a verdict or with `unknown`.
        from_contacts: numbers answered by the contacts of a session.
        verdicts: ended checks by verdict.
        doubted: answers that were retracted at the end of the run, because nothing confirmed them, by
            session.
        paused_s: seconds in which nothing was sent although there was work, by cause; without holds.
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
        """Return how often numbers were asked about through a session in this run, including canaries."""
        return self._spent[session]

    def begin(self, session: SessionRef, *, numbers: int = 1, retries: int) -> None:
        """Count the start of an attempt about some numbers, and how many of them are retries."""
        self.calls.attempts += 1
        self.calls.retries += retries
        self._of(session).attempts += 1
        self._spent[session] += numbers

    def begin_canary(self, session: SessionRef) -> None:
        """Count the start of an exchange about a canary."""
        self.calls.canaries += 1
        self._of(session).canaries += 1
        self._spent[session] += 1

    def end(self, session: SessionRef, failure: ApiError | None) -> None:
        """Count the end of an attempt. The provider's "invalid number" counts as an answer."""
        if failure is None:
            self.calls.answers += 1
            self._note(failed=False)
        elif isinstance(failure, RateLimited):
            self.calls.refusals += 1
        else:
            failed = not isinstance(failure, InvalidPhone)
            self.calls.failures += failed
            self.calls.answers += not failed
            self._of(session).failures += failed
            self._note(failed=failed)

    def durable(self, outcomes: Iterable[Outcome]) -> None:
        """Count checks that have ended and are in the ledger."""
        for verdict, count in Counter(map(_VERDICT_OF, outcomes)).items():
            self.asked += count
            self.verdicts[verdict.value] += count

    def invalidate(self, count: int) -> None:
        """Subtract checks that ended with "no": they are asked about again."""
        self.take_back(Verdict.NOT_REGISTERED, count)

    def take_back(self, verdict: Verdict, count: int = 1) -> None:
        """Subtract checks that ended with this verdict: they are asked about again."""
        self.calls.retracted += count
        self.asked -= count
        self.verdicts[verdict.value] -= count

    def add_confirmations(self, second: RunCounters) -> None:
        """Add the counts of a round of confirmations. Its numbers are already counted in `asked`."""
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
        """Return the share of failures among the latest attempts; 0 until there are enough attempts."""
        return self._recent_failures / len(self._recent) if len(self._recent) >= ERROR_WINDOW // 2 else 0.0

    def _note(self, *, failed: bool) -> None:
        """Record whether an attempt failed, and forget the oldest one if there are too many."""
        self._recent.append(failed)
        self._recent_failures += failed
        if len(self._recent) > ERROR_WINDOW:
            self._recent_failures -= self._recent.popleft()

    def _of(self, session: SessionRef) -> SessionCounts:
        if session not in self.sessions:
            self.sessions[session] = SessionCounts(session=session.session, gateway=session.gateway)
        return self.sessions[session]


def pace_per_min(attempts: int, asking_s: float, limit_per_min: float | None) -> float:
    """Return the pace of a run, in requests a minute.

    A short list may be sent in a burst that the limit allows. Then the pace between requests exceeds the
    limit and says little, so the attempts are divided by the number of minutes that were begun.
    """
    # There is one gap fewer than there are attempts; a single attempt has no pace.
    pace = 60 * (attempts - 1) / asking_s if attempts > 1 else float(attempts)
    if limit_per_min is None or pace <= limit_per_min:
        return pace
    return attempts / math.ceil(asking_s / 60)
