"""What a start costs, and what stands in the command line whatever else changes."""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.support.cli.constants import PLAIN
from validator.cli import COMMANDS, cli
from validator.cli.options.values import FORMATS as FORMAT_NAMES
from validator.tables import FORMATS

# Options whose names are part of the contract.
PROMISED = frozenset(
    [
        "--output",
        "--sendable",
        "--report",
        "--summary",
        "--column",
        "--region",
        "--region-column",
        "--session",
        "--api-key-file",
        "--base-url",
        "--rate",
        "--concurrency",
        "--timeout",
        "--retries",
        "--max-age",
        "--refresh",
        "--only",
        "--ledger",
        "--max-error-rate",
        "--max-unknown",
        "--deadline",
        "--daily-cap",
        "--contacts",
        "--suppress",
        "--limit",
        "--dry-run",
        "--order",
        "--format",
        "--prefix",
        "--landlines",
        "--accept",
        "--json",
        "--quiet",
        "--verbose",
        "--log-format",
        "-o",
        "-c",
        "-r",
        "-s",
        "-q",
        "-v",
    ]
)


def imports_of(*words):
    """The top-level modules that a command line imports."""
    return {name.partition(".")[0] for name in modules_of(*words)}


def modules_of(*words):
    """All modules that a command line imports, asked of a process of its own."""
    code = (
        "import sys; from validator.__main__ import run; assert run() == 0; "
        "print(*(name for name, module in sys.modules.items() if module), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(words):
    heavy = {"polars", "httpx", "phonenumbers", "tenacity", "anyio", "rich", "starlette", "uvicorn"}
    heavy |= {"sqlite3", "ssl", "truststore", "certifi"}
    # And nothing that only values and settings need.
    heavy |= {"msgspec", "dataclasses", "json", "logging", "pathlib", "tempfile", "decimal"}
    loaded = modules_of(*words)

    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert not {"validator.model", "validator.settings", "validator.places", "validator.arguments"} & loaded


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_neither_values_nor_settings(name):
    loaded = modules_of(name, "--help")

    # The user's settings are looked for, by platformdirs, which loads `tempfile`.
    heavy = {"msgspec", "dataclasses", "json", "logging", "decimal"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert not {"validator.model", "validator.settings", "validator.sandbox.config"} & loaded


@pytest.mark.slow
@pytest.mark.parametrize("words", [["plan", "leads.csv"], ["check", "--help"]])
def test_what_sends_nothing_imports_no_http_client(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    Path("leads.csv").write_text("phone\n+447911123456\n", encoding="utf-8")

    assert not {"httpx", "h11", "ssl"} & imports_of(*words)


@pytest.mark.slow
def test_a_quiet_plan_loads_nothing_that_draws_or_sets_a_pace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    Path("leads.csv").write_text("phone\n+447911123456\n", encoding="utf-8")
    drawing = {"rich.console", "validator.reports.terminal", "validator.reports.live", "jinja2"}
    asking = {"validator.pacing.budget.paced", "validator.pacing.limit.search"}

    assert not (drawing | asking) & modules_of("plan", "leads.csv", "--quiet")


@pytest.mark.slow
def test_a_table_that_no_terminal_shows_loads_nothing_that_draws(provider):
    provider()

    assert "rich" not in imports_of("lookup", "+447911123456", *PLAIN)


@pytest.mark.slow
def test_a_check_loads_these_packages_of_others_and_no_more(provider, listed):
    provider()
    loaded = modules_of("check", str(listed()), *PLAIN, "--quiet")
    packages = {name.partition(".")[0] for name in loaded}
    needed = {
        "polars",
        "phonenumbers",
        "click",
        "platformdirs",
        "anyio",
        "msgspec",
    }
    # The names of the classes of polars and anyio.
    needed |= {"typing_extensions", "sniffio"}

    # What begins with an underscore belongs to one of them, or to how Python was built and installed here.
    others = {name for name in packages - sys.stdlib_module_names if not name.startswith("_")}
    # Python itself loads the customizations of a system: Debian's Python has one.
    assert others - {"validator", "coverage", "sitecustomize", "usercustomize"} <= needed
    assert not {"rich.console", "pygments", "httpx._main", "jinja2", "openpyxl"} & loaded
    # Parts of ours that a plain list with one key needs none of.
    unneeded = {
        "validator.batch.recipients.suppression",
        "validator.batch.sharing",
        "validator.cli.settings.key_tables",
        "validator.cli.settings.settings_files",
        "validator.http.answer",
        "validator.phone.bulk.number_ranges",
        "validator.phone.regions.written",
        "validator.tables.delimited.code_pages",
    }
    assert not unneeded & loaded


@pytest.mark.slow
def test_the_collector_is_off_only_while_modules_are_loaded():
    code = (
        "import gc, sys; from validator.__main__ import run; run(); "
        "print(gc.isenabled(), gc.get_freeze_count() > 10_000, file=sys.stderr)"
    )
    words = [sys.executable, "-c", code, "ledger", "stats", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    assert done.stderr.split() == ["True", "True"]


ENDING = """
import atexit, sys
from validator.__main__ import run

class Kept:
    def __del__(self):
        print("freed")

kept = Kept()
code = run()
atexit.register(print, "called at the end")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "then", "code"),
    [
        (["--version"], "sys.exit(code)", 0),
        (["plan"], "sys.exit(code)", 2),
        (["--version"], "raise ValueError", 1),
    ],
)
def test_a_command_ends_without_freeing_its_memory(words, then, code):
    done = subprocess.run(
        [sys.executable, "-c", f"{ENDING}\n{then}", *words], capture_output=True, text=True, check=False
    )

    assert done.returncode == code, done.stderr
    printed = [line for line in done.stdout.splitlines() if not line.startswith("validator, version")]
    assert printed == ["called at the end"] + ["freed"] * (code == 1)


@pytest.mark.slow
def test_the_help_text_of_the_sandbox_needs_no_server():
    assert not {"starlette", "uvicorn", "polars", "httpx"} & imports_of("sandbox", "--help")


def test_the_options_of_check_are_those_promised():
    command = cli.get_command(click.Context(cli), "check")
    given = {word for option in command.params for word in option.opts}

    assert not PROMISED - given


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_text_that_begins_with_a_sentence(run, name):
    done = run(name, "--help")

    assert done.code == 0
    assert done.out.startswith(f"Usage: validator {name}")
    assert done.err == ""


def test_no_option_takes_a_key():
    commands = [cli.get_command(click.Context(cli), name) for name in COMMANDS]
    words = {word for command in commands for option in command.params for word in option.opts}

    assert not {"--api-key", "--key"} & words


@pytest.mark.slow
def test_the_module_runs_like_the_command_and_only_when_it_is_run():
    command = [sys.executable, "-m", "validator", "ledger", "stats", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (json.loads(done.stdout)["numbers"], done.stderr) == (0, "")
    assert callable(importlib.import_module("validator.__main__").run)


@pytest.mark.slow
def test_a_reader_that_has_gone_away_is_no_bug(spawn):
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = spawn("ledger", "stats", stdout=write_end)
    os.close(write_end)

    _, err = process.communicate(timeout=20)

    assert process.returncode == 128 + signal.SIGPIPE
    assert err == ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_behind_standard_output_is_told(spawn):
    with Path("/dev/full").open("w") as full:
        process = spawn("ledger", "stats", stdout=full)
        _, err = process.communicate(timeout=20)

    assert process.returncode == 3
    assert "No space left on device" in err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["sandbox", "web"])
def test_without_its_extra_a_server_says_how_to_get_it(command):
    code = (
        "import sys; sys.modules['starlette'] = None; from validator.cli import main; "
        f"sys.exit(main(['{command}', '--port', '0']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"pip install 'recipient-validator[{command}]'" in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fault", "nonsense"], "unknown fault 'nonsense'"),
        (["--registered-share", "2"], "registered_share 2.0 is not from 0 to 1"),
        (["--host", "0.0.0.0"], "is not a loopback address"),
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--log", "no/such/folder.jsonl"], "no/such/folder.jsonl: No such file"),
    ],
)
def test_a_sandbox_that_cannot_be_started_says_why(run, options, words):
    done = run("sandbox", "--port", "0", *options)

    assert done.code == 2
    [line] = done.said
    assert words in line


@pytest.mark.parametrize("command", ["sandbox", "web"])
@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_no_machine_has_is_a_usage_error(run, command, port):
    done = run(command, "--port", port)

    assert (done.code, "'--port'" in done.err) == (2, True)


def test_the_formats_that_options_name_are_those_of_the_registry():
    assert list(FORMAT_NAMES) == list(FORMATS)
