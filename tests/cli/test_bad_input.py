"""What people get wrong: one line with the thing and the remedy, the right exit code, nothing half done."""

import os
import re
import socket
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import ANN, KEY, PLAIN
from validator.ledger import Lock
from validator.sandbox import Session
from validator.sendapi import ApiKey

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ")
OLD = "the output of an earlier run\n"


@pytest.fixture
def refused(run, provider, files):
    """Run a command that must fail; return its one line, after seeing that no file has come or changed."""

    def run_and_look(*words, code, with_provider=True):
        if with_provider and "SENDAPI_BASE_URL" not in os.environ:
            provider()
        before = {name: Path(name).read_bytes() for name in files() if Path(name).is_file()}
        names = files()
        done = run(*words)
        assert (done.code, done.out) == (code, "")
        assert files() == names
        assert {name: Path(name).read_bytes() for name in before} == before
        [line] = done.said
        assert all(LOG_LINE.match(other) for other in done.err.splitlines() if other != line)
        return line.removeprefix("validator: ")

    return run_and_look


@pytest.fixture
def old_output():
    Path("leads.checked.csv").write_text(OLD)


@pytest.mark.parametrize("command", ["check", "plan", "report"])
def test_a_missing_file(refused, command):
    assert (
        refused(command, "nobody.csv", code=3) == "nobody.csv does not exist; check the name and the folder."
    )


@pytest.mark.parametrize("command", ["check", "plan", "report"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "leads.csv is empty; export the list again"),
        (b"name,phone\n", "leads.csv has a header and no rows; export the list again"),
        (
            b"name,city\nAnn,York\n",
            "no phone column found in leads.csv; columns are: name, city. Choose one with --column, or say",
        ),
        (bytes(range(1, 256)) * 9, "leads.csv is a binary file, not text; export the list as CSV"),
        (
            f"phone,tel\n{ANN},{ANN}\n".encode(),
            "'phone' (such as +",
        ),
    ],
    ids=["empty", "header only", "no phone column", "binary", "two phone columns"],
)
def test_a_file_that_is_no_list(*, refused, listed, old_output, command, content, words):
    listed(content)

    assert refused(command, "leads.csv", code=3).startswith(words)


def test_a_truncated_parquet_file(refused):
    pl.DataFrame({"phone": [ANN] * 1000}).write_parquet("leads.parquet")
    whole = Path("leads.parquet").read_bytes()
    Path("leads.parquet").write_bytes(whole[: len(whole) // 2])

    line = refused("check", "leads.parquet", code=3)

    assert line.startswith("leads.parquet cannot be read as Parquet")
    assert line.endswith("export or copy it again.")


def test_a_parquet_file_without_rows(refused):
    pl.DataFrame({"phone": []}, schema={"phone": pl.String}).write_parquet("leads.parquet")

    assert "has a header and no rows" in refused("check", "leads.parquet", code=3)


def test_a_directory(refused):
    Path("leads.csv").mkdir()

    assert refused("check", "leads.csv", code=3) == "leads.csv is a folder; name a file in it."


def test_a_column_that_is_not_there(refused, listed):
    listed()

    line = refused("check", "leads.csv", "-c", "tel", code=3)
    assert line == "column 'tel' not found in leads.csv; columns are: name, phone. Choose one with --column."


@pytest.mark.parametrize("option", ["-o", "--sendable", "--report", "--summary"])
def test_an_output_that_cannot_be_written(refused, listed, old_output, option):
    listed()
    Path("folder").mkdir()

    assert "does not exist; create it, or choose another" in refused(
        "check", "leads.csv", option, "no/out.csv", code=3
    )
    assert "is a folder; name a file in it" in refused("check", "leads.csv", option, "folder", code=3)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_folder_that_is_closed(refused, listed):
    listed()
    Path("closed").mkdir(mode=0o500)

    assert "may not be written by this user" in refused("check", "leads.csv", "-o", "closed/out.csv", code=3)


@pytest.mark.parametrize("link", ["leads.csv", "./leads.csv", "symlink.csv", "hardlink.csv"])
def test_an_output_that_is_the_input(refused, listed, link):
    path = listed()
    Path("symlink.csv").symlink_to(path)
    Path("hardlink.csv").hardlink_to(path)

    line = refused("check", "leads.csv", "-o", link, code=2)
    assert line == f"--output {Path(link)} is the input itself; name another file"


def test_a_clash_of_columns(refused, listed, old_output):
    listed(f"phone,verdict\n{ANN},x\n")

    line = refused("check", "leads.csv", code=2)
    assert line.startswith("leads.csv already has a column 'verdict', which the output adds")
    assert "--prefix" in line


@pytest.mark.parametrize("text", [None, ""])
def test_no_key(*, refused, listed, environment, provider, old_output, text):
    listed()
    provider()
    environment.delenv("SENDAPI_API_KEY")
    if text is not None:
        environment.setenv("SENDAPI_API_KEY", text)

    line = refused("check", "leads.csv", code=2)
    assert line == "no API key; set SENDAPI_API_KEY, or name a file that holds it with --api-key-file"


@pytest.mark.parametrize("text", ["canary", f"Bearer {KEY}", f"{KEY} x", KEY + "é", "sk_"])
def test_a_malformed_key(*, refused, listed, environment, provider, old_output, text):
    listed()
    provider()
    environment.setenv("SENDAPI_API_KEY", text)

    line = refused("check", "leads.csv", code=2)
    assert line.startswith("the API key ")
    assert "SENDAPI_API_KEY" in line
    assert "canary" not in line


def test_a_malformed_key_in_a_file_is_named_with_the_file(refused, listed):
    listed()
    Path("key").write_text("canary\n")
    Path("key").chmod(0o600)

    line = refused("check", "leads.csv", "--api-key-file", "key", code=2)
    assert "does not start with sk_" in line
    assert line.endswith("(correct the file key, or name another with --api-key-file)")


def test_a_key_file_that_is_not_there_or_no_text(refused, listed):
    listed()
    Path("key").write_bytes(b"\xff\xff")

    assert "nokey cannot be read (No such file or directory)" in refused(
        "check", "leads.csv", "--api-key-file", "nokey", code=2
    )
    assert "key is not a text file" in refused("check", "leads.csv", "--api-key-file", "key", code=2)


def test_no_session(refused, listed, environment, provider):
    listed()
    provider()
    environment.delenv("SENDAPI_SESSION_ID")

    line = refused("check", "leads.csv", code=2)
    assert line.startswith("no session to check through; name one with --session or SENDAPI_SESSION_ID")


def test_a_session_that_does_not_exist(refused, listed, old_output):
    listed()

    line = refused("check", "leads.csv", "--accept", "possible", "-s", "sess_nobody", code=6)
    assert line.startswith("session sess_nobody is not known to the provider")
    assert "validator sessions" in line


def test_a_session_id_that_cannot_be_one(refused, listed):
    listed()

    line = refused("check", "leads.csv", "--accept", "possible", "-s", "a/b", code=2)
    assert line.startswith("the session id 'a/b' cannot be right")


def test_a_key_that_the_provider_does_not_know(refused, listed, environment, provider, old_output):
    listed()
    provider()
    environment.setenv("SENDAPI_API_KEY", "sk_live_revoked_1")

    line = refused("check", "leads.csv", "--accept", "possible", code=6)
    assert "does not accept the API key" in line


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sendapi.co/v1", "does not start with https://"),
        ("https://", "does not start with https:// and a host"),
        ("ftp://sendapi.co/v1", "does not start with https://"),
        ("http://sendapi.example/v1", "is not encrypted, and the key would travel in the open"),
        ("https://me:secret@sendapi.example/v1", "has a user name or password"),
        ("https://sendapi.example/v1?x=1", "has a query"),
    ],
)
def test_a_base_url_that_is_none(refused, listed, old_output, url, words):
    listed()

    line = refused("check", "leads.csv", "--accept", "possible", "--base-url", url, code=2)
    assert words in line
    assert "--base-url or SENDAPI_BASE_URL" in line
    assert "secret" not in line


@pytest.mark.slow
def test_a_base_url_where_nobody_answers(refused, listed, old_output):
    listed()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    line = refused(
        "check", "leads.csv", "--accept", "possible", "--base-url", f"http://127.0.0.1:{port}/v1", code=5
    )
    assert f"no answer from 127.0.0.1:{port}" in line
    assert "See that --base-url is right and the network is there" in line


def test_a_base_url_that_redirects_elsewhere(refused, listed, provider, old_output):
    listed()
    app = provider("redirect=1")

    line = refused("check", "leads.csv", "--accept", "possible", code=2)
    assert line.startswith("the provider's address redirects elsewhere")
    assert "--base-url" in line
    assert 2 <= app.log.requests <= 3  # confirmed some seconds later


def test_a_base_url_with_another_path(refused, listed, provider, stage):
    listed()
    provider()

    line = refused("check", "leads.csv", "--accept", "possible", "--base-url", stage[1] + "/v2", code=6)
    assert "--base-url is wrong" in line


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "leads.csv", "--accept", "possible", "--limit"),
        ("plan", "leads.csv", "--accept", "possible", "--variants", "--limit"),
        ("check", "leads.csv", *PLAIN, "--refresh", "--variants", "--limit"),
        ("sample", "leads.csv", *PLAIN, "--size"),
        ("sample", "leads.csv", *PLAIN, "--seed"),
        ("ledger", "runs", "--number"),
    ],
)
def test_a_number_larger_than_any_list_is_one(run, check, words):
    check()

    for number in (2**63, 2**64, 10**30):
        done = run(*words, number)
        assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--rate", "300", "rate '300' is not understood"),
        ("--rate-share", "0%", "share '0%' leaves nothing"),
        ("--timeout", "soon", "duration 'soon' is not understood"),
        ("--timeout", "0", "--timeout: duration '0' leaves no time"),
        ("--base-url", "https://caf\udce9.example", "is not a URL"),
        ("--otlp", "https://caf\udce9.example", "is not a URL"),
        ("--max-age", "maybe=1d", "--max-age does not know 'maybe'"),
        ("--max-unknown", "few", "--max-unknown 'few' is not understood"),
        ("--max-error-rate", "200%", "share '200%' is out of range"),
        ("--deadline", "25:00", "deadline '25:00' is no time of day"),
        ("--region", "Atlantis", "Atlantis"),
        ("--region-column", "land", "column 'land' not found in leads.csv"),
    ],
)
def test_an_option_that_is_not_understood(refused, listed, option, value, words):
    listed()
    code = 3 if option == "--region-column" else 2

    assert words in refused("check", "leads.csv", "--accept", "possible", option, value, code=code)


def test_standard_output_cannot_hold_both_data_and_json(refused, listed):
    listed()

    assert "all want standard output" in refused("check", "leads.csv", "-o", "-", "--json", code=2)


def test_an_option_there_is_not(run):
    done = run("check", "leads.csv", "--speed", "1")

    assert done.code == 2
    assert "No such option '--speed'" in done.err


def test_a_settings_file_with_a_mistake(refused, listed):
    listed()
    Path("validator.toml").write_text("speed = 1\n")

    line = refused("check", "leads.csv", code=2)
    assert line.startswith("validator.toml: no command has an option 'speed'")


def test_a_ledger_that_is_none(refused, listed, tmp_path):
    listed()
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a ledger" * 1000)

    line = refused("check", "leads.csv", "--ledger", path, code=3)
    assert "is damaged, or no ledger at all; it is left as it is" in line
    assert "choose another path with --ledger" in line


def test_a_ledger_of_another_program(refused, listed):
    listed()
    connection = sqlite3.connect("other.sqlite")
    connection.execute("CREATE TABLE t (x)")
    connection.close()

    assert "other.sqlite" in refused("plan", "leads.csv", "--ledger", "other.sqlite", code=3)


def test_a_ledger_in_place_of_an_output(refused, listed, ledger_path):
    listed()
    Path("ledger.sqlite").touch()

    line = refused("check", "leads.csv", "--ledger", "ledger.sqlite", "-o", "ledger.sqlite", code=2)
    assert line == "--output ledger.sqlite is the ledger itself; name another file"


def test_a_key_that_another_run_holds(refused, listed, ledger_path):
    listed()
    name = f"key-{ApiKey(KEY).fingerprint}.lock"

    with Lock.take(ledger_path.with_name(name), holder="validator check night.csv"):
        line = refused("check", "leads.csv", code=7)

    assert line.startswith("this API key is in use by pid ")
    assert "(validator check night.csv)" in line


def test_a_ledger_that_another_run_holds(refused, listed, held_ledger):
    listed()

    line = refused("check", "leads.csv", code=7)
    assert "is in use by pid " in line
    assert "(another run)" in line


@pytest.mark.slow
def test_a_session_that_is_disconnected_and_stays_so(run, provider, listed, environment):
    listed()
    provider(sessions=(Session(id="sess_off", name="x", status="disconnected"),))

    done = run("check", "leads.csv", "--accept", "possible", "-s", "sess_off", "--deadline", "1s", "--json")

    assert (done.code, done.json["stopped_because"]) == (5, "the deadline was reached")
    assert done.json["verdicts"]["unknown"] == 3


def test_two_sheets_for_one_run(run, listed):
    listed()

    done = run("plan", "leads.csv", "--sheet", "A", "--sheet", "B")

    assert done.code == 2
    assert "A, B: one run reads one sheet. Run the command once for each" in done.err
