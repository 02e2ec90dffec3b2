from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from msgspec import structs

from validator.batch.asking.counters import RunCounters
from validator.batch.output.annotate import Counts
from validator.batch.output.summarise import AskedKey, RunResult, exit_code_of, summarise, summarise_plan
from validator.batch.planning.plan import Plan
from validator.batch.recipients.job import Job
from validator.errors import Interrupted, Refused, ServerError, StoppedEarly
from validator.model import SessionRef, Verdict
from validator.pacing import BudgetReport
from validator.reports import CellExample, Timeline, TimeSpan
from validator.settings import Tolerance

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
JOB = Job(input=Path("leads.csv"), output=Path("out.csv"), sendable=Path("send.csv"))
PLAN = Plan(
    todo=pl.Series([1, 2, 3], dtype=pl.UInt64),
    to_confirm=pl.Series([], dtype=pl.UInt64),
    confirms=False,
    left_out=0,
    rows=10,
    distinct=5,
    duplicates=2,
    known={Verdict.REGISTERED: 1, Verdict.UNKNOWN: 1},
    offline={"empty": 2, "suppression_list": 1},
    countries={"GB": 3},
    line_types={"mobile": 3},
    country_line_types={"GB": {"mobile": 3}},
    variants=pl.DataFrame(schema={"number": pl.UInt64, "other": pl.UInt64}),
    room=None,
)
BUDGET = BudgetReport(
    limit_per_min=300.0,
    told_by="headers",
    rate_per_min=295.0,
    used_per_min=290,
    hold_until=None,
    hold_reason="",
    held_s=12.3456,
    started=600,
    refused=1,
)


def counts_of(**verdicts):
    return Counts(rows=sum(verdicts.values()), verdicts=Counter(verdicts), reasons=Counter(not_checked=0))


REF = SessionRef("sendapi", "sess_a")


@pytest.mark.parametrize(
    ("ending", "unknown", "tolerance", "code"),
    [
        (None, 0, "0", 0),
        (None, 1, "0", 4),
        (None, 1, "1", 0),
        (None, 11, "10%", 4),
        (None, 10, "10%", 0),
        (StoppedEarly("x"), 0, "0", 5),
        (Refused("x"), 9, "100%", 6),
        (Interrupted(2), 0, "0", 130),
        (Interrupted(15), 0, "0", 143),
    ],
)
def test_the_exit_code_says_how_it_ended(ending, unknown, tolerance, code):
    counts = counts_of(registered=100 - unknown, unknown=unknown)

    assert exit_code_of(ending, counts, Tolerance.parse(tolerance)) == code


@pytest.fixture
def result():
    counters = RunCounters()
    for failure in (None, None, ServerError("x")):
        counters.begin(REF, retries=failure is not None)
        counters.end(REF, failure)
    counters.asked = 2
    return RunResult(
        command="check",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=2),
        asking_s=120,
        counters=counters,
        keys=(AskedKey(name="", gateway="sendapi", host="localhost", sessions=(REF,), budget=BUDGET),),
    )


def test_a_summary_holds_what_was_counted(result):
    summary = summarise(JOB, PLAN, counts_of(registered=7, unknown=3), result, 4)

    assert (summary.input, summary.output, summary.sendable) == ("leads.csv", "out.csv", "send.csv")
    assert (summary.rows, summary.distinct_numbers, summary.duplicate_rows) == (10, 5, 2)
    assert (summary.already_known, summary.asked, summary.exit_code) == (2, 2, 4)
    assert (summary.calls.attempts, summary.calls.answers, summary.calls.retries) == (3, 2, 1)
    assert [(one.session, one.attempts, one.error_rate) for one in summary.sessions] == [
        ("sess_a", 3, 0.333333)
    ]
    assert (summary.started_at, summary.duration_s) == ("2027-01-15T08:00:00+00:00", 2.0)
    rate = summary.rate
    assert (rate.used_per_min, rate.share_of_limit, rate.held_s) == (1.0, 0.0033, 12.346)


def test_the_pace_is_that_while_it_asked_however_short_that_was(result):
    summary = summarise(JOB, PLAN, counts_of(), structs.replace(result, asking_s=1.5), 0)

    assert (summary.rate.used_per_min, summary.rate.share_of_limit) == (80, 0.2667)


def test_a_short_list_that_goes_out_at_once_has_used_one_minutes_worth(result):
    summary = summarise(JOB, PLAN, counts_of(), structs.replace(result, asking_s=0.3), 0)

    assert (summary.rate.used_per_min, summary.rate.share_of_limit) == (3, 0.01)


def test_a_list_that_goes_out_in_two_bursts_has_used_two_minutes(result):
    key = structs.replace(result.keys[0], budget=structs.replace(BUDGET, limit_per_min=1.6))
    summary = summarise(JOB, PLAN, counts_of(), structs.replace(result, keys=(key,), asking_s=62), 0)

    assert (summary.rate.used_per_min, summary.rate.share_of_limit) == (1.5, 0.9375)


def test_a_run_without_a_limit_has_no_share_of_it(result):
    (key,) = result.keys
    unlimited = structs.replace(key, budget=structs.replace(BUDGET, limit_per_min=None))
    summary = summarise(JOB, PLAN, counts_of(registered=1), structs.replace(result, keys=(unlimited,)), 0)

    assert (summary.rate.limit_per_min, summary.rate.share_of_limit) == (None, None)


@pytest.mark.parametrize("without", [{"keys": ()}, {"asking_s": 0.0}])
def test_a_run_that_asked_nothing_used_no_rate(result, without):
    assert summarise(JOB, PLAN, counts_of(), structs.replace(result, **without), 0).rate.used_per_min == 0


def test_an_ending_is_told_in_its_own_words(result):
    ending = StoppedEarly("the deadline was reached")
    ended = structs.replace(result, ending=ending, next_command="validator check x")

    summary = summarise(JOB, PLAN, counts_of(), ended, 5)

    assert (summary.stopped_because, summary.next_command) == (
        "the deadline was reached",
        "validator check x",
    )


def test_the_sendable_file_is_partial_while_somebody_was_not_asked(result):
    counts = counts_of(registered=1, unknown=1)
    counts.reasons["not_checked"] = 1

    assert summarise(JOB, PLAN, counts, result, 5).sendable_partial
    assert not summarise(replace(JOB, sendable=None), PLAN, counts, result, 5).sendable_partial
    assert not summarise(JOB, PLAN, counts_of(registered=1), result, 0).sendable_partial


def test_standard_output_is_called_by_its_sign(result):
    summary = summarise(replace(JOB, output=BytesIO(), sendable=None), PLAN, counts_of(), result, 0)

    assert (summary.output, summary.sendable) == ("-", None)


def test_a_plan_tells_suppressed_people_apart_and_when_it_would_end():
    summary = summarise_plan(JOB, PLAN, rate_per_min=60.0, now=NOW, plans={})

    assert (summary.suppressed, summary.invalid) == (1, {"empty": 2})
    assert summary.already_known == {"registered": 1, "unknown": 1}
    assert summary.calls_to_make == 3
    assert summary.ends_at == "2027-01-15T08:00:03+00:00"


def test_a_plan_without_a_rate_has_no_end():
    assert summarise_plan(JOB, PLAN, rate_per_min=None, now=NOW, plans={}).ends_at is None


def test_a_plan_that_confirms_counts_its_calls_and_their_time():
    plan = structs.replace(PLAN, to_confirm=pl.Series([4, 5], dtype=pl.UInt64), confirms=True)

    summary = summarise_plan(JOB, plan, rate_per_min=60.0, now=NOW, plans={})

    assert (summary.calls_to_make, summary.calls_to_confirm, summary.confirmations_expected) == (5, 2, 2)
    assert summary.time_s == pytest.approx(7 * 60.5 / 60)


def test_a_reason_has_examples_with_cells_where_these_decided_and_with_numbers_elsewhere(result):
    cell, number = CellExample(row=3, cell="0171"), CellExample(row=5, cell="+4477******00")
    plan = structs.replace(PLAN, examples={"too_short": (cell,)})
    hidden = replace(cell, cell="")
    counts = structs.replace(counts_of(), examples={"too_short": (hidden,), "timeout": (number,)})

    summary = summarise(JOB, plan, counts, result, 0)
    assert summary.examples == {"too_short": (cell,), "timeout": (number,)}


def test_the_timeline_names_the_sessions_in_the_order_of_the_summary(result):
    timeline, other = Timeline(), SessionRef("sendapi", "sess_b")
    result.counters.begin(other, retries=0)
    timeline.add(0, 1, TimeSpan(sessions={other: (1, 0), REF: (3, 1)}))

    summary = summarise(JOB, PLAN, counts_of(), structs.replace(result, timeline=timeline), 0)
    assert [one.session for one in summary.sessions] == ["sess_a", "sess_b"]
    assert (summary.timeline[0].session_attempts, summary.timeline[0].session_failures) == ((3, 1), (1, 0))
