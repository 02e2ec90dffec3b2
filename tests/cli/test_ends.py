"""The end of a run in its metrics, and the exit code that is returned."""

import signal
import stat
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.cli.constants import ALWAYS_500, ANN, BOB, KEY, PLAIN
from tests.support.cli.csv_rows import rows_of
from validator.cli.runs.run_ends import EndOptions
from validator.errors import Busy, FileError, Interrupted

UNKNOWN = f"phone\n{ANN}\n{ALWAYS_500}\n"


def metrics(path="leads.prom"):
    families = text_string_to_metric_families(Path(path).read_text())
    return {
        "_".join([sample.name, *(value for name, value in sample.labels.items() if name != "run")]): (
            sample.value
        )
        for family in families
        for sample in family.samples
    }


def test_a_run_leaves_its_metrics_for_others_to_read(check):
    done = check("--metrics", "leads.prom")

    found = metrics()
    assert (done.code, found["validator_last_run_exit_code"]) == (0, 0)
    assert found["validator_last_run_rows_registered"] == 2
    assert found["validator_last_run_calls_attempts"] == 2
    assert found["validator_last_success_timestamp_seconds"] == found["validator_last_run_timestamp_seconds"]
    assert stat.S_IMODE(Path("leads.prom").stat().st_mode) == 0o644
    assert '{run="leads"}' in Path("leads.prom").read_text()


@pytest.mark.parametrize("number", [ANN, BOB])
def test_metrics_hold_neither_numbers_nor_the_key(check, number):
    check("--metrics", "leads.prom", "--canary", "+447700900008")

    content = Path("leads.prom").read_text()
    assert number[1:] not in content
    assert KEY not in content


def test_a_failing_run_writes_metrics_and_keeps_the_last_success(check, provider, run, environment):
    check("--metrics", "leads.prom")
    success = metrics()["validator_last_success_timestamp_seconds"]
    environment.delenv("SENDAPI_API_KEY")

    done = run("check", "leads.csv", "--metrics", "leads.prom")

    found = metrics()
    assert (done.code, found["validator_last_run_exit_code"], found["validator_last_run_success"]) == (
        2,
        2,
        0,
    )
    assert found["validator_last_success_timestamp_seconds"] == success
    assert found["validator_last_run_timestamp_seconds"] >= success
    assert "validator_last_run_rows_registered" not in found


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["no.csv"], 3),
        (["leads.csv", "-c", "mobile"], 3),
        (["leads.csv", "--base-url", "http://stranger.example/v1"], 2),
        (["leads.csv", "-s", "sess_nobody"], 6),
        (["leads.csv", "-o", "no/out.csv"], 3),
    ],
)
def test_the_metrics_of_a_run_that_cannot_begin_have_its_exit_code(run, provider, listed, options, code):
    provider()
    listed()

    done = run("check", *options, *PLAIN, "--metrics", "leads.prom")

    assert (done.code, metrics()["validator_last_run_exit_code"]) == (code, code)


def test_the_metrics_of_a_run_that_found_the_key_in_use_say_so(run, provider, listed, held_ledger):
    provider()
    listed()

    assert run("check", "leads.csv", "--metrics", "leads.prom").code == 7
    assert metrics()["validator_last_run_exit_code"] == 7


@pytest.mark.parametrize(
    ("target", "words", "code"),
    [
        ("leads.csv", "holds something else than metrics of this tool; name another file", 2),
        ("/dev/stdout", "is no plain file", 2),
        ("no/leads.prom", "no", 3),
        (".", "is a folder", 3),
    ],
)
def test_a_target_that_metrics_cannot_take_ends_the_run_before_it_begins(
    *, check, provider, target, words, code
):
    app = provider()

    done = check("--metrics", target)

    assert (done.code, app.log.requests) == (code, 0)
    assert words in done.said[-1]
    assert rows_of("leads.csv")[0]["name"] == "Ann"


@pytest.mark.parametrize("option", ["-o", "--sendable", "--report", "--summary"])
def test_metrics_and_another_output_are_not_one_file(check, option):
    done = check("--metrics", "one", option, "one")

    assert done.code == 2
    assert "name the same file" in done.said[-1]


def test_metrics_in_a_folder_that_is_gone_meanwhile_change_no_exit_code(capfd):
    Path("metrics").mkdir()

    def run_then_lose_the_folder():
        Path("metrics").rmdir()
        raise Interrupted(signal.SIGTERM)

    ends = EndOptions(metrics=Path("metrics/leads.prom"))
    with pytest.raises(Interrupted):
        ends.reported("check", run_then_lose_the_folder, ca_file=None)

    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(
        "validator: the end of the run was not reported: the folder of metrics/leads.prom does not exist"
    )


@pytest.mark.parametrize(("codes", "returned"), [("0", 4), ("0,4", 0), ("4", 0), (" 5, 4 ", 0), ("5", 4)])
def test_exit_codes_may_count_as_success_and_the_summary_keeps_the_true_one(check, codes, returned):
    done = check(
        "--success-codes", codes, "--retries", "0", "--json", "--metrics", "leads.prom", content=UNKNOWN
    )

    found = metrics()
    assert (done.code, done.json["exit_code"]) == (returned, 4)
    assert found["validator_last_run_exit_code"] == 4
    assert found["validator_last_run_success"] == (returned == 0)


def test_a_run_that_could_not_begin_may_count_as_success_and_says_why(run, provider, listed, held_ledger):
    provider()
    listed()

    done = run("check", "leads.csv", "--success-codes", "0,7")

    assert done.code == 0
    assert "is in use by" in done.said[-1]


@pytest.mark.parametrize("codes", ["1", "2", "0,3", "four", "-1", "141"])
def test_other_exit_codes_never_count_as_success(check, codes):
    done = check("--success-codes", codes)

    assert done.code == 2
    assert "cannot count as success; there are: 0, 4, 5, 6, 7, 129, 130, 143" in done.said[-1]


def test_a_bug_is_reported_and_raised(capfd):
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        EndOptions(metrics=Path("leads.prom"), success_codes=frozenset({0, 7})).reported(
            "check", broken, ca_file=None
        )

    assert metrics()["validator_last_run_exit_code"] == 1


def test_success_codes_hold_for_errors_too(capfd):
    def busy():
        raise Busy("this API key is in use by pid 1")

    assert EndOptions(success_codes=frozenset({0, 7})).reported("check", busy, ca_file=None) == 0
    assert "in use by pid 1" in capfd.readouterr().err


@pytest.mark.parametrize(("codes", "returned"), [("0", 6), ("0,6", 0)])
def test_json_has_its_line_of_a_run_that_could_not_begin_whatever_is_returned(check, codes, returned):
    done = check("--json", "--session", "sess_01H8BKF0000000000000000XXX", "--success-codes", codes)

    assert (done.code, done.json["exit_code"]) == (returned, 6)
    assert done.json["error"] in done.said[-1]
    assert len(done.out.splitlines()) == 1


def test_an_output_that_cannot_be_written_is_how_the_run_ended(capfd):
    """Standard output fails when the run is over: that is the end that counts."""

    def closed():
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left"):
        EndOptions(metrics=Path("leads.prom")).reported("check", closed, ca_file=None)

    assert metrics()["validator_last_run_exit_code"] == 3
