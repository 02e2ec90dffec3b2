"""A file that is one JSON object with all rows in it is called what it is; a row of its own is read."""

import json

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import open_table

COLUMNS = [
    {"mobile": {"0": "+12025550101", "1": "+12025550102"}, "name": {"0": "Ada", "1": None}},
    {"mobile": {"17": 12025550101}},
    {"columns": ["mobile"], "index": [0, 1], "data": [["+12025550101"], ["+12025550102"]]},
]
KEYED = [
    {"-Nx1": {"mobile": "+12025550101"}, "-Nx2": {"mobile": "+12025550102", "name": "Ben"}},
    {"0": {"mobile": "+12025550101", "name": "Ada"}, "1": {"mobile": "+12025550102", "name": "Ben"}},
]
ROWS = [
    {"mobile": "+12025550101", "address": {"town": "Rome"}},
    {"contact": {"mobile": "+12025550101"}},
    {"mobile": {"number": "+12025550101"}, "address": {"town": "Rome"}},
    {"mobile": "+12025550101", "tags": [], "more": {}},
]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["leads.json", "leads.ndjson"])
@pytest.mark.parametrize(
    ("objects", "words"),
    [
        (COLUMNS, r'a table by columns, as pandas writes it by default; .*orient="records"'),
        (KEYED, r"holds each row under a key of its own; .* jq -c 'to_entries\[\] \| \{key\} \+ \.value' <"),
        ([{"n": 1, "rows": [{"a": "x"}]}], r"holds the rows under 'rows'; .* jq -c '\.rows\[\]' <"),
    ],
)
def test_an_object_that_holds_all_rows_is_named_with_the_remedy(listed, objects, words, name, indent):
    for value in objects:
        with pytest.raises(FileError, match=words):
            open_table(listed(json.dumps(value, indent=indent) + "\n", name))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_with_objects_in_it_is_a_row(listed, row):
    assert open_table(listed(json.dumps(row) + "\n", "leads.ndjson")).schema.names() == list(row)


def test_objects_of_objects_may_be_rows_where_there_are_several(listed):
    text = "".join(json.dumps(value) + "\n" for value in KEYED)
    rows = pl.concat(open_table(listed(text, "leads.ndjson")).batches())
    assert rows.height == 2


def test_what_pandas_writes_by_records_is_read(listed):
    text = '[{"mobile":"+12025550101"},{"mobile":"+12025550102"}]'
    assert open_table(listed(text, "leads.json")).schema.names() == ["mobile"]


def test_an_object_that_is_cut_off_is_damaged(listed):
    with pytest.raises(FileError, match=r"line 1 of .* is no JSON"):
        open_table(listed('{"a1": {"mobile": "+12025550101"},\n"a2": {', "leads.json"))
