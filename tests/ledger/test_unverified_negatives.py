"""A "no" of a session is shown as its answer only once it is verified."""

import pytest

from tests.support.ledger.session_refs import SESS_A, SESS_A_ELSEWHERE, SESS_B
from validator.errors import LedgerError
from validator.ledger import UnverifiedNegative, open_ledger, read
from validator.model import Reason, Strength, Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
NO = ("not_registered", "not_on_whatsapp")
UNVERIFIED = ("unknown", "session_suspect")


def shown(reader, **options):
    return {row.number - FIRST: (row.verdict, row.reason) for rows in reader.known(**options) for row in rows}


@pytest.fixture
def say_no(ledger, make_outcome):
    """Record a "no" about a number that is not verified yet."""

    def say(place, ordinal, **fields):
        ledger.record_unverified(make_outcome(place, Verdict.NOT_REGISTERED, **fields), ordinal)

    return say


@pytest.mark.slow
def test_an_unverified_no_is_shown_as_unknown(ledger, say_no):
    say_no(1, 1, attempts=3)
    assert ledger.commit() == 1

    [row] = [row for rows in ledger.known() for row in rows]
    assert row == (FIRST + 1, *UNVERIFIED, None, "api", *SESS_A, 3, NOW_MS, "definite")


def test_a_weak_no_is_weak_before_and_after_it_is_confirmed(ledger, say_no):
    say_no(1, 1, strength=Strength.WEAK)
    say_no(2, 2)
    ledger.commit()
    assert [row.strength for rows in ledger.known() for row in rows] == ["weak", "definite"]

    ledger.confirm(SESS_A, 2)
    ledger.commit()
    rows = [row for rows in ledger.known() for row in rows]
    assert [(row.verdict, row.strength) for row in rows] == [
        ("not_registered", "weak"),
        ("not_registered", "definite"),
    ]


def test_confirming_makes_it_the_answer_it_was_with_its_own_time_and_attempts(ledger, say_no):
    say_no(1, 1, attempts=3, checked_at_ms=NOW_MS - 5)
    ledger.commit()
    ledger.confirm(SESS_A, 1)
    ledger.commit()

    [row] = [row for rows in ledger.known() for row in rows]
    assert row == (FIRST + 1, *NO, None, "api", *SESS_A, 3, NOW_MS - 5, "definite")
    assert ledger.unverified_negatives(SESS_A) == []


def test_a_second_no_leaves_the_first_one_standing_until_it_is_confirmed(ledger, say_no, make_outcome):
    for place in (1, 2):
        ledger.record(make_outcome(place, Verdict.NOT_REGISTERED))
        say_no(place, place, reason=Reason.NOT_ON_WHATSAPP_TWICE)
    say_no(3, 3, reason=Reason.NOT_ON_WHATSAPP_TWICE)
    ledger.commit()
    assert shown(ledger) == {1: NO, 2: NO, 3: ("unknown", "not_confirmed")}

    ledger.confirm(SESS_A, 1)
    assert [int(number) - FIRST for number in ledger.invalidate(SESS_A, 3)] == [2, 3]

    assert shown(ledger) == {
        1: ("not_registered", "not_on_whatsapp_twice"),
        2: NO,
        3: ("unknown", "not_confirmed"),
    }


def test_confirming_reaches_up_to_its_ordinal_and_no_other_session(ledger, say_no):
    for place in (1, 2, 3):
        say_no(place, place)
    say_no(4, 1, session="sess_b")
    ledger.commit()
    ledger.confirm(SESS_A, 2)
    ledger.commit()

    assert shown(ledger) == {1: NO, 2: NO, 3: UNVERIFIED, 4: UNVERIFIED}
    assert ledger.unverified_negatives(SESS_A) == [UnverifiedNegative(3, FIRST + 3, NOW_MS)]
    assert ledger.unverified_negatives(SESS_B) == [UnverifiedNegative(1, FIRST + 4, NOW_MS)]


def test_sessions_of_one_name_at_two_gateways_neither_confirm_nor_invalidate_each_others_answers(
    ledger, say_no
):
    for place, session in ((1, SESS_A), (2, SESS_A_ELSEWHERE), (3, SESS_A)):
        say_no(place, 2 if place == 3 else 1, **session._asdict())
    ledger.confirm(SESS_A_ELSEWHERE, 9)
    ledger.commit()
    assert shown(ledger) == {1: UNVERIFIED, 2: NO, 3: UNVERIFIED}

    ledger.confirm(SESS_A, 1)
    assert ledger.invalidate(SESS_A_ELSEWHERE, 9) == []
    assert shown(ledger) == {1: NO, 2: NO, 3: UNVERIFIED}
    assert ledger.unverified_negatives(SESS_A_ELSEWHERE) == []
    assert ledger.unverified_negatives(SESS_A) == [UnverifiedNegative(2, FIRST + 3, NOW_MS)]


def test_what_a_session_of_the_same_name_has_said_since_is_left_as_it_is(ledger, say_no):
    say_no(1, 1)
    say_no(1, 1, **SESS_A_ELSEWHERE._asdict())
    ledger.commit()

    assert ledger.invalidate(SESS_A, 1) == []
    ledger.confirm(SESS_A_ELSEWHERE, 1)
    ledger.commit()
    assert shown(ledger) == {1: NO}


def test_the_ordinals_of_a_session_of_the_same_name_do_not_count(ledger, say_no):
    say_no(1, 9, **SESS_A_ELSEWHERE._asdict())
    say_no(1, 1)
    ledger.commit()

    ledger.confirm(SESS_A, 1)
    ledger.commit()
    assert shown(ledger) == {1: NO}


def test_confirming_within_the_group_writes_the_answer_at_once(ledger, say_no):
    say_no(1, 1)
    say_no(2, 2)
    ledger.confirm(SESS_A, 1)
    ledger.confirm(SESS_A, 0)
    ledger.commit()

    assert shown(ledger) == {1: NO, 2: UNVERIFIED}
    assert [one.ordinal for one in ledger.unverified_negatives(SESS_A)] == [2]


def test_within_a_group_the_later_answer_stands(ledger, say_no, make_outcome):
    say_no(1, 1)
    ledger.record(make_outcome(1, session="sess_b"))
    ledger.confirm(SESS_A, 1)
    ledger.record(make_outcome(2, session="sess_b"))
    say_no(2, 2)
    ledger.commit()

    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS}) == {
        1: ("registered", None),
        2: ("registered", None),
    }


def test_invalidated_numbers_come_back_and_stay_unknown_for_good(ledger, say_no):
    for place in (1, 2, 3):
        say_no(place, place)
    ledger.commit()
    say_no(4, 4)

    assert ledger.invalidate(SESS_A, 2) == [FIRST + 1, FIRST + 2]
    ledger.confirm(SESS_A, 4)
    ledger.commit()

    assert shown(ledger) == {1: UNVERIFIED, 2: UNVERIFIED, 3: NO, 4: NO}


def test_an_invalidation_is_durable_together_with_the_open_group(location, ledger, say_no, make_outcome):
    ledger.record(make_outcome(9))
    say_no(1, 1)
    ledger.invalidate(SESS_A, 1)

    with read(location) as reader:
        assert shown(reader) == {1: UNVERIFIED, 9: ("registered", None)}
        assert reader.unverified_negatives(SESS_A) == []


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.UNKNOWN])
def test_what_another_session_has_said_since_is_left_as_it_is(ledger, say_no, make_outcome, verdict):
    for place in (1, 2):
        say_no(place, place)
    ledger.record(make_outcome(1, verdict, session="sess_b"))
    ledger.record(make_outcome(2, verdict, session="sess_b"))
    ledger.commit()
    before = shown(ledger)

    ledger.confirm(SESS_A, 1)
    ledger.commit()
    assert ledger.invalidate(SESS_A, 2) == []
    assert shown(ledger) == before


def test_an_earlier_answer_stands_beside_an_unverified_no_until_it_is_confirmed(ledger, say_no, make_outcome):
    ledger.record(make_outcome(1, checked_at_ms=NOW_MS - 9))
    say_no(1, 1)
    ledger.commit()
    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS - 9}) == {1: ("registered", None)}
    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS}) == {1: UNVERIFIED}

    ledger.confirm(SESS_A, 1)
    ledger.commit()

    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS - 9}) == {1: NO}


def test_unverified_negatives_outlive_the_process_that_recorded_them(location, make_outcome):
    with open_ledger(location, holder="pytest") as ledger:
        ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED), 7)

    with open_ledger(location, holder="pytest") as ledger:
        assert ledger.unverified_negatives(SESS_A) == [UnverifiedNegative(7, FIRST + 1, NOW_MS)]
        ledger.confirm(SESS_A, 7)
        assert ledger.commit() == 0
        assert shown(ledger) == {1: NO}


def test_an_ordinal_is_used_once(ledger, say_no):
    say_no(1, 1)
    say_no(2, 1)

    with pytest.raises(LedgerError, match="could not be written"):
        ledger.commit()


def test_a_closed_ledger_takes_confirms_and_invalidates_nothing(location, make_outcome):
    ledger = open_ledger(location, holder="pytest")
    ledger.close()

    for refused in (
        lambda: ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED), 1),
        lambda: ledger.confirm(SESS_A, 1),
        lambda: ledger.invalidate(SESS_A, 1),
    ):
        with pytest.raises(LedgerError, match="takes nothing more"):
            refused()
