"""The ledger against a dictionary, in any order of its operations, crashes included."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from validator.ledger import Ledger, read
from validator.model import Number, Outcome, Reason, Source, Verdict

FIRST = 447_700_900_000
REASONS = {
    Verdict.REGISTERED: None,
    Verdict.NOT_REGISTERED: Reason.NOT_ON_WHATSAPP,
    Verdict.INVALID: Reason.REJECTED_BY_PROVIDER,
    Verdict.UNKNOWN: Reason.TIMEOUT,
}
NUMBERS = st.integers(FIRST, FIRST + 5).map(Number)
TIMES_MS = st.integers(0, 100)

outcomes = st.builds(
    lambda verdict, **fields: Outcome(verdict=verdict, reason=REASONS[verdict], **fields),
    verdict=st.sampled_from(list(REASONS)),
    number=NUMBERS,
    whatsapp_id=st.sampled_from([None, "447700900001@s.whatsapp.net", "7@lid"]),
    source=st.sampled_from([Source.API, Source.CONTACTS]),
    checked_at_ms=TIMES_MS,
    session=st.sampled_from(["", "sess_a"]),
    attempts=st.integers(0, 4),
)


def row_of(outcome):
    unknown = outcome.verdict is Verdict.UNKNOWN
    return (
        int(outcome.number),
        outcome.verdict.value,
        outcome.reason.value if outcome.reason else None,
        None if unknown else outcome.whatsapp_id,
        outcome.source.value,
        outcome.checked_at_ms,
        outcome.session,
        outcome.attempts,
    )


class LedgerMachine(RuleBasedStateMachine):
    """`answers` and `failures` are what must be durable; `group` is what need not be yet."""

    @initialize()
    def start(self):
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "ledger.sqlite"
        self.ledger = Ledger.open(self.path, holder="pytest")
        self.answers, self.failures, self.group = {}, {}, []

    def teardown(self):
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(outcome=outcomes)
    def record(self, outcome):
        self.ledger.record(outcome)
        self.group.append(outcome)

    @rule()
    def commit(self):
        assert self.ledger.commit() == len(self.group)
        self.settle()

    @rule()
    def reopen(self):
        self.ledger.close()
        self.settle()
        self.ledger = Ledger.open(self.path, holder="pytest")

    @precondition(lambda self: self.group)
    @rule()
    def crash(self):
        """What a killed process leaves: the files as they are on disk, copied while they are open."""
        copy = Path(tempfile.mkdtemp(dir=self.folder))
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", copy / f"ledger.sqlite{end}")
        self.ledger.close()
        self.path = copy / "ledger.sqlite"
        self.ledger = Ledger.open(self.path, holder="pytest")
        self.group = []

    def settle(self):
        for outcome in self.group:
            if outcome.verdict is Verdict.UNKNOWN:
                self.failures[outcome.number] = outcome
            else:
                self.answers[outcome.number] = outcome
                self.failures.pop(outcome.number, None)
        self.group = []

    def expected(self, fresh_from_ms):
        shown = dict(self.failures)
        for number, answer in self.answers.items():
            if number not in shown or answer.checked_at_ms >= fresh_from_ms:
                shown[number] = answer
        return [row_of(shown[number]) for number in sorted(shown, key=int)]

    @rule(fresh_from_ms=TIMES_MS, numbers=st.none() | st.lists(NUMBERS))
    def ask(self, fresh_from_ms, numbers):
        with read(self.path) as reader:
            chunks = reader.known(numbers, fresh_from_ms=dict.fromkeys(Verdict, fresh_from_ms))
            rows = [row for chunk in chunks for row in chunk]

        wanted = None if numbers is None else {int(number) for number in numbers}
        assert rows == [row for row in self.expected(fresh_from_ms) if wanted is None or row[0] in wanted]

    @invariant()
    def what_is_durable_is_shown(self):
        assert [row for chunk in self.ledger.known() for row in chunk] == self.expected(0)
        assert self.ledger.stats().numbers == len(self.answers.keys() | self.failures.keys())


TestLedgerMachine = pytest.mark.slow(LedgerMachine.TestCase)
TestLedgerMachine.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
