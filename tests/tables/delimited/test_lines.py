"""Rows that go from one delimited file into another like it, with cells behind them, keep their own bytes."""

import os

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import open_table, writing

ADDED = pl.Schema({"verdict": pl.String, "is_user": pl.Boolean})


def annotated(path, folder, *, verdict="yes", dtype=pl.String, keep=True):
    """Write the list again with two more cells a row, and return the bytes."""
    table = open_table(path)
    with writing(folder / "out.csv", schema=pl.Schema({**table.schema, **ADDED}), like=table) as writer:
        for rows in table.verbatim():
            cells = pl.lit(verdict, dtype).alias("verdict"), pl.lit(value=True).alias("is_user")
            writer.write(rows.with_columns(cells).filter(pl.Series([keep] * rows.height)))
    return (folder / "out.csv").read_bytes()


@pytest.mark.parametrize(
    "body",
    [
        b"Ann,+447700900001,\n",
        b'"Ann","+447700900001",""\n"Bob",+447700900002,"a ""b"" c"\n',
        b'Ann,+447700900001,"two\nlines, or\n\nmore"\nBob,+447700900002,x\n',
        b'Ann,+447700900001,5" pipe\nBob,+447700900002,"5"" pipe"\n',
        b"x^1,+447700900001,a line that a reader might take for a compressed file\n",
        " Zoë,+447700900001,naïve\n".encode(),
    ],
    ids=["bare", "quoted", "line ends in quotes", "stray quote", "like zlib", "letters"],
)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("times", [1, 300], ids=["a few rows", "many rows"])
def test_the_bytes_of_a_row_are_not_touched(listed, tmp_path, body, line_end, times):
    lines = (b"name,phone,note\n" + body * times).replace(b"\n", line_end)
    path = listed(lines)
    rows = sum(batch.height for batch in open_table(path).batches())

    out = annotated(path, tmp_path)

    assert out.count(b",yes,true") == rows
    assert out.replace(b",verdict,is_user", b"").replace(b",yes,true", b"") == lines


def test_a_row_without_a_line_end_gets_one_behind_what_is_added(listed, tmp_path):
    assert annotated(listed(b"phone,note\n1,x"), tmp_path) == b"phone,note,verdict,is_user\n1,x,yes,true\n"


def test_blank_lines_are_rows_of_a_list_of_one_column(listed, tmp_path):
    assert annotated(listed(b"phone\n\n1\n"), tmp_path) == b"phone,verdict,is_user\n,yes,true\n1,yes,true\n"


def test_rows_can_be_left_out(listed, tmp_path):
    assert annotated(listed(b"phone,note\n1,x\n"), tmp_path, keep=False) == b"phone,note,verdict,is_user\n"


@pytest.mark.parametrize(
    ("verdict", "spelled"), [("a,b", '"a,b"'), ('a"b', '"a""b"'), ("", '""'), (None, "")]
)
def test_added_cells_are_quoted_where_they_must_be(listed, tmp_path, verdict, spelled):
    out = annotated(listed(b"phone,note\n1,x\n"), tmp_path, verdict=verdict)

    assert out.splitlines()[1] == f"1,x,{spelled},true".encode()


def test_a_word_with_the_delimiter_in_it_is_quoted(listed, tmp_path):
    words = pl.Enum(["registered", "not_registered"])
    path = listed(b"sep=_\nname_phone\na_1\n")

    plain = annotated(path, tmp_path, verdict="registered", dtype=words)
    special = annotated(path, tmp_path, verdict="not_registered", dtype=words)

    assert plain.splitlines()[2] == b"a_1_registered_true"
    assert special.splitlines()[2] == b'a_1_"not_registered"_true'


def test_another_encoding_is_kept(listed, tmp_path):
    path = listed("name;phone\r\nZoë;1\r\n".encode("utf-16"))

    assert annotated(path, tmp_path) == "name;phone;verdict;is_user\r\nZoë;1;yes;true\r\n".encode("utf-16")


def test_another_delimiter_is_written_where_the_name_asks_for_it(listed, tmp_path):
    table = open_table(listed(b'phone,note\n"1","x"\n'))

    with writing(tmp_path / "out.tsv", schema=table.schema, like=table) as writer:
        for rows in table.verbatim():
            writer.write(rows)

    assert (tmp_path / "out.tsv").read_bytes() == b"phone\tnote\n1\tx\n"


def test_cells_are_read_only_for_a_writer_that_spells_them_anew(listed, tmp_path):
    table = open_table(listed(b'phone,note\n1,"x"\n'))
    [whole], [alone] = table.verbatim(cells=True), table.verbatim(cells=False)

    assert (whole.width, alone.width) == (3, 1)
    assert alone.to_series().to_list() == ['1,"x"']
    for name, excel_safe, needs_cells in (
        ("a.csv", False, False),
        ("a.csv", True, True),
        ("a.tsv", False, True),
    ):
        schema = table.schema
        with writing(tmp_path / name, schema=schema, like=table, excel_safe=excel_safe) as writer:
            assert writer.needs_cells is needs_cells


@pytest.mark.parametrize("longer_first", [True, False])
def test_a_frame_after_another_has_its_own_rows_and_no_more(listed, tmp_path, longer_first):
    table = open_table(listed(b"phone\n" + b"447700900001\n" * 50))
    [rows] = table.verbatim()
    parts = [rows.head(48), rows.tail(2)]

    with writing(tmp_path / "out.csv", schema=table.schema, like=table) as writer:
        for part in parts if longer_first else parts[::-1]:
            writer.write(part)

    assert (tmp_path / "out.csv").read_bytes().count(b"447700900001\n") == 50


@pytest.mark.slow
def test_a_list_read_in_blocks_keeps_its_bytes_at_their_edges(listed, tmp_path):
    rows = b"".join(b'%d,"+4477009%05d","note\n%d"\n' % (row, row, row) for row in range(200_000))
    path = listed(b"id,phone,note\n" + rows)

    out = annotated(path, tmp_path)

    assert out == b"id,phone,note,verdict,is_user\n" + rows.replace(b'"\n', b'",yes,true\n')


def test_a_list_that_was_written_to_since_it_was_read_is_looked_at_anew(listed):
    many = b"phone,note\n" + 1000 * b"1,ab\n"
    path = listed(many + b"2,cd\n")
    table = open_table(path)
    before = path.stat()
    assert sum(rows.height for rows in table.batches()) == 1001

    path.write_bytes(many + b"2,c,\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(FileError, match=r"line 1002 of .* has 3 cells where the header has 2"):
        list(table.verbatim())
