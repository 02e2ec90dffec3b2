"""Help texts: what is shown first, that nothing is left out, that each example is a command line."""

import re
import shlex
import subprocess
import sys

import click
import pytest

from validator.cli import COMMANDS, cli
from validator.cli.help.help_pages import HELP_ALL, Command


def every_command():
    """Every command that does something, by the words that call it."""
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        inner = command.commands if isinstance(command, click.Group) else {}
        yield from ((f"{name} {word}", one) for word, one in inner.items())
        if not inner:
            yield name, command


EVERY = dict(every_command())
GROUPED = [name for name, command in EVERY.items() if command.first]


def names_in(text):
    """The long options that begin a line of a help text."""
    words = (line.split("  ")[1] for line in text.splitlines() if line.startswith("  -"))
    return [word for line in words for word in line.replace(",", " ").split() if word.startswith("--")]


@pytest.mark.parametrize("name", EVERY)
def test_every_example_is_a_command_line_of_its_command(name):
    command = EVERY[name]

    assert isinstance(command, Command)
    assert command.examples
    for example in command.examples:
        # Some are part of a pipe, or of an `eval`.
        program, *words = shlex.split(re.search(r"validator [^|>)]*", example.line)[0])
        assert [program, *words[: len(name.split())]] == ["validator", *name.split()]
        command.make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize("name", EVERY)
def test_the_help_text_ends_with_the_examples(run, name):
    text = run(*name.split(), "--help").out

    for what, line in EVERY[name].examples:
        assert what in " ".join(text.split())
        assert f"\n    {line}\n" in text


@pytest.mark.parametrize("name", GROUPED)
def test_help_shows_what_most_need_and_help_all_shows_each_option_once(run, name):
    short, long = run(*name.split(), "--help"), run(*name.split(), HELP_ALL)
    options = {max(option.opts, key=len) for option in EVERY[name].get_params(click.Context(EVERY[name]))}
    options -= {"input", "numbers"}

    assert (short.code, long.code) == (0, 0)
    assert len(EVERY[name].first) <= 10
    assert names_in(short.out) == [*(f"--{first}" for first in EVERY[name].first), HELP_ALL, "--help"]
    assert sorted(names_in(long.out)) == sorted(options)
    assert f"shows all {len(options)} options" in short.out


@pytest.mark.parametrize("name", GROUPED)
def test_every_option_is_in_a_group(run, name):
    others = run(*name.split(), HELP_ALL).out.partition("Other options:")[2]

    assert set(names_in(others)) == {HELP_ALL, "--help"}


@pytest.mark.parametrize("columns", [40, 60, 100])
@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_wider_than_the_terminal_but_an_example_and_the_name_of_an_option(
    run, monkeypatch, name, columns
):
    monkeypatch.setenv("COLUMNS", str(columns))

    lines = run(*name.split(), "--help").out.partition("Examples:")[0].splitlines()
    texts = [line for line in lines if not (line.startswith("  -") and "  " not in line.strip())]

    assert max(map(len, texts)) <= columns


@pytest.mark.slow
def test_no_help_text_imports_what_only_the_work_needs():
    heavy = {"polars", "httpx", "rich", "phonenumbers", "sqlite3", "anyio", "tenacity", "ssl", "starlette"}
    heavy |= {"asyncio", "socket", "email", "hashlib", "tomllib", "difflib", "subprocess", "jinja2"}
    code = (
        "import sys; from validator.cli import main\n"
        "for name in sys.argv[1:]: assert main([*name.split(), '--help']) == 0\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *EVERY], capture_output=True, text=True, check=True)

    loaded = set(done.stderr.split())
    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert not {"validator.gateways.gateway", "validator.sendapi", "validator.reports.counts"} & loaded
