"""What an earlier run has written is known again: renewed as an input, and left out of a pattern."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import ANN, BOB, PLAIN
from tests.support.cli.csv_rows import rows_of
from validator.batch.verdict_columns import COLUMNS

LIST = f"name,phone\nAnn,{ANN}\nBob,{BOB}\n"


@pytest.fixture(autouse=True)
def sandbox(provider):
    """A sandbox answers."""
    provider()


@pytest.fixture
def lists():
    """Two lists in a folder."""
    Path("lists").mkdir()
    for name in ("a", "b"):
        Path(f"lists/{name}.csv").write_text(LIST)


@pytest.mark.parametrize("expanded", [False, True])
def test_a_pattern_works_a_second_time(run, lists, expanded):
    first = run("check", *PLAIN, "lists/*.csv")
    written = Path("lists/a.checked.csv").read_bytes()
    names = sorted(map(str, Path("lists").glob("*.csv"))) if expanded else ["lists/*.csv"]

    second = run("check", *PLAIN, *names)

    assert (first.code, second.code) == (0, 0)
    assert "lists/a.checked.csv is the output of an earlier run; it is left out" in second.err
    assert sorted(path.name for path in Path("lists").iterdir()) == [
        "a.checked.csv", "a.csv", "b.checked.csv", "b.csv",
    ]  # fmt: skip
    assert Path("lists/a.checked.csv").read_bytes() == written


def test_a_list_of_somebody_elses_with_such_a_name_is_refused_as_before(run, lists):
    Path("lists/a.checked.csv").write_text(LIST)

    done = run("check", *PLAIN, "lists/*.csv")

    assert done.code == 2
    assert "is the input itself" in done.err
    assert Path("lists/a.checked.csv").read_text() == LIST


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "xlsx", "arrow"])
def test_an_annotated_file_is_checked_again_and_its_columns_renewed(run, suffix):
    Path("leads.csv").write_text(LIST)
    run("check", *PLAIN, "leads.csv", "--line-type", "-o", f"first.{suffix}")

    done = run("check", *PLAIN, f"first.{suffix}", "--line-type", "-o", "again.ndjson", "--json")

    rows = pl.read_ndjson("again.ndjson")
    assert done.code == 0
    assert json.loads(done.out.splitlines()[-1])["read_as"]["renewed"].startswith("e164, verdict")
    assert rows.columns == ["name", "phone", *COLUMNS, "line_type"]
    assert rows["verdict"].to_list() == ["registered", "not_registered"]


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "xlsx", "arrow"])
def test_an_annotated_file_comes_back_the_same_in_its_own_format(run, suffix):
    Path("leads.csv").write_text('name;phone\n"Ann; A.";' + f"{ANN}\nBob;{BOB}\n")
    run("check", *PLAIN, "leads.csv", "-o", f"first.{suffix}")

    done = run("check", *PLAIN, f"first.{suffix}", "-o", f"second.{suffix}")

    first, second = (Path(f"{name}.{suffix}") for name in ("first", "second"))
    assert done.code == 0
    assert second.read_bytes() == first.read_bytes() if suffix == "csv" else second.stat().st_size > 0


@pytest.mark.parametrize("command", ["plan", "report"])
def test_other_commands_read_an_annotated_file(run, command):
    Path("leads.csv").write_text(LIST)
    run("check", *PLAIN, "leads.csv")

    done = run(command, "leads.checked.csv")

    assert done.code == 0
    assert "column 'phone' (by name)" in done.err
    assert "in place of the earlier columns e164" in done.err.replace("\n", " ").replace("  ", "")


def test_a_column_of_the_same_name_alone_is_the_lists_own(run):
    Path("leads.csv").write_text(f"phone,e164\n{ANN},{ANN}\n")

    done = run("check", *PLAIN, "leads.csv", "-c", "phone")

    assert done.code == 2
    assert "--prefix" in done.err


def test_columns_under_a_prefix_are_renewed_under_it(run):
    Path("leads.csv").write_text(LIST)
    run("check", *PLAIN, "leads.csv", "--prefix", "wa_", "-o", "first.csv")

    done = run("check", *PLAIN, "first.csv", "--prefix", "wa_", "-o", "second.csv")

    assert done.code == 0
    assert rows_of("second.csv") == rows_of("first.csv")
