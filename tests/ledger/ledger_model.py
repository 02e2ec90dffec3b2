"""What a ledger must hold, as dictionaries: the plainest program that does the same."""

from copy import copy

from validator.model import Number, Reason, Verdict

NO = Verdict.NOT_REGISTERED
DOUBTS = {Reason.NOT_ON_WHATSAPP: "session_suspect", Reason.NOT_ON_WHATSAPP_TWICE: "not_confirmed"}


class LedgerModel:
    """`answers`, `failures` and `suspects` are what must be durable; `group` is what need not be yet.

    A "no" that nothing vouches for is a failure here, under its own verdict.
    """

    def __init__(self):
        self.answers, self.failures, self.suspects, self.group = {}, {}, {}, []
        self.ordinal = self.through = 0

    def durable(self):
        """Return what is left of this after a crash, now."""
        left = copy(self)
        left.answers, left.failures, left.suspects = map(dict, (self.answers, self.failures, self.suspects))
        left.group, left.through = [], 0
        return left

    def settle(self):
        for outcome, ordinal in self.group:
            if outcome.verdict is Verdict.UNKNOWN or ordinal > self.through:
                self.failures[outcome.number] = outcome
            else:
                self.answers[outcome.number] = outcome
                self.failures.pop(outcome.number, None)
            if ordinal > self.through:
                self.suspects[ordinal] = outcome.number
        for number in self.take_suspects(self.through):
            self.answers[number] = self.failures.pop(number)
        self.group, self.through = [], 0

    def take_suspects(self, through):
        """Forget suspects up to an ordinal; return the numbers that still are what the last of them left."""
        taken = {number for ordinal, number in self.suspects.items() if ordinal <= through}
        self.suspects = {ordinal: number for ordinal, number in self.suspects.items() if ordinal > through}
        return {
            number
            for number in taken - set(self.suspects.values())
            if number in self.failures and self.failures[number].verdict is NO
        }

    def merge(self, outcomes):
        """Take facts of elsewhere in; return how many were news."""
        answers = [one for one in outcomes if one.verdict is not Verdict.UNKNOWN]
        failures = [one for one in outcomes if one.verdict is Verdict.UNKNOWN]
        waiting = set(self.suspects.values())
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
        self.suspects = {
            ordinal: number
            for ordinal, number in self.suspects.items()
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
        facts = [_fact(shown[n], waits=shown[n] is self.failures.get(n)) for n in sorted(shown, key=int)]
        return [(*fact[:5], fact[7], fact[5], fact[6]) for fact in facts]

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
        return [fact for fact in self.facts() if fact[1] != "unknown" or fact[0] not in overtaken]


def _fact(outcome, *, waits):
    is_doubted = waits and outcome.verdict is NO
    is_unknown = is_doubted or outcome.verdict is Verdict.UNKNOWN
    return (
        int(outcome.number),
        "unknown" if is_doubted else outcome.verdict.value,
        DOUBTS[outcome.reason] if is_doubted else outcome.reason.value if outcome.reason else None,
        None if is_unknown else outcome.whatsapp_id,
        outcome.source.value,
        outcome.session,
        outcome.attempts,
        outcome.checked_at_ms,
    )
