"""What the README says is what the program does."""

import re
import runpy
from pathlib import Path
from typing import Any

import click
import pytest

from validator import errors
from validator.batch.verdict_columns import COLUMNS, EXTRA_COLUMNS
from validator.cli import COMMANDS, cli
from validator.cli.help.exit_codes import EXIT_CODES
from validator.cli.help.help_pages import HELP_ALL
from validator.cli.settings.reading import settings_in
from validator.cli.settings.settings_sources import SettingsFile
from validator.http.webhook import Webhook
from validator.model import Reason, Source, Verdict
from validator.pacing.lane.failure_kinds import FAILURE_KINDS
from validator.reports import RateUse, Summary
from validator.reports.metrics import render_metrics
from validator.reports.notification import notification
from validator.reports.otlp import span_attributes
from validator.reports.run_end import RunEnd
from validator.tables import FORMATS, formats
from validator.version import __version__

ROOT = Path(__file__).parents[1]
# Options of our benchmarks and of other programs, which pages name beside those of the commands.
OF_OTHERS = {
    "--address",
    "--head",
    "--seeds",
    *("--address", "--head"),  # of Ray
    *(
        "--cap-drop",
        "--read-only",
        "--rm",
        "--secret",
        "--security-opt",
        "--stop-timeout",
        "--tmpfs",
    ),  # podman
    *("--from-file", "--from-literal"),  # kubectl
    *("--now", "--system"),  # systemctl, useradd
}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading, up to the next one of its level."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """The first cell of every row of the tables in a text, headers and rules left out."""
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
    return [cell for cell in rows if cell and not set(cell) <= {"-"}]


def page(name: str) -> str:
    """The text of a page in docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def every_command() -> dict[str, click.Command]:
    """Every command by what comes before `--help`: the program itself, and those of groups, included."""
    named = ((name, cli.get_command(click.Context(cli), name)) for name in COMMANDS)
    found = {name: command for name, command in named if command is not None}
    groups = {name: command for name, command in found.items() if isinstance(command, click.Group)}
    inner = {f"{name} {one}": group.commands[one] for name, group in groups.items() for one in group.commands}
    return {"": cli, **found, **inner}


@pytest.mark.slow
def test_help_texts_are_what_the_program_prints():
    written = runpy.run_path(str(ROOT / "docs" / "write_help.py"))["page"]()

    assert written == page("commands.md"), "run `make docs`"


@pytest.mark.parametrize("command", every_command())
def test_every_command_has_a_help_text(command):
    heading = f"## `validator {command}".rstrip() + "`"

    assert f"\n{heading}\n\n```text\nUsage: validator {command}".rstrip() in page("commands.md")


def test_the_readme_lists_the_commands():
    listed = re.findall(r"^\| `validator (\w+)` \|", section("Reference"), re.MULTILINE)

    assert listed == list(COMMANDS)


@pytest.mark.parametrize(
    "name",
    ["README.md", "SECURITY.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))],
)
def test_every_option_that_is_named_exists(name):
    known = {
        option for command in every_command().values() for param in command.params for option in param.opts
    }
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))

    assert not named - known - {"--help", HELP_ALL, *OF_OTHERS}


# Pages written by hand, in which people look for commands.
BY_HAND = [
    "README.md",
    *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md") if path.stem != "commands"),
]


def command_lines(name: str) -> list[tuple[str, set[str]]]:
    """The commands that stand in the code of a page, each with its options."""
    text = (ROOT / name).read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"```.*?```", text, re.DOTALL), *re.findall(r"(?<!`)`([^`]+)`(?!`)", text)])
    lines = re.findall(r"validator (?:--(?:config|profile) \S+ )?([a-z]+(?: [a-z]+)?)([^`\n#|]*)", code)
    commands = every_command()
    found = [(two if two in commands else two.split()[0], two + rest) for two, rest in lines]
    return [
        (one, set(re.findall(r"(?<!\S)-{1,2}[a-z][a-z-]*", rest))) for one, rest in found if one in commands
    ]


@pytest.mark.parametrize("name", BY_HAND)
def test_every_command_line_of_a_page_is_one(name):
    """Each word after `validator` that stands for a command is one, and has the options it is given."""
    commands = every_command()

    for command, options in command_lines(name):
        known = {option for param in commands[command].params for option in param.opts}
        assert options <= known | {"--help", HELP_ALL}, command


def test_pages_have_command_lines():
    assert sum(len(command_lines(name)) for name in BY_HAND) > 60


def described(text: str) -> list[str]:
    """The words in backticks that begin the rows of a text's tables."""
    return [cell.strip("`") for cell in first_cells(text) if cell.startswith("`")]


def test_columns_are_those_of_the_output():
    columns = page("output.md").split("\n## Verdicts")[0]

    assert described(section("What comes back")) == [*COLUMNS]
    assert described(columns) == [*COLUMNS, *EXTRA_COLUMNS]


def test_every_verdict_reason_and_source_is_explained():
    text = page("output.md")
    missing = [
        word.value for words in (Verdict, Reason, Source) for word in words if f"`{word.value}`" not in text
    ]

    assert not missing
    assert not [word.value for word in Verdict if f"`{word.value}`" not in section("What comes back")]


def test_no_reason_is_explained_that_does_not_exist():
    rows = page("output.md").split("\n## Verdicts and reasons\n")[1].split("\n\n[")[0]
    reasons = re.findall(
        r"`(\w+)`", " ".join(line.split("|")[2] for line in rows.splitlines() if "|" in line)
    )

    assert sorted(reasons) == sorted(word.value for word in Reason)


def test_formats_are_those_of_the_registry():
    endings = {
        ending for entry in FORMATS.values() for ending in entry.suffixes
    } | formats._READ_ONLY_SUFFIXES
    rows = [line.split("|")[2] for line in page("formats.md").splitlines() if line.startswith("| ")]

    assert set(re.findall(r"`(\.\w+)`", " ".join(rows))) == endings


def test_exit_codes_are_those_of_the_exceptions():
    rows = section("What comes back").split("\n### Exit codes\n")[1]
    told = {int(code) for cell in first_cells(rows) for code in re.findall(r"\d+", cell)}
    raised = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ValidatorError)
    }

    assert told == raised | {0, errors.EXIT_TOO_MANY_UNKNOWN, 143}
    written = dict(re.findall(r"^\| ([\d, ]+) \| (.+?) \|", rows, re.MULTILINE))
    assert written == EXIT_CODES


def proofs_in(text: str) -> list[tuple[str, str]]:
    """The tests that a text names: each file, and the function where one is named, else nothing."""
    return re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)


def assert_there_is(path: str, test: str) -> None:
    assert (ROOT / path).is_file(), path
    assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{test}"


def test_every_promise_names_a_test_that_exists():
    rows = [line for line in section("Promises").splitlines() if re.match(r"\| \d", line)]

    assert len(rows) == 10
    assert all(map(proofs_in, rows)), "a promise without a test"
    for proof in proofs_in("\n".join(rows)):
        assert_there_is(*proof)


@pytest.mark.parametrize("page", ["docs/faults.md", "SECURITY.md"])
def test_the_tests_named_beside_faults_and_protections_exist(page):
    named = proofs_in((ROOT / page).read_text(encoding="utf-8"))

    assert named
    for proof in named:
        assert_there_is(*proof)


def test_every_fault_names_a_test():
    rows = [
        line for line in (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    faults = [row for row in rows if not row.startswith(("| fault |", "|---"))]

    assert len(faults) > 30
    assert not [fault for fault in faults if not proofs_in(fault)]


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/gateways.md"])
def test_every_file_and_folder_a_guide_names_exists(page):
    named = re.findall(
        r"`((?:validator|tests|docs|examples|benchmarks|tools)/[\w./]*)`",
        (ROOT / page).read_text(encoding="utf-8"),
    )

    assert named
    assert not [name for name in named if "NAME" not in name and not (ROOT / name).exists()]


def test_the_gateway_of_the_guide_is_the_toy_of_the_contract_test():
    toy = (ROOT / "tests" / "contracts" / "toy_gateway.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "gateways.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)

    assert len(blocks) > 5
    assert not [block for block in blocks if block not in toy]


def test_the_guide_says_what_each_error_means():
    page = (ROOT / "docs" / "gateways.md").read_text(encoding="utf-8")
    kinds = [kind.__name__ for kind, _ in FAILURE_KINDS]

    assert not [kind for kind in [*kinds, "UnexpectedStatus"] if f"`{kind}`" not in page]


@pytest.mark.parametrize("name", ["README.md", "docs/settings.md"])
def test_settings_files_of_the_pages_are_such_files(name, tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    commands = {one: command for one, command in every_command().items() if one and " " not in one}

    assert blocks
    for block in blocks:
        path = tmp_path / "settings.toml"
        path.write_text(block, encoding="utf-8")
        profiles = re.findall(r"^\[profiles\.([\w-]+)\]", block, re.MULTILINE)
        settings_in(commands, [SettingsFile(path, is_own=True)], *profiles)


def test_metrics_message_and_trace_are_what_the_page_says():
    end = RunEnd(
        command="check", version="1", started_at_s=0, finished_at_s=1, exit_code=0, is_success=True,
        summary=Summary(
            version="1", command="check", input="l.csv", started_at="", finished_at="", duration_s=1, rows=0,
            distinct_numbers=0, duplicate_rows=0, already_known=0, asked=0, verdicts={},
            rate=RateUse(limit_per_min=1),
        ),
    )  # fmt: skip
    written = render_metrics(end, run="l", last_success_s=1.0).decode()
    after = page("schedules.md").split("\n## Metrics\n")[1]
    metrics, message, trace = re.split(r"\n## (?:Messages|OpenTelemetry)\n", after)
    told = notification(end, mask=str)

    assert described(metrics) == re.findall(r"^# HELP (\w+) ", written, re.MULTILINE)
    assert described(message) == list(told)
    of_summary = next(line for line in message.splitlines() if line.startswith("| `summary`"))
    assert set(re.findall(r"`(\w+)`", of_summary)) - {"summary"} == set(told["summary"])
    attributes = span_attributes(end)
    assert set(described(trace)) <= set(attributes)
    assert {name.split(".")[1] for name in described(trace)} == {name.split(".")[1] for name in attributes}


def test_the_receiver_of_the_page_knows_a_genuine_message():
    (code,) = re.findall(r"```python\n(import base64.*?)```", page("schedules.md"), re.DOTALL)
    webhook = Webhook.parse("https://hooks.example.com/", "a secret of enough characters")
    names: dict[str, Any] = {}
    exec(compile(code, "schedules.md", "exec"), names)

    headers = webhook.headers(b"{}", "msg_1", 1.0)

    assert names["is_genuine"](headers, b"{}", webhook.secret)
    assert not names["is_genuine"](headers, b"{ }", webhook.secret)
    assert not names["is_genuine"](headers, b"{}", b"another secret of enough characters")


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in set(re.findall(r"`make (\w+)`|\$ make (\w+)", README)):
        name = "".join(target)
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name


def test_the_lock_pins_hashes_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9._-]+==", lock, re.MULTILINE)

    assert "://" not in lock
    assert len(pins) <= lock.count("--hash=sha256:")


def test_changelog_has_a_section_for_this_version():
    titles = re.findall(
        r"^## \[([^]]+)\](?: - (\d{4}-\d\d-\d\d))?$",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert titles[0] == ("Unreleased", "")
    assert titles[1][0] == __version__
    assert all(date for _, date in titles[1:]), "a section without its date is not ready for a tag"


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_lead_to_pages_that_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert targets
    assert not [target for target in targets if target and not (ROOT / target).exists()]
