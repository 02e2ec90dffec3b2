"""Purging forgets people wherever they stand, and leaves no copy of them in any of the ledger's files."""

import pytest

from tests.support.ledger.session_refs import SESS_A
from validator.ledger import Purged, Selection, read
from validator.model import Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
DAY_MS = 86_400_000


def known(reader, **options):
    return {row[0] - FIRST: row[1] for rows in reader.known(**options) for row in rows}


def purged(numbers=0, older_facts=0, runs=0, blanked_runs=0):
    return Purged(numbers=numbers, older_facts=older_facts, runs=runs, blanked_runs=blanked_runs)


@pytest.mark.slow
def test_facts_go_by_their_own_age(ledger, make_outcome):
    old, new = {"checked_at_ms": NOW_MS - 1}, {"checked_at_ms": NOW_MS}
    ledger.record(make_outcome(1, whatsapp_id="x@lid", **old))
    ledger.record(make_outcome(2, **new))
    ledger.record(make_outcome(3, whatsapp_id="x@lid", **old))
    ledger.record(make_outcome(3, Verdict.UNKNOWN, **new))
    ledger.record(make_outcome(4, **new))
    ledger.record(make_outcome(4, Verdict.UNKNOWN, **old))
    ledger.record(make_outcome(5, Verdict.UNKNOWN, **old))

    assert ledger.purge(Selection(before_ms=NOW_MS)) == purged(numbers=2, older_facts=2)
    assert known(ledger) == {2: "registered", 3: "unknown", 4: "registered"}
    # Nothing but the answer is left of the fourth: it is shown even where it has expired.
    expired = dict.fromkeys(Verdict, NOW_MS + 1)
    assert known(ledger, fresh_from_ms=expired) == {2: "registered", 3: "unknown", 4: "registered"}


def test_named_numbers_go_with_all_that_is_known_of_them(ledger, make_outcome):
    for place in range(5):
        ledger.record(make_outcome(place))
    ledger.record(make_outcome(1, Verdict.UNKNOWN))
    ledger.record_unverified(make_outcome(2, Verdict.NOT_REGISTERED), 1)
    ledger.record_unverified(make_outcome(3, Verdict.NOT_REGISTERED), 2)
    ledger.commit()

    gone = [FIRST + 1, FIRST + 2, FIRST + 99]
    assert ledger.purge(Selection(numbers=gone)) == purged(numbers=2)
    assert known(ledger) == dict.fromkeys([0, 3, 4], "registered")
    assert [one.number for one in ledger.unverified_negatives(SESS_A)] == [FIRST + 3]


def test_an_account_that_goes_by_another_number_is_forgotten_under_both(ledger, make_outcome):
    ledger.record(make_outcome(1, whatsapp_id=f"{FIRST + 7}@s.whatsapp.net"))
    ledger.record(make_outcome(2, whatsapp_id=f"{FIRST + 8}@s.whatsapp.net"))

    assert ledger.purge(Selection(numbers=[FIRST + 7])) == purged(numbers=1)
    assert known(ledger) == {2: "registered"}


def test_an_unverified_negative_that_was_forgotten_cannot_be_confirmed(ledger, make_outcome):
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - 1), 1)
    ledger.record_unverified(make_outcome(2, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS), 2)
    ledger.purge(Selection(before_ms=NOW_MS))
    ledger.confirm(SESS_A, 2)
    ledger.commit()

    assert known(ledger) == {2: "not_registered"}
    assert ledger.unverified_negatives(SESS_A) == []


def test_an_old_no_that_waits_is_forgotten_beside_a_newer_answer(ledger, make_outcome):
    ledger.record(make_outcome(1, checked_at_ms=NOW_MS))
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - 1), 1)

    assert ledger.purge(Selection(before_ms=NOW_MS)) == purged(older_facts=1)
    assert (known(ledger), ledger.unverified_negatives(SESS_A)) == ({1: "registered"}, [])


def test_old_runs_are_forgotten_by_the_time_they_ended(ledger):
    for started_at_ms, finished_at_ms in ((1, 2), (3, 9), (4, None), (8, None)):
        run = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=started_at_ms)
        if finished_at_ms is not None:
            ledger.finish_run(run, finished_at_ms, 0, "{}")

    assert ledger.purge(Selection(before_ms=5)) == purged(runs=2)
    assert [run.started_at_ms for run in ledger.runs(9)] == [8, 3]


@pytest.mark.parametrize(
    ("input_name", "summary_json", "is_named"),
    [
        ("+447700900001.csv", "{}", True),
        ("447700900001 and others.csv", "{}", True),
        ("leads.csv", '{"next_command": "validator check --canary \'+44 7700 (900)-001\'"}', True),
        ("leads.csv", '{"next_command": "--canary +447700900001"}', True),
        ("leads.csv", '{"rows": 44770090, "started_at": "2026-11-26T05:13:07"}', False),
        ("447700900002.csv", '{"rows": 1, "asked": 447}', False),
    ],
)
def test_a_run_that_names_a_purged_number_keeps_neither_file_name_nor_summary(
    ledger, input_name, summary_json, is_named
):
    run = ledger.begin_run(command="check", input_name=input_name, started_at_ms=NOW_MS)
    ledger.finish_run(run, NOW_MS, 4, summary_json)

    assert ledger.purge(Selection(numbers=[FIRST + 1])) == purged(blanked_runs=int(is_named))
    [record] = ledger.runs(2)
    texts = ("", None) if is_named else (input_name, summary_json)
    assert (record.input_name, record.summary_json, record.exit_code) == (*texts, 4)


def test_nothing_is_purged_where_nothing_was_selected(ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.begin_run(command="check", input_name="447700900001.csv", started_at_ms=0)

    assert not ledger.purge(Selection())
    assert known(ledger) == {1: "registered"}


def test_purgeable_tells_what_purge_would_do_and_does_nothing(location, ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.record(make_outcome(2, checked_at_ms=NOW_MS + 5))
    ledger.commit()
    selection = Selection(before_ms=NOW_MS + 1)

    with read(location) as reader:
        assert reader.purgeable(selection) == purged(numbers=1)
    assert known(ledger) == {1: "registered", 2: "registered"}
    assert ledger.purge(selection) == purged(numbers=1)


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.UNKNOWN])
def test_what_bears_a_time_in_the_future_is_as_old(ledger, make_outcome, verdict):
    ledger.record(make_outcome(1, verdict, checked_at_ms=NOW_MS + 10))
    ledger.record(make_outcome(2, checked_at_ms=NOW_MS + 10))
    ledger.record(make_outcome(2, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
    ledger.record(make_outcome(3, verdict, checked_at_ms=NOW_MS))
    ledger.commit()
    chosen = Selection(before_ms=NOW_MS - 5, after_ms=NOW_MS + 5)

    assert ledger.purgeable(chosen) == purged(numbers=1, older_facts=1)
    assert ledger.purge(chosen) == purged(numbers=1, older_facts=1)
    assert ledger.numbers() == 2
