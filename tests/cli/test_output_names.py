"""Names of outputs that promise a format: what is not written is an error, and nothing is asked."""

import json
from pathlib import Path

import pytest

import validator
from tests.support.cli.constants import KEY, SESSION
from validator import FileTargets, RunOptions
from validator.errors import UsageError
from validator.ledger import open_ledger

FOREIGN = [
    ("out.json", "--format ndjson"),
    ("out.JSON", "--format ndjson"),
    ("out.json.gz", "--format ndjson"),
    ("out.xls", "--format excel"),
    ("out.ods", "--format excel"),
    ("out.xlsm", "--format excel"),
    ("out.vcf", "--format csv"),
    ("x.docx", "--format csv or ndjson or parquet or arrow or excel"),
    ("out.parqet", "parquet"),
    ("out.parquet.gz", "--format csv or ndjson"),
    ("out.csv.zip", "--format csv"),
]


@pytest.mark.parametrize("option", ["--output", "--sendable"])
@pytest.mark.parametrize(("name", "remedy"), FOREIGN)
def test_a_name_of_another_format_is_refused_before_anybody_is_asked(check, provider, option, name, remedy):
    app = provider()

    done = check(option, name)

    assert done.code == 2
    assert f"{option} {name} has the ending" in done.err
    assert ".csv, .tsv" in done.err
    assert remedy in done.err
    assert (app.log.checks, Path(name).exists()) == (0, False)


@pytest.mark.parametrize(("name", "remedy"), FOREIGN)
def test_a_name_of_another_format_is_refused_for_contacts_and_exports(
    run, provider, ledger_path, name, remedy
):
    provider(contacts=3)
    with open_ledger(ledger_path, holder="pytest"):
        pass
    for words in (("contacts", "-o"), ("ledger", "export")):
        done = run(*words, name)
        assert (done.code, remedy in done.err, Path(name).exists()) == (2, True, False)


@pytest.mark.parametrize(
    "name", ["out", "out.txt", "out.tsv", "out.dat", "out.2026-11-30", "out.v", "/dev/null"]
)
def test_a_plain_name_has_the_format_of_the_list(check, name):
    # The last but one has the ending of its list, whatever that is.
    done = check(
        "--output", name, "--sendable", "send.csv", name="leads.v" if name == "out.v" else "leads.csv"
    )

    assert done.code == 0


def test_a_chosen_format_goes_with_any_name(run, check, ledger_path):
    assert check("--output", "out.json", "--sendable", "send.docx", "--format", "ndjson").code == 0
    assert json.loads(Path("out.json").read_text().splitlines()[0])["verdict"]
    assert json.loads(Path("send.docx").read_text().splitlines()[0])["whatsapp_id"]
    assert run("ledger", "export", "facts.json", "--format", "ndjson").code == 0
    assert json.loads(Path("facts.json").read_text().splitlines()[0])["verdict"]


def test_an_output_that_is_named_by_its_list_is_never_refused(check, files):
    done = check("--split", "parts", content='[{"phone": "+447400123456"}]', name="leads.json")

    assert done.code == 0
    assert "leads.checked.ndjson" in files()


def test_from_python_a_name_of_another_format_is_refused(listed, tmp_path):
    key = validator.make_key(KEY, SESSION, base_url="http://127.0.0.1:9/v1")
    options = RunOptions(keys=[key], ledger=tmp_path / "ledger.sqlite")

    with pytest.raises(UsageError, match=r"out\.json has the ending \.json"):
        validator.check_file(listed(), targets=FileTargets(output="out.json"), options=options)
