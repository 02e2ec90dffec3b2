"""What people trip over at the terminal: quiet runs, a terminal that cannot draw, a missing ledger."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, BOB, PLAIN, SESSION


@pytest.fixture(autouse=True)
def sandbox(provider):
    """A sandbox answers."""
    provider()


def test_a_quiet_run_that_ends_badly_says_why(check):
    done = check("-q", "--retries", "0", content=f"phone\n{ANN}\n{ALWAYS_500}\n")

    assert done.code == 4
    assert "1 row could not be determined" in done.err


def test_a_quiet_run_that_ends_well_says_nothing(check):
    assert check("-q").err == ""


def test_the_reason_of_a_quiet_run_is_json_if_the_log_is(check):
    done = check("-q", "--retries", "0", "--log-format", "json", content=f"phone\n{ANN}\n{ALWAYS_500}\n")

    assert done.code == 4
    assert ["could not be determined" in json.loads(line)["message"] for line in done.err.splitlines()] == [
        True
    ]


def test_a_terminal_that_cannot_draw_gets_lines(check, environment):
    environment.setenv("TERM", "dumb")
    environment.setenv("FORCE_COLOR", "1")

    assert "checking at" in check().err


@pytest.mark.slow
def test_the_first_step_after_a_lost_session_is_to_link_its_phone(check, provider):
    provider("disconnect@1")

    done = check("--max-outage", "1s", "--json", "--no-canaries", content=f"phone\n{ANN}\n{BOB}\n")

    remedy = f"Session {SESSION} is disconnected: link its phone again in the provider's dashboard."
    assert (done.code, done.json["remedies"]) == (5, [remedy])
    steps = " ".join(done.err.partition("What to do next")[2].split())
    assert steps.startswith(f"1. {remedy} 2. Ask only what is still missing:")


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_run_that_asks_again_is_not_said_to_go_on_with_the_same_command(check, provider, quiet):
    provider("disconnect@1")

    done = check("--refresh", "--max-outage", "1s", "--json", "--no-canaries", *quiet)

    assert done.code == 5
    assert "Run the same command again" not in done.err + done.out
    assert "--max-outage" in done.json["stopped_because"]
    assert "--max-age=1h" in done.json["next_command"]


@pytest.mark.parametrize("setting", [("VALIDATOR_CHECK_REFRESH", "1"), ("VALIDATOR_CHECK_MAX_AGE", "0")])
def test_a_refresh_from_elsewhere_is_not_begun_again_by_the_next_command(check, run, environment, setting):
    environment.setenv(*setting)
    content = "phone\n" + "".join(f"+44740012340{place}\n" for place in range(6))
    first = check("--limit", "2", "--json", content=content)

    second = run(*shlex.split(first.json["next_command"])[1:])

    assert (first.json["asked"], second.json["already_known"], second.json["asked"]) == (2, 2, 2)


def test_booleans_of_a_table_are_those_of_the_files(run):
    done = run("lookup", *PLAIN, ANN)

    assert "true" in done.out.splitlines()[1].split("\t")


def test_doctor_makes_no_ledger(run, tmp_path):
    missing = tmp_path / "nowhere" / "l.sqlite"

    done = run("doctor", "--ledger", missing, "--json")

    found = {row["check"]: row for row in json.loads(done.out)["rows"]}
    assert "does not exist yet; the first run creates it" in found["ledger"]["what"]
    assert "disk" in found
    assert not missing.parent.exists()


def test_a_limited_run_says_the_share_of_the_answered_rows(check):
    done = check(
        "--limit", "1", content="phone\n" + "".join(f"+4477009000{place}\n" for place in range(20, 29))
    )

    assert done.code == 5
    assert "answered row" in done.err
    assert Path("leads.checked.csv").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["check", "missing.csv"], 3, "missing.csv does not exist"),
        (["check", "leads.csv", "--region", "QQ"], 2, "region 'QQ' is not known"),
        (["check", "leads.csv", *PLAIN, "-s", "sess_nobody"], 6, "sess_nobody"),
        (["plan", "leads.csv", "--column", "mobile"], 3, "mobile"),
        (["plan", "leads.csv", "--jason"], 2, "No such option"),
        (["chek"], 2, "Did you mean 'check'?"),
        (["sessions", "--api-key-file", "missing.key"], 2, "missing.key"),
        (["lookup", "nonsense", "--canary", "x"], 2, "--canary"),
        (["ledger", "purge"], 2, "nothing to delete was chosen"),
    ],
)
def test_a_run_that_cannot_begin_ends_with_json_if_that_is_wanted(run, listed, words, code, message):
    listed()

    done = run(*words, "--json")

    assert done.code == code
    assert done.json["exit_code"] == code
    assert message in done.json["error"]
    assert message in done.err
    assert len(done.out.splitlines()) == 1
    assert run(*words).out == ""


@pytest.mark.parametrize("output", [["-o", "-"], ["-o-"], ["--output=-"], ["--sendable", "/dev/stdout"]])
def test_no_line_of_json_stands_among_rows_that_go_to_standard_output(run, output):
    assert run("check", "missing.csv", "--json", *output).out == ""


def test_json_may_be_wanted_by_the_environment(run, environment):
    environment.setenv("VALIDATOR_PLAN_AS_JSON", "true")

    assert run("plan", "missing.csv").json["exit_code"] == 3


@pytest.mark.parametrize(
    ("options", "is_offered"),
    [([], True), (["--sendable", "own.csv"], False), (["--limit", "0"], False)],
)
def test_a_finished_run_offers_the_command_that_writes_the_sendable_file(check, options, is_offered):
    done = check("--json", *options)

    expected = f"validator check leads.csv {' '.join(PLAIN)} --json --limit=0 --sendable=leads.send.csv"
    assert done.json["send_command"] == (expected if is_offered else None)


@pytest.mark.parametrize("limit", [0, 1])
def test_the_commands_that_a_run_with_a_limit_offers_do_what_they_say(run, check, limit):
    ended = check("--json", "--limit", limit, content=f"phone\n{ANN}\n{BOB}\n")

    if sending := ended.json["send_command"]:
        sent = run(*shlex.split(sending)[1:])
        assert (sent.code, sent.json["calls"]["attempts"]) == (5, 0)
    missing = run(*shlex.split(ended.json["next_command"])[1:])
    assert (missing.code, missing.json["calls"]["attempts"]) == (0, 2 - limit)


def test_several_lists_are_offered_none_as_a_pattern_could_match_the_new_file(run, listed):
    listed(name="a.csv")
    listed(name="b.csv")

    assert run("check", "*.csv", *PLAIN, "--json").json["send_command"] is None


@pytest.mark.parametrize(("lead", "region"), [("098765", "IN"), ("07400 1", "GB"), ("0301 22", "PK")])
def test_some_national_numbers_are_a_warning_that_names_their_region(run, listed, lead, region):
    national = [f"{lead}{place}" for place in range(43210, 43215)]
    listed("phone\n" + "\n".join([ANN, *(f"+4477009000{place}" for place in range(20, 29)), *national]))

    for command in ("plan", "check"):
        done = run(command, "leads.csv", *PLAIN[:2], "--json")
        [warning] = [one for one in done.json["warnings"] if "country code" in one]
        assert "5 rows hold numbers without a country code" in warning
        assert f"--region {region}" in warning
    assert run("plan", "leads.csv", "--region", region, *PLAIN[:2], "--json").json["warnings"] == []


def test_the_report_says_what_the_run_was_called_with(check, run):
    check("--report", "page.html", "--json", "--proxy", "none")

    command = "validator check leads.csv --accept possible --no-canaries"
    assert f"{command} --report page.html --json --proxy none" in Path("page.html").read_text()
    run("report", "leads.csv", "--accept", "possible", "--report", "later.html")
    assert command in Path("later.html").read_text()


def test_the_report_says_what_was_set_elsewhere_without_secrets_and_numbers(check, run, environment):
    Path("validator.toml").write_text('[check]\nrate = "600/min"\n')
    environment.setenv("VALIDATOR_CHECK_CANARIES", BOB)
    environment.setenv("VALIDATOR_CHECK_LIMIT", "9")

    done = check("--report", "page.html", "--json")

    settings = json.loads(done.out)["settings"]
    assert settings["rate"] == "600/min (validator.toml)"
    assert settings["limit"] == "9 (VALIDATOR_CHECK_LIMIT in the environment)"
    assert settings["session"] == f"{SESSION} (SENDAPI_SESSION_ID in the environment)"
    assert settings["canary"] == "(hidden) (VALIDATOR_CHECK_CANARIES in the environment)"
    assert not {"report", "json"} & settings.keys()
    run("report", "leads.csv", "--accept", "possible", "--report", "later.html")
    for page in ("page.html", "later.html"):
        assert settings["rate"] in Path(page).read_text()


def test_the_report_links_to_each_file_that_was_written(check):
    Path("reports").mkdir()

    check("--report", "reports/page.html", "--sendable", "send it.csv", "--split", "parts")

    page = Path("reports/page.html").read_text()
    links = re.findall(r'href="([^"]*)"', page)
    assert [Path("reports", unquote(link)).resolve().name for link in links] == [
        "send it.csv",
        "not_registered.csv",
        "invalid.csv",
        "unknown.csv",
        "leads.checked.csv",
    ]
    assert all(Path("reports", unquote(link)).is_file() for link in links)
