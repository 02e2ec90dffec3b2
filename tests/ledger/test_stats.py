from tests.support.ledger.session_refs import SESS_A, SESS_A_ELSEWHERE, SESS_C
from validator.ledger import read
from validator.ledger.stats import SessionStats
from validator.model import Source, Verdict

NOW_MS = 1_760_000_000_000
DAY_MS = 86_400_000


def test_stats_of_an_empty_ledger_are_empty(location):
    with read(location) as reader:
        stats = reader.stats(NOW_MS)

    assert (stats.numbers, stats.oldest_ms, stats.newest_ms) == (0, None, None)
    assert (stats.by_verdict, stats.by_age, stats.by_source, stats.sessions) == ({}, {}, {}, ())


def test_stats_count_numbers_by_verdict_and_source(ledger, make_outcome):
    ledger.record(make_outcome(1, checked_at_ms=NOW_MS - 7))
    ledger.record(make_outcome(2, source=Source.CONTACTS))
    ledger.record(make_outcome(2, Verdict.UNKNOWN))
    ledger.record(make_outcome(3, Verdict.UNKNOWN, checked_at_ms=NOW_MS + 7))
    ledger.record(make_outcome(4, Verdict.NOT_REGISTERED))
    ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=NOW_MS)
    ledger.commit()

    stats = ledger.stats(NOW_MS)
    assert stats.numbers == 4
    assert stats.by_verdict == {"registered": 2, "unknown": 1, "not_registered": 1}
    assert stats.by_source == {"api": 3, "contacts": 1}
    assert (stats.oldest_ms, stats.newest_ms) == (NOW_MS - 7, NOW_MS + 7)
    assert (stats.schema_version > 0, stats.runs) == (True, 1)
    assert stats.size_bytes > stats.free_bytes


def test_stats_count_ages_from_the_time_given(ledger, make_outcome):
    ages_d = [-1, 0, 1, 1.01, 7, 8, 30, 31, 90, 91, 400]
    for place, age_d in enumerate(ages_d):
        ledger.record(make_outcome(place, checked_at_ms=NOW_MS - int(age_d * DAY_MS)))
    ledger.record(make_outcome(90, Verdict.UNKNOWN, checked_at_ms=NOW_MS - 8 * DAY_MS))
    # The answer counts, however new the failure beside it.
    ledger.record(make_outcome(10, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
    ledger.commit()

    assert ledger.stats(NOW_MS).by_age == {
        "registered": {
            "up to 1 day": 3,
            "1 to 7 days": 2,
            "7 to 30 days": 2,
            "30 to 90 days": 2,
            "over 90 days": 2,
        },
        "unknown": {"7 to 30 days": 1},
    }


def test_stats_tell_what_each_session_did(ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.record(make_outcome(2, source=Source.CONTACTS, gateway="", session=""))
    for ordinal in (1, 2):
        ledger.record_unverified(make_outcome(2 + ordinal, Verdict.NOT_REGISTERED, session="sess_b"), ordinal)
    ledger.note_attempts(SESS_A, 5, NOW_MS - DAY_MS)
    ledger.note_attempts(SESS_A, 7, NOW_MS - 2 * DAY_MS)
    ledger.note_attempts(SESS_C, 1, NOW_MS)
    ledger.record(make_outcome(5, **SESS_A_ELSEWHERE._asdict()))
    ledger.note_attempts(SESS_A_ELSEWHERE, 3, NOW_MS)
    ledger.commit()

    assert ledger.stats(NOW_MS).sessions == (
        SessionStats(gateway="", session="", numbers=1, attempts_24h=0, waiting=0),
        SessionStats(gateway="other", session="sess_a", numbers=1, attempts_24h=3, waiting=0),
        SessionStats(gateway="sendapi", session="sess_a", numbers=1, attempts_24h=5, waiting=0),
        SessionStats(gateway="sendapi", session="sess_b", numbers=2, attempts_24h=0, waiting=2),
        SessionStats(gateway="sendapi", session="sess_c", numbers=0, attempts_24h=1, waiting=0),
    )
