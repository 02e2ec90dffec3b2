"""`validator ledger`: what an operator can ask and do."""

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from cli_constants import ANN, BOB

from validator.ledger import Ledger, read
from validator.model import Number, Outcome, Verdict

DAY_MS = 86_400_000


@pytest.fixture
def known(ledger_path):
    """Ann, found out yesterday, and Bob, two months ago."""
    now_ms = int(time.time() * 1000)
    with Ledger.open(ledger_path, holder="pytest") as ledger:
        for number, age_days in ((ANN, 1), (BOB, 60)):
            ledger.record(
                Outcome(
                    number=Number.parse(number),
                    verdict=Verdict.REGISTERED,
                    checked_at_ms=now_ms - age_days * DAY_MS,
                    session="sess_a",
                )
            )
    return ledger_path


@pytest.fixture
def left(known):
    """The numbers that the ledger still knows."""

    def numbers():
        with read(known) as reader:
            return [f"+{row[0]}" for rows in reader.known() for row in rows]

    return numbers


@pytest.fixture
def terminal(environment):
    """Standard input as a terminal on which somebody types."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as stdin:
        environment.setattr("sys.stdin", stdin)
        yield lambda text: os.write(ours, text.encode())
    os.close(ours)


def test_purge_forgets_what_is_older(run, left):
    done = run("ledger", "purge", "--older-than", "30d", "--yes", "--json")

    assert (done.code, left()) == (0, [ANN])
    assert done.said == ["validator: forgotten: 1 number"]
    assert done.json == {"numbers": 1, "older_facts": 0, "runs": 0, "blanked_runs": 0}


def test_purge_forgets_named_numbers_from_arguments_a_file_and_standard_input(run, left, environment):
    Path("gone.txt").write_text("\ufeff+44 7700 900-001\n\n", encoding="utf-8")
    for options in (("--number", BOB), ("--numbers", "gone.txt")):
        assert run("ledger", "purge", *options, "--yes").said == ["validator: forgotten: 1 number"]
    assert left() == []

    environment.setattr("sys.stdin", StringIO(f"{ANN}\n{BOB}\n"))
    assert run("ledger", "purge", "--numbers", "-", "--yes").said == ["validator: forgotten: nothing"]


def test_purge_counts_in_a_dry_run_and_waits_for_nobody(run, known, left):
    with Ledger.open(known, holder="another run"):
        done = run("ledger", "purge", "--older-than", "30d", "--number", ANN, "--dry-run", "--json")

    assert (done.code, done.said) == (0, ["validator: would go: 2 numbers"])
    assert done.json["numbers"] == 2
    assert left() == [ANN, BOB]


@pytest.mark.parametrize(("answer", "rest"), [("y\n", [BOB]), ("\n", [ANN, BOB])])
def test_purge_asks_on_a_terminal(run, left, terminal, answer, rest):
    terminal(answer)
    done = run("ledger", "purge", "--number", ANN)

    assert (done.code, left()) == (0, rest)
    assert "would go: 1 number\n" in done.err
    assert "Forget this for good?" in done.out + done.err
    assert ("validator: nothing was forgotten" in done.err) is (rest == [ANN, BOB])


def test_purge_without_a_terminal_needs_a_yes(run, left, environment):
    environment.setattr("sys.stdin", StringIO())

    done = run("ledger", "purge", "--number", ANN)

    assert (done.code, left()) == (2, [ANN, BOB])
    assert "say --yes, or --dry-run" in done.said[0]


def test_purge_waits_for_nobody_and_takes_nothing_from_under_a_run(run, held_ledger):
    done = run("ledger", "purge", "--older-than", "0", "--yes")

    assert done.code == 7
    assert "(another run)" in done.said[0]


def test_purge_needs_something_to_forget(run, known):
    done = run("ledger", "purge", "--yes")

    assert done.code == 2
    assert "say --older-than 30d, --number or --numbers" in done.said[0]


def test_purge_makes_no_ledger_where_there_is_none(run, ledger_path):
    done = run("ledger", "purge", "--older-than", "30d", "--yes")

    assert (done.code, ledger_path.exists()) == (3, False)
    assert f"there is no ledger {ledger_path}" in done.said[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{ANN}\n07700 900002\n".encode(), "a number in line 2 of --numbers is not understood"),
        (b"\xff\xfe+\x00", "--numbers gone.txt is no text"),
    ],
)
def test_purge_forgets_nobody_where_a_line_is_no_number(run, left, content, words):
    Path("gone.txt").write_bytes(content)

    done = run("ledger", "purge", "--numbers", "gone.txt", "--yes")

    assert (done.code, left()) == (2, [ANN, BOB])
    assert words in done.said[0]
    assert "900002" not in done.err
