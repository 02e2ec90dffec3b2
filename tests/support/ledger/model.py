"""What a ledger must hold, as dictionaries: the plainest program that does the same."""

from collections import Counter
from copy import copy

from validator.ledger import FactRow
from validator.model import Number, Reason, Verdict

NO = Verdict.NOT_REGISTERED
UNVERIFIED_REASONS = {
    Reason.NOT_ON_WHATSAPP: "session_suspect",
    Reason.NOT_ON_WHATSAPP_TWICE: "not_confirmed",
}


class LedgerModel:
    """`answers`, `failures` and `unverified` are what must be durable; `group` is what need not be yet.

    An unverified "no" is a failure here, under its own verdict. `unverified` has the number for each session
    and ordinal; `ordinals` has the last ordinal of each session, `through` the last one confirmed in the
    group.
    """

    def __init__(self):
        self.answers, self.failures, self.unverified, self.group = {}, {}, {}, []
        self.ordinals, self.through = Counter(), Counter()

    def durable(self):
        """Return what is left of this after a crash, now."""
        left = copy(self)
        left.answers, left.failures, left.unverified = map(
            dict, (self.answers, self.failures, self.unverified)
        )
        left.group, left.through = [], Counter()
        return left

    def settle(self):
        for outcome, ordinal in self.group:
            is_unverified = ordinal > self.through[outcome.session_ref]
            if outcome.verdict is Verdict.UNKNOWN or is_unverified:
                self.failures[outcome.number] = outcome
            else:
                self.answers[outcome.number] = outcome
                self.failures.pop(outcome.number, None)
            if is_unverified:
                self.unverified[outcome.session_ref, ordinal] = outcome.number
        for session, through in self.through.items():
            for number in self.take_unverified(session, through):
                self.answers[number] = self.failures.pop(number)
        self.group, self.through = [], Counter()

    def unverified_of(self, session):
        """Return the number of each ordinal of a session."""
        return {ordinal: number for (of, ordinal), number in self.unverified.items() if of == session}

    def take_unverified(self, session, through):
        """Forget those up to an ordinal; return the numbers that still are what the last of them left."""
        taken = {number for ordinal, number in self.unverified_of(session).items() if ordinal <= through}
        self.unverified = {
            (of, ordinal): number
            for (of, ordinal), number in self.unverified.items()
            if of != session or ordinal > through
        }
        return {
            number
            for number in taken - set(self.unverified_of(session).values())
            if number in self.failures
            and self.failures[number].verdict is NO
            and self.failures[number].session_ref == session
        }

    def merge(self, outcomes):
        """Take facts of elsewhere in; return how many were news."""
        answers = [one for one in outcomes if one.verdict is not Verdict.UNKNOWN]
        failures = [one for one in outcomes if one.verdict is Verdict.UNKNOWN]
        waiting = set(self.unverified.values())
        return sum([self._merge_answer(one) for one in answers]) + sum(
            [self._merge_failure(one) for one in failures if one.number not in waiting]
        )

    def _merge_answer(self, answer):
        number, at_ms = answer.number, answer.checked_at_ms
        is_news = number not in self.answers or self.answers[number].checked_at_ms < at_ms
        if is_news:
            self.answers[number] = answer
            if number in self.failures and self.failures[number].checked_at_ms < at_ms:
                del self.failures[number]
        return is_news

    def _merge_failure(self, failure):
        number, at_ms = failure.number, failure.checked_at_ms
        is_news = (number not in self.answers or self.answers[number].checked_at_ms <= at_ms) and (
            number not in self.failures or self.failures[number].checked_at_ms < at_ms
        )
        if is_news:
            self.failures[number] = failure
        return is_news

    def purge(self, before_ms=0, numbers=()):
        """Forget facts from before a time, and numbers that are named, also as the account of another one."""
        named = set(numbers)
        gone = {number for number in self.known() if number in named or self._account_of(number) in named}
        old_answers, old_failures = (
            {number for number, one in facts.items() if one.checked_at_ms < before_ms}
            for facts in (self.answers, self.failures)
        )
        for number in gone | old_answers:
            self.answers.pop(number, None)
        for number in gone | old_failures:
            self.failures.pop(number, None)
        self.unverified = {
            key: number
            for key, number in self.unverified.items()
            if number not in gone | old_failures and number in self.known()
        }

    def _account_of(self, number):
        if number not in self.answers or "@s." not in (self.answers[number].whatsapp_id or ""):
            return None
        return Number(int(self.answers[number].whatsapp_id.split("@")[0]))

    def known(self):
        return self.answers.keys() | self.failures.keys()

    def shown(self, fresh_from_ms=0):
        """Return the rows of `LedgerReader.known`, where answers from before a time have expired."""
        shown = dict(self.failures)
        for number, answer in self.answers.items():
            if number not in shown or answer.checked_at_ms >= fresh_from_ms:
                shown[number] = answer
        return [_fact(shown[n], waits=shown[n] is self.failures.get(n)) for n in sorted(shown, key=int)]

    def facts(self):
        """Return the rows of `LedgerReader.facts`."""
        return [
            _fact(facts[number], waits=facts is self.failures)
            for facts in (self.answers, self.failures)
            for number in sorted(facts, key=int)
        ]

    def facts_elsewhere(self):
        """Return the same once they have been taken into another ledger."""
        overtaken = {
            int(number)
            for number, one in self.failures.items()
            if number in self.answers and one.checked_at_ms < self.answers[number].checked_at_ms
        }
        return [fact for fact in self.facts() if fact.verdict != "unknown" or fact.number not in overtaken]


def _fact(outcome, *, waits):
    is_unverified = waits and outcome.verdict is NO
    is_unknown = is_unverified or outcome.verdict is Verdict.UNKNOWN
    return FactRow(
        number=int(outcome.number),
        verdict="unknown" if is_unverified else outcome.verdict.value,
        reason=UNVERIFIED_REASONS[outcome.reason]
        if is_unverified
        else outcome.reason.value
        if outcome.reason
        else None,
        whatsapp_id=None if is_unknown else outcome.whatsapp_id,
        source=outcome.source.value,
        gateway=outcome.gateway,
        session=outcome.session,
        attempts=outcome.attempts,
        checked_at_ms=outcome.checked_at_ms,
    )
