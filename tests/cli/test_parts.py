"""Small parts of the command line that need no command to be tried."""

import json
import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import anyio
import click
import pytest
from rich.console import Console

from validator.batch.recipients.job import Only
from validator.batch.stage import Stage
from validator.batch.wiring import make_budget
from validator.cli.process import show
from validator.cli.process.logs import JsonLines, set_up_logging
from validator.cli.runs.resume import command_line, next_command, send_command
from validator.cli.settings.reading import default_map
from validator.cli.settings.settings_sources import SettingsFile
from validator.errors import UsageError
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget
from validator.reports import LiveProgress, LogProgress, NoProgress, ProgressState
from validator.settings import MaxAge, Rate

START = datetime(2027, 1, 15, 8, tzinfo=UTC)


def test_the_command_to_go_on_with_is_the_same_again():
    command = next_command(["check", "my list.csv", "-r", "GB"], START, START, ages=MaxAge())

    assert command == "validator check 'my list.csv' -r GB"


@pytest.mark.parametrize("option", [["--ledger", "{}"], ["--ledger={}"]])
def test_the_password_of_a_ledger_is_not_in_the_command_to_go_on_with(option):
    words = [part.format("postgresql://me:s3cret@db/ledger") for part in option]

    command = next_command(["check", "x.csv", *words], START, START, ages=MaxAge())

    assert "postgresql://me:***@db/ledger" in command


def test_the_command_of_a_report_names_no_number_and_no_secret():
    words = ["check", "a.csv", "--canary", "+447700900001", "--canary=+447700900002", "--proxy", "me:pw@host"]

    assert command_line(words) == (
        "validator check a.csv --canary NUMBER --canary=NUMBER --proxy me:PASSWORD@host"
    )


@pytest.mark.parametrize(
    ("after", "age"), [(timedelta(), "1h"), (timedelta(minutes=61), "2h"), (timedelta(days=1), "25h")]
)
def test_a_refresh_is_gone_on_with_and_not_begun_again(after, age):
    command = next_command(["check", "x.csv", "--refresh"], START, START + after, ages=MaxAge.none())

    assert command == f"validator check x.csv --max-age={age}"


@pytest.mark.parametrize(
    ("words", "ages", "age"),
    [
        ([], "0", " --max-age=1h"),
        (["--max-age", "0"], "0", " --max-age=1h"),
        (["--max-age=yes=30d,no=0"], "yes=30d,no=0", " --max-age=yes=720h,no=1h"),
        (["--max-age", "2h"], "2h", " --max-age 2h"),
        (["--", "y.csv"], "0", " --max-age=1h -- y.csv"),
        (["--max-age", "unknown=1d"], "unknown=1d", " --max-age=yes=720h,no=168h"),
        ([], "yes=2h,no=2h,unknown=5m", " --max-age=2h"),
    ],
)
def test_a_run_that_counts_no_earlier_answers_is_gone_on_with_too(words, ages, age):
    command = next_command(["check", "x.csv", *words], START, START, ages=MaxAge.parse(ages))

    assert command == f"validator check x.csv{age}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--only", "unknown"], " --only=all"),
        (["--only=unknown", "-r", "GB"], " -r GB --only=all"),
        (["-r", "GB"], " -r GB --only=all"),  # set by a variable or a settings file
    ],
)
def test_a_run_over_earlier_failures_is_gone_on_with_over_all_that_is_missing(words, expected):
    command = next_command(["check", "x.csv", *words], START, START, ages=MaxAge(), only=Only.UNKNOWN)

    assert command == f"validator check x.csv{expected}"


@pytest.mark.parametrize(
    ("words", "limit", "expected"),
    [(["--limit", "0"], 0, ""), (["--limit=0", "-q"], 0, " -q"), (["--limit", "10"], 10, " --limit 10")],
)
def test_a_run_that_may_ask_about_no_number_is_gone_on_with_without_that_limit(words, limit, expected):
    command = next_command(["check", "x.csv", *words], START, START, ages=MaxAge(), limit=limit)

    assert command == f"validator check x.csv{expected}"


@pytest.mark.parametrize(
    ("given", "ages", "words"),
    [
        (["x.csv"], "yes=30d,no=7d", "x.csv --limit=0 --sendable=x.send.csv"),
        (["x.csv"], "0", "x.csv --max-age=24h --limit=0 --sendable=x.send.csv"),
        (["x.csv", "--limit", "10"], "yes=30d,no=7d", "x.csv --limit=0 --sendable=x.send.csv"),
        (["--", "x.csv"], "yes=30d,no=7d", "--limit=0 --sendable=x.send.csv -- x.csv"),
    ],
)
def test_the_command_for_the_sendable_file_asks_about_no_number(given, ages, words):
    command = send_command(["check", *given], "x.csv", ages=MaxAge.parse(ages))

    assert command == f"validator check {words}"


@pytest.mark.parametrize(
    ("text", "kind", "limit"),
    [
        ("none", NoBudget, None),
        ("auto", PacedBudget, 60),
        ("find", PacedBudget, 60),
        ("300/min", PacedBudget, 300),
    ],
)
def test_the_rate_decides_on_the_budget(text, kind, limit):
    async def main():
        budget = make_budget(Rate.parse(text), default_per_min=60)
        return type(budget), budget.report(anyio.current_time()).limit_per_min

    assert anyio.run(main) == (kind, limit)


@pytest.mark.parametrize(("text", "told_by"), [("auto", "the gateway's default"), ("find", "--rate find")])
def test_a_share_of_the_key_is_a_share_of_what_nobody_tells(text, told_by):
    async def main():
        return make_budget(Rate.parse(text), default_per_min=60, share=0.25).report(anyio.current_time())

    report = anyio.run(main)

    assert (report.limit_per_min, report.told_by) == (15, told_by)


@pytest.fixture
def log(request):
    record = logging.LogRecord("validator.x", logging.INFO, "", 1, "asked %d", (3,), None)
    record.created = START.timestamp()
    return record


def test_a_log_line_of_json_has_time_level_and_message(log):
    assert json.loads(JsonLines().format(log)) == {
        "time": "2027-01-15T08:00:00.000+00:00",
        "level": "info",
        "logger": "validator.x",
        "message": "asked 3",
    }


def test_a_log_line_of_json_holds_facts_and_failures(log):
    log.progress = {"done": 3}
    log.exc_info = (UsageError, UsageError("no"), None)

    line = json.loads(JsonLines().format(log))

    assert line["progress"] == {"done": 3}
    assert "UsageError: no" in line["error"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_others_say_and_every_traceback_is_masked(capsys, log_format):
    """Our own messages hold masked numbers, and file names with dates in them that are to be read."""
    set_up_logging(quiet=False, verbose=True, log_format=log_format)

    logging.getLogger("asyncio").error("%s was never retrieved", ValueError("+447700900000 sk_live_abc1"))
    error = ValueError("could not convert '+447700900001' of sk_live_abc2")
    error.__cause__ = KeyError("447700900002")
    logging.getLogger("validator.x").debug("leads-20270115.csv", exc_info=error)

    said = capsys.readouterr().err
    assert "[number] [key] was never retrieved" in said
    assert "could not convert '[number]' of [key]" in said
    assert "KeyError: '[number]'" in said
    assert "leads-20270115.csv" in said
    assert "7700900" not in said
    assert "sk_live" not in said


@pytest.mark.parametrize(
    ("options", "level"),
    [({}, logging.INFO), ({"quiet": True}, logging.ERROR), ({"verbose": True}, logging.DEBUG)],
)
def test_how_much_is_said_is_as_asked_and_others_speak_from_warnings_on(options, level):
    set_up_logging(**{"quiet": False, "verbose": False, "log_format": "text"} | options)

    assert logging.getLogger("validator").level == level
    assert logging.getLogger().level == logging.WARNING
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


class Terminal(StringIO):
    def isatty(self):
        return True


def test_progress_is_a_display_on_a_terminal_and_lines_elsewhere(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")

    assert isinstance(show.make_progress(quiet=True), NoProgress)
    monkeypatch.setattr("sys.stderr", StringIO())
    assert isinstance(show.make_progress(quiet=False), LogProgress)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(show.make_progress(quiet=False), LiveProgress)


def test_log_lines_appear_above_a_live_display_and_not_across_it(monkeypatch):
    screen, beneath = Terminal(), StringIO()
    monkeypatch.setattr("sys.stderr", beneath)
    set_up_logging(quiet=False, verbose=False, log_format="text")

    with LiveProgress(Console(file=screen, force_terminal=True, width=80), clock=lambda: 0.0) as progress:
        progress.update(ProgressState(phase="checking", total=2))
        logging.getLogger("validator").info("the pace has changed")
    logging.getLogger("validator").info("it is over")

    assert "the pace has changed" in screen.getvalue()
    assert "it is over" not in screen.getvalue()
    assert beneath.getvalue().endswith("it is over\n")
    assert "the pace" not in beneath.getvalue()


def test_rows_are_laid_out_on_a_terminal_and_markup_in_them_is_text(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)

    show.show_rows(("name", "note"), [("[bold]Ann", None)], as_json=False)

    assert "[bold]Ann" in terminal.getvalue()
    assert "\t" not in terminal.getvalue()


@pytest.fixture
def commands():
    @click.command()
    @click.option("-s", "--session", "sessions", multiple=True)
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--limit", type=int)
    @click.argument("file")
    def check(**_): ...

    @click.group()
    def ledger(): ...

    @ledger.command()
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--path")
    def stats(**_): ...

    return {"check": check, "ledger": ledger}


def test_settings_reach_the_options_of_commands_and_of_commands_in_groups(commands, tmp_path):
    user, project = tmp_path / "user.toml", tmp_path / "project.toml"
    user.write_text('json = true\nsession = "one"\n')
    project.write_text('[check]\nlimit = 5\n[ledger]\npath = "x"\n')

    assert default_map(commands, [SettingsFile(user, is_own=True), SettingsFile(project, is_own=True)]) == {
        "check": {"as_json": True, "sessions": ["one"], "limit": "5"},
        "ledger": {"stats": {"as_json": True, "path": "x"}},
    }


def test_settings_may_name_several(commands, tmp_path):
    path = tmp_path / "validator.toml"
    path.write_text('session = ["one", 2]\n')

    assert default_map(commands, [SettingsFile(path, is_own=True)])["check"] == {"sessions": ["one", "2"]}


def test_arguments_are_no_settings(commands, tmp_path):
    path = tmp_path / "validator.toml"
    path.write_text('file = "x"\n')

    with pytest.raises(UsageError, match="no command has an option 'file'"):
        default_map(commands, [SettingsFile(path, is_own=True)])


def test_a_stage_of_a_known_length_tells_when_it_will_be_through():
    told = Told()

    writing, reading = Stage(told, "writing", total=100), Stage(told, "reading")
    for rows in (0, 50, 100):
        writing.show(rows)
    reading.show(5)

    assert [(state.phase, state.done) for state in told.states] == [
        ("writing", 0),
        ("writing", 50),
        ("writing", 100),
        ("reading", 5),
    ]
    unknown, half, whole, endless = (state.eta_s for state in told.states)
    assert (unknown, whole, endless) == (None, 0, None)
    assert half >= 0


class Told(NoProgress):
    """Keeps what it is told."""

    def __init__(self):
        self.states = []

    def update(self, state):
        self.states.append(state)
