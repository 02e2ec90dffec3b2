"""What people trip over at the terminal: quiet runs, a terminal that cannot draw, a missing ledger."""

import json
from pathlib import Path

import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, PLAIN


@pytest.fixture(autouse=True)
def sandbox(provider):
    """A sandbox answers."""
    provider()


def test_a_quiet_run_that_ends_badly_says_why(check):
    done = check("-q", "--retries", "0", content=f"phone\n{ANN}\n{ALWAYS_500}\n")

    assert done.code == 4
    assert "1 row could not be found out" in done.err


def test_a_quiet_run_that_ends_well_says_nothing(check):
    assert check("-q").err == ""


def test_the_reason_of_a_quiet_run_is_json_if_the_log_is(check):
    done = check("-q", "--retries", "0", "--log-format", "json", content=f"phone\n{ANN}\n{ALWAYS_500}\n")

    assert done.code == 4
    assert ["could not be found out" in json.loads(line)["message"] for line in done.err.splitlines()] == [
        True
    ]


def test_a_terminal_that_cannot_draw_gets_lines(check, environment):
    environment.setenv("TERM", "dumb")
    environment.setenv("FORCE_COLOR", "1")

    assert "checking at" in check().err


def test_booleans_of_a_table_are_those_of_the_files(run):
    done = run("lookup", *PLAIN, ANN)

    assert "true" in done.out.splitlines()[1].split("\t")


def test_doctor_makes_no_ledger(run, tmp_path):
    missing = tmp_path / "nowhere" / "l.sqlite"

    done = run("doctor", "--ledger", missing, "--json")

    found = {row["check"]: row for row in json.loads(done.out)["rows"]}
    assert "is not there yet; the first run makes it" in found["ledger"]["what"]
    assert "disk" in found
    assert not missing.parent.exists()


def test_a_limited_run_says_the_share_of_the_answered_rows(check):
    done = check(
        "--limit", "1", content="phone\n" + "".join(f"+4477009000{place}\n" for place in range(20, 29))
    )

    assert done.code == 5
    assert "answered row" in done.err
    assert Path("leads.checked.csv").exists()
