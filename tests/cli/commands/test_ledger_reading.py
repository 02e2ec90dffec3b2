"""`ledger show`, `ledger runs` and `lookup --offline`: what is known already, without a key and a request."""

import json
from pathlib import Path

import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, BOB, LIST, PLAIN
from validator.errors import StoppedEarly


@pytest.fixture
def without_key(check, environment):
    """A ledger that knows Ann, Bob and a failure, and an environment that knows no key and no provider."""
    check("--retries", "0", content=f"phone\n{ANN}\n{BOB}\n{ALWAYS_500}\n")
    for name in ("API_KEY", "SESSION_ID", "BASE_URL"):
        environment.delenv(f"SENDAPI_{name}")


def rows_of(done):
    return json.loads(done.out)["rows"]


def test_show_gives_each_fact_with_its_time_and_session(run, without_key):
    done = run("ledger", "show", ANN, BOB, ALWAYS_500, "--json")

    found = {row["e164"]: row for row in rows_of(done)}
    assert done.code == 0
    assert [found[one]["verdict"] for one in (ANN, BOB, ALWAYS_500)] == [
        "registered",
        "not_registered",
        "unknown",
    ]
    assert found[ALWAYS_500]["reason"] == "server_error"
    assert found[ANN]["session"].startswith("sess_")
    assert found[ANN]["checked_at"].endswith("+00:00")


def test_show_gives_an_answer_and_the_failure_since(run, listed):
    facts = f"{ANN},registered,,2026-11-01T09:00:00Z\n{ANN},unknown,timeout,2026-11-02T09:00:00Z\n"
    run("ledger", "import", listed(f"e164,verdict,reason,checked_at\n{facts}", "facts.csv"))

    found = rows_of(run("ledger", "show", ANN, "--json"))

    assert [(row["verdict"], row["reason"]) for row in found] == [
        ("registered", None),
        ("unknown", "timeout"),
    ]


def test_show_finds_both_spellings_of_a_number(run, check, provider):
    provider(registered_share=1.0)
    check(content="phone\n+522221234567\n")

    assert [row["e164"] for row in rows_of(run("ledger", "show", "+5212221234567", "--json"))] == [
        "+522221234567"
    ]


def test_show_says_that_nothing_is_known(run, without_key):
    done = run("ledger", "show", "+447400999999")

    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert "nothing is known about this; `validator lookup` asks" in done.err


@pytest.mark.parametrize("words", [("show", ANN), ("runs",)])
def test_a_ledger_that_is_missing_is_named_with_a_remedy(run, words):
    done = run("ledger", *words, "--ledger", "nowhere.sqlite")

    assert done.code == 3
    assert "there is no ledger" in done.err
    assert "--ledger" in done.err
    assert not Path("nowhere.sqlite").exists()


def test_runs_are_listed_the_newest_first_with_what_came_out(run, check, listed):
    check(content=f"phone\n{ANN}\n{BOB}\n")
    run("check", listed(f"phone\n{ANN}\n", "more.csv"), *PLAIN)

    newest, oldest = rows_of(run("ledger", "runs", "--json"))

    assert (newest["input"], newest["rows"], newest["asked"]) == ("more.csv", 1, 0)
    assert (oldest["command"], oldest["exit_code"]) == ("check", 0)
    assert (oldest["registered"], oldest["not_registered"], oldest["unknown"]) == (1, 1, 0)
    assert [row["input"] for row in rows_of(run("ledger", "runs", "./leads.csv", "--json"))] == ["leads.csv"]
    assert len(rows_of(run("ledger", "runs", "-n", "1", "--json"))) == 1


def test_a_lookup_offline_needs_no_key_and_asks_nobody(run, without_key, table):
    done = run("lookup", *PLAIN[:2], "--offline", ANN, BOB)

    columns, rows = table(done.out)
    assert done.code == 0
    assert [row[columns.index("verdict")] for row in rows] == ["registered", "not_registered"]


@pytest.mark.parametrize("number", ["+447400999999", ALWAYS_500])
def test_a_lookup_offline_of_somebody_unknown_says_so_and_ends_with_4(run, without_key, table, number):
    done = run("lookup", *PLAIN[:2], "--offline", number)

    columns, rows = table(done.out)
    assert (done.code, rows[0][columns.index("verdict")]) == (4, "unknown")


def test_a_lookup_offline_makes_no_ledger(run, ledger_path):
    assert run("lookup", "--offline", "+447400123456").code == 4
    assert not ledger_path.exists()


def test_a_lookup_is_either_offline_or_asks_everybody(run):
    done = run("lookup", "--offline", "--refresh", ANN)

    assert done.code == 2
    assert "leave one of them out" in done.err


@pytest.mark.parametrize("command", ["check", "sample"])
@pytest.mark.parametrize(
    ("options", "code"), [("-s sess_nobody", 6), ("--max-wait 1s", 5), ("--max-invalid 1%", 3)]
)
def test_a_run_that_is_refused_has_an_end_and_an_exit_code(run, provider, command, options, code):
    provider(*["429"] * (code == StoppedEarly.exit_code))
    Path("leads.csv").write_text(LIST)

    done = run(command, "leads.csv", *PLAIN, *options.split())
    (row,) = run("ledger", "runs", "--json").json["rows"]

    assert (done.code, row["exit_code"], row["finished_at"] is None) == (code, code, False)
    assert f"{command} leads.csv: exit {code}" in run("ledger", "stats").out
    assert run("report", "leads.csv", "--accept", "possible").code == 0
