"""The commands but `check` and `doctor`: the way it is meant to go, and where it may part from that."""

import json
import re
import signal
import stat
import time
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, BOB, PLAIN, SESSION
from validator.batch.watching.phase_feed import PhaseFeed
from validator.cli.commands.contacts import _Pages
from validator.gateways.gateway import ContactsReply, GatewayContact
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Verdict
from validator.reports import NoProgress
from validator.tables import open_table


def know(path, *numbers):
    with open_ledger(path, holder="pytest") as ledger:
        for number in numbers:
            ledger.record(
                Outcome(
                    number=Number.parse(number),
                    verdict=Verdict.REGISTERED,
                    checked_at_ms=int(time.time() * 1000),
                )
            )


def test_plan_shows_what_a_check_would_do_and_writes_nothing(run, listed, files, ledger_path):
    listed()

    done = run("plan", "leads.csv", "--accept", "possible", "--rate", "60/min", "--json")

    assert done.code == 0
    assert (done.json["rows"], done.json["calls_to_make"], done.json["duplicate_rows"]) == (4, 2, 1)
    assert done.json["invalid"] == {"not_a_number": 1}
    assert done.json["plan_times_s"]["starter"] == pytest.approx(2 * 60.5 / 60)
    assert "2 calls to make for 4 rows." in done.err
    assert files() == ["leads.csv"]
    assert not ledger_path.parent.exists()


def test_plan_needs_neither_key_nor_network_and_knows_the_ledger(run, listed, ledger_path):
    listed()
    know(ledger_path, ANN)

    done = run("plan", "leads.csv", "--accept", "possible", "--json", "-q")

    assert (done.json["already_known"], done.json["calls_to_make"], done.err) == ({"registered": 1}, 1, "")


def test_plan_does_not_wait_for_a_run_that_is_under_way(run, listed, held_ledger):
    listed()

    assert run("plan", "leads.csv", "--accept", "possible").code == 0


def test_lookup_prints_a_line_for_each_number_in_order(run, provider, table):
    app = provider()

    done = run("lookup", BOB, "07700 900001", "nonsense", "-r", "GB", *PLAIN)

    header, rows = table(done.out)
    assert done.code == 0
    assert [" checking at 127.0.0.1:" in line for line in done.err.splitlines()] == [True, True]
    assert header[:3] == ["number", "e164", "verdict"]
    assert [row[:3] for row in rows] == [
        [BOB, BOB, "not_registered"],
        ["07700 900001", ANN, "registered"],
        ["nonsense", "", "invalid"],
    ]
    assert (app.log.calls(ANN), app.log.calls(BOB)) == (1, 1)


def test_lookup_asks_nobody_twice_unless_told_to(run, provider):
    app = provider()

    for options in ([], [], ["--refresh"]):
        assert run("lookup", ANN, *PLAIN, *options).code == 0

    assert app.log.calls(ANN) == 2


def test_lookup_speaks_json(run, provider):
    provider()

    done = run("lookup", ANN, *PLAIN, "--json")

    assert done.json["rows"][0]["is_whatsapp_user"] is True


def test_lookup_ends_with_4_where_nothing_was_found_out(run, provider):
    provider()

    assert run("lookup", ALWAYS_500, *PLAIN, "--retries", "0").code == 4


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize(("options", "goes_on"), [((), True), (("--refresh",), False)])
def test_a_lookup_that_stops_early_names_the_next_step_if_the_same_command_is_it(
    run, provider, options, goes_on
):
    provider("disconnect@1")

    done = run("lookup", ANN, *PLAIN, "--max-outage", "1s", "--no-canaries", *options)

    assert (done.code, "the --max-outage" in done.err) == (5, True), done.err
    assert done.err.count("Run the same command again later: it goes on from here") == goes_on


def test_lookup_ends_as_a_check_would_where_the_provider_refuses(run, provider):
    provider("401@1")

    done = run("lookup", ANN, *PLAIN)

    assert done.code == 6
    assert len(done.said) == 1


@pytest.mark.slow
@pytest.mark.parametrize("option", ["", "--json"])
def test_a_lookup_that_is_interrupted_shows_the_answers_it_has(provider, spawn, until, option):
    app = provider(latency_ms=100, plan="unlimited")
    numbers = [f"+4477009{place:05}" for place in range(20, 60)]
    options = ["--concurrency", "1", "--rate", "none", *filter(None, [option])]
    process = spawn("lookup", *numbers, *PLAIN, *options)
    until(lambda: app.log.checks > 3)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "interrupted" in err
    if option:
        assert json.loads(out)["exit_code"] == 130
    else:
        header, *rows = (line.split("\t") for line in out.splitlines())
        verdicts = [row[header.index("verdict")] for row in rows]
        assert len(verdicts) == len(numbers)
        assert 3 <= len(verdicts) - verdicts.count("unknown") == app.log.checks < len(numbers)


@pytest.mark.parametrize("page", [0, 25, 250])
def test_contacts_are_listed_over_all_pages(run, provider, table, page):
    provider(contacts=page)

    header, rows = table(run("contacts").out)

    assert header == ["phone", "name", "is_whatsapp_user", "profile_picture_url"]
    assert len({row[0] for row in rows}) == page


def test_contacts_speak_json(run, provider):
    provider(contacts=3)

    assert len(run("contacts", "--json").json["rows"]) == 3


READERS = {
    "csv": pl.read_csv,
    "ndjson": pl.read_ndjson,
    "parquet": pl.read_parquet,
    "arrow": pl.read_ipc,
    "xlsx": lambda name: next(open_table(Path(name)).batches()),
}


@pytest.mark.parametrize(
    ("option", "ending"), [*(("-o", ending) for ending in READERS), ("--output", "csv"), ("--export", "csv")]
)
def test_contacts_are_exported_to_a_file(run, provider, option, ending):
    provider(contacts=30)
    name = f"contacts.{ending}"

    done = run("contacts", option, name)

    frame = READERS[ending](name)
    assert (done.code, done.out, frame.height) == (0, "", 30)
    assert frame.columns == ["phone", "name", "is_whatsapp_user", "profile_picture_url"]
    assert done.said == [f"validator: 30 contacts written to {name}"]
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600


def test_contacts_are_exported_in_another_format_than_their_name_says(run, provider):
    provider(contacts=3)

    done = run("contacts", "-o", "contacts.txt", "--format", "ndjson")

    assert (done.code, pl.read_ndjson("contacts.txt").height) == (0, 3)


@pytest.mark.parametrize(("contacts", "came"), [(100, 100), (250, 249), (350, 349)])
def test_contacts_that_pages_repeat_are_exported_once_and_what_is_missing_is_said(
    run, provider, contacts, came
):
    provider("repeated_row=1", contacts=contacts)

    done = run("contacts", "-o", "contacts.csv")

    phones = pl.read_csv("contacts.csv")["phone"]
    assert (done.code, phones.len(), phones.n_unique()) == (0, came, came)
    assert (f"the provider lists {contacts}, and {came} came" in done.err) is (came < contacts)


@pytest.mark.parametrize("options", [["-o", "contacts.csv"], [], ["--json"]])
def test_contacts_that_end_short_are_an_error_with_both_numbers_and_no_file(run, provider, files, options):
    provider("short_page=1", contacts=250)

    done = run("contacts", *options)

    assert (done.code, files()) == (5, [])
    assert re.search(r"lists 250 contacts, and \d+ came", done.said[-1])
    if "--json" in options:
        assert (done.json["exit_code"], done.json["error"] in done.said[-1]) == (5, True)
    else:
        assert done.out == ""


@pytest.mark.parametrize("removed", [1, 60])
def test_contacts_that_become_fewer_under_way_are_a_notice_with_both_numbers(run, provider, stage, removed):
    after, before = provider(contacts=250 - removed), provider(contacts=250)
    pages = []

    async def changing(scope, receive, send):
        pages.append(scope)
        await (before if len(pages) == 1 else after)(scope, receive, send)

    stage[0].app = changing

    done = run("contacts", "-o", "contacts.csv")

    notice, written = done.said
    assert (done.code, written) == (0, f"validator: {250 - removed} contacts written to contacts.csv")
    assert (
        f"may be missing: its list changed while it was read, from 250 to {250 - removed} contacts" in notice
    )


def test_the_pages_of_contacts_are_shown_with_how_many_there_are():
    seen = []
    feed = PhaseFeed(NoProgress(), [], "reading contacts", host="h")
    pages = _Pages(feed, before=7)
    feed.add(7)

    for count in (100, 100, 50):
        pages.take(ContactsReply(contacts=(GatewayContact(phone="1"),) * count, total=250))
        seen.append((feed.state(0.0).done, feed.state(0.0).total))

    assert seen == [(107, 257), (207, 257), (257, 257)]


def test_contacts_that_cannot_be_written_are_not_fetched(run, provider):
    app = provider()

    done = run("contacts", "-o", "no/contacts.csv")

    assert (done.code, app.log.requests) == (3, 0)


def test_contacts_of_a_session_that_is_not_connected_are_refused(run, provider):
    provider()

    done = run("contacts", "-s", "sess_01H8BKF0000000000000000DSC")

    assert done.code == 6
    assert len(done.said) == 1


def test_contacts_need_a_session(run, provider, environment):
    provider()
    environment.delenv("SENDAPI_SESSION_ID")

    assert "name one with --session" in run("contacts").said[0]


def test_sessions_are_listed_with_their_state(run, provider, table):
    provider()

    header, rows = table(run("sessions").out)

    assert header == ["id", "name", "status", "phone_number", "last_seen_at"]
    assert [row[2] for row in rows] == ["connected", "pending", "disconnected"]
    assert rows[0][0] == SESSION


def test_sessions_speak_json(run, provider):
    provider(integer_ids=True)

    assert [row["id"] for row in run("sessions", "--json").json["rows"]] == ["1", "2", "3"]


@pytest.mark.slow
def test_sessions_are_watched_until_ctrl_c(provider, spawn):
    provider()
    process = spawn("sessions", "--watch")
    header, *rows = [process.stdout.readline().rstrip("\n").split("\t") for _ in range(4)]

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert header == ["time", "id", "name", "was", "status"]
    assert [row[3:] for row in rows] == [["", "connected"], ["", "pending"], ["", "disconnected"]]
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_watch_prints_a_line_of_json_for_each_session(provider, spawn):
    provider()
    process = spawn("sessions", "--watch", "10s", "--json")

    lines = [json.loads(process.stdout.readline()) for _ in range(3)]

    assert [(line["was"], line["status"]) for line in lines] == [
        ("", "connected"),
        ("", "pending"),
        ("", "disconnected"),
    ]
    assert lines[0]["id"] == SESSION


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--watch", "1s"], 2, "use at least 5s"),
        (["--watch", "soon"], 2, "duration 'soon' is not understood"),
        (["--watch", "--api-key-file", "no"], 2, "no"),
    ],
)
def test_a_watch_that_cannot_be_ends_at_once(run, provider, options, code, words):
    app = provider()

    done = run("sessions", *options)

    assert (done.code, app.log.requests) == (code, 0)
    assert words in done.err


def test_a_watch_through_a_key_that_is_refused_ends(run, provider):
    provider("401=1")

    assert run("sessions", "--watch").code == 6


def test_ledger_stats_follow_the_settings_file(run, tmp_path):
    know(tmp_path / "mine.sqlite", ANN)
    Path("mine.toml").write_text(f'ledger = "{tmp_path}/mine.sqlite"\n')

    assert run("--config", "mine.toml", "ledger", "stats", "--json").json["numbers"] == 1


def test_settings_are_called_as_on_the_command_line(run, provider, listed, environment):
    app = provider()
    environment.delenv("SENDAPI_SESSION_ID")
    listed()
    Path("validator.toml").write_text(
        f'session = "{SESSION}"\njson = true\nretries = 3\n[check]\naccept = "possible"\nmax-unknown = 0.0\n'
        "suppress = []\n[ledger]\njson = false\n"
    )

    done = run("check", "leads.csv", "--max-unknown", "0", "--no-canaries")

    assert (done.code, done.json["asked"]) == (0, 2)
    assert app.log.checks == 2
    assert "what\tvalue" in run("ledger", "stats").out


def test_report_makes_summary_and_page_again_without_asking(run, listed, ledger_path, files):
    listed()
    know(ledger_path, ANN)

    done = run(
        "report", "leads.csv", "--accept", "possible", "--report", "r.html", "--summary", "s.json", "--json"
    )

    assert done.code == 0
    assert done.json["verdicts"] == {
        "registered": 2,
        "not_registered": 0,
        "invalid": 1,
        "unknown": 1,
        "suppressed": 0,
    }
    assert (done.json["output"], done.json["calls"]["attempts"]) == (None, 0)
    assert json.loads(Path("s.json").read_text()) == done.json
    assert files() == ["leads.csv", "r.html", "s.json"]


def test_report_can_be_shown_alone(run, listed):
    listed()

    assert "not_checked" in run("report", "leads.csv", "--accept", "possible").err


def test_help_and_version_are_there(run):
    assert run("--version").out.startswith("validator, version ")
    assert "Find out which recipients of a list are on WhatsApp" in run("--help").out
    assert run("nonsense").code == 2


def test_without_a_command_the_help_text_is_shown(run):
    done = run()

    assert done.code == 2
    assert "Commands:" in done.out + done.err


@pytest.mark.slow
def test_plan_and_report_count_readings_and_show_no_full_number(run, ledger_path):
    german = [f"4917155501{end:02}" for end in range(10)]
    Path("german.csv").write_text("\n".join(["phone", *german]), encoding="utf-8")
    know(ledger_path, f"+{german[0]}")

    plan = run("plan", "german.csv", "--region", "DE", "--json")
    report = run("report", "german.csv", "--region", "DE", "--json", "--report", "report.html")
    page = Path("report.html").read_text(encoding="utf-8")

    assert "How cells were read" in page
    for done in (plan, report):
        assert done.json["readings"][0]["rows"] == len(german)
        assert done.json["readings"][0]["examples"][0] == {"row": 1, "cell": "4917******00"}
        assert not [number for number in german if number in str(done) + page]


def test_report_makes_the_page_of_the_last_check_again(run, check, provider):
    app = provider()
    checked = check("--json")
    requests = app.log.requests

    report = run("report", "leads.csv", "--accept", "possible", "--json", "--report", "later.html")

    assert (report.code, app.log.requests) == (0, requests)
    of_the_run = (
        "calls",
        "sessions",
        "rate",
        "keys",
        "pauses",
        "timeline",
        "changes",
        "asked",
        "from_contacts",
    )
    assert {name: report.json[name] for name in of_the_run} == {
        name: checked.json[name] for name in of_the_run
    }
    assert report.json["check_finished_at"] == checked.json["finished_at"]
    assert report.json["examples"] == checked.json["examples"]
    page = Path("later.html").read_text(encoding="utf-8")
    assert "Sessions and rate over time" in page
    assert "requests, sessions and changes are of the check that ended" in page


def test_report_takes_no_run_of_another_list_of_the_same_name(run, check, listed):
    check()
    listed(f"name,phone\nAnn,{ANN}\n")

    report = run("report", "leads.csv", "--accept", "possible", "--json", "--report", "later.html")

    assert (report.json["check_finished_at"], report.json["calls"]["attempts"]) == (None, 0)
    assert "no finished check of this list as it is now" in Path("later.html").read_text(encoding="utf-8")


def test_report_finds_the_check_of_the_list_behind_runs_that_are_none(run, check, ledger_path):
    checked = check("--json")
    with open_ledger(ledger_path, holder="pytest") as ledger:
        ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=1)
        later = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=2)
        summary = json.dumps({"rows": 9, "distinct_numbers": 9})
        ledger.finish_run(later, finished_at_ms=3, exit_code=0, summary_json=summary)
        other = ledger.begin_run(command="check", input_name="other.csv", started_at_ms=4)
        ledger.finish_run(other, finished_at_ms=5, exit_code=0, summary_json=json.dumps(checked.json))

    report = run("report", "leads.csv", "--accept", "possible", "--json")

    assert report.json["check_finished_at"] == checked.json["finished_at"]


def test_report_reads_a_check_that_another_version_has_kept(run, check, ledger_path):
    kept = check("--json").json
    for name in ("timeline", "changes", "from_contacts", "examples", "keys", "pauses"):
        del kept[name]
    kept["calls"]["invented_later"] = 5
    with open_ledger(ledger_path, holder="pytest") as ledger:
        run_id = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=1)
        ledger.finish_run(run_id, finished_at_ms=3, exit_code=0, summary_json=json.dumps(kept))

    report = run("report", "leads.csv", "--accept", "possible", "--json", "--report", "later.html")

    assert (report.code, report.json["timeline"], report.json["calls"]) == (0, [], report.json["calls"])
    assert report.json["calls"]["attempts"] == kept["calls"]["attempts"]
