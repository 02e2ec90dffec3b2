"""What is drawn: on terminals wide and narrow, without colour, without letters, and where there is none."""

import json
import re

import pytest

from tests.support.cli.constants import ANN, BOB, PLAIN, SESSION
from tests.support.cli.screen import on_terminal, screen_of
from tests.support.forms import spread

pytestmark = pytest.mark.slow

COUNT = 60
COLOUR = re.compile(r"\x1b\[[\d;]*3\dm")
MOVES = re.compile(r"\x1b\[\d*[AK]")


ROWS = "name,phone\n" + "".join(f"N,+4477009001{place:02d}\n" for place in range(COUNT)) + "Cy,12\n"


@pytest.fixture
def known(run, provider, listed):
    """Have a list checked, without a terminal."""
    provider()
    assert run("check", listed(ROWS), *PLAIN, "-q").code == 0


@pytest.fixture
def check(provider, listed):
    """Check a list against a sandbox that takes its time, on a terminal; the options come last."""

    def run(*options, **terminal):
        provider(latency_ms=40)
        listed(ROWS)
        return on_terminal("check", "leads.csv", *PLAIN, "--concurrency", "4", *options, **terminal)

    return run


def test_a_screen_shows_what_is_left_of_what_was_drawn():
    raw = b"\x1b[1mone\x1b[0m\r\ntwo\r\nthree\r\x1b[2K\x1b[1A\x1b[2Kfour\r\n0123456789"

    assert screen_of(raw, 8) == ["one", "four", "01234567", "89"]


@pytest.mark.parametrize("columns", [40, 132])
def test_a_plan_comes_first_then_one_block_and_then_the_summary(check, columns):
    done = check(columns=columns)

    assert done.code == 0
    assert max(map(len, done.lines)) <= columns
    assert done.lines[0] == f"{COUNT} calls to make for {COUNT + 1} rows."
    assert done.text.index("calls to make") < done.text.index("Done: every row has its verdict.")
    # The block was drawn several times over in one place, and is gone.
    assert len(MOVES.findall(done.raw)) > 10
    assert "checking at" in done.raw
    assert "checking at" not in done.text
    assert "\N{HORIZONTAL ELLIPSIS}" not in done.text


def test_the_block_is_no_wider_than_what_most_terminals_are_made(check):
    drawn = [line for line in re.split(r"[\r\n]+", check(columns=200).raw) if "checking at" in line]

    assert drawn
    assert max(len(re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line)) for line in drawn) <= 80


def test_the_summary_ends_with_a_command_to_copy(check):
    done = check(columns=40)

    words = " ".join(done.text.split())
    assert "What to do next 1. Write the recipients to send to into a separate file" in words
    assert "--sendable=leads.send.csv" in words.replace("\\ ", "")


def test_the_command_to_copy_makes_no_call(known, run):
    done = run("check", "leads.csv", *PLAIN, "--concurrency", "4", "--sendable", "leads.send.csv", "--json")

    assert (done.code, done.json["calls"]["attempts"]) == (0, 0)
    assert done.json["sendable_rows"] > 0
    assert done.json["send_command"] is None


def test_colour_is_there_unless_it_is_not_wanted(check):
    assert COLOUR.search(check().raw)
    assert not COLOUR.search(check("--refresh", NO_COLOR="1").raw)


def test_a_terminal_that_cannot_draw_gets_lines_and_no_codes(check):
    done = check(TERM="dumb")

    assert done.code == 0
    assert "\x1b" not in done.raw
    assert "checking at" in done.text
    assert "Done: every row has its verdict." in done.text


def test_without_a_terminal_there_are_log_lines_and_no_codes(check):
    done = check(is_terminal=False)

    assert "\x1b" not in done.raw
    first, *rest = done.lines
    assert re.match(r"\d{4}-\d\d-\d\d .* reading 61 rows", first)
    assert re.match(rf"\d{{4}}-\d\d-\d\d .* {COUNT} calls to make for 61 rows\.", rest[0])


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_a_terminal_lacks_are_not_printed_as_codes(check, encoding):
    done = check(PYTHONIOENCODING=encoding)

    assert "Done: every row has its verdict." in done.text
    assert "\\u" not in done.raw
    assert "\\x" not in done.raw
    assert "#" in done.text


@pytest.mark.parametrize("is_terminal", [True, False])
def test_quiet_draws_nothing(check, is_terminal):
    assert check("-q", is_terminal=is_terminal).raw == ""


def test_verbose_lines_stand_above_the_block(check):
    done = check("-v")

    assert done.code == 0
    assert any(re.match(r"\d{4}-\d\d-\d\d ", line) for line in done.lines)
    assert "checking at" not in done.text


def test_json_on_standard_output_changes_nothing_on_the_terminal(check):
    done = check("--json")

    assert json.loads(done.out)["exit_code"] == 0
    assert "Done: every row has its verdict." in done.text


def test_a_log_of_json_has_json_in_each_line_on_a_terminal_too(check):
    done = check("--log-format", "json")

    lines = [json.loads(line) for line in done.raw.split("\r\n") if line]
    assert "\x1b" not in done.raw
    assert [line["plan"]["calls_to_make"] for line in lines if "plan" in line] == [COUNT]
    assert lines[-1]["summary"]["exit_code"] == 0


@pytest.mark.parametrize(
    ("style", "is_terminal", "is_drawn", "has_lines"),
    [
        ("auto", True, True, False),
        ("bar", False, True, False),
        ("lines", True, False, True),
        ("none", True, False, False),
    ],
)
def test_progress_is_shown_as_asked(check, style, is_terminal, is_drawn, has_lines):
    done = check("--progress", style, is_terminal=is_terminal)

    assert bool(MOVES.search(done.raw)) == is_drawn
    assert any(re.search(r"\d checking at", line) for line in done.lines) == has_lines
    assert "Done: every row has its verdict." in done.raw


@pytest.mark.parametrize("columns", [40, 80])
def test_a_list_without_a_number_to_ask_about_says_so_first(listed, columns):
    listed("phone\n" + "".join(f"098765{place}\n" for place in range(43210, 43250)))

    done = on_terminal("plan", "leads.csv", columns=columns)

    assert max(map(len, done.lines)) <= columns
    words = " ".join(done.text.split())
    assert words.startswith("40 of 40 cells of column 'phone' are not read as numbers")
    assert "--region IN" in words


def test_a_list_that_is_known_says_so_first(known, check):
    done = check()

    assert done.lines[0].startswith(f"0 calls to make for {COUNT + 1} rows: all {COUNT} numbers are known")
    assert on_terminal("plan", "leads.csv", *PLAIN[:2]).lines[0] == done.lines[0]


def test_a_list_with_some_national_numbers_says_whose_they_look_like(listed):
    national = "".join(f"098765{place}\n" for place in range(43210, 43215))
    listed(f"phone\n{ANN}\n{BOB}\n" + "".join(f"+4477009000{place}\n" for place in range(20, 29)) + national)

    done = on_terminal("plan", "leads.csv", *PLAIN[:2], columns=200)

    assert (
        "! 5 rows hold numbers without a country code. They look like national numbers: name --region IN"
        in done.text
    )


TABLES = [
    (["lookup", *PLAIN, ANN, BOB], [ANN, BOB, "not_on_whatsapp", "is_whatsapp_user"]),
    (["doctor"], [SESSION, "connection", "well-formed"]),
    (["sessions"], [SESSION, "disconnected", "+447700900999"]),
]


@pytest.mark.parametrize(("table", "columns"), spread(TABLES, [40, 80, 200], step=2))
def test_no_cell_of_a_table_is_cut(provider, table, columns):
    provider()
    words, wholes = table

    done = on_terminal(*words, columns=columns, with_output=True)

    assert done.code == 0
    assert max(map(len, done.lines)) <= columns
    assert "\N{HORIZONTAL ELLIPSIS}" not in done.text
    assert not [whole for whole in wholes if whole not in done.text]


def test_a_long_path_is_folded_and_not_cut(provider, tmp_path):
    provider()
    path = tmp_path / ("x" * 60) / "ledger.sqlite"

    done = on_terminal("doctor", "--ledger", path, columns=60, with_output=True)

    assert str(path) in "".join(line.strip() for line in done.lines)
