"""`validator check`, from a list to its output, in this process."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, BOB, KEY, LIST, SESSION
from tests.support.cli.csv_rows import rows_of
from validator.ledger import read
from validator.places import PROJECT_FILE

COLUMNS = "e164,verdict,is_whatsapp_user,whatsapp_id,reason,source,checked_at"


def test_a_list_comes_back_with_a_verdict_on_every_row(check, files):
    done = check()

    rows = rows_of("leads.checked.csv")
    assert done.code == 0
    assert [row["verdict"] for row in rows] == ["registered", "not_registered", "invalid", "registered"]
    assert [row["name"] for row in rows] == ["Ann", "Bob", "Cy", "Ann"]
    assert list(rows[0]) == ["name", "phone", *COLUMNS.split(",")]
    assert "Done: every row has its verdict." in done.err
    assert done.out == ""
    assert files() == ["leads.checked.csv", "leads.csv"]


def test_a_compressed_list_comes_back_compressed(check, files):
    done = check(content=gzip.compress(LIST.encode()), name="leads.csv.gz")

    assert done.code == 0
    assert files() == ["leads.checked.csv.gz", "leads.csv.gz"]
    assert gzip.decompress(Path("leads.checked.csv.gz").read_bytes()).startswith(b"name,phone,e164,verdict")


def test_all_that_was_asked_for_is_written(check):
    done = check("--sendable", "send.csv", "--report", "report.html", "--summary", "summary.json")

    summary = json.loads(Path("summary.json").read_text())
    assert done.code == 0
    assert Path("send.csv").read_text().splitlines()[1:] == [f"Ann,{ANN},{ANN},{ANN[1:]}@s.whatsapp.net"]
    assert Path("report.html").read_text().startswith("<!DOCTYPE html>")
    assert summary["verdicts"] == {
        "registered": 2,
        "not_registered": 1,
        "invalid": 1,
        "unknown": 0,
        "suppressed": 0,
    }
    assert (summary["asked"], summary["calls"]["attempts"], summary["sendable_rows"]) == (2, 2, 1)
    assert summary["sessions"][0]["session"] == SESSION


def test_a_second_run_asks_nobody_and_writes_the_same(check, provider):
    app = provider()
    check()
    first, calls = Path("leads.checked.csv").read_bytes(), app.log.requests

    done = check("--json")

    assert (done.code, app.log.requests) == (0, calls)
    assert done.json["already_known"] == 2
    assert Path("leads.checked.csv").read_bytes() == first


def test_refresh_asks_everybody_anew(check, provider):
    app = provider()
    check()

    assert check("--refresh").code == 0
    assert app.log.calls(ANN) == app.log.calls(BOB) == 2


def test_dash_puts_the_data_and_nothing_else_on_standard_output(check, files):
    done = check("-o", "-")

    assert done.out.splitlines()[0] == f"name,phone,{COLUMNS}"
    assert len(done.out.splitlines()) == 5
    assert files() == ["leads.csv"]


def test_json_is_the_last_line_of_standard_output(check):
    done = check("--json")

    assert done.json["command"] == "check"
    assert (done.json["rows"], done.json["exit_code"]) == (4, 0)
    assert len(done.out.splitlines()) == 1


def test_quiet_says_nothing(check):
    done = check("-q")

    assert (done.code, done.out, done.err) == (0, "", "")


def test_logs_can_be_lines_of_json(check):
    done = check("--log-format", "json")

    lines = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert lines[0]["logger"] == "validator.progress"
    assert lines[0]["progress"]["phase"] == "reading"
    assert lines[0].keys() == {"time", "level", "logger", "message", "progress"}


def test_verbose_says_more_and_masks_numbers(check):
    done = check("-v")

    assert done.code == 0
    assert ANN not in done.err


def test_the_output_may_have_another_format_and_name(check):
    assert check("--format", "parquet", "-q").code == 0
    assert check("-o", "other.parquet", "-q").code == 0

    assert pl.read_parquet("leads.checked.parquet").equals(pl.read_parquet("other.parquet"))


def test_parquet_comes_back_as_parquet(run, provider):
    provider()
    pl.DataFrame({"phone": [ANN], "since": [2020]}).write_parquet("leads.parquet")

    assert run("check", "leads.parquet", "--accept", "possible", "-q").code == 0

    assert pl.read_parquet("leads.checked.parquet").schema["since"] == pl.Int64


def test_an_existing_output_is_replaced_whole(check):
    Path("leads.checked.csv").write_text("old\n" * 1000)

    check("-q")

    assert len(Path("leads.checked.csv").read_text().splitlines()) == 5


def test_a_prefix_gives_the_added_columns_other_names(check):
    done = check("--prefix", "wa_", "-q", content=f"phone,verdict\n{ANN},mine\n")

    assert done.code == 0
    assert rows_of("leads.checked.csv")[0]["wa_verdict"] == "registered"
    assert rows_of("leads.checked.csv")[0]["verdict"] == "mine"


def test_suppressed_people_are_neither_asked_nor_sent_to(check, provider, listed):
    app = provider()
    listed(f"phone\n{ANN}\n", "optout.csv")

    done = check("--suppress", "optout.csv", "--sendable", "send.csv", "--json")

    assert (done.code, app.log.calls(ANN)) == (0, 0)
    assert done.json["verdicts"]["suppressed"] == 2
    assert Path("send.csv").read_text().splitlines() == ["name,phone,e164,whatsapp_id"]


@pytest.mark.parametrize("bad", [f"{ANN[:-1]}\n", "4.474E+11\n", f"{ANN}", "n/a\n"])
def test_an_opt_out_that_cannot_be_read_stops_the_run_before_anything_is_asked(
    check, provider, listed, files, bad
):
    app = provider()
    listed(f"phone\n{BOB}\n{bad}", "optout.csv")

    done = check("--suppress", "optout.csv", "--sendable", "send.csv", "-q", "--json")

    assert (done.code, app.log.requests, files()) == (3, 0, ["leads.csv", "optout.csv"])
    assert "optout.csv" in done.err
    assert "row" in done.err


def test_opt_outs_that_are_left_unprotected_are_counted_and_said_whatever_is_quiet(check, provider, listed):
    provider()
    listed(f"phone\n{BOB}\n{ANN[:-1]}\n", "optout.csv")
    allowed = ("--suppress", "optout.csv", "--suppress-unreadable", "allow", "--report", "page.html")

    done = check(*allowed, "-q", "--json")

    assert (done.code, done.json["suppress_unreadable"]) == (0, 1)
    assert "row 2 (" in done.err
    assert ANN[:-1] not in done.err
    assert "1 row of suppression lists cannot be read" in Path("page.html").read_text()


def test_contacts_answer_for_those_they_mark(check, provider):
    app = provider(registered_share=1.0)

    done = check("--contacts", "--json", content="phone\n+447700900021\n+447700900002\n")

    assert done.json["sources"] == {"api": 1, "contacts": 1}
    assert (app.log.calls("+447700900021"), app.log.calls(BOB)) == (0, 1)


def test_when_the_contacts_tell_all_nobody_is_asked(check, provider):
    app = provider(registered_share=1.0)

    assert check("--contacts", content="phone\n+447700900021\n").code == 0
    assert app.log.checks == 0


@pytest.mark.slow
def test_unknown_rows_end_with_4_unless_they_are_allowed(check):
    content = f"phone\n{ALWAYS_500}\n{ANN}\n"

    done = check("--retries", "0", "--json", content=content)
    assert (done.code, done.json["reasons"]) == (4, {"server_error": 1})
    assert "validator check leads.csv" in done.json["next_command"]

    assert check("--retries", "0", "--max-unknown", "50%", content=content).code == 0
    assert check("--retries", "0", "--max-unknown", "49%", content=content).code == 4


def test_only_unknown_asks_again_about_those_asked_in_vain_and_nobody_else(check, provider):
    app = provider()
    check("--retries", "0", content=f"phone\n{ALWAYS_500}\n")

    check("--retries", "0", "--only", "unknown", content=f"phone\n{ALWAYS_500}\n{ANN}\n")

    assert (app.log.calls(ALWAYS_500), app.log.calls(ANN)) == (2, 0)


def test_a_limit_ends_with_5_and_the_next_run_goes_on(check, provider):
    app = provider()

    done = check("--limit", "1", "--json")

    assert (done.code, app.log.checks) == (5, 1)
    assert done.json["reasons"]["not_checked"] >= 1
    assert check("--limit", "1").code == 0
    assert app.log.checks == 2


@pytest.mark.slow
def test_a_key_that_is_refused_in_mid_run_ends_with_6_and_the_rest_goes_on_with_another(
    check, provider, environment
):
    app = provider("401@2")
    content = "phone\n" + "".join(f"+4477009000{place}\n" for place in range(20, 30))

    done = check("--concurrency", "1", "--json", content=content)
    assert (done.code, done.json["verdicts"]["unknown"]) == (6, 9)
    assert len(rows_of("leads.checked.csv")) == 10
    assert "does not accept the API key" in done.json["stopped_because"]

    app.world.set_faults(())
    environment.setenv("SENDAPI_API_KEY", "sk_test_enterprise_another")
    assert check(content=content).code == 0
    # One was refused, another confirmed it, and both were asked about with the other key.
    assert sorted(app.log.numbers.values()) == [1] * 8 + [2, 2]


def test_a_deadline_that_has_passed_ends_with_5(check):
    done = check("--deadline", "0", "--json")

    assert (done.code, done.json["stopped_because"]) == (5, "the deadline was reached")


@pytest.mark.slow
def test_a_daily_cap_is_remembered_by_the_next_run(check, provider):
    app = provider()
    content = "phone\n" + "".join(f"+4477009000{place}\n" for place in range(20, 30))

    codes = [check("--daily-cap", str(cap), "--concurrency", "1", content=content).code for cap in (4, 4, 7)]

    assert codes == [5, 5, 5]
    assert app.log.checks == 7


def test_a_session_named_twice_is_looked_at_once(check, provider):
    app = provider()

    check("-s", SESSION, "-s", SESSION)

    assert [entry.path for entry in app.log.entries].count(f"/v1/whatsapp/sessions/{SESSION}") == 1


def test_a_run_that_is_not_paced_warns(check):
    assert "at risk" in check("--rate", "none").err


def test_the_ledger_remembers_the_run_without_key_or_number(check, ledger_path):
    check("--json")

    with read(ledger_path) as ledger:
        [record] = ledger.runs(5)
    assert (record.command, record.input_name, record.exit_code) == ("check", "leads.csv", 0)
    assert KEY not in record.summary_json
    assert ANN not in record.summary_json


def test_dry_run_shows_the_plan_and_does_nothing(check, provider, environment, files):
    app = provider()
    environment.delenv("SENDAPI_API_KEY")

    done = check("--dry-run", "--json", "--sendable", "send.csv")

    assert (done.code, done.json["command"], done.json["calls_to_make"]) == (0, "plan", 2)
    assert (app.log.requests, files()) == (0, ["leads.csv"])


def test_a_key_can_come_from_a_file(check, environment, provider, tmp_path):
    provider()
    environment.delenv("SENDAPI_API_KEY")
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n")
    key_file.chmod(0o600)

    done = check("--api-key-file", key_file)

    assert (done.code, done.said) == (0, [])


def test_a_key_file_that_others_can_read_is_warned_about(check, provider, tmp_path):
    provider()
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    key_file.chmod(0o644)

    done = check("--api-key-file", key_file, "-q")

    assert (done.code, len(done.said)) == (0, 1)
    assert f"(mode 0644); chmod 600 {key_file}" in done.said[0]


@pytest.mark.slow
def test_settings_beat_each_other_in_the_promised_order(check, environment, tmp_path):
    """Flags, then the environment, the project's file, the user's file, and the defaults."""

    def prefix_of(*options):
        assert check("-q", *options).code == 0
        header = Path("leads.checked.csv").read_text().splitlines()[0]
        return header.split(",")[2].removesuffix("e164")

    user = tmp_path / "xdg_config_home" / "recipient-validator" / "config.toml"
    user.parent.mkdir(parents=True)

    assert prefix_of() == ""
    user.write_text('prefix = "user_"\n')
    assert prefix_of() == "user_"
    PROJECT_FILE.write_text('[check]\nprefix = "project_"\n')
    assert prefix_of() == "project_"
    environment.setenv("VALIDATOR_CHECK_PREFIX", "env_")
    assert prefix_of() == "env_"
    assert prefix_of("--prefix", "flag_") == "flag_"


def test_a_list_in_its_own_order_and_the_usual_list_are_the_same_list(check):
    assert check("--order", "input", "--region", "GB", "--landlines", "skip", content=LIST).code == 0


def test_several_phone_columns_are_tried_in_turn(check):
    content = "name,work,home\nAnn,+447700900001,+447700900002\nBob,n/a,+447700900000\nCy,,\n"

    assert check("--column", "work", "-c", "home", content=content).code == 0

    rows = rows_of("leads.checked.csv")
    assert [row["phone_column"] for row in rows] == ["work", "home", None]
    assert [row["verdict"] for row in rows] == ["registered", "registered", "invalid"]
    assert list(rows[0])[-1] == "phone_column"


def test_the_column_with_the_countries_is_found(check):
    content = "name,tel,Land\nAnn,07400 123456,UK\nBea,11 96123-4567,Brasilien\nCy,0151 23456789,DEU\n"

    assert check("--region", "auto", content=content).code == 0

    numbers = [row["e164"] for row in rows_of("leads.checked.csv")]
    assert numbers == ["+447400123456", "+5511961234567", "+4915123456789"]


@pytest.mark.parametrize(
    ("options", "content", "said"),
    [
        (["-r", "auto"], "tel\n+447400123456\n", "no column of leads.csv holds countries; columns are: tel."),
        (["-r", "auto"], "tel,land,country\n+447400123456,DE,GB\n", "'land' and 'country' of leads.csv hold"),
        (["-r", "auto", "--region-column", "x"], "tel,x\n+447400123456,GB\n", "leave one of them out"),
        (["-c", "tel", "-c", "fax"], "tel\n+447400123456\n", "column 'fax' not found in leads.csv"),
        ([], "tel,phone\n+447400123456,+447400123457\n", "or give --column for each"),
    ],
)
def test_columns_that_cannot_be_told_apart_are_named_with_the_option(check, options, content, said):
    done = check(*options, content=content)

    assert done.code in (2, 3)
    assert said in done.said[0]


def test_columns_may_be_named_in_the_environment_one_a_line(check, environment):
    environment.setenv("VALIDATOR_CHECK_COLUMN", "work phone\nhome phone")

    assert check(content="work phone,home phone\n,+447700900001\n").code == 0

    assert [row["phone_column"] for row in rows_of("leads.checked.csv")] == ["home phone"]


@pytest.mark.parametrize("told", ['column = "work phone"', 'column = ["work phone", "home phone"]'])
def test_columns_may_be_named_in_a_file(check, told):
    PROJECT_FILE.write_text(f"[check]\n{told}\n")

    assert check(content="work phone,home phone\n+447700900001,+447700900002\n").code == 0

    assert [row["e164"] for row in rows_of("leads.checked.csv")] == ["+447700900001"]


def test_formulas_stay_unless_the_output_is_for_a_spreadsheet(check):
    formula = f"name,phone\n=1+1,{ANN}\n"
    check(content=formula)
    assert rows_of("leads.checked.csv")[0]["name"] == "=1+1"

    check("--excel-safe", "--sendable", "send.csv", content=formula)
    for path in ("leads.checked.csv", "send.csv"):
        [row] = rows_of(path)
        assert (row["name"], row["phone"], row["e164"]) == ("'=1+1", ANN, ANN)


@pytest.mark.parametrize("options", [(), ("--confirm-negatives",), ("--variants",)])
def test_the_timeline_holds_every_exchange_of_every_round(check, options):
    brazilian = "\n".join(f"+55119{number}" for number in range(61_000_000, 61_000_012))
    done = check(*options, "--json", content=f"phone\n{ANN}\n{BOB}\n{brazilian}\n")

    calls, timeline = done.json["calls"], done.json["timeline"]
    assert calls["attempts"] >= 14
    for name in ("attempts", "answers", "failures", "refusals", "canaries", "retracted"):
        assert sum(part[name] for part in timeline) == calls[name], name
    sessions = [sum(counts) for counts in zip(*(part["session_attempts"] for part in timeline), strict=True)]
    assert sessions == [session["attempts"] for session in done.json["sessions"]]


def test_what_has_changed_since_the_last_check_is_counted(check, ledger_path):
    check()
    again = check("--refresh", "--json")

    changes = again.json["changes"]
    assert (changes["same"], changes["first_yes"], changes["joined"], changes["gone"]) == (2, 0, 0, 0)
    assert changes["earliest_at"]
