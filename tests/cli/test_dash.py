"""`-` in place of a file's name: standard output for one of the outputs, else an error, and never a file."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

import validator
from tests.support.cli.constants import ANN
from validator import FileTargets, RunOptions
from validator.errors import UsageError
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Verdict


@pytest.fixture(autouse=True)
def no_file_has_this_name():
    yield
    assert not Path("-").exists()


@pytest.fixture
def known(ledger_path):
    with open_ledger(ledger_path, holder="pytest") as ledger:
        number, verdict = Number.parse(ANN), Verdict.REGISTERED
        ledger.record(Outcome(number=number, verdict=verdict, checked_at_ms=1_700_000_000_000))
    return ledger_path


@pytest.fixture
def stdin(monkeypatch):
    """Give the command a standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_each_output_of_a_check_can_be_standard_output(check):
    assert next(csv.reader(io.StringIO(check("--sendable", "-").out)))[-1] == "whatsapp_id"
    assert check("--report=-").out.startswith("<!DOCTYPE html>")
    assert json.loads(check("--summary", "-", "--no-clobber", "-o", "new.csv").out)["rows"] == 4


@pytest.mark.parametrize(
    "words",
    [
        ["--sendable", "-", "--json"],
        ["-o", "-", "--summary", "-"],
        ["--report", "-", "--summary=-"],
    ],
)
def test_standard_output_takes_one_of_them(check, words):
    done = check(*words)

    assert (done.code, done.out) == (2, "")
    assert "all want standard output; leave it to one of them" in done.err


@pytest.mark.parametrize("option", ["--split", "--metrics", "--output-dir", "--ledger"])
def test_what_cannot_be_standard_output_is_an_error(check, provider, option):
    app = provider()

    done = check(option, "-")

    assert (done.code, app.log.checks) == (2, 0)
    assert "- is standard output, which cannot take this" in done.err


@pytest.mark.parametrize("words", [["manual", "--dir", "-"], ["sandbox", "--log", "-"]])
def test_other_commands_refuse_it_too(run, words):
    assert run(*words).code == 2


def test_contacts_go_to_standard_output_as_csv(run, provider):
    provider(contacts=3)

    done = run("contacts", "-o", "-")

    assert len(list(csv.DictReader(io.StringIO(done.out)))) == 3


def test_an_export_goes_through_a_pipe_into_another_ledger(run, known, monkeypatch):
    exported = run("ledger", "export", "-")
    assert run("ledger", "export", "-", "--format", "ndjson").out.startswith('{"e164"')
    reader, writer = os.pipe()
    os.write(writer, exported.out.encode())
    os.close(writer)

    with open(reader, encoding="utf-8") as stdin:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr("sys.stdin", stdin)
        done = run("ledger", "import", "-", "--ledger", "other.sqlite", "--json")

    assert (done.code, done.json["facts"], done.json["news"]) == (0, 1, 1)
    assert "1 fact read from standard input" in done.err


def test_a_lookup_takes_numbers_from_standard_input(run, known, stdin):
    stdin(f"{ANN}\r\n\n07700 900001\n")
    done = run("lookup", "+447700900002", "-", "--region", "GB", "--offline")
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == ["+447700900002", ANN, "07700"]


@pytest.mark.parametrize(("text", "words"), [("\n", ["-"]), (f"{ANN}\n", ["-", "-"])])
def test_a_lookup_without_numbers_or_with_two_streams_is_an_error(run, stdin, text, words):
    stdin(text)
    done = run("lookup", *words, "--offline")
    assert (done.code, done.out) == (2, "")
    assert "standard input" in done.err


def test_an_export_and_its_json_do_not_share_standard_output(run, known):
    done = run("ledger", "export", "-", "--json")

    assert (done.code, ANN in done.out) == (2, False)
    assert "both want standard output" in done.err


@pytest.mark.parametrize("name", ["output", "sendable", "split", "report", "summary"])
def test_the_library_has_no_standard_output(name):
    with pytest.raises(UsageError, match=f"{name} is '-'"):
        FileTargets(**{name: "-"})


def test_the_ledger_of_the_library_is_a_file():
    with pytest.raises(UsageError, match="ledger is '-'"):
        RunOptions(ledger="-")
    with pytest.raises(UsageError, match="ledger is '-'"):
        validator.plan_file("leads.csv", options=RunOptions(ledger=Path("-")))
