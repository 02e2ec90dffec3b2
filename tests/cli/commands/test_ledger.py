"""`validator ledger`: what an operator can ask and do."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tests.support.cli.constants import ANN, BOB, PLAIN
from validator.ledger import open_ledger, read
from validator.model import Number, Outcome, Reason, Verdict

FACTS = pl.DataFrame({"phone": [ANN], "verdict": ["registered"], "checked_at": ["2025-10-01"]})


def test_stats_tell_what_an_operator_asks(run, known, table):
    with open_ledger(known, holder="pytest") as ledger:
        ledger.record_unverified(
            Outcome(
                number=Number.parse("+447700900003"),
                verdict=Verdict.NOT_REGISTERED,
                reason=Reason.NOT_ON_WHATSAPP,
                checked_at_ms=1_700_000_000_000,
                gateway="sendapi",
                session="sess_b",
            ),
            1,
        )
        ended = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=1_700_000_000_000)
        ledger.finish_run(ended, 1_700_000_001_000, 4, "{}")
        ledger.begin_run(command="check", input_name="more.csv", started_at_ms=1_700_000_500_000)

    header, rows = table(run("ledger", "stats").out)
    facts = dict(rows)

    assert header == ["what", "value"]
    assert facts["ledger"] == str(known)
    assert (facts["numbers"], facts["registered"], facts["unknown"], facts["from api"]) == (
        "3",
        "2",
        "1",
        "3",
    )
    assert (facts["registered, 1 to 7 days old"], facts["registered, 30 to 90 days old"]) == ("1", "1")
    assert facts["oldest"] == "2023-11-14 22:13:20 UTC"
    assert facts["session sess_a of sendapi"] == "2 numbers, 0 attempts in 24 hours"
    assert (
        facts["session sess_b of sendapi"] == "1 number, 0 attempts in 24 hours, 1 negative not confirmed yet"
    )
    assert facts["run of 2023-11-14 22:13:20 UTC"] == "check leads.csv: exit 4"
    assert facts["run of 2023-11-14 22:21:40 UTC"] == "check more.csv: did not end"
    assert " of them free" in facts["size"]


def test_stats_speak_json(run, known):
    with open_ledger(known, holder="pytest") as ledger:
        ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=1_700_000_000_000)

    told = run("ledger", "stats", "--json").json

    assert told["by_age"] == {"registered": {"1 to 7 days": 1, "30 to 90 days": 1}}
    assert told["sessions"] == [
        {"gateway": "sendapi", "session": "sess_a", "numbers": 2, "attempts_24h": 0, "waiting": 0}
    ]
    assert told["latest_runs"] == [
        {
            "id": 1,
            "command": "check",
            "input_name": "leads.csv",
            "started_at_ms": 1_700_000_000_000,
            "finished_at_ms": None,
            "exit_code": None,
        }
    ]


def test_stats_of_a_ledger_that_is_not_there_yet_make_none(run, ledger_path):
    done = run("ledger", "stats", "--json")

    assert (done.code, done.json["numbers"], done.json["path"]) == (0, 0, str(ledger_path))
    assert not ledger_path.exists()


def test_purge_forgets_what_is_older(run, left):
    done = run("ledger", "purge", "--older-than", "30d", "--yes", "--json")

    assert (done.code, left()) == (0, [ANN])
    assert done.said == ["validator: deleted: 1 number"]
    assert done.json == {"numbers": 1, "older_facts": 0, "runs": 0, "blanked_runs": 0}


def test_purge_forgets_named_numbers_from_arguments_a_file_and_standard_input(run, left, environment):
    Path("gone.txt").write_text("\ufeff+44 7700 900-001\n\n", encoding="utf-8")
    for options in (("--number", BOB), ("--numbers", "gone.txt")):
        assert run("ledger", "purge", *options, "--yes").said == ["validator: deleted: 1 number"]
    assert left() == []

    environment.setattr("sys.stdin", StringIO(f"{ANN}\n{BOB}\n"))
    assert run("ledger", "purge", "--numbers", "-", "--yes").said == ["validator: deleted: nothing"]


@pytest.mark.parametrize("written", ["+551161234567", "+5511961234567"])
def test_purge_forgets_a_person_by_both_spellings(run, listed, provider, written):
    provider()
    path = listed("phone\n+5511961234567\n+447700900001\n", "leads.csv")
    run("check", path, "--variants", *PLAIN)

    done = run("ledger", "purge", "--number", written, "--yes")

    assert done.said == ["validator: deleted: 2 numbers"]


def test_purge_counts_in_a_dry_run_and_waits_for_nobody(run, known, left):
    with open_ledger(known, holder="another run"):
        done = run("ledger", "purge", "--older-than", "30d", "--number", ANN, "--dry-run", "--json")

    assert (done.code, done.said) == (0, ["validator: would be deleted: 2 numbers"])
    assert done.json["numbers"] == 2
    assert left() == [ANN, BOB]


@pytest.mark.parametrize(("answer", "rest"), [("y\n", [BOB]), ("\n", [ANN, BOB])])
def test_purge_asks_on_a_terminal(run, left, terminal, answer, rest):
    terminal(answer)
    done = run("ledger", "purge", "--number", ANN)

    assert (done.code, left()) == (0, rest)
    assert "would be deleted: 1 number\n" in done.err
    assert "Delete this permanently?" in done.out + done.err
    assert ("validator: nothing was deleted" in done.err) is (rest == [ANN, BOB])


def test_purge_without_a_terminal_needs_a_yes(run, left, environment):
    environment.setattr("sys.stdin", StringIO())

    done = run("ledger", "purge", "--number", ANN)

    assert (done.code, left()) == (2, [ANN, BOB])
    assert "add --yes, or --dry-run" in done.said[0]


def test_purge_waits_for_nobody_and_takes_nothing_from_under_a_run(run, held_ledger):
    done = run("ledger", "purge", "--older-than", "0", "--yes")

    assert done.code == 7
    assert "(another run)" in done.said[0]


def test_purge_needs_something_to_forget(run, known):
    done = run("ledger", "purge", "--yes")

    assert done.code == 2
    assert "add --older-than 30d, --number or --numbers" in done.said[0]


def test_purge_makes_no_ledger_where_there_is_none(run, ledger_path):
    done = run("ledger", "purge", "--older-than", "30d", "--yes")

    assert (done.code, ledger_path.exists()) == (3, False)
    assert f"there is no ledger {ledger_path}" in done.said[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{ANN}\n07700 900002\n".encode(), "a number in line 2 of --numbers is not understood"),
        (b"\xff\xfe+\x00", "--numbers gone.txt is not a text file"),
    ],
)
def test_purge_forgets_nobody_where_a_line_is_no_number(run, left, content, words):
    Path("gone.txt").write_bytes(content)

    done = run("ledger", "purge", "--numbers", "gone.txt", "--yes")

    assert (done.code, left()) == (2, [ANN, BOB])
    assert words in done.said[0]
    assert "900002" not in done.err


@pytest.mark.parametrize("name", ["facts.parquet", "facts.csv"])
def test_an_export_goes_into_another_ledger(run, known, left, name):
    exported = run("ledger", "export", name, "--json")
    imported = run("ledger", "import", name, "--ledger", "other.sqlite", "--json")

    assert (exported.code, exported.json) == (0, {"facts": 2})
    assert exported.said == [f"validator: 2 facts written to {name}"]
    assert (imported.code, imported.json) == (0, {"facts": 2, "news": 2, "skipped_rows": 0})
    with read(known) as here, read(Path("other.sqlite")) as there:
        assert list(here.facts()) == list(there.facts())
    assert run("ledger", "import", name).said == [
        f"validator: 2 facts read from {name}, 0 of them new; 0 rows had no answer about a number"
    ]
    assert left() == [ANN, BOB]


def test_what_another_tool_found_out_is_not_asked_again(check, run):
    Path("theirs.csv").write_text(
        f"Telefon,is_whatsapp_user,checked_at\n{ANN},false,{datetime.now(UTC):%Y-%m-%d %H:%M:%S}\n"
    )
    run("ledger", "import", "theirs.csv")

    done = check("--json", "-o", "out.csv")

    assert done.json["calls"]["attempts"] == 1
    ann = Path("out.csv").read_text().splitlines()[1].split(",")
    assert (ann[2:4], ann[7]) == ([ANN, "not_registered"], "imported")


def test_an_annotated_file_fills_a_ledger_that_was_lost(check, run, ledger_path):
    check("-o", "out.csv")
    ledger_path.unlink()

    assert run("ledger", "import", "out.csv", "--json").json == {"facts": 3, "news": 2, "skipped_rows": 1}
    assert check("--json", "-o", "again.csv").json["calls"]["attempts"] == 0
    assert Path("again.csv").read_text() == Path("out.csv").read_text()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (f"phone,verdict,checked_at\n{ANN},registered,2025-10-01,x\n", ["--ragged", "keep"]),
        (f"x,y,z\nphone,verdict,checked_at\n{ANN},registered,2025-10-01\n", ["--header-row", "2"]),
        (f"phone,verdict,checked_at,имя\n{ANN},registered,2025-10-01,Анна\n", ["--encoding", "cp1251"]),
    ],
)
def test_an_import_takes_the_options_that_messages_about_a_file_name(run, ledger_path, content, options):
    Path("theirs.csv").write_text(content, encoding="cp1251")

    done = run("ledger", "import", "theirs.csv", *options, "--json")

    assert (done.code, done.json["news"]) == (0, 1)


def test_the_sheet_of_a_workbook_is_imported(run, ledger_path):
    sheets = {"About": pl.DataFrame({"text": ["hello"]}), "Facts": FACTS}
    with xlsxwriter.Workbook("theirs.xlsx") as book:
        for name, frame in sheets.items():
            frame.write_excel(book, worksheet=name)

    refused = run("ledger", "import", "theirs.xlsx")

    assert (refused.code, "another sheet (Facts) with --sheet" in refused.err) == (3, True)
    assert run("ledger", "import", "theirs.xlsx", "--sheet", "Facts", "--json").json["news"] == 1


def test_a_bad_row_is_named_and_nothing_is_imported(run, known, left):
    Path("theirs.csv").write_text(
        "phone,is_whatsapp_user,checked_at\n+447700900003,true,2025-10-01\n+447700900004,maybe,2025-10-01\n"
    )

    done = run("ledger", "import", "theirs.csv")

    assert (done.code, left()) == (3, [ANN, BOB])
    assert (
        "row 2 of theirs.csv (below the header): is_whatsapp_user is maybe; write true or false" in done.err
    )


def test_an_import_takes_nothing_in_under_a_run(run, held_ledger):
    Path("theirs.csv").write_text(f"phone,is_whatsapp_user,checked_at\n{ANN},true,2025-10-01\n")

    done = run("ledger", "import", "theirs.csv")

    assert done.code == 7
    assert "(another run)" in done.said[0]


def test_an_export_does_not_wait_for_a_run(run, held_ledger):
    assert run("ledger", "export", "facts.csv").said == ["validator: 0 facts written to facts.csv"]


def test_an_export_over_the_ledger_itself_is_refused(run, known):
    done = run("ledger", "export", known, "--ledger", known)

    assert done.code == 2
    assert "is the ledger itself" in done.said[0]


def test_an_export_of_a_ledger_that_is_not_there_is_an_error(run, files):
    assert run("ledger", "export", "facts.csv").code == 3
    assert files() == []
