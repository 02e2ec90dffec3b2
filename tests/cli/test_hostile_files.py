"""Every list of the collection comes back right, or is refused in one line; nothing is left half written."""

import re
from pathlib import Path

import polars as pl
import pytest

from tests.support.cli.constants import PLAIN
from tests.support.cli.hostile_files import BAD, GOOD
from validator.errors import StoppedEarly
from validator.tables import ending_of, open_table
from validator.tables.files.compression import unpacked

ADDED = ["e164", "verdict", "is_whatsapp_user", "whatsapp_id", "reason", "source", "checked_at"]
UNASKED = ("--limit", "0")  # all that is local happens, and nobody is asked


def cells_of(path):
    table = open_table(path)
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def records_of(text):
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def written(path):
    with unpacked(path) as file:
        return file.read(-1)


def test_the_collection_is_large_and_every_trap_has_a_name():
    traps = [case.trap for case in (*GOOD, *BAD)]
    assert len(set(traps)) == len(traps) >= 100


@pytest.mark.slow
@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.trap)
def test_a_file_that_is_odd_comes_back_right(run, listed, files, provider, case):
    provider()
    source = listed(case.content, case.name)
    before = source.read_bytes()
    ending = ending_of(source)
    target = Path(f"{source.name.removesuffix(ending)}.checked{ending}")

    done = run("check", source, *PLAIN, *UNASKED, "--max-invalid", "100%", *case.options)

    assert done.code in {0, StoppedEarly.exit_code}, done.err
    assert files() == sorted([source.name, target.name])
    assert source.read_bytes() == before
    output = cells_of(target)
    assert set(ADDED) < set(output.columns)
    assert output["e164"].to_list() == case.e164
    if "--ragged" not in case.options:
        assert output.drop(ADDED).equals(cells_of(source)) or source.suffix in {".ndjson", ".jsonl"}
    assert_records_are_kept(case, written(target))


def assert_records_are_kept(case, output):
    """The output's records begin with the input's; a JSON object goes on before its closing brace."""
    text = case.text or (case.content if isinstance(case.content, str) else None)
    if text is None:
        return
    codec = next((codec for codec in case.trap.split("-with-mark") if codec.startswith(("utf", "cp"))), None)
    lines = records_of(output.decode(codec or "utf-8" if "1252-lacks" not in case.trap else "latin-1"))
    expected = records_of(text)
    if case.trap.startswith("no-header"):
        lines = lines[1:]
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.removeprefix("\ufeff").startswith(start.strip().removesuffix("}"))


@pytest.mark.slow
@pytest.mark.parametrize("case", BAD, ids=lambda case: case.trap)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(run, listed, files, provider, case):
    provider()
    source = listed(case.content, case.name)
    old = Path("leads.checked" + ending_of(source))
    old.write_bytes(b"the output of an earlier run")

    done = run("check", source, *case.options)

    assert done.code == case.code
    [line] = done.said
    assert re.search(case.says, line)
    assert files() == sorted([source.name, old.name])
    assert old.read_bytes() == b"the output of an earlier run"
