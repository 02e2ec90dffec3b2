"""Lists in object stores and on web servers: fetched, read as files are, and what can go wrong with that."""

import io
import os
import signal
import sys
import tempfile
from pathlib import Path

import anyio
import polars as pl
import pytest

from tests.support.cli.constants import ANN, BOB, PLAIN
from tests.support.cli.object_store import serving_objects
from validator.errors import FileError
from validator.model import ObjectUrl
from validator.tables import fetch

LEADS = f"name,phone\nAnn,{ANN}\nBob,{BOB}\n".encode()


@pytest.fixture
def store(environment):
    """An object store whose credentials are in the environment."""
    with serving_objects(environment) as serving:
        yield serving


@pytest.fixture
def temporary(environment, tmp_path):
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_an_object_is_a_list_whose_output_goes_to_this_folder(run, provider, store, files, temporary):
    provider()
    store.objects["/bucket/lists/leads.csv"] = LEADS

    done = run("check", "s3://bucket/lists/leads.csv", *PLAIN, "--json")

    assert done.code == 0
    assert (
        Path("leads.checked.csv").read_text().splitlines()[1].startswith(f"Ann,{ANN},{ANN},registered,true,")
    )
    assert files() == ["leads.checked.csv"]
    assert list(temporary.iterdir()) == []
    [(path, credentials)] = store.asked
    assert path == "/bucket/lists/leads.csv"
    assert credentials.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")


def test_objects_may_be_of_any_format_and_lists_together(run, store):
    columns = io.BytesIO()
    pl.DataFrame({"phone": [ANN, BOB]}).write_parquet(columns)
    store.objects["/bucket/one.parquet"] = columns.getvalue()
    store.objects["/bucket/two.pq"] = columns.getvalue()

    done = run(
        "report",
        "s3://bucket/one.parquet",
        "s3://bucket/two.pq",
        "s3://bucket/one.parquet",
        *PLAIN[:2],
        "--json",
    )

    assert (done.code, done.json["rows"]) == (0, 4)
    assert len(store.asked) == 2


@pytest.mark.parametrize(("key", "asked"), [("a b/x.csv", "a%20b/x.csv"), ("a+b/50%.csv", "a%2Bb/50%25.csv")])
def test_a_key_is_asked_for_as_it_is_written(run, store, key, asked):
    store.objects[f"/bucket/{asked}"] = LEADS

    assert run("report", f"s3://bucket/{key}", *PLAIN[:2], "--json").json["rows"] == 2


@pytest.mark.slow
def test_a_pattern_names_objects_of_one_folder(run, store, files):
    for key in ("b%202.csv", "a%5B1%5D.csv", "a1.csv", "a.parquet", "more/a2.csv"):
        store.objects[f"/bucket/lists/{key}"] = LEADS

    def inputs(*names):
        return run("report", *names, *PLAIN[:2], "--json").json["input"]

    assert inputs("s3://bucket/lists/*.csv") == "s3://bucket/lists/a1.csv and 2 more"
    assert inputs("s3://bucket/lists/a?.csv") == "s3://bucket/lists/a1.csv"
    assert inputs("s3://bucket/lists/b*.csv", "s3://bucket/lists/b 2.csv") == "s3://bucket/lists/b 2.csv"
    # As with files, one that is called so is meant.
    assert inputs("s3://bucket/lists/a[1].csv") == "s3://bucket/lists/a[1].csv"


def test_each_object_of_a_pattern_gets_its_own_output(run, provider, store, files):
    provider()
    store.objects["/bucket/one.csv"] = store.objects["/bucket/two.csv"] = LEADS

    assert run("check", "s3://bucket/*.csv", *PLAIN, "--output-dir", ".").code == 0
    assert files() == ["one.checked.csv", "two.checked.csv"]


def test_a_list_on_a_web_server_needs_no_credentials(run, store):
    store.objects["/lists/my%20leads.csv"] = LEADS

    done = run("report", f"{store.url}/lists/my%20leads.csv", *PLAIN[:2], "--json")

    assert done.json["input"] == f"{store.url}/lists/my%20leads.csv"
    assert store.asked == [("/lists/my%20leads.csv", "")]


def test_people_who_must_not_be_asked_may_be_listed_in_an_object(run, provider, store, listed):
    app = provider()
    store.objects["/bucket/stop.csv"] = f"phone\n{BOB}\n".encode()

    done = run("check", listed(LEADS), *PLAIN, "--suppress", "s3://bucket/stop.csv", "--json")

    assert (done.code, done.json["asked"]) == (0, 1)
    assert app.log.calls(BOB) == 0


def test_an_opt_out_in_an_object_that_cannot_be_read_is_named_by_its_url(run, store, listed, temporary):
    store.objects["/bucket/stop.csv"] = f"phone\n{BOB}\nnobody\n".encode()

    shown = run("report", listed(LEADS), *PLAIN[:2], "--suppress", "s3://bucket/stop.csv").err

    assert "a row of the suppression list s3://bucket/stop.csv cannot be read" in shown
    assert str(temporary) not in shown


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://bucket/no.csv", "s3://bucket/no.csv does not exist; check the name of the bucket and of the"),
        ("s3://bucket/secret.csv", "s3://bucket/secret.csv may not be fetched with the credentials in the"),
        ("s3://bucket/", "s3://bucket/ names no object; add its name"),
        (
            "s3://bucket/lists/*.csv",
            "nothing matches s3://bucket/lists/*.csv; check the pattern and the name of",
        ),
        ("ftp://host/*.csv", "ftp://host/*.csv cannot be fetched; name a file, or an s3://, gs://"),
        ("ftp://host/leads.csv", "ftp://host/leads.csv cannot be fetched; name a file, or an s3://, gs://"),
        (
            "https://host.invalid/leads.csv?sig=abc",
            "https://host.invalid/leads.csv has a query or a password",
        ),
        (
            "https://ann:abc@host.invalid/leads.csv",
            "https://host.invalid/leads.csv has a query or a password",
        ),
        (
            "az://account/box/leads.csv",
            "az://account/box/leads.csv cannot be fetched (Generic MicrosoftAzure",
        ),
    ],
)
def test_what_cannot_be_fetched_is_one_line(*, run, provider, store, files, temporary, url, says):
    provider()
    store.objects["/bucket/secret.csv"] = None

    done = run("check", url, *PLAIN)

    assert done.code == 3
    [line] = done.said
    assert says in line
    assert "abc" not in line
    assert files() == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["s3://bucket/leads.csv"], ["own.csv", "--suppress", "s3://bucket/leads.csv"]]
)
def test_an_error_names_the_object_and_not_its_copy(*, run, store, listed, temporary, words):
    listed(LEADS, "own.csv")
    store.objects["/bucket/leads.csv"] = b"name,mail\nAnn,ann@example.com\n"

    done = run("report", *words)

    assert done.code == 3
    assert "s3://bucket/leads.csv" in done.said[-1]
    assert str(temporary) not in done.said[-1]


def test_it_is_shown_how_much_of_an_object_has_come(run, store):
    store.objects["/bucket/leads.csv"] = LEADS

    shown = run("report", "s3://bucket/leads.csv", *PLAIN[:2]).err
    hushed = run("report", "s3://bucket/leads.csv", *PLAIN[:2], "--quiet").err

    assert f"fetching leads.csv {len(LEADS)} bytes of {len(LEADS)} bytes (100 %)" in shown
    assert hushed == ""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_for_an_object_and_clears_its_copy_away(run, store, temporary, signum):
    store.objects["/bucket/leads.csv"] = LEADS
    store.stalls = lambda: os.kill(os.getpid(), signum)

    done = run("report", "s3://bucket/leads.csv")

    assert done.code == 128 + signum
    assert "interrupted" in done.said[-1]
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_an_object_that_does_not_come_whole_is_no_list(run, provider, store, files):
    provider()
    store.objects["/bucket/leads.csv"] = LEADS
    store.cut = 5

    done = run("check", "s3://bucket/leads.csv", *PLAIN)

    assert done.code == 3
    [line] = done.said
    assert "s3://bucket/leads.csv cannot be fetched" in line
    assert files() == []


def test_a_disk_that_refuses_is_no_matter_of_the_network(store, tmp_path):
    store.objects["/bucket/leads.csv"] = LEADS

    with pytest.raises(FileError, match=r"leads.csv cannot be kept in .*/gone \(No such file .* set TMPDIR"):
        anyio.run(fetch, ObjectUrl("s3://bucket/leads.csv"), tmp_path / "gone")


def test_a_folder_for_temporary_files_that_is_missing_is_named(run, environment):
    with environment.context() as patched:
        patched.setattr(tempfile, "tempdir", "/no/such/folder")
        done = run("report", "s3://bucket/leads.csv")

    assert done.code == 3
    assert "cannot be created (No such file or directory); set TMPDIR to another folder" in done.said[0]


def test_the_library_is_asked_for_where_it_is_missing(run, environment):
    environment.setitem(sys.modules, "obstore", None)

    done = run("report", "s3://bucket/leads.csv")

    assert done.code == 3
    assert "pip install 'recipient-validator[cloud]'" in done.said[0]
