import pytest

from tests.support.ledger.session_refs import SESS_A, SESS_A_ELSEWHERE, SESS_B, SESS_C
from validator.errors import LedgerError
from validator.ledger import open_ledger, read
from validator.model import Reason, Source, Verdict

HOUR_MS = 3_600_000
NOW_MS = 1_760_000_000_000


def rows_of(ledger, numbers=None, **options):
    return [row for rows in ledger.known(numbers, **options) for row in rows]


@pytest.mark.slow
def test_an_outcome_comes_back_as_it_was_recorded(ledger, make_outcome):
    ledger.record(
        make_outcome(
            1,
            Verdict.NOT_REGISTERED,
            source=Source.CONTACTS,
            checked_at_ms=NOW_MS + 5,
            session="sess_b",
            attempts=3,
        )
    )
    ledger.commit()

    assert rows_of(ledger) == [
        (
            447_700_900_001,
            "not_registered",
            "not_on_whatsapp",
            None,
            "contacts",
            *SESS_B,
            3,
            NOW_MS + 5,
            "definite",
        )
    ]


@pytest.mark.parametrize(
    "whatsapp_id",
    [
        None,
        "",
        "447700900000@s.whatsapp.net",
        "447700900001@s.whatsapp.net",
        "447700900000@s.whatsapp.net ",
        "123456@lid",
        "@s.whatsapp.net",
        "1",
    ],
)
def test_the_providers_id_is_kept_as_it_came(ledger, make_outcome, whatsapp_id):
    ledger.record(make_outcome(whatsapp_id=whatsapp_id))
    ledger.commit()

    assert rows_of(ledger)[0][3] == whatsapp_id


def test_what_is_not_committed_is_not_shown(ledger, make_outcome):
    ledger.record(make_outcome(1))

    assert rows_of(ledger) == []
    assert ledger.commit() == 1
    assert len(rows_of(ledger)) == 1


def test_commit_tells_how_many_outcomes_became_durable(ledger, make_outcome):
    assert ledger.commit() == 0
    for place in range(3):
        ledger.record(make_outcome(place))
    ledger.note_attempts(SESS_A, 3, NOW_MS)

    assert ledger.commit() == 3
    assert ledger.commit() == 0


def test_close_commits_what_is_left(location, make_outcome):
    with open_ledger(location, holder="pytest") as ledger:
        ledger.record(make_outcome(1))

    with read(location) as reader:
        assert len(rows_of(reader)) == 1


def test_the_later_recorded_answer_stands_even_if_the_clock_was_set_back(ledger, make_outcome):
    ledger.record(make_outcome(1, whatsapp_id="447700900001@s.whatsapp.net"))
    ledger.record(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - HOUR_MS))
    ledger.commit()

    [row] = rows_of(ledger)
    assert (row.verdict, row.whatsapp_id, row.checked_at_ms) == ("not_registered", None, NOW_MS - HOUR_MS)


def test_a_failure_never_costs_an_answer_that_still_holds(ledger, make_outcome):
    ledger.record(make_outcome(1, whatsapp_id="x@lid"))
    ledger.record(make_outcome(1, Verdict.UNKNOWN, checked_at_ms=NOW_MS + 9))
    ledger.commit()

    [row] = rows_of(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS})
    assert (row.verdict, row.whatsapp_id, row.checked_at_ms) == ("registered", "x@lid", NOW_MS)
    assert rows_of(ledger) == [row]


def test_an_expired_answer_gives_way_to_the_failure_to_renew_it(ledger, make_outcome):
    ledger.record(make_outcome(1, whatsapp_id="447700900001@s.whatsapp.net"))
    ledger.record(make_outcome(1, Verdict.UNKNOWN, checked_at_ms=NOW_MS + 9, session="sess_b", attempts=6))
    ledger.commit()

    assert rows_of(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS + 1}) == [
        (447_700_900_001, "unknown", "timeout", None, "api", *SESS_B, 6, NOW_MS + 9, "definite")
    ]


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.INVALID])
def test_each_answer_expires_by_its_own_verdicts_time(ledger, make_outcome, verdict):
    ledger.record(make_outcome(1, verdict))
    ledger.record(make_outcome(1, Verdict.UNKNOWN))
    ledger.commit()
    never = dict.fromkeys(Verdict, 0)

    assert rows_of(ledger, fresh_from_ms=never | {verdict: NOW_MS + 1})[0][1] == "unknown"
    assert rows_of(ledger, fresh_from_ms=dict.fromkeys(Verdict, NOW_MS + 1) | {verdict: 0})[0][1] == verdict


def test_an_expired_answer_without_a_later_failure_is_still_shown(ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.commit()

    assert rows_of(ledger, fresh_from_ms={Verdict.REGISTERED: NOW_MS + 1})[0][1] == "registered"


def test_an_answer_ends_an_earlier_failure(ledger, make_outcome):
    ledger.record(make_outcome(1, Verdict.UNKNOWN))
    ledger.record(make_outcome(1, Verdict.INVALID))
    ledger.commit()

    assert rows_of(ledger, fresh_from_ms={Verdict.INVALID: NOW_MS + 1})[0][1] == "invalid"


def test_the_latest_failure_is_the_one_shown(ledger, make_outcome):
    ledger.record(make_outcome(1, Verdict.UNKNOWN))
    ledger.record(make_outcome(1, Verdict.UNKNOWN, reason=Reason.SERVER_ERROR))
    ledger.commit()

    assert rows_of(ledger)[0][2] == "server_error"


def test_an_unknown_has_no_account_id(ledger, make_outcome):
    ledger.record(make_outcome(1, Verdict.UNKNOWN, whatsapp_id="447700900001@s.whatsapp.net"))
    ledger.commit()

    assert rows_of(ledger)[0][3] is None


def test_a_suppressed_recipient_is_not_taken(ledger, make_outcome):
    with pytest.raises(ValueError, match="suppressed"):
        ledger.record(make_outcome(1, Verdict.SUPPRESSED))


def test_attempts_are_remembered_by_session_and_time_across_runs(location):
    with open_ledger(location, holder="pytest") as ledger:
        ledger.note_attempts(SESS_A, 2, NOW_MS)
        ledger.note_attempts(SESS_A, 3, NOW_MS + HOUR_MS)
        ledger.note_attempts(SESS_B, 7, NOW_MS)
    with open_ledger(location, holder="pytest") as ledger:
        ledger.note_attempts(SESS_A, 10, NOW_MS + HOUR_MS)
        ledger.commit()

        assert ledger.spent_since(SESS_A, NOW_MS) == 15
        assert ledger.spent_since(SESS_A, NOW_MS + HOUR_MS) == 13
        assert ledger.spent_since(SESS_A, NOW_MS + 2 * HOUR_MS) == 0
        assert ledger.spent_since(SESS_B, 0) == 7
        assert ledger.spent_since(SESS_C, 0) == 0
        assert ledger.spent_since(SESS_A_ELSEWHERE, 0) == 0


def test_attempts_since_a_half_hour_time_zones_midnight_are_exact(ledger):
    midnight_ms = 1_759_948_200_000  # 2025-10-09 00:00 in India, 18:30 UTC the day before
    ledger.note_attempts(SESS_A, 5, midnight_ms - 1)
    ledger.note_attempts(SESS_A, 1, midnight_ms)
    ledger.commit()

    assert ledger.spent_since(SESS_A, midnight_ms) == 1


def test_runs_are_remembered_the_newest_first(location, make_outcome):
    with open_ledger(location, holder="pytest") as ledger:
        first = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=NOW_MS)
        second = ledger.begin_run(command="check", input_name="more.csv", started_at_ms=NOW_MS + 1)
        ledger.record(make_outcome(1))
        ledger.finish_run(first, finished_at_ms=NOW_MS + 2, exit_code=0, summary_json="{}")
        newest, oldest = ledger.runs(10)

        assert (newest.id, newest.input_name, newest.exit_code) == (second, "more.csv", None)
        assert (oldest.finished_at_ms, oldest.exit_code, oldest.summary_json) == (NOW_MS + 2, 0, "{}")
        assert ledger.runs(1) == [newest]
        # A run that says it has finished has its outcomes on disk.
        assert len(rows_of(ledger)) == 1


def test_a_closed_ledger_takes_nothing_more(location, make_outcome):
    ledger = open_ledger(location, holder="pytest")
    ledger.close()
    ledger.close()

    for refused in (
        lambda: ledger.record(make_outcome(1)),
        lambda: ledger.note_attempts(SESS_A, 1, NOW_MS),
        ledger.commit,
        lambda: ledger.begin_run(command="check", input_name="x", started_at_ms=0),
        lambda: ledger.finish_run(1, finished_at_ms=0, exit_code=0, summary_json=""),
    ):
        with pytest.raises(LedgerError, match="takes nothing more"):
            refused()
