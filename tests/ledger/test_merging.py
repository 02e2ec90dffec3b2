"""Facts from elsewhere meet what is known by their time, all of them or none."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ledger.session_refs import SESS_A
from validator.errors import FileError, LedgerError
from validator.ledger import Selection, open_ledger, read
from validator.ledger.rows import NumberRow
from validator.ledger.sqlite import facts
from validator.ledger.sqlite.schema import migrate
from validator.model import Reason, Source, Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000


def facts_of(reader):
    return [row for rows in reader.facts() for row in rows]


def test_facts_are_all_answers_and_then_all_failures(ledger, make_outcome):
    ledger.record(make_outcome(2, whatsapp_id="7@lid", attempts=3))
    ledger.record(make_outcome(1, Verdict.NOT_REGISTERED, source=Source.CONTACTS, gateway="", session=""))
    ledger.record(make_outcome(2, Verdict.UNKNOWN, checked_at_ms=NOW_MS + 5, attempts=6))
    ledger.record(make_outcome(3, whatsapp_id="447700900003@s.whatsapp.net"))
    ledger.commit()

    assert facts_of(ledger) == [
        (FIRST + 1, "not_registered", "not_on_whatsapp", None, "contacts", "", "", 1, NOW_MS, "definite"),
        (FIRST + 2, "registered", None, "7@lid", "api", *SESS_A, 3, NOW_MS, "definite"),
        (FIRST + 3, "registered", None, "447700900003@s.whatsapp.net", "api", *SESS_A, 1, NOW_MS, "definite"),
        (FIRST + 2, "unknown", "timeout", None, "api", *SESS_A, 6, NOW_MS + 5, "definite"),
    ]


@pytest.mark.parametrize(
    ("known_at", "taken_in_at", "stands"),
    [(5, 4, "registered"), (5, 5, "registered"), (5, 6, "not_registered")],
)
def test_the_newest_answer_stands(ledger, make_outcome, known_at, taken_in_at, stands):
    ledger.record(make_outcome(1, checked_at_ms=known_at))
    news = ledger.merge([[make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=taken_in_at)]])

    [fact] = facts_of(ledger)
    assert (fact[1], fact.checked_at_ms, news) == (
        stands,
        max(known_at, taken_in_at),
        int(taken_in_at > known_at),
    )


@pytest.mark.parametrize(("failed_at", "is_kept"), [(4, False), (5, True), (6, True)])
@pytest.mark.parametrize("answer_first", [True, False])
def test_a_failure_stands_beside_an_answer_that_is_no_newer(
    ledger, make_outcome, failed_at, is_kept, answer_first
):
    both = [make_outcome(1, checked_at_ms=5), make_outcome(1, Verdict.UNKNOWN, checked_at_ms=failed_at)]
    for one in both if answer_first else reversed(both):
        ledger.merge([[one]])

    assert [fact[1] for fact in facts_of(ledger)] == ["registered", "unknown"][: 1 + is_kept]


def test_a_number_with_an_unverified_no_is_not_failed_from_elsewhere(ledger, make_outcome):
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=5), 1)
    unverified = make_outcome(1, Verdict.UNKNOWN, reason=Reason.SESSION_SUSPECT, checked_at_ms=9)
    assert ledger.merge([[unverified]]) == 0
    ledger.confirm(SESS_A, 1)
    ledger.commit()

    assert [(fact[1], fact.checked_at_ms) for fact in facts_of(ledger)] == [("not_registered", 5)]


def test_a_newer_answer_from_elsewhere_is_not_overturned_by_confirming(ledger, make_outcome):
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=5), 1)
    assert ledger.merge([[make_outcome(1, checked_at_ms=9)]]) == 1
    ledger.confirm(SESS_A, 1)
    ledger.commit()

    assert [(fact[1], fact.checked_at_ms) for fact in facts_of(ledger)] == [("registered", 9)]


def test_nothing_is_taken_in_where_something_goes_wrong_half_way(location, make_outcome):
    def parts():
        yield [make_outcome(1), make_outcome(2, session="sess_new")]
        raise FileError("row 3 is bad")

    ledger = open_ledger(location, holder="pytest")
    ledger.record(make_outcome(9))
    with pytest.raises(FileError, match="row 3 is bad"):
        ledger.merge(parts())
    with pytest.raises(LedgerError, match="takes nothing more"):
        ledger.merge([])
    ledger.close()

    with read(location) as reader:
        assert facts_of(reader) == []


def test_what_is_taken_in_can_be_purged(ledger, make_outcome):
    ledger.merge([[make_outcome(1, source=Source.IMPORTED)]])

    assert ledger.purge(Selection(numbers=[FIRST + 1])).numbers == 1
    assert facts_of(ledger) == []


FINDINGS = {
    1: ("registered", None),
    2: ("not_registered", "not_on_whatsapp"),
    3: ("unknown", "timeout"),
}
# A number, a finding and a time.
ANY_FACTS = st.lists(
    st.tuples(st.integers(FIRST, FIRST + 2), st.sampled_from(list(FINDINGS)), st.integers(0, 20)),
    # Two answers of one time are a tie, in which what is there stands: the order would matter.
    unique_by=lambda fact: (fact[0], fact[1] == 3, fact[2]),
    max_size=15,
)


@contextmanager
def empty_ledger():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, 0)
        connection.executemany(
            "INSERT INTO findings VALUES (?, ?, ?, 'api', '', '', 0, 'definite')",
            [(place, *words) for place, words in FINDINGS.items()],
        )
        yield connection


def row_of(number, finding, at_ms):
    if finding == 3:
        return NumberRow(number, failure=finding, failed_at_ms=at_ms, failed_attempts=at_ms)
    return NumberRow(number, finding, at_ms, at_ms, f"{at_ms}@lid")


def held_after(imports):
    with empty_ledger() as connection:
        for part in imports:
            facts.merge(connection, [row_of(*fact) for fact in part])
        return [row for rows in facts.facts(connection) for row in rows]


def _id_of(finding, at_ms):
    return f"{at_ms}@lid" if finding < 3 else None


def expected_of(all_facts):
    """The newest answer about each number, then the newest failure that is no older than it."""
    answers, failures = {}, {}
    for number, finding, at_ms in sorted(all_facts, key=lambda fact: fact[2]):
        (failures if finding == 3 else answers)[number] = (finding, at_ms)
    beside = {n: fact for n, fact in failures.items() if n not in answers or fact[1] >= answers[n][1]}
    return [
        (number, *FINDINGS[finding], _id_of(finding, at_ms), "api", "", "", at_ms, at_ms, "definite")
        for kind in (answers, beside)
        for number, (finding, at_ms) in sorted(kind.items())
    ]


@pytest.mark.slow
@given(all_facts=ANY_FACTS, data=st.data())
def test_neither_the_order_of_imports_nor_doing_one_again_matters(all_facts, data):
    first, second = data.draw(st.integers(0, 15)), data.draw(st.integers(0, 15))
    parts = [all_facts[:first], all_facts[first : first + second], all_facts[first + second :]]

    assert held_after(parts) == expected_of(all_facts)
    assert held_after([*reversed(parts), parts[0]]) == expected_of(all_facts)
