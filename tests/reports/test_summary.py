import json
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import pytest

from validator.model import Reason, Verdict
from validator.reports import (
    CallCounts,
    CellExample,
    Changes,
    PlanSummary,
    RateUse,
    ReadingCount,
    SessionCounts,
    Summary,
    TimeBucket,
)
from validator.reports.facts import summary_facts
from validator.reports.plan_summary import calls_time_s

DOC = Path(__file__).parents[2] / "docs" / "summary.md"


def documented(section: str) -> set[str]:
    """The keys in the first column of a section's table in docs/summary.md."""
    text = DOC.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in cell.split("`")[1::2]}


def test_the_json_form_survives_json(summary):
    written = json.loads(json.dumps(summary.to_json()))

    assert written["verdicts"]["registered"] == 620
    assert written["sessions"][1] == {
        "session": "sess_b",
        "gateway": "sendapi",
        "attempts": 100,
        "failures": 17,
        "canaries": 3,
        "error_rate": 0.17,
    }
    assert written["rate"]["limit_per_min"] == 300
    assert written["schema_version"] == 1


def test_every_key_of_the_summary_is_documented_and_no_other(summary):
    assert documented("A run") == summary.to_json().keys()
    assert documented("`calls`") == {of.name for of in fields(CallCounts)}
    assert documented("`sessions`, each") == {of.name for of in fields(SessionCounts)} | {"error_rate"}
    assert documented("`readings`, each") == {of.name for of in fields(ReadingCount)}
    assert documented("`examples`, each") == {of.name for of in fields(CellExample)}
    assert documented("`changes`") == {of.name for of in fields(Changes)}
    assert documented("`timeline`, each") == {of.name for of in fields(TimeBucket)}
    assert documented("`rate`") == {of.name for of in fields(RateUse)}


def test_every_key_of_the_plan_is_documented_and_no_other(plan):
    assert documented("A plan") == plan.to_json().keys()


def test_every_key_of_a_sample_is_documented_and_no_other(sample):
    assert documented("A sample") == sample.to_json().keys()


def test_every_verdict_has_its_key_even_where_it_has_no_rows(done):
    assert list(done.verdicts) == [verdict.value for verdict in Verdict]
    assert done.verdicts["unknown"] == 0


def test_counts_come_most_first_and_without_zeros(done):
    reasons = Counter({Reason.TOO_SHORT: 2, Reason.EMPTY: 2, Reason.LANDLINE: 5, Reason.TIMEOUT: 0})
    ordered = replace(done, reasons=reasons)

    assert list(ordered.to_json()["reasons"].items()) == [("landline", 5), ("empty", 2), ("too_short", 2)]


@pytest.mark.parametrize("part", ["verdicts", "reasons", "sources"])
def test_a_word_that_does_not_exist_is_refused(summary, part):
    with pytest.raises(ValueError, match="maybe"):
        replace(summary, **{part: {"maybe": 1}})


def test_a_summary_does_not_change_with_the_counts_it_was_made_from():
    verdicts = {"registered": 1}
    told = Summary(
        version="0",
        command="check",
        input="a.csv",
        started_at="",
        finished_at="",
        duration_s=0,
        rows=1,
        distinct_numbers=1,
        duplicate_rows=0,
        already_known=0,
        asked=1,
        verdicts=verdicts,
    )
    verdicts["registered"] = 2

    assert told.verdicts["registered"] == 1


def test_a_plan_tells_the_time_on_each_of_the_providers_plans(plan):
    assert plan.plan_times_s.keys() == plan.plans.keys()
    assert plan.plan_times_s["growth"] == pytest.approx(800 * 60.5 / 300)
    assert plan.time_s == pytest.approx(800 * 60.5 / 120)


def test_a_million_calls_take_over_eight_hours_on_the_largest_plan():
    assert calls_time_s(1_000_000, 2_000) / 3_600 == pytest.approx(8.4, abs=0.01)


def test_a_plan_without_a_rate_has_no_time_of_its_own(plan):
    written = replace(plan, rate_per_min=None, ends_at=None).to_json()

    assert written["time_s"] is None
    assert written["plan_times_s"]["starter"] > 0


def test_a_plan_starts_with_nothing_known():
    empty = PlanSummary(
        version="0", input="a.csv", rows=0, distinct_numbers=0, duplicate_rows=0, calls_to_make=0
    )

    assert empty.to_json()["plan_times_s"] == {}


@pytest.mark.parametrize(
    ("calls", "fact"),
    [
        (CallCounts(), None),
        (CallCounts(canaries=1), "1 canary asked about"),
        (CallCounts(canaries=6, retracted=1_200), "6 canaries asked about, 1,200 answers retracted"),
    ],
)
def test_canaries_are_a_fact_where_there_were_any(summary, calls, fact):
    assert summary_facts(replace(summary, calls=calls)).get("canaries") == fact


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        (Changes(first_yes=5, first_no=2), None),
        (Changes(joined=1, same=0), "1 new on WhatsApp, 0 gone, of 1 number checked before"),
        (
            Changes(joined=1_200, gone=8, same=3_000, unanswered=1),
            "1,200 new on WhatsApp, 8 gone, of 4,209 numbers checked before",
        ),
    ],
)
def test_what_has_changed_is_a_fact_if_somebody_was_checked_before(summary, changes, fact):
    assert summary_facts(replace(summary, changes=changes)).get("changed") == fact
