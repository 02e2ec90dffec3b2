"""Each word of the glossary stands once, and what it names exists in the code."""

import re
import sqlite3
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import click
import pytest

from validator.batch.verdict_columns import COLUMNS, EXTRA_COLUMNS
from validator.cli import cli
from validator.ledger import open_ledger

PAGE = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| word")
]

# What the project is explained with: the page has to have these, whatever else it has.
WORDS = {
    *("recipient", "number", "request", "check", "verdict", "reason", "gateway", "key", "session", "lane"),
    *("budget", "ledger", "plan", "run", "canary", "guard", "breaker", "drift", "hold", "dispatcher"),
    *("exchange", "segment"),
}


def test_each_word_has_a_meaning_and_stands_once_in_order():
    words = [word for word, _, _ in ROWS]

    assert all(meaning for _, meaning, _ in ROWS)
    assert words == sorted(set(words), key=str.lower)
    assert not WORDS - set(words)


def named(kind):
    """What the right column names as a `kind`: a column, a table, an option."""
    return {name for _, _, code in ROWS for name in re.findall(rf"{kind} `([^`]+)`", code)}


def dotted():
    return sorted({name for row in ROWS for name in re.findall(r"`(validator\.[\w.]+)`", row[2])})


def found(name):
    """Whether a dotted name is a module, or a path of attributes and annotated fields below one."""
    parts = name.split(".")
    depth = next(depth for depth in range(len(parts), 0, -1) if is_module(parts[:depth]))
    here = import_module(".".join(parts[:depth]))
    for part in parts[depth:]:
        if not has(here, part):
            return False
        here = getattr(here, part, None)
    return True


def has(owner, name):
    is_class = not isinstance(owner, ModuleType)
    return hasattr(owner, name) or (is_class and name in getattr(owner, "__annotations__", {}))


def is_module(parts):
    try:
        return find_spec(".".join(parts)) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize(
    "bad", ["validator.pacing.Lanes", "validator.model.Verdict.MAYBE", "validator.poems"]
)
def test_a_name_that_does_not_exist_is_not_found(bad):
    assert not found(bad)


def test_every_class_module_and_member_exists():
    names = dotted()

    assert len(names) > 60
    assert not [name for name in names if not found(name)]


def test_every_column_is_one_of_the_output():
    assert named("column")
    assert not named("column") - {*COLUMNS, *EXTRA_COLUMNS}


def test_every_table_is_one_of_the_ledger(tmp_path):

    path = tmp_path / "ledger.sqlite"
    with open_ledger(path, holder="test"):
        pass
    with sqlite3.connect(path) as reading:
        tables = {name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert named("table")
    assert not named("table") - tables


def test_every_option_is_one_of_a_command():
    context = click.Context(cli)
    commands = [cli, *(cli.get_command(context, name) for name in cli.list_commands(context))]
    options = {option for command in commands for param in command.params for option in param.opts}

    assert named("option")
    assert not named("option") - options


def test_nothing_in_the_right_column_is_left_unchecked():
    marked = {name for _, _, code in ROWS for name in re.findall(r"`([^`]+)`", code)}
    checked = set(dotted()) | named("column") | named("table") | named("option")

    assert marked == checked
