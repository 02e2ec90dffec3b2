"""Standard streams that are closed, full or broken, and logs that a machine reads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import ALWAYS_500, ANN, LIST, PLAIN
from tests.support.cli.csv_rows import rows_of
from tests.support.commands import path_with_validator
from tests.support.forms import spread
from validator.tables import writing

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CHECK = f"validator check leads.csv {' '.join(PLAIN)}"


@pytest.fixture
def shell(environment, provider, listed):
    """Run a shell command line in which `validator` is the program; return what it did."""
    provider()
    listed()

    def run(line, **variables):
        variables = os.environ | {"PATH": path_with_validator()} | variables
        return subprocess.run(
            ["bash", "-c", line], capture_output=True, check=False, timeout=60, env=variables
        )

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stderr", "quiet"),
    spread(["2>&-", "2>/dev/full", "2> >(exec 0<&-; sleep 0.1)"], ["", "-q", "-v"], step=3),
)
def test_what_becomes_of_standard_error_decides_nothing(shell, stderr, quiet):
    done = shell(f"{CHECK} --json {quiet} {stderr}")

    assert done.returncode == 0
    assert json.loads(done.stdout)["verdicts"]["registered"] == 2
    assert len(rows_of("leads.checked.csv")) == 4


@pytest.mark.slow
@pytest.mark.parametrize("stdout", [">&-", ">/dev/full", "| true"])
def test_what_becomes_of_the_json_line_decides_nothing(shell, stdout):
    done = shell(f"set -o pipefail; {CHECK} --json {stdout}")

    assert done.returncode == 0, done.stderr
    assert len(rows_of("leads.checked.csv")) == 4


OF_THE_LEDGER = ["export x.ndjson", "import old.csv", "purge --yes --number +447400123456"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "stream"),
    spread(OF_THE_LEDGER, [">/dev/full", "| true", "2>/dev/full", "2> >(exec 0<&-)"], step=2),
)
def test_a_change_of_the_ledger_is_done_whatever_hears_of_it(*, shell, run, listed, words, stream):
    """Without letters beyond ASCII click writes to standard error past what guards it."""
    listed("phone,is_whatsapp_user,checked_at\n+447400123456,true,2026-01-01T00:00:00Z\n", "old.csv")
    assert run("ledger", "import", "old.csv").code == 0

    done = shell(f"set -o pipefail; validator ledger {words} --json {stream}", **ASCII)

    assert done.returncode == 0, done.stderr
    assert Path("x.ndjson").exists() == words.startswith("export")
    left = run("ledger", "stats", "--json").json
    assert left["numbers"] == (not words.startswith("purge"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "stdout"),
    [
        (f"{CHECK} -o -", ">&-"),
        (f"{CHECK} -o -", ">/dev/full"),
        ("validator sessions", ">/dev/full"),
        ("validator contacts", ">&-"),
    ],
)
def test_an_output_that_cannot_be_written_is_3(shell, words, stdout):
    done = shell(f"{words} -q {stdout}" if words.startswith(CHECK) else f"{words} {stdout}")

    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        f"{CHECK} -o /dev/stdout >&-",
        f"{CHECK} -o /dev/fd/1 >&-",
        f"{CHECK} --sendable /proc/self/fd/1 >&-",
        f"{CHECK} --summary /dev/stdout >&-",
        f"{CHECK} --report /dev/stderr 2>&-",
        "validator contacts -o /dev/stdout >&-",
    ],
)
def test_a_closed_stream_that_is_named_by_its_path_is_3_too(shell, words):
    done = shell(words)

    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"cannot be written" in done.stderr or "2>&-" in words


@pytest.mark.slow
@pytest.mark.parametrize("words", ["--version", "--help", "check --help", "ledger -h", "manual", "gateways"])
def test_what_is_printed_without_a_run_ends_as_any_output_does(shell, words):
    full = shell(f"validator {words} >/dev/full")
    gone = shell(f"set -o pipefail; validator {words} | true")

    assert (full.returncode, full.stderr.count(b"\n")) == (3, 1)
    assert (gone.returncode, gone.stderr) == (141, b"")


@pytest.mark.slow
def test_all_streams_closed_is_no_reason_to_fail(shell):
    assert shell(f"{CHECK} <&- >&- 2>&-").returncode == 0
    assert len(rows_of("leads.checked.csv")) == 4


@pytest.mark.slow
def test_closed_standard_input_as_the_list_is_one_line(shell):
    done = shell("validator check - -o out.csv <&-")

    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"standard input is closed" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (CHECK, 0),
        (f"{CHECK} -v", 0),
        (f"{CHECK} --colunm phone", 2),
        (f"{CHECK} --column nowhere", 3),
        (f"{CHECK} -v --column nowhere", 3),
        (f"{CHECK} -o /nowhere/out.csv", 3),
        ("validator plan leads.csv", 0),
        ("validator check no.csv", 3),
        (f"validator lookup {ANN} --no-canaries", 0),
        (f"validator lookup {ALWAYS_500} --accept possible --no-canaries --retries 0 -v", 4),
    ],
)
def test_each_line_of_a_json_log_is_json(shell, words, code):
    form = "--log-format json" if len(words) % 2 else "--log-format=json"
    done = shell(f"{words} {form}")

    lines = done.stderr.decode().splitlines()
    assert done.returncode == code, done.stderr
    assert all("message" in json.loads(line) for line in lines)
    assert lines or words.startswith("validator lookup")
    summaries = [line["summary"] for line in map(json.loads, lines) if "summary" in line]
    assert len(summaries) == (code == 0 and "lookup" not in words)


@pytest.mark.slow
def test_a_bug_of_ours_is_a_line_of_json_too(environment):
    code = (
        "import sys\nfrom validator.cli import main\nimport validator.cli.commands.plan as plan\n"
        "plan.show_plan = None\n"
        "sys.exit(main(['plan', 'leads.csv', '-v', '--log-format', 'json']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert "Traceback" in lines[0]["error"]
    assert "internal error" in lines[-1]["message"]


NAMES = {"münchen.csv": "münchen", "m\udcfcnchen.csv": "m\\xfcnchen", "名簿.csv": "名簿"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "variables"),
    [*((name, ASCII) for name in NAMES), ("m\udcfcnchen.csv", {"LC_ALL": "C.UTF-8"})],
    ids=ascii,
)
def test_any_name_of_a_file_works_in_any_locale(shell, listed, name, variables):
    listed(LIST, name)
    stem = name.removesuffix(".csv")
    shown = f"'{stem}'"
    line = (
        f"validator check '{name}' {' '.join(PLAIN)} --sendable {shown}.send.csv --report {shown}.html "
        f"--summary {shown}.json --ledger {shown}.ledger --json -v"
    )

    done = shell(os.fsencode(line), **variables)

    assert done.returncode == 0, done.stderr
    assert Path(f"{stem}.checked.csv").read_text().count("registered") == 3
    summary = json.loads(Path(f"{stem}.json").read_text())
    assert json.loads(done.stdout)["input"] == summary["input"] == f"{NAMES[name]}.csv"
    assert NAMES[name] in Path(f"{stem}.html").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".xlsx", ".ndjson", ".csv.gz"])
def test_a_name_that_is_no_text_works_in_any_format(run, provider, suffix):
    provider()
    name = f"m\udcfcnchen{suffix}"
    with writing(Path(name), schema=pl.Schema({"phone": pl.String()}), like=None) as writer:
        writer.write(pl.DataFrame({"phone": [ANN]}))

    assert run("check", name, *PLAIN, "-q").code == 0

    assert Path(f"m\udcfcnchen.checked{suffix}").exists()
