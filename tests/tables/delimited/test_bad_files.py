"""Files that cannot be read: one line each, with the place and the remedy."""

import os

import pytest

from validator.errors import FileError
from validator.tables import open_table, writing

BIG = b"name,phone\n" + b"Ann,+447700900001\n" * 70_000  # beyond what the dialect is judged by


def read(path):
    return [row for batch in open_table(path).batches() for row in batch.rows()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; export the list again"),
        (b"\n \r\n", "is empty; export the list again"),
        (b"\xef\xbb\xbf", "is empty; export the list again"),
        (b"PK\x03\x04....", "cannot be read as an Excel workbook .*; save or export it again"),
        (b"\xd0\xcf\x11\xe0....", "is a damaged old Excel workbook or one with a password; save it as .xlsx"),
        (b"PAR1....PAR1", "cannot be read as Parquet"),
        (b"\x1f\x8b\x08....", "is damaged where it is compressed"),
        (b"\x28\xb5\x2f\xfd....", "is damaged where it is compressed"),
        (b"BZh91AY....", "is compressed with bzip2; unpack it first, or use gzip or zstd"),
        (b"SQLite format 3\0....", "is an SQLite database"),
        (b"%PDF-1.7 ....", "is a PDF"),
        (bytes(range(1, 256)), "is a binary file, not text; export the list as CSV"),
        (
            b"a,b\n1,2\n3,\x004\n",
            "line 3 of .* has a NUL byte: the file is damaged or binary; export it again",
        ),
        (b"a,b\n1,2\nZo\xeb,\x004\n", "line 3 of .* has a NUL byte"),
        (
            b"\xef\xbb\xbfa,b\n1,2\nZo\xeb,4\n",
            "line 3 of .* is not UTF-8, as the file begins; save it again as UTF-8",
        ),
        ("a,b\n1,2\n".encode("utf-16") + b"x", "line 3 of .* is not UTF-16-LE, as the file begins"),
        (
            b"a,b\n1,2\n3\n",
            "line 3 of .* has 1 cell where the header has 2; quote cells that contain ',', or add",
        ),
        (b"a,b\n1,2,3\n3,4\n", "line 2 of .* has 3 cells where the header has 2"),
        (b"a,b\n1,2,3\n4\n", "line 2 of .* has 3 cells where the header has 2"),
        (b'a,b\n"1\n2",3\n\n4\n', "line 5 of .* has 1 cell where the header has 2"),
        (b'a,b\n1,"2\n3,4\n', "line 2 of .* opens a quote that is never closed; close it, or double a quote"),
        (b'a,b\n1,2\n3,"4""\n', "line 3 of .* opens a quote that is never closed"),
        (b'a,b\n1,"2" x\n3,4\n', "line 2 of .* goes on after a closing quote; quote the whole cell"),
        (b'a,b\n1,2\n3,"4"5"\n', "line 3 of .* goes on after a closing quote"),
        (b"a,b\n1,2\n3,4\r5,6\n", "line 3 of .* has a line end unlike the others in the middle"),
        (b'"a,b\n1,2\n', "line 1 of .* opens a quote that is never closed"),
        (b'sep=;\n"a;b\n1;2\n', "line 2 of .* opens a quote that is never closed"),
        (
            b"a," * 20_000 + b"\n",
            "has 20,001 columns, more than any spreadsheet; is it a list with one row a line",
        ),
        (b"sep=;", "has no header"),
        (b"x" * (2 << 20), "has no header that ends within 1,048,576 bytes"),
    ],
)
def test_a_bad_file_names_the_place_and_the_remedy(listed, content, words):
    with pytest.raises(FileError, match=words) as caught:
        read(listed(content))
    assert "\n" not in str(caught.value)
    assert "leads.csv" in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BIG + b"Bob\n", "line 70002 of .* has 1 cell where the header has 2"),
        (BIG + b'Bob,"1\n' + b"Ann,1\n" * 10, "line 70002 of .* opens a quote that is never closed"),
        (BIG + b'Bob,"1"1\n' + b"Ann,1\n" * 10, "line 70002 of .* goes on after a closing quote"),
    ],
)
def test_a_place_far_into_the_file_is_named(listed, content, words):
    with pytest.raises(FileError, match=words):
        read(listed(content))


@pytest.mark.slow
def test_an_unclosed_quote_in_a_large_file_is_named_without_reading_it_all(listed):
    with pytest.raises(FileError, match=r"line 70002 of .* opens a quote that is never closed"):
        read(listed(BIG + b'Bob,"1\n' + b"Ann,1\n" * (6 << 20)))


@pytest.mark.slow
def test_a_line_without_end_is_named(listed):
    with pytest.raises(FileError, match=r"line 70002 of .* is longer than 16,777,216 bytes; is it a list"):
        read(listed(BIG + b"x" * (40 << 20)))


@pytest.mark.slow
def test_a_long_cell_makes_no_row_after_it_too_long(listed):
    note = b"x\n" * (15 << 19)
    rows = read(
        listed(b"name,note\n" + b"Ann,1\n" * 400_000 + b'Bob,"' + note + b'"\n' + b'Cy,5" pipe\n' * 500_000)
    )

    assert len(rows) == 900_001


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "leads.csv")
    with pytest.raises(
        FileError, match="is a pipe or device, which can be read only once; save it to a file first"
    ):
        open_table(tmp_path / "leads.csv")


def test_a_file_that_may_not_be_read_is_named(listed):
    path = listed("phone\n1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(FileError, match="may not be read by this user"):
        open_table(path)


def test_a_file_that_vanishes_is_named(listed):
    table = open_table(listed("phone\n1\n"))
    table.path.unlink()
    with pytest.raises(FileError, match="does not exist"):
        list(table.batches())


def test_a_character_that_the_encoding_lacks_is_named(listed, tmp_path):
    table = open_table(listed(b"name\nZo\xeb\n"))
    with pytest.raises(
        FileError, match="the output cannot hold 'Ж' in cp1252, the encoding of the input; save"
    ):
        write_one(tmp_path / "out.csv", table)
    assert not (tmp_path / "out.csv").exists()


def write_one(target, table):
    with writing(target, schema=table.schema, like=table) as writer:
        writer.write(next(table.batches()).with_columns(name=table.batches().__next__()["name"] + "Ж"))
