"""What is written about phone cells is what there is."""

from pathlib import Path

import polars as pl
import pytest

from validator.phone import RECOVERIES, RULES, other_spelling
from validator.phone.cell.recoveries import Stage

PAGE = (Path(__file__).parents[2] / "docs" / "phone.md").read_text(encoding="utf-8")


def test_the_table_of_recoveries_is_theirs():
    stages = tuple(f" | {stage.value} | " for stage in Stage)
    rows = [line for line in PAGE.splitlines() if any(stage in line for stage in stages)]
    table = [f"| `{one.name}` | {one.stage.value} | {one.reads} |" for one in RECOVERIES]
    assert rows == table


def test_the_table_of_readings_is_theirs():
    table = [f"| `{rule.name}` | `{rule.reading}` | {rule.reads} |" for rule in RULES]
    assert [line for line in PAGE.splitlines() if line in table] == table


def spelt(column):
    """The code words of one column of the table of spellings, by country."""
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.count(" | ") == 4 and "`+5" in line]
    return {row[0].removeprefix("| "): row[column].split("`")[1::2] for row in rows}


REGIONS = {"Mexico": "MX", "Brazil": "BR", "Argentina": "AR"}


@pytest.mark.parametrize("country", REGIONS)
def test_what_it_says_is_one_number_is_one(outcome, country):
    *written, number = spelt(1)[country]
    assert [f"+{outcome(cell, REGIONS[country])}" for cell in written] == [number] * len(written)


@pytest.mark.parametrize("country", REGIONS)
def test_what_it_says_is_asked_second_is_the_other_spelling(country):
    other, number = spelt(2)[country]
    asked = pl.DataFrame({"number": [int(number)]}, {"number": pl.UInt64})
    assert asked.select(other_spelling(pl.col("number"))).item() == int(other)


@pytest.mark.parametrize("country", ["Brazil", "Argentina"])
def test_what_it_says_is_kept_apart_is_two_numbers(outcome, country):
    written = spelt(3)[country]
    assert [f"+{outcome(cell)}" for cell in written] == written


def test_every_file_it_names_is_there():
    folder = Path(__file__).parents[2] / "validator" / "phone"
    named = {
        word
        for line in PAGE.splitlines()
        for word in line.split("`")
        if word.endswith(".py") and not word.startswith(("validator/", "benchmarks/"))
    }
    assert named
    assert all((folder / name).exists() for name in named)


def test_the_polars_example_works():
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    names = {}
    exec(code, names)
    assert names["found"].row(0) == ("07400 123456", "GB", "+447400123456", None, "mobile")
