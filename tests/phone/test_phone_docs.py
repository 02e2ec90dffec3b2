"""What is written about phone cells is what there is."""

from pathlib import Path

import polars as pl

from validator.phone import RECOVERIES

PAGE = (Path(__file__).parents[2] / "docs" / "phone.md").read_text(encoding="utf-8")


def test_the_table_of_recoveries_is_theirs():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 4]
    table = [f"| `{one.name}` | {one.stage.value} | {one.reads} |" for one in RECOVERIES]
    assert rows == table


def test_every_file_it_names_is_there():
    folder = Path(__file__).parents[2] / "validator" / "phone"
    named = {
        word
        for line in PAGE.splitlines()
        for word in line.split("`")
        if word.endswith(".py") and "/" not in word
    }
    assert named
    assert all((folder / name).exists() for name in named)


def test_the_polars_example_works():
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    leads = pl.DataFrame({"mobile": ["07400 123456"], "country": ["GB"]})
    lines = [line for line in code.splitlines() if line and not line.startswith("import")]
    found = eval("\n".join(lines), {"pl": pl, "leads": leads})
    assert found.row(0) == ("07400 123456", "GB", "+447400123456", None, "mobile")
