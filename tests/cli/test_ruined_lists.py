"""A list that is hardly read as numbers is refused before anybody is asked or a file is replaced."""

import random
from pathlib import Path

import pytest

import validator
from tests.support.cli.constants import ANN, KEY
from tests.support.cli.csv_rows import rows_of
from validator.errors import FileError


def national(lead, rest, count=60, seed=7):
    dice = random.Random(seed)
    digits = [f"{lead}{dice.randrange(10**rest):0{rest}d}" for _ in range(count)]
    return "phone\n" + "".join(f"{number}\n" for number in digits)


IN_INDIA = national("098765", 5)
LETTERS = "phone\n" + "".join(f"n{place}x\n" for place in range(20))


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (IN_INDIA, "name --region IN"),
        (national("07400 ", 6), "name --region GB"),
        (national("0301 ", 7), "name --region PK"),
        (LETTERS, "Check that this is the phone column (--column)"),
    ],
)
def test_the_refusal_names_a_remedy_and_keeps_the_earlier_output(check, files, content, remedy):
    Path("leads.checked.csv").write_text("the last good output")

    done = check("--column", "phone", "-q", content=content)

    assert done.code == 3
    assert remedy in done.err
    assert Path("leads.checked.csv").read_text() == "the last good output"
    assert files() == ["leads.checked.csv", "leads.csv"]


def test_nobody_is_asked_about_a_list_that_is_mostly_ruined(check, provider):
    app = provider()

    done = check(content=f"phone\n{ANN}\n12\n13\n")

    assert done.code == 3
    assert "2 of 3 cells" in done.err
    assert app.log.requests == 0


@pytest.mark.parametrize(
    ("remedy", "code"),
    [(["--region", "IN"], 0), (["--max-invalid", "100%"], 0), (["--max-invalid", "99%"], 3)],
)
def test_each_remedy_works(check, remedy, code):
    assert check(*remedy, content=IN_INDIA).code == code


def test_empty_cells_say_nothing_about_the_others(check):
    done = check("--column", "phone", content=f"name,phone\nAnn,{ANN}\n" + "Bob,\n" * 9)

    assert done.code == 0
    assert [row["reason"] for row in rows_of("leads.checked.csv")[1:]] == ["empty"] * 9


def test_a_plan_says_first_that_the_list_would_be_refused(run, files):
    Path("leads.csv").write_text(IN_INDIA)

    done = run("plan", "leads.csv")

    assert done.code == 0
    refusal, _calls, _rest = done.err.partition("0 calls to make")
    assert "60 of 60 cells of column 'phone' are not read as numbers" in refusal


@pytest.mark.parametrize(("most", "is_refused"), [("99%", True), ("100%", False)])
def test_a_dry_run_says_what_the_check_would_do(run, most, is_refused):
    Path("leads.csv").write_text(IN_INDIA)

    done = run("check", "leads.csv", "--dry-run", "--max-invalid", most)

    assert ("are not read as numbers" in done.err) == is_refused


@pytest.mark.slow
def test_the_library_refuses_such_a_file_and_takes_such_numbers(tmp_path):
    Path("leads.csv").write_text(IN_INDIA)
    options = validator.RunOptions(keys=[validator.make_key(KEY, "s1")], ledger=tmp_path / "l.sqlite")

    with pytest.raises(FileError, match="--region IN"):
        validator.check_file("leads.csv", options=options)
    assert validator.check_numbers(["n1x"], options=options)["verdict"].to_list() == ["invalid"]
