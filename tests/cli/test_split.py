"""`--split`: a file for each verdict that something is to be done about, in the form of the output."""

import gzip
import json
import os
import stat
from functools import partial
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import validator
from tests.support.cli.constants import ALWAYS_500, ANN, BOB, LIST, PLAIN
from tests.support.cli.csv_rows import rows_of
from validator.batch.keys import make_key
from validator.batch.verdict_columns import COLUMNS
from validator.tables import open_table

MIXED = (
    f"name,phone\nAnn,{ANN}\nBob,{BOB}\nCy,nonsense\nDee,\nBob again,{BOB}\nEve,{ALWAYS_500}\n"
    f"Eve again,{ALWAYS_500}\nAnn again,{ANN}\n"
)
NAMES = ["invalid", "not_registered", "unknown"]


@pytest.fixture
def check(check):
    """Nobody waits for the second attempt at a number that is never answered."""
    return partial(check, "--retries", "0")


def in_folder(name="parts"):
    return sorted(path.name for path in Path(name).iterdir())


def test_each_verdict_has_its_file_with_the_columns_of_the_output(check):
    done = check("--split", "parts", "--sendable", "send.csv", "--json", content=MIXED)

    assert in_folder() == [f"{name}.csv" for name in NAMES]
    no, invalid, unknown = (rows_of(f"parts/{name}.csv") for name in ("not_registered", "invalid", "unknown"))
    assert [row["name"] for row in no] == ["Bob"]
    assert [row["name"] for row in invalid] == ["Cy", "Dee"]
    assert [row["name"] for row in unknown] == ["Eve", "Eve again"]
    assert list(no[0]) == list(unknown[0]) == ["name", "phone", *COLUMNS]
    assert list(invalid[0]) == ["name", "phone", *COLUMNS, "hint"]
    assert [row["hint"] for row in invalid] == [
        "replace this text with a phone number",
        "enter a number",
    ]
    assert (done.code, done.json["split"]) == (4, "parts")
    assert done.json["split_rows"] == {"not_registered": 1, "invalid": 2, "unknown": 2}
    assert "parts (not_registered 1, invalid 2, unknown 2)" in done.err


def test_every_row_of_a_segment_is_a_row_of_the_output_as_it_stands_there(check):
    check("--split", "parts", "-q", content=MIXED)

    output = Path("leads.checked.csv").read_text().splitlines()
    for name in ("not_registered", "unknown"):
        header, *rows = Path(f"parts/{name}.csv").read_text().splitlines()
        assert header == output[0]
        assert rows
        assert set(rows) <= set(output[1:])


def test_a_segment_without_rows_replaces_the_one_of_an_earlier_run(check):
    check("--split", "parts", "-q", content=MIXED)
    assert rows_of("parts/invalid.csv")

    check("--split", "parts", "-q", content=f"name,phone\nAnn,{ANN}\n")

    header = f"name,phone,{','.join(COLUMNS)}"
    assert Path("parts/not_registered.csv").read_text().splitlines() == [header]
    assert Path("parts/invalid.csv").read_text().splitlines() == [f"{header},hint"]
    assert Path("parts/unknown.csv").read_text().splitlines() == [header]


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        (("--format", "parquet"), ".parquet"),
        (("-o", "out.ndjson"), ".ndjson"),
        (("-o", "out.xlsx"), ".xlsx"),
        (("-o", "out.csv.gz"), ".csv.gz"),
        (("-o", "out"), ".csv"),
        (("-o", "out.tsv", "--format", "arrow"), ".arrow"),
    ],
)
def test_segments_have_the_format_of_the_output(check, options, ending):
    done = check("--split", "parts", "-q", *options, content=MIXED)

    assert done.code == 4
    assert in_folder() == [f"{name}{ending}" for name in NAMES]
    assert "hint" in open_table(Path(f"parts/invalid{ending}")).schema


@pytest.mark.parametrize("prefix", ["", "x_"])  # the second run renews the columns of the first
def test_other_sheets_of_a_workbook_are_in_the_output_and_nowhere_else(run, provider, prefix):
    provider()
    workbook = openpyxl.Workbook()
    workbook.active.append(["not for the agency"])
    for row in (["phone"], [ANN], [BOB]):
        (workbook["Leads"] if "Leads" in workbook else workbook.create_sheet("Leads")).append(row)
    workbook.save("leads.xlsx")
    read = ["--sheet", "Leads", "--prefix", prefix, "-q", *PLAIN]

    first = run("check", "leads.xlsx", "-o", "all.xlsx", *read)
    second = run(
        "check", "all.xlsx", "-o", "again.xlsx", "--sendable", "send.xlsx", "--split", "parts", *read
    )

    assert (first.code, second.code) == (0, 0)
    assert openpyxl.load_workbook("again.xlsx").sheetnames == ["Sheet", "Leads"]
    assert openpyxl.load_workbook("again.xlsx")["Sheet"]["A1"].value == "not for the agency"
    for name in ("send.xlsx", *(f"parts/{name}.xlsx" for name in NAMES)):
        assert openpyxl.load_workbook(name).sheetnames == ["Leads"]


def test_segments_beside_an_output_on_standard_output_have_the_format_of_the_list(check):
    done = check("--split", "parts", "-o", "-", content=gzip.compress(MIXED.encode()), name="leads.csv.gz")

    assert done.out.startswith("name,phone,e164")
    assert in_folder() == [f"{name}.csv.gz" for name in NAMES]


def test_several_lists_have_one_file_a_verdict(run, provider, listed):
    provider()
    listed(f"name,phone\nBob,{BOB}\nx,nonsense\n", "a.csv")
    listed(f"name,phone\nBob,{BOB}\ny,\n", "b.csv")

    done = run("check", "a.csv", "b.csv", *PLAIN, "--split", "parts", "-q")

    assert done.code == 0
    assert [row["name"] for row in rows_of("parts/not_registered.csv")] == ["Bob"]
    assert [row["name"] for row in rows_of("parts/invalid.csv")] == ["x", "y"]


def test_people_who_opted_out_are_in_no_segment(check, listed):
    listed(f"phone\n{BOB}\n", "optout.csv")

    check("--split", "parts", "--suppress", "optout.csv", "-q")

    assert rows_of("parts/not_registered.csv") == []
    assert [row["name"] for row in rows_of("parts/invalid.csv")] == ["Cy"]


def test_the_other_spelling_and_the_kind_of_line_are_in_the_segments_too(check):
    check("--split", "parts", "--line-type", "--variants", "--prefix", "wa_", "-q")

    added = [*COLUMNS, "line_type", "matched_number", "hint"]
    assert list(rows_of("parts/invalid.csv")[0]) == ["name", "phone", *(f"wa_{name}" for name in added)]


def test_formulas_are_harmless_where_that_is_asked_for(check):
    listed = f"name,phone\n=1+1,{BOB}\n+x,nonsense\n"

    check("--split", "parts", "--excel-safe", "-q", content=listed)

    assert Path("parts/not_registered.csv").read_text().splitlines()[1].startswith("'=1+1,")
    assert Path("parts/invalid.csv").read_text().splitlines()[1].startswith("'+x,")


def test_a_new_folder_and_its_files_are_private(check):
    check("--split", "parts", "-q")

    assert stat.S_IMODE(Path("parts").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path("parts").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (("--split", "leads.csv"), "--split leads.csv is a file; name a folder"),
        (("--split", "missing/parts"), "the folder --split missing/parts cannot be made: No such file"),
        (("--split", ".", "--sendable", "invalid.csv"), "invalid.csv; name another one"),
        (("--split", ".", "-o", "unknown.csv"), "name the same file"),
        (("--split", ".", "--report", "unknown.csv"), "name the same file"),
        (("--split", ".", "--ledger", "invalid.csv"), "invalid.csv is the ledger itself"),
        (("--split", ".", "--api-key-file", "unknown.csv"), "unknown.csv is the key file itself"),
        (
            ("--split", ".", "--suppress", "not_registered.csv"),
            "not_registered.csv is a --suppress list itself",
        ),
    ],
)
def test_a_name_that_cannot_be_written_is_found_before_the_first_request(
    check, provider, listed, option, says
):
    app = provider()
    listed(f"phone\n{BOB}\n", "not_registered.csv")
    if "--api-key-file" in option:
        listed(os.environ["SENDAPI_API_KEY"], "unknown.csv").chmod(0o600)

    done = check(*option)

    assert done.code in {2, 3}
    assert says in done.err
    assert app.log.requests == 0
    assert Path("leads.csv").read_text() == LIST
    assert Path("not_registered.csv").read_text() == f"phone\n{BOB}\n"


def test_a_segment_that_cannot_be_replaced_is_found_before_the_first_request(check, provider):
    app = provider()
    Path("parts/unknown.csv").mkdir(parents=True)

    done = check("--split", "parts")

    assert (done.code, app.log.requests) == (3, 0)
    assert "parts/unknown.csv" in done.err


@pytest.mark.slow
def test_a_run_that_fails_leaves_every_segment_as_it_was(check, provider, environment):
    check("--split", "parts", "-q", content=MIXED)
    before = {path: path.read_bytes() for path in Path("parts").iterdir()}
    environment.setenv("SENDAPI_SESSION_ID", "sess_nobody")

    done = check("--split", "parts", "--refresh", "-q", content=MIXED)

    assert done.code in {5, 6}
    assert {path: path.read_bytes() for path in Path("parts").iterdir()} == before


def test_a_run_that_stops_early_writes_its_segments(check):
    done = check("--split", "parts", "--limit", "0", "-q", content=MIXED)

    assert done.code == 5
    assert {row["reason"] for row in rows_of("parts/unknown.csv")} == {"not_checked"}
    assert len(rows_of("parts/unknown.csv")) == 6


def test_a_column_of_the_lists_own_that_is_called_hint_is_refused_and_kept_with_a_prefix(check, provider):
    app = provider()
    own = f"name,hint,phone\nCy,call him,nonsense\nAnn,,{ANN}\n"

    done = check("--split", "parts", content=own)
    assert (done.code, app.log.requests) == (2, 0)
    assert "already has a column 'hint'" in done.err

    assert check("--split", "parts", "--prefix", "wa_", "-q", content=own).code == 0
    row = rows_of("parts/invalid.csv")[0]
    assert (row["hint"], row["wa_hint"]) == ("call him", "replace this text with a phone number")


def test_a_column_of_the_lists_own_that_is_called_hint_outlives_a_second_check(check, run):
    check("-q", content=f"name,hint,phone\nCy,call him,nonsense\nAnn,,{ANN}\n")

    done = run("check", "leads.checked.csv", *PLAIN, "-o", "again.csv", "-q")

    assert done.code == 0
    assert rows_of("again.csv") == rows_of("leads.checked.csv")


def test_a_segment_that_was_mended_is_checked_as_a_list_of_its_own(check, run):
    check("--split", "parts", "-q", content=MIXED)
    mended = Path("parts/invalid.csv").read_text().replace("nonsense", ANN).replace("Dee,", f"Dee,{BOB}")
    Path("parts/invalid.csv").write_text(mended)

    done = run("check", "parts/invalid.csv", *PLAIN, "--split", "again", "-q")

    rows = rows_of("parts/invalid.checked.csv")
    assert done.code == 0
    assert list(rows[0]) == ["name", "phone", *COLUMNS]
    assert [row["verdict"] for row in rows] == ["registered", "not_registered"]
    assert [row["name"] for row in rows_of("again/not_registered.csv")] == ["Dee"]


def test_a_mended_segment_is_not_written_over_by_its_own_check(check, run):
    check("--split", "parts", "-q", content=MIXED)

    done = run("check", "parts/invalid.csv", *PLAIN, "--split", "parts")

    assert done.code == 2
    assert "parts/invalid.csv is the input itself" in done.err


def test_a_pattern_takes_no_segment_of_an_earlier_run_for_a_list(run, provider, listed):
    provider()
    Path("lists").mkdir()
    listed(MIXED, "lists/a.csv")
    first = run("check", "lists/*.csv", *PLAIN, "--retries", "0", "--split", "lists", "-q")
    written = {path.name: path.read_bytes() for path in Path("lists").iterdir()}

    second = run("check", "lists/*.csv", *PLAIN, "--retries", "0", "--split", "lists")

    assert (first.code, second.code) == (4, 4)
    assert "lists/invalid.csv is the output of an earlier run; it is left out" in second.err
    assert written.keys() == {path.name for path in Path("lists").iterdir()}
    assert Path("lists/not_registered.csv").read_bytes() == written["not_registered.csv"]


def test_a_list_of_somebody_elses_with_the_name_of_a_segment_is_kept(run, provider, listed):
    app = provider()
    Path("lists").mkdir()
    listed(MIXED, "lists/a.csv")
    listed(LIST, "lists/invalid.csv")

    done = run("check", "lists/*.csv", *PLAIN, "--retries", "0", "--split", "lists")

    assert (done.code, app.log.requests) == (2, 0)
    assert "is the input itself" in done.err
    assert Path("lists/invalid.csv").read_text() == LIST


def test_the_settings_file_of_a_folder_may_name_a_folder_in_it_and_no_other(check):
    Path("validator.toml").write_text('split = "parts"\n')
    assert check("-q").code == 0
    assert in_folder() == [f"{name}.csv" for name in NAMES]

    Path("validator.toml").write_text('split = "../elsewhere"\n')
    done = check("-q")
    assert done.code == 2
    assert "outside that folder" in done.err


def test_the_library_writes_the_segments_that_the_command_does(check, stage, tmp_path):
    check("--split", "parts", "--summary", "s.json", "-q", content=MIXED)
    key = make_key(os.environ["SENDAPI_API_KEY"], os.environ["SENDAPI_SESSION_ID"], base_url=stage[1])
    options = validator.RunOptions(
        keys=[key],
        settings=validator.ListSettings(accept="possible"),
        asking=validator.AskSettings(uses_canaries=False, retries=0),
        ledger=tmp_path / "own.sqlite",
    )

    summary = validator.check_file(
        "leads.csv", targets=validator.FileTargets(output="own.csv", split="own"), options=options
    )

    assert summary.split_rows == json.loads(Path("s.json").read_text())["split_rows"]
    for name in NAMES:
        ours, theirs = (pl.read_csv(f"{folder}/{name}.csv") for folder in ("own", "parts"))
        assert ours.drop("checked_at").equals(theirs.drop("checked_at"))
