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
NO = Verdict.NOT_REGISTERED
DOUBTS = {Reason.NOT_ON_WHATSAPP: "session_suspect", Reason.NOT_ON_WHATSAPP_TWICE: "not_confirmed"}
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


def row_of(outcome, *, waits):
    unknown = outcome.verdict is Verdict.UNKNOWN
    suspect = waits and outcome.verdict is NO
    return (
        int(outcome.number),
        "unknown" if suspect else outcome.verdict.value,
        DOUBTS[outcome.reason] if suspect else outcome.reason.value if outcome.reason else None,
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
        self.answers, self.failures, self.suspects, self.group = {}, {}, {}, []
        self.ordinal = self.through = 0

    def teardown(self):
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(outcome=outcomes)
    def record(self, outcome):
        self.ledger.record(outcome)
        self.group.append((outcome, 0))

    @rule(number=NUMBERS, reason=st.sampled_from(list(DOUBTS)), at_ms=TIMES_MS)
    def suspect(self, number, reason, at_ms):
        outcome = Outcome(number=number, verdict=NO, reason=reason, checked_at_ms=at_ms, session="sess_a")
        self.ordinal += 1
        self.ledger.suspect(outcome, self.ordinal)
        self.group.append((outcome, self.ordinal))

    @rule(back=st.integers(0, 4))
    def vouch(self, back):
        self.through = max(self.through, self.ordinal - back)
        self.ledger.vouch("sess_a", max(0, self.ordinal - back))

    @rule(back=st.integers(0, 4))
    def retract(self, back):
        through = max(0, self.ordinal - back)
        retracted = self.ledger.retract("sess_a", through)
        self.settle()
        assert retracted == sorted(self.take_suspects(through), key=int)

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
        self.group, self.through = [], 0

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

    def expected(self, fresh_from_ms):
        shown = dict(self.failures)
        for number, answer in self.answers.items():
            if number not in shown or answer.checked_at_ms >= fresh_from_ms:
                shown[number] = answer
        return [row_of(shown[n], waits=shown[n] is self.failures.get(n)) for n in sorted(shown, key=int)]

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
        assert self.ledger.stats(0).numbers == len(self.answers.keys() | self.failures.keys())


TestLedgerMachine = pytest.mark.slow(LedgerMachine.TestCase)
TestLedgerMachine.settings = settings(max_examples=30, stateful_step_count=25)
