"""`validator init`: a settings file that works, and the commands to go on with."""

import tomllib
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN

FILE = Path("validator.toml")
BRITISH = "name,Mob No\n" + "".join(f"n,07400 1234{place:02}\n" for place in range(30))


def on(text):
    """The same file with every # in front of a setting taken away."""
    return "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())


def test_it_writes_what_is_off_until_somebody_wants_it(run, listed):
    done = run("init", listed(f"name,phone\nAnn,{ANN}\n"))

    assert done.code == 0
    assert tomllib.loads(FILE.read_text()) == {"check": {}}
    assert '# column = ["phone"]  # found in leads.csv' in FILE.read_text()
    assert (
        done.said[0]
        == "validator: wrote validator.toml; read it, and remove the # from the lines that you want"
    )
    assert [line.partition(": ")[2].partition(": ")[2] for line in done.said[-3:]] == [
        "validator doctor",
        "validator plan leads.csv",
        "validator check leads.csv --sendable leads.send.csv",
    ]


def test_a_column_in_another_encoding_than_the_terminals_is_a_usage_error(run):
    done = run("init", "--column", "T\udce9l")

    assert (done.code, "not in the encoding that LANG names" in done.err) == (2, True), done.err
    assert not FILE.exists()


def test_every_line_is_a_setting_that_there_is(run, listed, provider):
    provider()
    run("init", listed(f"name,phone\nAnn,{ANN}\n"))
    Path("opted-out.csv").write_text("phone\n+447400123456\n")
    FILE.write_text(on(FILE.read_text()))

    done = run("config", "check", "--json")
    assert done.code == 0, done.err
    assert run("check", "leads.csv", "--accept", "possible", "--no-canaries").code == 0
    assert Path("report.html").exists()


def test_the_lines_apply_to_every_command_that_has_the_option(run, listed, provider):
    app = provider()
    run("init", listed("name,phone\nAnn,+447400123457\nBen,+447400123456\n"))
    listed("phone\n+447400123456\n", "opted-out.csv")
    FILE.write_text(on(FILE.read_text()))

    assert run("plan", "leads.csv", "--json").json["calls_to_make"] == 1
    assert run("sample", "leads.csv", "--no-canaries", "--json").json["sampled"] == 1
    assert app.log.checks == 1  # the person who opted out has not been asked about


@pytest.mark.parametrize("name", ["m\udcfcnchen.csv", "a\nquiet = true.csv", "a\rb\x1b[2J.csv"])
def test_a_lists_name_is_shown_in_the_file_and_sets_nothing(run, listed, name):
    assert run("init", listed(f"name,phone\nAnn,{ANN}\n", name)).code == 0

    assert tomllib.loads(FILE.read_text()) == {"check": {}}
    assert FILE.read_text().count("# found in ") == 1


@pytest.mark.slow
def test_a_region_that_numbers_look_like_is_written_and_not_believed(run, listed):
    run("init", listed(BRITISH))

    assert tomllib.loads(FILE.read_text()) == {"check": {}}
    assert tomllib.loads(on(FILE.read_text()))["region"] == "GB"
    assert "look like this region's; if they are, remove the #" in FILE.read_text()


def test_what_is_asked_for_is_on(run, listed):
    run("init", listed(BRITISH), "-c", "Mob No", "-r", "United Kingdom")

    assert tomllib.loads(FILE.read_text()) == {"column": ["Mob No"], "region": "GB", "check": {}}


def test_without_a_list_there_is_an_example(run):
    done = run("init")

    assert (done.code, done.said[-2]) == (0, "validator: next, 4: validator plan leads.csv")
    assert '# region = "GB"' in FILE.read_text()


def test_a_file_that_is_there_is_kept(run, listed):
    FILE.write_text("quiet = true\n")
    done = run("init", listed())

    assert (done.code, FILE.read_text()) == (3, "quiet = true\n")
    assert "validator.toml already exists, and is kept" in done.err


def test_a_list_that_cannot_be_read_leaves_no_file(run, listed):
    done = run("init", listed("name,city\nAnn,Leeds\n"))

    assert (done.code, FILE.exists()) == (3, False)
    assert "no phone column found" in done.err
