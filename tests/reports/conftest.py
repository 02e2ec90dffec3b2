from dataclasses import replace

import pytest

from validator.reports import (
    CallCounts,
    CountrySample,
    PlanSummary,
    ProgressState,
    RateUse,
    SampleSummary,
    SessionCounts,
    Summary,
)
from validator.reports.run_end import RunEnd


@pytest.fixture
def summary():
    """A run that its deadline ended, with something to say in every part of a report."""
    return Summary(
        version="0.1.0",
        command="check",
        input="lists/autumn.csv",
        output="lists/autumn.checked.csv",
        sendable="lists/autumn.sendable.csv",
        sendable_rows=600,
        sendable_partial=True,
        started_at="2026-11-23T18:00:00+00:00",
        finished_at="2026-11-23T18:03:05+00:00",
        duration_s=185.2,
        rows=1_000,
        distinct_numbers=900,
        duplicate_rows=50,
        already_known=100,
        asked=780,
        verdicts={"registered": 620, "not_registered": 299, "invalid": 40, "unknown": 31, "suppressed": 10},
        reasons={"landline": 40, "not_on_whatsapp": 299, "not_checked": 31, "suppression_list": 10},
        sources={"api": 880, "offline": 50},
        countries={"GB": 700, "BR": 230},
        calls=CallCounts(attempts=800, answers=780, refusals=3, retries=12, failures=17),
        sessions=[
            SessionCounts(session="sess_a", attempts=700, failures=0),
            SessionCounts(session="sess_b", gateway="sendapi", attempts=100, failures=17, canaries=3),
        ],
        rate=RateUse(
            limit_per_min=300,
            told_by="X-RateLimit-Limit",
            used_per_min=297.4,
            share_of_limit=0.9913,
            held_s=12.0,
            hold_reason="the provider asked to wait (Retry-After)",
        ),
        exit_code=5,
        stopped_because="the deadline was reached",
        next_command="validator check lists/autumn.csv --region GB",
        warnings=["No canary was possible."],
    )


@pytest.fixture
def done(summary):
    """The same list after a run that left nothing open."""
    return replace(
        summary,
        sendable_partial=False,
        verdicts={"registered": 651, "not_registered": 299, "invalid": 40, "suppressed": 10},
        reasons={"landline": 40, "not_on_whatsapp": 299, "suppression_list": 10},
        exit_code=0,
        stopped_because=None,
        next_command=None,
        warnings=[],
    )


@pytest.fixture
def plan():
    return PlanSummary(
        version="0.1.0",
        input="leads.csv",
        rows=1_000,
        distinct_numbers=900,
        duplicate_rows=50,
        invalid={"landline": 30, "empty": 10},
        already_known={"registered": 80, "not_registered": 20},
        suppressed=10,
        calls_to_make=800,
        countries={"GB": 700, "BR": 100},
        line_types={"mobile": 790, "fixed_or_mobile": 10},
        rate_per_min=120,
        plans={"starter": 60, "growth": 300, "business": 1_000, "enterprise": 2_000},
        ends_at="2026-11-23T18:06:44+00:00",
        warnings=["The rate is half of what the Growth plan allows."],
    )


@pytest.fixture
def state():
    return ProgressState(
        phase="checking",
        total=1_000,
        done=250,
        verdicts={"registered": 200, "not_registered": 50, "invalid": 0},
        rate_per_min=297.4,
        limit_per_min=300,
        limit_told_by="X-RateLimit-Limit",
        in_flight=3,
        parked=2,
        refusals=1,
        failures=4,
        eta_s=152,
    )


@pytest.fixture
def sample(plan):
    """A sample that left a number without an answer."""
    return SampleSummary(
        version="0.1.0",
        input="lists/autumn.csv",
        seed=0,
        started_at="2026-11-23T18:00:00+00:00",
        finished_at="2026-11-23T18:01:05+00:00",
        duration_s=65.0,
        rows=1_000,
        distinct_numbers=900,
        sampled=300,
        already_known=20,
        asked=280,
        verdicts={"registered": 180, "not_registered": 119, "unknown": 1},
        reasons={"not_on_whatsapp": 119, "timeout": 1},
        share=0.602,
        share_low=0.557,
        share_high=0.645,
        confidence=0.95,
        countries=[
            CountrySample(country="GB", numbers=700, sampled=233, answered=232, registered=150),
            CountrySample(country="", numbers=200, sampled=67, answered=67, registered=30),
        ],
        calls=CallCounts(attempts=290, answers=279, failures=11),
        whole=plan,
    )


@pytest.fixture
def end(summary):
    """How that run ended, for those who wait for it."""
    return RunEnd(
        command="check",
        version="0.1.0",
        started_at_s=1_800_000_000.0,
        finished_at_s=1_800_000_185.25,
        exit_code=5,
        is_success=False,
        summary=summary,
    )
