"""What INPUT may be: several files, a pattern, standard input; and where the output then goes."""

import io
import sys
from pathlib import Path

import polars as pl
import pytest
from rich.filesize import decimal

from tests.support.cli.constants import ANN, BOB, PLAIN
from tests.support.cli.csv_rows import rows_of

CY = "+447700900003"


@pytest.fixture
def lists(listed):
    """Three lists of the same columns; Ann is in two of them."""
    Path("more").mkdir()
    listed(f"name,phone\nAnn,{ANN}\nBob,{BOB}\n", "a.csv")
    listed(f"name;phone\nAnn again;{ANN}\n", "b.csv")
    listed(f'"name","phone"\n"Cy","{CY}"\n', "more/c.csv")
    return ["a.csv", "b.csv", "more/c.csv"]


@pytest.fixture
def stdin(environment):
    """Put bytes on standard input."""

    def put(content):
        environment.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return put


def test_several_files_are_one_list_and_each_gets_its_output(run, provider, lists):
    app = provider()

    done = run("check", *lists, *PLAIN, "--sendable", "send.csv", "--json")

    assert done.code == 0
    assert (done.json["rows"], done.json["asked"]) == (4, 3)
    assert app.log.calls(ANN) == 1
    assert [row["name"] for row in rows_of("a.checked.csv")] == ["Ann", "Bob"]
    assert Path("b.checked.csv").read_text().splitlines()[1].startswith(f"Ann again;{ANN};{ANN};registered;")
    assert Path("more/c.checked.csv").read_text().splitlines()[1].startswith(f'"Cy","{CY}",{CY},')
    assert [row["phone"] for row in rows_of("send.csv")].count(ANN) == 1


def test_the_outputs_of_several_files_go_to_a_folder(run, provider, lists, files):
    provider()
    Path("out").mkdir()

    assert run("check", *lists, *PLAIN, "--output-dir", "out").code == 0

    assert sorted(path.name for path in Path("out").iterdir()) == [
        "a.checked.csv",
        "b.checked.csv",
        "c.checked.csv",
    ]
    assert files() == ["a.csv", "b.csv", "more", "out"]


def test_several_files_may_become_one(run, provider, lists):
    provider()

    assert run("check", *lists, *PLAIN, "-o", "all.csv").code == 0

    assert [row["name"] for row in rows_of("all.csv")] == ["Ann", "Bob", "Ann again", "Cy"]
    assert Path("all.csv").read_text().splitlines()[3].startswith(f"Ann again,{ANN},{ANN},registered,")


def test_a_pattern_that_the_shell_left_alone_is_expanded(run, lists):
    done = run("plan", "**/*.csv", "a.csv", *PLAIN[:2], "--json")

    assert done.code == 0
    assert done.json["rows"] == 4
    assert done.json["input"] == "a.csv and 2 more"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["x*.csv"], 3, "nothing matches x*.csv; check the pattern and the folder"),
        (
            ["a.csv", "b.csv", "other.csv"],
            3,
            "other.csv has other columns than a.csv: name, mobile",
        ),
        (["a.csv", "no.csv"], 3, "no.csv does not exist"),
        (["a.csv", "more/a.csv", "--output-dir", "more"], 2, "name the same file, more/a.checked.csv"),
        (["a.csv", "b.csv", "--output-dir", "no"], 3, "the folder of no/a.checked.csv does not exist"),
        (["a.csv", "b.csv", "-o", "b.csv"], 2, "--output b.csv is the input itself"),
        (["a.csv", "-o", "x.csv", "--output-dir", "more"], 2, "leave one of them out"),
        (["-", "a.csv"], 2, "standard input (-) cannot be read together with files"),
        (["-"], 2, "standard input has no name to call the output by; name it with --output"),
        (["a.csv", "typed.parquet"], 3, "column 'phone' holds Int64 in typed.parquet and String in a.csv"),
    ],
)
@pytest.mark.usefixtures("lists")
def test_inputs_that_cannot_be(*, run, provider, listed, files, words, code, says):
    provider()
    listed(f"name,mobile\nAnn,{ANN}\n", "other.csv")
    listed(Path("a.csv").read_bytes(), "more/a.csv")
    pl.DataFrame({"name": ["Ann"], "phone": [int(ANN)]}).write_parquet("typed.parquet")
    before = files()

    done = run("check", *words)

    assert done.code == code
    [line] = done.said
    assert says in line
    assert files() == before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_standard_input_goes_to_standard_output(run, provider, stdin, files, end):
    provider()
    stdin(f"name,phone{end}Ann,{ANN}{end}".encode())

    done = run("check", "-", *PLAIN, "-o", "-")

    assert done.code == 0
    assert done.out.splitlines()[1].startswith(f"Ann,{ANN},{ANN},registered,true,")
    assert files() == []


def test_standard_input_may_be_of_any_format(run, stdin):
    file = io.BytesIO()
    pl.DataFrame({"phone": [ANN, BOB]}).write_parquet(file)
    stdin(file.getvalue())

    done = run("plan", "-", *PLAIN[:2], "--json")

    assert (done.json["input"], done.json["rows"]) == ("standard input", 2)
    assert f"reading standard input {decimal(len(file.getvalue()))}" in done.err


def test_standard_input_that_is_empty_is_named(run, stdin):
    stdin(b"")

    done = run("plan", "-")

    assert done.code == 3
    assert "standard input is empty" in done.said[0]


def test_standard_input_is_kept_nowhere(run, stdin, environment, tmp_path):
    (tmp_path / "kept").mkdir()
    environment.setenv("TMPDIR", str(tmp_path / "kept"))
    environment.setattr("tempfile.tempdir", None)
    stdin(f"phone\n{ANN}\n".encode())

    assert run("plan", "-", *PLAIN[:2]).code == 0

    assert list((tmp_path / "kept").iterdir()) == []
