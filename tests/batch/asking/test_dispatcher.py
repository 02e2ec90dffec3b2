"""The fan-out with real pacing, client and ledger against the sandbox, on virtual time."""

import anyio
import pytest

from tests.support.batch.honesty import DISCONNECTED, PENDING
from tests.support.batch.laboratory import FIRST, SESSION, numbers_of
from validator.errors import Interrupted, LedgerError, StoppedEarly
from validator.ledger import read
from validator.sandbox import LimiterKind, Session

OTHER = "sess_other"
TWO_SESSIONS = (Session(id=SESSION, name="One"), Session(id=OTHER, name="Two"))


@pytest.mark.slow
def test_each_number_is_asked_exactly_once_and_its_answer_is_in_the_ledger(make_lab):
    lab = make_lab(latency_ms=100, latency_jitter_ms=50)

    ran = lab.ask(numbers_of(200))

    assert ran.ending is None
    assert lab.calls() == {f"+{number}": 1 for number in numbers_of(200)}
    assert lab.decided() == set(numbers_of(200))
    assert ran.counters.asked == ran.counters.calls.attempts == ran.counters.calls.answers == 200
    assert {row[0] for row in lab.known().values()} == {"registered", "not_registered"}


def test_the_ledger_names_the_session_of_an_answer_with_its_gateway(make_lab):
    lab = make_lab()
    lab.ask(numbers_of(3))

    with read(lab.ledger_path) as ledger:
        assert {(row.gateway, row.session) for rows in ledger.known() for row in rows} == {
            ("sendapi", SESSION)
        }


def test_nothing_to_ask_ends_at_once(make_lab):
    ran = make_lab().ask([])

    assert (ran.ending, ran.duration_s, ran.counters.calls.attempts) == (None, 0, 0)


@pytest.mark.slow
def test_900_numbers_on_the_growth_plan_use_98_percent_of_the_limit_and_are_never_refused(make_lab):
    lab = make_lab(plan="growth", latency_ms=150, latency_jitter_ms=100)

    ran = lab.ask(numbers_of(900), paced=True)

    times = [entry.time_s for entry in lab.checks()]
    after_the_first_minute = [time for time in times if time >= 60]
    minutes = (times[-1] - 60) / 60
    assert (ran.ending, ran.counters.asked, lab.app.log.refusals) == (None, 900, 0)
    assert len(after_the_first_minute) >= 0.98 * 300 * minutes
    assert ran.budget.limit_per_min == 300


@pytest.mark.slow
@pytest.mark.parametrize("limiter", list(LimiterKind))
def test_the_limit_is_that_of_a_minute_whatever_the_provider_counts_by(make_lab, limiter):
    lab = make_lab(plan="growth", limiter=limiter)

    ran = lab.ask(numbers_of(150), paced=True)

    assert (ran.ending, ran.counters.asked, lab.app.log.refusals) == (None, 150, 0)
    assert ran.budget.limit_per_min == 300


def test_429_pauses_the_whole_key_and_costs_no_number_an_attempt(make_lab):
    lab = make_lab(latency_ms=20)
    refused_once = 447_700_900_010

    ran = lab.ask([*numbers_of(50), refused_once, *numbers_of(50, FIRST + 50)], concurrency=4)

    [refusal] = [entry for entry in lab.checks() if entry.status == 429]
    seen_at = refusal.time_s + 0.02
    later = [entry.time_s for entry in lab.checks() if entry.time_s > seen_at]
    assert ran.ending is None
    assert min(later) >= seen_at + 1  # the sandbox's Retry-After
    assert (ran.counters.calls.refusals, ran.counters.calls.retries, ran.counters.calls.failures) == (1, 0, 0)
    assert lab.known()[refused_once][:1] + lab.known()[refused_once][3:] == ("registered", 1)


@pytest.mark.slow
def test_a_run_that_is_not_paced_is_refused_again_and_again_and_loses_nothing(make_lab):
    lab = make_lab(limit_per_min=60)

    ran = lab.ask(numbers_of(120), concurrency=4)

    assert ran.ending is None
    assert ran.counters.calls.refusals > 0
    assert lab.decided() == set(numbers_of(120))
    assert set(lab.calls().values()) == {1}
    assert {row[3] for row in lab.known().values()} == {1}


def test_500_once_is_retried_and_settled(make_lab):
    lab = make_lab()

    ran = lab.ask([447_700_900_004])

    assert lab.known()[447_700_900_004] == ("registered", None, "447700900004@s.whatsapp.net", 2)
    assert (ran.counters.calls.retries, ran.counters.calls.failures, ran.counters.calls.answers) == (1, 1, 1)
    assert ran.duration_s >= 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (447_700_900_005, "server_error"),
        (447_700_900_006, "timeout"),
        (447_700_900_007, "bad_answer"),
        (447_700_900_008, "bad_answer"),
        (447_700_900_009, "bad_answer"),
        (447_700_900_011, "bad_answer"),
        (447_700_900_012, "bad_answer"),
        (447_700_900_016, "no_connection"),
        (447_700_900_017, "no_connection"),
        (447_700_900_019, "bad_answer"),
    ],
)
def test_out_of_attempts_is_unknown_with_its_reason_and_never_no(make_lab, number, reason):
    lab = make_lab()

    ran = lab.ask([number], max_attempts=4)

    assert ran.ending is None
    assert lab.known()[number] == ("unknown", reason, None, 4)
    assert lab.calls() == {f"+{number}": 4}


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    ["wrong_number", "html", "null_flag", "string_flag", "missing_flag", "nan", "list", "pending", "empty"],
)
def test_an_answer_that_is_none_is_never_written_down_as_no(make_lab, fault):
    lab = make_lab(f"{fault}=0.3", registered_share=1.0)

    lab.ask(numbers_of(60))

    verdicts = [row[0] for row in lab.known().values()]
    assert len(verdicts) == 60
    assert "not_registered" not in verdicts
    assert verdicts.count("registered") > 50


def test_a_number_the_provider_calls_invalid_is_decided_by_its_word(make_lab):
    lab = make_lab()

    ran = lab.ask([447_700_900_003])

    assert lab.known()[447_700_900_003] == ("invalid", "rejected_by_provider", None, 1)
    assert ran.counters.calls.failures == 0


@pytest.mark.slow
def test_retries_stay_within_their_budget(make_lab):
    lab = make_lab("500=0.5")

    ran = lab.ask(numbers_of(150))

    assert ran.ending is None
    assert ran.counters.calls.retries <= 10 + 0.1 * 150 + ran.duration_s / 5 + 1
    assert len(lab.known()) == 150


@pytest.mark.slow
@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_refused_key_is_confirmed_by_one_probe_and_the_rest_goes_on_with_another(make_lab, status):
    lab = make_lab(f"{status}@100", latency_ms=100)

    ran = lab.ask(numbers_of(300), concurrency=16)

    refused = [entry for entry in lab.checks() if entry.status == status]
    seen_at = refused[0].time_s + 0.1
    assert ran.ending.exit_code == 6
    assert len([entry for entry in refused if entry.time_s > seen_at + 1e-6]) == 1
    assert len(refused) <= 16 + 1
    decided = lab.decided()
    assert 99 - 16 <= len(decided) <= 99

    lab.app.world.set_faults(())
    again = lab.ask([number for number in numbers_of(300) if number not in decided], key="sk_test_another")

    assert again.ending is None
    assert lab.decided() == set(numbers_of(300))
    assert all(lab.calls()[f"+{number}"] == 1 for number in decided)


def test_a_refusal_that_was_a_moments_doing_is_forgiven(make_lab):
    lab = make_lab("401@10+1s")

    ran = lab.ask(numbers_of(40), concurrency=4)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(40))


def test_a_session_that_is_not_there_ends_the_run(make_lab):
    lab = make_lab()

    ran = lab.ask(numbers_of(5), sessions=["sess_nobody"])

    assert ran.ending.exit_code == 6
    assert "sess_nobody is not known" in str(ran.ending)
    assert lab.known() == {}


def test_a_session_that_disconnects_is_waited_for(make_lab):
    lab = make_lab("disconnect@50+45s", latency_ms=20)

    ran = lab.ask(numbers_of(120), concurrency=4)

    lost = [entry for entry in lab.checks() if entry.status == 409]
    looks = [entry for entry in lab.app.log.entries if entry.path.endswith(SESSION)]
    assert ran.ending is None
    assert lab.decided() == set(numbers_of(120))
    assert {row[3] for row in lab.known().values()} == {1}
    assert 1 <= len(lost) <= 4
    assert 3 <= len(looks) <= 5
    assert ran.duration_s > 45
    assert ran.counters.paused_s == {f"session {SESSION} is disconnected": pytest.approx(50, abs=25)}


def test_a_session_found_disconnected_is_looked_at_before_anything_is_asked(make_lab):
    lab = make_lab(sessions=(Session(id=SESSION, name="Shop", status="disconnected"),))

    async def connect(*_):
        await anyio.sleep(30)
        lab.app.world.change_session(SESSION, status="connected")

    ran = lab.ask(numbers_of(3), statuses={SESSION: DISCONNECTED}, watchers=[connect])

    assert ran.ending is None
    assert min(entry.time_s for entry in lab.checks()) >= 30
    assert lab.decided() == set(numbers_of(3))


def test_a_look_that_fails_is_made_again(make_lab):
    lab = make_lab("500=1")

    async def heal(*_):
        await anyio.sleep(15)
        lab.app.world.set_faults(())

    ran = lab.ask(numbers_of(2), statuses={SESSION: PENDING}, watchers=[heal])

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(2))


@pytest.mark.slow
def test_two_sessions_take_turns_and_share_the_keys_budget(make_lab):
    lab = make_lab(plan="growth", sessions=TWO_SESSIONS, latency_ms=50)

    ran = lab.ask(numbers_of(310), sessions=[SESSION, OTHER], paced=True)

    through = [entry.session for entry in lab.checks()]
    assert (ran.ending, lab.app.log.refusals) == (None, 0)
    assert abs(through.count(SESSION) - through.count(OTHER)) <= 2
    assert {ref.session: of.attempts for ref, of in ran.counters.sessions.items()} == {
        SESSION: through.count(SESSION),
        OTHER: through.count(OTHER),
    }


@pytest.mark.slow
def test_when_one_of_two_sessions_disconnects_the_other_takes_over(make_lab):
    lab = make_lab(sessions=TWO_SESSIONS, latency_ms=50)

    async def disconnect(*_):
        await anyio.sleep(0.5)
        lab.app.world.change_session(OTHER, status="disconnected")

    ran = lab.ask(numbers_of(120), sessions=[SESSION, OTHER], concurrency=4, watchers=[disconnect])

    late = {entry.session for entry in lab.checks() if entry.time_s > 0.7}
    assert ran.ending is None
    assert late == {SESSION}
    assert ran.duration_s < 10
    assert lab.calls().keys() == {f"+{number}" for number in numbers_of(120)}


def test_one_session_that_is_gone_does_not_end_what_another_can_do(make_lab):
    lab = make_lab(latency_ms=50)

    ran = lab.ask(numbers_of(40), sessions=["sess_nobody", SESSION], concurrency=4)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(40))


def test_the_deadline_stops_the_run_and_what_was_in_flight_is_kept(make_lab):
    lab = make_lab(latency_ms=400)

    ran = lab.ask(numbers_of(100), concurrency=2, deadline=5.0)

    assert isinstance(ran.ending, StoppedEarly)
    assert (ran.ending.exit_code, str(ran.ending)) == (5, "the deadline was reached")
    assert 5 <= ran.duration_s < 6
    assert lab.decided() == {int(number) for number in lab.calls()}
    assert 20 <= len(lab.decided()) <= 26


def test_a_deadline_that_passes_while_the_last_number_is_answered_ends_nothing_early(make_lab):
    lab = make_lab(latency_ms=400)

    ran = lab.ask(numbers_of(2), deadline=0.2)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(2))


def test_a_deadline_in_a_long_hold_is_kept(make_lab):
    lab = make_lab(retry_after_form="huge")

    ran = lab.ask([447_700_900_010, *numbers_of(3)], concurrency=1, deadline=20.0, max_wait_s=float("inf"))

    assert str(ran.ending) == "the deadline was reached"
    assert 20 <= ran.duration_s < 21


def test_a_hold_longer_than_max_wait_stops_the_run(make_lab):
    lab = make_lab(retry_after_form="huge")

    ran = lab.ask([FIRST, 447_700_900_010, *numbers_of(3, FIRST + 1)], concurrency=1)

    assert ran.ending.exit_code == 5
    assert "longer than --max-wait 3,600s" in str(ran.ending)
    assert lab.decided() == {FIRST}
    assert ran.duration_s < 1


def test_too_many_failures_stop_the_run(make_lab):
    lab = make_lab("500=0.4")

    ran = lab.ask(numbers_of(400), concurrency=8, max_error_rate=0.25)

    assert ran.ending.exit_code == 5
    assert "of the latest attempts failed, more than --max-error-rate allows" in str(ran.ending)
    assert 100 <= ran.counters.calls.attempts < 200
    assert len(lab.decided()) == ran.counters.calls.answers


def test_a_daily_cap_stops_each_session_at_its_own(make_lab):
    lab = make_lab(sessions=TWO_SESSIONS, latency_ms=10)

    ran = lab.ask(
        numbers_of(40), sessions=[SESSION, OTHER], left_today={SESSION: 5, OTHER: 12}, concurrency=4
    )

    assert ran.ending.exit_code == 5
    assert "has spent its --daily-cap" in str(ran.ending)
    assert {ref.session: of.attempts for ref, of in ran.counters.sessions.items()} == {SESSION: 5, OTHER: 12}
    assert len(lab.decided()) == 17


@pytest.mark.slow
def test_an_outage_beyond_patience_stops_the_run_and_spends_few_calls(make_lab):
    lab = make_lab("outage@20+3h")

    ran = lab.ask(numbers_of(60), concurrency=4, max_outage_s=7200.0)

    assert ran.ending.exit_code == 5
    assert "--max-outage" in str(ran.ending)
    assert 7200 <= ran.duration_s <= 7300
    assert ran.counters.paused_s == {
        f"too much fails through session {SESSION}": pytest.approx(7200, rel=0.02)
    }
    assert len(lab.checks()) < 20 + 200
    assert all(row[0] != "not_registered" or number in lab.decided() for number, row in lab.known().items())


def test_after_an_outage_every_number_is_decided(make_lab):
    lab = make_lab("outage@20+10m")

    ran = lab.ask(numbers_of(80), concurrency=4)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(80))


@pytest.mark.slow
def test_a_number_that_always_fails_does_not_prolong_an_outage_for_the_others(make_lab):
    lab = make_lab("outage@3+60s")
    stumbling = [447_700_900_000 + fate for fate in (5, 7, 8, 9, 11, 12, 16, 17, 19)]

    ran = lab.ask([*numbers_of(3, FIRST + 200), *stumbling, *numbers_of(60)], concurrency=4, max_outage_s=600)

    assert lab.decided() == {*numbers_of(3, FIRST + 200), *numbers_of(60)}
    assert max(lab.calls().values()) < 10
    assert "--max-outage" in str(ran.ending)


@pytest.mark.slow
def test_after_two_hours_of_outage_the_full_rate_is_back_within_90_seconds(make_lab):
    lab = make_lab("outage@50+2h", plan="growth", latency_ms=150, latency_jitter_ms=100)

    ran = lab.ask(numbers_of(700), paced=True)

    began = min(entry.time_s for entry in lab.checks() if entry.status != 200)
    back = [entry.time_s for entry in lab.checks() if entry.time_s >= began + 7200 + 90]
    first_minute = [time for time in back if time < back[0] + 60]
    assert ran.ending is None
    assert lab.decided() == set(numbers_of(700))
    assert ran.counters.calls.retries <= 0.1 * (ran.counters.calls.attempts - ran.counters.calls.retries) + 10
    assert len(first_minute) >= 0.98 * 300


def test_stop_finishes_what_is_in_flight_and_starts_nothing_more(make_lab):
    lab = make_lab(latency_ms=1000)

    async def stop(dispatcher, _):
        await anyio.sleep(2.5)
        assert dispatcher.in_flight == 4
        dispatcher.stop(Interrupted(2))
        dispatcher.stop(StoppedEarly("too late to matter"))

    ran = lab.ask(numbers_of(100), concurrency=4, watchers=[stop])

    assert isinstance(ran.ending, Interrupted)
    assert len(lab.decided()) == len(lab.checks()) == 12
    assert ran.duration_s == pytest.approx(3, abs=0.2)


def test_a_signal_is_answered_even_when_nothing_is_left(make_lab):
    lab = make_lab(latency_ms=1000)

    async def stop(dispatcher, _):
        await anyio.sleep(0.5)
        dispatcher.stop(Interrupted(15))

    ran = lab.ask(numbers_of(2), watchers=[stop])

    assert ran.ending.exit_code == 143
    assert lab.decided() == set(numbers_of(2))


def test_cancelling_in_mid_flight_loses_no_answer(make_lab):
    lab = make_lab(latency_ms=100)

    ran = lab.ask(numbers_of(200), concurrency=8, kill_after_s=1.05)

    answered = [entry for entry in lab.checks() if entry.time_s + 0.1 <= 1.05]
    assert ran.killed
    assert lab.decided() == {int(entry.number) for entry in answered}
    assert len(lab.checks()) - len(answered) <= 8


def test_a_ledger_that_fails_ends_the_run_with_its_own_words(make_lab, tmp_path):
    lab = make_lab(latency_ms=100)

    async def break_ledger(dispatcher, _):
        await anyio.sleep(0.5)
        dispatcher._state.recorder._journal.close()

    with pytest.raises(ExceptionGroup) as caught:
        lab.ask(numbers_of(50), concurrency=2, watchers=[break_ledger])

    failure = caught.value
    while isinstance(failure, ExceptionGroup):
        [failure] = failure.exceptions
    assert isinstance(failure, LedgerError)
    assert "run the same command again" in str(failure)
