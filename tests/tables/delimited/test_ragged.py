"""Rows that are shorter or longer than the header: an error that names the first, or kept and told of."""

import pytest

from validator.errors import FileError
from validator.tables import Ragged, ReadOptions, open_table, writing

KEEP = ReadOptions(ragged=Ragged.KEEP)
RAGGED = 'name,phone,note\nAnn,1,x\nBob,2\n\nCy\nDee,4,y,z,"q"\n'


def rows(path, options=KEEP):
    return [row for batch in open_table(path, options=options).batches() for row in batch.rows()]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (RAGGED, "line 3 of .* has 2 cells where the header has 3; .*, or keep such rows with --ragged keep"),
        ("a,b\n1,2\n1,2,3\n", "line 3 of .* has 3 cells where the header has 2; .* with --ragged keep"),
    ],
)
def test_a_row_of_another_width_is_an_error_that_tells_how_to_keep_it(listed, content, words):
    with pytest.raises(FileError, match=words):
        rows(listed(content), ReadOptions())


def test_short_rows_get_empty_cells_and_long_ones_columns_of_their_own(listed):
    path = listed(RAGGED)
    table = open_table(path, options=KEEP)
    assert dict(table.header) == {
        "name": "name",
        "phone": "phone",
        "note": "note",
        "column_4": "",
        "column_5": "",
    }
    assert rows(path) == [
        ("Ann", "1", "x", None, None),
        ("Bob", "2", None, None, None),
        ("Cy", None, None, None, None),
        ("Dee", "4", "y", "z", "q"),
    ]


def test_rows_that_are_kept_are_told_of(listed, caplog):
    open_table(listed(RAGGED), options=KEEP)
    assert "3 rows of" in caplog.text
    assert "are not as wide as its header (first: line 3)" in caplog.text
    assert "long ones with 2 columns more" in caplog.text


def test_rows_that_fit_need_no_telling(listed, caplog):
    open_table(listed("a,b\n1,2\n\n3,4\n"), options=KEEP)
    assert caplog.text == ""


def test_added_cells_stand_below_their_names(listed, tmp_path):
    table = open_table(listed(RAGGED), options=KEEP)
    with writing(tmp_path / "out.csv", schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    assert (tmp_path / "out.csv").read_text() == (
        'name,phone,note,,\nAnn,1,x,,\nBob,2,,,\nCy,,,,\nDee,4,y,z,"q"\n'
    )


def test_a_place_that_breaks_is_named_all_the_same(listed):
    with pytest.raises(FileError, match=r"line 3 of .* opens a quote that is never closed"):
        rows(listed('a,b\n1\n2,"3\n'))


@pytest.mark.slow
def test_ragged_rows_far_into_a_large_file_are_found(listed, caplog):
    lines = 70_000
    path = listed("name,phone\n" + "Ann,+447700900001\nBob,1\n" * (lines // 2) + "Cy,1,2\n" + "Dee\n" * 9)
    found = rows(path)
    assert len(found) == lines + 10
    assert found[lines] == ("Cy", "1", "2")
    assert set(found[lines + 1 :]) == {("Dee", None, None)}
    assert f"10 rows of {path}" in caplog.text
    assert f"(first: line {lines + 2})" in caplog.text
    assert open_table(path, options=KEEP).sample().height > 100


@pytest.mark.slow
@pytest.mark.parametrize("header", ["phone", "name,phone"])
@pytest.mark.parametrize("options", [ReadOptions(), KEEP])
def test_a_line_without_end_is_named(listed, header, options):
    path = listed(header + "\n" + "1,2\n" * header.count(",") + "x" * (30 << 20))
    line = 2 + header.count(",")
    with pytest.raises(FileError, match=rf"line {line} of .* is longer than 16,777,216 bytes; is it a list"):
        rows(path, options)
