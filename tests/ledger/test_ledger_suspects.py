"""What a session says is shown as its answer only once something vouches for it."""

import pytest
from session_refs import SESS_A, SESS_A_ELSEWHERE, SESS_B

from validator.errors import LedgerError
from validator.ledger import Ledger, Suspect, read
from validator.model import Reason, Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
NO = ("not_registered", "not_on_whatsapp")
SUSPECT = ("unknown", "session_suspect")


def shown(reader, **options):
    return {row.number - FIRST: (row.verdict, row.reason) for rows in reader.known(**options) for row in rows}


@pytest.fixture
def say_no(ledger, make_outcome):
    """Write a "no" about a number down that nothing vouches for."""

    def say(place, ordinal, **fields):
        ledger.suspect(make_outcome(place, Verdict.NOT_REGISTERED, **fields), ordinal)

    return say


def test_a_no_that_nothing_vouches_for_is_shown_as_unknown(ledger, say_no):
    say_no(1, 1, attempts=3)
    assert ledger.commit() == 1

    [row] = [row for rows in ledger.known() for row in rows]
    assert row == (FIRST + 1, *SUSPECT, None, "api", *SESS_A, 3, NOW_MS)


def test_vouching_makes_it_the_answer_it_was_with_its_own_time_and_attempts(ledger, say_no):
    say_no(1, 1, attempts=3, checked_at_ms=NOW_MS - 5)
    ledger.commit()
    ledger.vouch(SESS_A, 1)
    ledger.commit()

    [row] = [row for rows in ledger.known() for row in rows]
    assert row == (FIRST + 1, *NO, None, "api", *SESS_A, 3, NOW_MS - 5)
    assert ledger.suspects(SESS_A) == []


def test_a_confirming_no_leaves_the_first_one_standing_until_it_is_vouched_for(ledger, say_no, make_outcome):
    for place in (1, 2):
        ledger.record(make_outcome(place, Verdict.NOT_REGISTERED))
        say_no(place, place, reason=Reason.NOT_ON_WHATSAPP_TWICE)
    say_no(3, 3, reason=Reason.NOT_ON_WHATSAPP_TWICE)
    ledger.commit()
    assert shown(ledger) == {1: NO, 2: NO, 3: ("unknown", "not_confirmed")}

    ledger.vouch(SESS_A, 1)
    assert [int(number) - FIRST for number in ledger.retract(SESS_A, 3)] == [2, 3]

    assert shown(ledger) == {
        1: ("not_registered", "not_on_whatsapp_twice"),
        2: NO,
        3: ("unknown", "not_confirmed"),
    }


def test_vouching_reaches_up_to_its_ordinal_and_no_other_session(ledger, say_no):
    for place in (1, 2, 3):
        say_no(place, place)
    say_no(4, 1, session="sess_b")
    ledger.commit()
    ledger.vouch(SESS_A, 2)
    ledger.commit()

    assert shown(ledger) == {1: NO, 2: NO, 3: SUSPECT, 4: SUSPECT}
    assert ledger.suspects(SESS_A) == [Suspect(3, FIRST + 3, NOW_MS)]
    assert ledger.suspects(SESS_B) == [Suspect(1, FIRST + 4, NOW_MS)]


def test_sessions_of_one_name_at_two_gateways_neither_vouch_for_nor_retract_each_others_answers(
    ledger, say_no
):
    for place, session in ((1, SESS_A), (2, SESS_A_ELSEWHERE), (3, SESS_A)):
        say_no(place, 2 if place == 3 else 1, **session._asdict())
    ledger.vouch(SESS_A_ELSEWHERE, 9)
    ledger.commit()
    assert shown(ledger) == {1: SUSPECT, 2: NO, 3: SUSPECT}

    ledger.vouch(SESS_A, 1)
    assert ledger.retract(SESS_A_ELSEWHERE, 9) == []
    assert shown(ledger) == {1: NO, 2: NO, 3: SUSPECT}
    assert ledger.suspects(SESS_A_ELSEWHERE) == []
    assert ledger.suspects(SESS_A) == [Suspect(2, FIRST + 3, NOW_MS)]


def test_what_a_session_of_the_same_name_has_said_since_is_left_as_it_is(ledger, say_no):
    say_no(1, 1)
    say_no(1, 1, **SESS_A_ELSEWHERE._asdict())
    ledger.commit()

    assert ledger.retract(SESS_A, 1) == []
    ledger.vouch(SESS_A_ELSEWHERE, 1)
    ledger.commit()
    assert shown(ledger) == {1: NO}


def test_vouching_within_the_group_writes_the_answer_at_once(ledger, say_no):
    say_no(1, 1)
    say_no(2, 2)
    ledger.vouch(SESS_A, 1)
    ledger.vouch(SESS_A, 0)
    ledger.commit()

    assert shown(ledger) == {1: NO, 2: SUSPECT}
    assert [suspect.ordinal for suspect in ledger.suspects(SESS_A)] == [2]


def test_within_a_group_the_later_answer_stands(ledger, say_no, make_outcome):
    say_no(1, 1)
    ledger.record(make_outcome(1, session="sess_b"))
    ledger.vouch(SESS_A, 1)
    ledger.record(make_outcome(2, session="sess_b"))
    say_no(2, 2)
    ledger.commit()

    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS}) == {
        1: ("registered", None),
        2: ("registered", None),
    }


def test_retracted_numbers_come_back_and_stay_unknown_for_good(ledger, say_no):
    for place in (1, 2, 3):
        say_no(place, place)
    ledger.commit()
    say_no(4, 4)

    assert ledger.retract(SESS_A, 2) == [FIRST + 1, FIRST + 2]
    ledger.vouch(SESS_A, 4)
    ledger.commit()

    assert shown(ledger) == {1: SUSPECT, 2: SUSPECT, 3: NO, 4: NO}


def test_a_retraction_is_durable_together_with_the_open_group(path, ledger, say_no, make_outcome):
    ledger.record(make_outcome(9))
    say_no(1, 1)
    ledger.retract(SESS_A, 1)

    with read(path) as reader:
        assert shown(reader) == {1: SUSPECT, 9: ("registered", None)}
        assert reader.suspects(SESS_A) == []


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.UNKNOWN])
def test_what_another_session_has_said_since_is_left_as_it_is(ledger, say_no, make_outcome, verdict):
    for place in (1, 2):
        say_no(place, place)
    ledger.record(make_outcome(1, verdict, session="sess_b"))
    ledger.record(make_outcome(2, verdict, session="sess_b"))
    ledger.commit()
    before = shown(ledger)

    ledger.vouch(SESS_A, 1)
    ledger.commit()
    assert ledger.retract(SESS_A, 2) == []
    assert shown(ledger) == before


def test_an_earlier_answer_stands_beside_a_suspect_until_it_is_vouched_for(ledger, say_no, make_outcome):
    ledger.record(make_outcome(1, checked_at_ms=NOW_MS - 9))
    say_no(1, 1)
    ledger.commit()
    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS - 9}) == {1: ("registered", None)}
    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS}) == {1: SUSPECT}

    ledger.vouch(SESS_A, 1)
    ledger.commit()

    assert shown(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS - 9}) == {1: NO}


def test_suspects_outlive_the_process_that_heard_them(path, make_outcome):
    with Ledger.open(path, holder="pytest") as ledger:
        ledger.suspect(make_outcome(1, Verdict.NOT_REGISTERED), 7)

    with Ledger.open(path, holder="pytest") as ledger:
        assert ledger.suspects(SESS_A) == [Suspect(7, FIRST + 1, NOW_MS)]
        ledger.vouch(SESS_A, 7)
        assert ledger.commit() == 0
        assert shown(ledger) == {1: NO}


def test_an_ordinal_is_used_once(ledger, say_no):
    say_no(1, 1)
    say_no(2, 1)

    with pytest.raises(LedgerError, match="could not be written"):
        ledger.commit()


def test_a_closed_ledger_neither_suspects_nor_vouches_nor_retracts(path, make_outcome):
    ledger = Ledger.open(path, holder="pytest")
    ledger.close()

    for refused in (
        lambda: ledger.suspect(make_outcome(1, Verdict.NOT_REGISTERED), 1),
        lambda: ledger.vouch(SESS_A, 1),
        lambda: ledger.retract(SESS_A, 1),
    ):
        with pytest.raises(LedgerError, match="takes nothing more"):
            refused()
