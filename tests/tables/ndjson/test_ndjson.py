"""NDJSON: every line comes back as it was, whatever keys and types it has."""

import json

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import find_phone_column, open_table, writing

ADDED = {"e164": "+447700900001", "is_whatsapp_user": None}


def read(path):
    table = open_table(path)
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def annotated(path, target, added=ADDED):
    table = open_table(path)
    schema = pl.Schema({**table.schema, **{name: pl.String() for name in added}})
    with writing(target, schema=schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch.with_columns(pl.lit(v, dtype=pl.String).alias(n) for n, v in added.items()))
    return target.read_bytes()


def test_lines_come_back_as_they_were_with_the_added_keys_at_their_end(listed, tmp_path):
    lines = [
        b'{"phone": "+447700900001", "tags": ["a", {"b": [1.0, 1e400, -0]}], "n": 1.10 }',
        b'{"n":12345678901234567890123,"phone":null}',
        b'  {"other":{"phone":"x"},"phone":"caf\\u00e9 \\ud83d\\ude00 \\ud800"}\t',
        b"{}",
        b"{ }",
    ]
    copied = annotated(listed(b"\n".join(lines) + b"\n", "leads.ndjson"), tmp_path / "out.ndjson")
    rest = b'"e164":"+447700900001","is_whatsapp_user":null}'
    ends = [b"," + rest, b"," + rest, b"," + rest, rest, rest]
    assert copied.splitlines() == [
        line.strip().removesuffix(b"}").rstrip() + end for line, end in zip(lines, ends, strict=True)
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_and_line_ends_are_kept(listed, tmp_path, line_end, codec):
    text = "".join(f'{{"name":"Zoë","phone":"{n}"}}{line_end}' for n in range(3))
    path = listed(text.encode(codec), "leads.jsonl")
    assert read(path).rows() == [("Zoë", str(n)) for n in range(3)]
    assert annotated(path, tmp_path / "out.jsonl", {}) == text.encode(codec)


def test_keys_are_columns_in_the_order_in_which_they_appear(listed):
    path = listed('{"a":1}\n{"b":"x","a":2}\n\n{"":null}', "leads.ndjson")
    assert read(path).to_dict(as_series=False) == {
        "a": [1, 2, None],
        "b": [None, "x", None],
        "": [None, None, None],
    }


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (["true", "false"], pl.Boolean, [True, False]),
        (["447700900001", "-1"], pl.Int64, [447700900001, -1]),
        (["1", "1.5"], pl.Float64, [1.0, 1.5]),
        (['"a"', "null"], pl.String, ["a", None]),
        (["447700900001", '"+447700900001"'], pl.String, ["447700900001", "+447700900001"]),
        (["18446744073709551616", "1"], pl.String, ["18446744073709551616", "1"]),
        (['{"a": [1, null]}', '"é"'], pl.String, ['{"a":[1,null]}', "é"]),
        (["true", "1"], pl.String, ["true", "1"]),
        (["null", "null"], pl.String, [None, None]),
        ([r'"\ud83d"', r'"\ud83d\ude00"'], pl.String, ["?", "😀"]),
    ],
)
def test_a_column_has_the_type_of_its_values_or_is_text(listed, values, dtype, expected):
    path = listed("\n".join(f'{{"v":{value}}}' for value in values), "leads.ndjson")
    assert open_table(path).schema == {"v": dtype}
    assert read(path)["v"].to_list() == expected


def test_numbers_that_are_no_text_are_found_as_phone_numbers(listed):
    path = listed('{"id":1,"mobile":447400123456}\n{"id":2,"mobile":447400123457}\n', "leads.ndjson")
    assert find_phone_column(open_table(path), named=None, region=None).name == "mobile"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; export the list again"),
        (b'{"a":1}\n\n{"a":', r"line 3 of .* is no JSON \(.* at character .*\); write one object a line"),
        (b'{"a":1}\n{"a":1}{"a":2}\n', r"line 2 of .* is no JSON \(Extra data at character 8\)"),
        (
            b'{"n": 2, "data": [{"a": "x"}, {"a": "y"}]}\n',
            r"holds the rows under 'data'; .* jq -c '\.data\[\]'",
        ),
        (b'{"a b": [{}]}\n', r"jq -c '\.\[\"a b\"\]\[\]'"),
        (b'{\n"data": [\n{"a": 1}\n]\n}\n', r"holds the rows under 'data'; .* jq -c '\.data\[\]'"),
        (b'{\n"data": [\n{"a": 1},\n', r"line 1 of .* is no JSON .*; .*jq -c '\.NAME\[\]'"),
        (b'["a"]', r"line 1 of .* is no JSON object; .*jq -c '.\[\]' makes them of an array"),
        (b'{"a":1}\n"a"\n', "line 2 of .* is no JSON object"),
        (b'{"a":1}\n{"a":1},{"a":2}\n{"b":[{}\n{}]}\n', r"line 2 of .* is no JSON \(Extra data"),
        (b'{"a":1}\n{"a":1,"b":2,"a":3}\n', r"line 2 of .* is no JSON \(the key 'a' is there twice\)"),
        (b'{"a":1,"\\u0061":1}\n', r"line 1 of .* is no JSON \(the key 'a' is there twice\)"),
        (b'{"a":{"b":1,"b":2}}\n', r"line 1 of .* is no JSON \(the key 'b' is there twice\)"),
        (b'[{"a":1},{"a":1,"a":1}]\n', r"element 2 of .* is no JSON \(the key 'a' is there twice\)"),
        (b'{"a":[{}\n{}]}\n', r"line 1 of .* is no JSON \("),
        (b'{\n"a":1\n}', "line 1 of .* is no JSON"),
        (b'{"a":NaN}', r"line 1 of .* is no JSON \(NaN is no JSON number\)"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", r"line 1 of .* \(nested too deep\)"),
        (b'{"a":' + b"9" * 5_000 + b"}", r"line 1 of .* is no JSON \(Exceeds the limit"),
        (b'{"a":"xx"}\n{"a":"\x00"}', "line 2 of .* has a NUL byte"),
        (b'{"a":"\x01"}', r"line 1 of .* is no JSON \(Invalid control character"),
        (b"a,b\n1,2\n", "line 1 of .* is no JSON"),
        (b"PAR1....", "cannot be read as Parquet"),
    ],
)
def test_a_bad_file_names_the_place_and_the_remedy(listed, content, words):
    with pytest.raises(FileError, match=words) as caught:
        open_table(listed(content, "leads.ndjson"))
    assert "\n" not in str(caught.value)
    assert "leads.ndjson" in str(caught.value)


@pytest.mark.slow
def test_a_line_without_end_is_named_before_it_is_read_whole(listed):
    content = b'{"a":1}\n{"a":"' + b"x" * (40 << 20)
    with pytest.raises(FileError, match=r"line 2 of .* is longer than 16,777,216 bytes"):
        open_table(listed(content, "leads.ndjson"))


def test_a_file_that_was_changed_under_way_is_named(listed):
    path = listed('{"a":1}\n', "leads.ndjson")
    table = open_table(path)
    path.write_text('{"a":"x"}\n')
    with pytest.raises(FileError, match="was changed while it was read; run the command again"):
        list(table.batches())


def test_binary_is_no_json(tmp_path):
    with (
        pytest.raises(FileError, match="column 'raw' holds Binary values, which JSON cannot"),
        writing(tmp_path / "out.ndjson", schema=pl.Schema({"raw": pl.Binary()}), like=None),
    ):
        pass


def test_rows_of_other_formats_become_objects(listed, tmp_path):
    path = listed('name,phone\n"Zo\u2028ë",\n')
    table = open_table(path)
    with writing(tmp_path / "out.ndjson", schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    assert json.loads((tmp_path / "out.ndjson").read_text()) == {"name": "Zo\u2028ë", "phone": None}


@pytest.mark.slow
def test_a_long_list_is_sampled_from_end_to_end(listed):
    lines = "".join(f'{{"id":{n},"name":"Zoë {n}"}}\n' for n in range(60_000))
    sample = open_table(listed(lines, "leads.ndjson")).sample()
    assert 100 < sample.height <= 500
    assert sample["id"].is_sorted()
    assert sample["id"].min() < 6_000
    assert sample["id"].max() > 54_000


def test_a_number_whose_exponent_hides_digits_stays_the_text_that_it_is(listed):
    """Programs that show four digits of a number write `4.474e+11`: whose phone that was is lost."""
    path = listed('{"phone":4.474e+11}\n{"phone":447400123456}\n', "leads.ndjson")
    assert read(path)["phone"].to_list() == ["4.474e+11", "447400123456"]
    for number in ("4.47400123456e11", "447400123456.0", "1e+05", "1e400", "-1e-9", f"1e{'9' * 5000}"):
        assert read(listed(f'{{"n":{number}}}\n', "leads.ndjson")).dtypes == [pl.Float64]
