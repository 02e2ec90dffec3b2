"""A ledger and its model, taken through the same operations in any order, by hypothesis."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.ledger.model import NO, UNVERIFIED_REASONS, LedgerModel
from tests.support.ledger.session_refs import SESS_A, SESS_A_ELSEWHERE
from validator.ledger import Selection, open_ledger, read
from validator.model import Number, Outcome, Reason, SessionRef, Source, Strength, Verdict

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
    lambda verdict, session, **fields: Outcome(
        verdict=verdict, reason=REASONS[verdict], **session._asdict(), **fields
    ),
    session=st.sampled_from([SessionRef("", ""), SESS_A, SESS_A_ELSEWHERE]),
    verdict=st.sampled_from(list(REASONS)),
    number=NUMBERS,
    whatsapp_id=st.sampled_from([None, "447700900001@s.whatsapp.net", "7@lid"]),
    source=st.sampled_from([Source.API, Source.CONTACTS, Source.IMPORTED]),
    checked_at_ms=TIMES_MS,
    attempts=st.integers(0, 4),
)
SESSIONS = (SESS_A, SESS_A_ELSEWHERE)


def rows_in(chunks):
    return [row for chunk in chunks for row in chunk]


class LedgerMachine(RuleBasedStateMachine):
    """What any ledger has to do. A class of each kind says where it is, and what may befall it."""

    location = None

    def begin(self):
        """Open an empty ledger at the location."""
        self.folder = Path(tempfile.mkdtemp())
        self.model = LedgerModel()

    def open(self):
        self.ledger = open_ledger(self.location, holder="pytest")

    def teardown(self):
        self.ledger.close()
        shutil.rmtree(self.folder)

    def written(self):
        """What was noted has just become durable."""

    def overwritten(self, numbers):
        """These numbers were purged."""

    @rule(outcome=outcomes)
    def record(self, outcome):
        self.ledger.record(outcome)
        self.model.group.append((outcome, 0))

    @rule(
        session=st.sampled_from(SESSIONS),
        number=NUMBERS,
        reason=st.sampled_from(list(UNVERIFIED_REASONS)),
        at_ms=TIMES_MS,
    )
    def record_unverified(self, session, number, reason, at_ms):
        outcome = Outcome(number=number, verdict=NO, reason=reason, checked_at_ms=at_ms, **session._asdict())
        self.model.ordinals[session] += 1
        self.ledger.record_unverified(outcome, self.model.ordinals[session])
        self.model.group.append((outcome, self.model.ordinals[session]))

    @rule(session=st.sampled_from(SESSIONS), back=st.integers(0, 4))
    def confirm(self, session, back):
        through = max(0, self.model.ordinals[session] - back)
        self.model.through[session] = max(self.model.through[session], through)
        self.ledger.confirm(session, through)

    @rule(session=st.sampled_from(SESSIONS), back=st.integers(0, 4))
    def invalidate(self, session, back):
        through = max(0, self.model.ordinals[session] - back)
        invalidated = self.ledger.invalidate(session, through)
        self.model.settle()
        assert invalidated == sorted(self.model.take_unverified(session, through), key=int)
        self.written()

    @rule()
    def commit(self):
        assert self.ledger.commit() == len(self.model.group)
        self.model.settle()
        self.written()

    @rule(taken_in=st.lists(outcomes, max_size=6), parts=st.integers(1, 3))
    def merge(self, taken_in, parts):
        self.model.settle()
        chunks = [taken_in[place::parts] for place in range(parts)]
        assert self.ledger.merge(chunks) == sum([self.model.merge(chunk) for chunk in chunks])
        self.written()

    @rule(chosen=TIMES_MS | st.sets(NUMBERS, max_size=3))
    def purge(self, chosen):
        """Purge what is older than a time, or some numbers."""
        self.model.settle()
        if isinstance(chosen, int):
            self._purge_by_age(chosen)
        else:
            self.model.purge(numbers=chosen)
            self.ledger.purge(Selection(numbers=chosen))
            self.overwritten(chosen)
        self.written()

    def _purge_by_age(self, before_ms):
        before = len(self.model.known())
        self.model.purge(before_ms=before_ms)
        purged = self.ledger.purge(Selection(before_ms=before_ms))
        assert purged.numbers == before - len(self.model.known())

    @rule()
    def go_round(self):
        """Take all facts to another ledger."""
        with open_ledger(self.folder / "elsewhere.sqlite", holder="pytest") as elsewhere:
            elsewhere.purge(Selection(before_ms=2**62))
            facts = rows_in(self.ledger.facts())
            elsewhere.merge([[self.outcome_of(fact) for fact in facts]])
            assert rows_in(elsewhere.facts()) == self.model.facts_elsewhere()

    @staticmethod
    def outcome_of(fact):
        words = {
            "number": Number(fact.number),
            "verdict": Verdict(fact.verdict),
            "reason": Reason(fact.reason) if fact.reason else None,
            "source": Source(fact.source),
            "strength": Strength(fact.strength),
        }
        return Outcome(**fact._asdict() | words)

    @rule()
    def reopen(self):
        self.ledger.close()
        self.model.settle()
        self.open()

    @rule(fresh_from_ms=TIMES_MS, numbers=st.none() | st.lists(NUMBERS))
    def ask(self, fresh_from_ms, numbers):
        with read(self.location) as reader:
            rows = rows_in(reader.known(numbers, fresh_from_ms=dict.fromkeys(Verdict, fresh_from_ms)))

        wanted = None if numbers is None else {int(number) for number in numbers}
        expected = self.model.shown(fresh_from_ms)
        assert rows == [row for row in expected if wanted is None or row.number in wanted]

    @rule()
    def audit(self):
        """Read all facts, and count them; too dear on PostgreSQL to do after each step."""
        assert rows_in(self.ledger.facts()) == self.model.facts()
        assert self.ledger.stats(0).numbers == len(self.model.known())

    @invariant()
    def what_is_durable_is_shown(self):
        assert rows_in(self.ledger.known()) == self.model.shown()
        for session in SESSIONS:
            assert self.waiting(self.ledger, session) == self.model.unverified_of(session)

    @staticmethod
    def waiting(ledger, session):
        """The number of each ordinal of a session that a ledger shows as unverified."""
        return {one.ordinal: one.number for one in ledger.unverified_negatives(session)}


def sequences(short):
    """How many sequences, of how many steps: `short` in the suite, and what LEDGER_SEQUENCES says."""
    count, steps = os.environ.get("LEDGER_SEQUENCES", str(short)), os.environ.get("LEDGER_STEPS", "25")
    return settings(max_examples=int(count), stateful_step_count=int(steps))
