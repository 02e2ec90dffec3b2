"""The message about a run's end: its keys, and what never is in it."""

import json
from dataclasses import replace

import pytest

from validator.http.masking import one_line
from validator.reports import CellExample, ReadingCount
from validator.reports.notification import notification

NUMBER = "+447700900123"


@pytest.fixture
def end(end):
    """The same, with a whole number of seconds."""
    return replace(end, finished_at_s=1_800_000_185.0)


def test_a_message_says_how_the_run_went(end):
    told = notification(end, mask=one_line)

    assert told["event"] == "run_ended"
    assert (told["exit_code"], told["success"]) == (5, False)
    assert told["stopped_because"] == "the deadline was reached"
    assert told["text"] == (
        "validator check lists/autumn.csv: Stopped early: the deadline was reached. Nothing is lost."
    )
    assert (told["started_at"], told["duration_s"]) == ("2027-01-15T08:00:00+00:00", 185.0)
    assert told["summary"]["verdicts"] == end.summary.verdicts
    assert told["summary"]["calls"]["attempts"] == 800
    assert told["summary"]["rate"]["share_of_limit"] == 0.9913
    assert json.loads(json.dumps(told)) == told


def test_a_run_without_a_summary_says_why(end):
    told = notification(
        replace(end, summary=None, error="this API key is in use", exit_code=7), mask=one_line
    )

    assert told["summary"] is None
    assert told["stopped_because"] == "this API key is in use"
    assert told["text"] == "validator check: ended with exit code 7: this API key is in use"


def test_nobody_of_the_list_is_in_a_message(end):
    """Neither cells nor examples, and no number that a name, a session or an error quotes."""
    example = CellExample(row=7, cell="07\N{HORIZONTAL ELLIPSIS}23")
    summary = replace(
        end.summary,
        input=f"export {NUMBER}.csv",
        readings=[ReadingCount(reading="ambiguous", rows=1, examples=(example,))],
        next_command=f"validator check leads.csv --canary {NUMBER}",
        stopped_because=f"session {NUMBER} is gone",
        warnings=[f"{NUMBER} answered twice."],
        countries={"GB": 1},
        pauses={f"session {NUMBER} is not connected": 3.0},
        sessions=[replace(end.summary.sessions[0], session=NUMBER)],
    )

    told = json.dumps(notification(replace(end, summary=summary), mask=one_line))
    failed = json.dumps(notification(replace(end, summary=None, error=f"row 3: {NUMBER}"), mask=one_line))

    assert "7700" not in told + failed
    assert not {"readings", "next_command", "sessions", "pauses"} & set(json.loads(told)["summary"])
