"""What every format of the registry does, each tested the same way."""

import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.forms import amount
from validator.errors import FileError
from validator.tables import BATCH_ROWS, FORMATS, ending_of, format_of, open_table, suffix_of, writing
from validator.tables.files.compression import unpacked

FRAME = pl.DataFrame(
    {
        "id": ["001", "002", "003", None],
        "name": ["O'Hara, Ann", 'the "Fox"', "", "zwei\nZeilen"],
        "phone": ["+447700900001", " 07700 900002", "", None],
    }
)


NAMES = [
    f"leads{entry.suffixes[0]}{packed}"
    for entry in FORMATS.values()
    for packed in ("", ".gz", ".zst")
    if entry.packable or not packed
]


@pytest.fixture(params=NAMES)
def path(request, tmp_path):
    return tmp_path / request.param


@pytest.fixture
def entry(path):
    return FORMATS[format_of(path)]


@pytest.fixture
def rows(path):
    """More than a batch has, which is smaller where cells are Python objects before they are columns."""
    return 40_000 if format_of(path) in {"ndjson", "excel"} else 2 * BATCH_ROWS + 17


def kept(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """What a format keeps of a frame: to a sheet an empty text is an empty cell, and an empty row is none."""
    if format_of(path) != "excel":
        return frame
    return frame.with_columns(pl.all().replace("", None)).filter(~pl.all_horizontal(pl.all().is_null()))


def write(path: Path, *frames: pl.DataFrame, like=None) -> None:
    with writing(path, schema=frames[0].schema, like=like) as writer:
        for frame in frames:
            writer.write(frame)


def write_to(stream, name: str) -> None:
    with writing(stream, schema=FRAME.schema, like=None, format=name) as writer:
        writer.write(FRAME)


def read(path: Path) -> pl.DataFrame:
    table = open_table(path)
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def test_cells_come_back_as_they_were_written(path):
    write(path, FRAME)
    assert read(path).equals(kept(FRAME, path))


def test_an_opened_table_knows_itself(entry, path):
    write(path, FRAME)
    table = open_table(path)
    assert (table.path, table.format) == (path, entry.name)
    assert table.schema == FRAME.schema
    assert dict(table.header) == {"id": "id", "name": "name", "phone": "phone"}


def test_batches_can_be_read_again(path):
    write(path, FRAME)
    table = open_table(path)
    first, second = pl.concat(table.batches()), pl.concat(table.batches())
    assert first.equals(second)


def test_columns_are_given_in_the_order_asked_for(path):
    write(path, FRAME)
    frame = pl.concat(open_table(path).batches(["phone", "id"]))
    assert frame.equals(kept(FRAME, path).select("phone", "id"))


@pytest.mark.slow
def test_rows_keep_their_order_across_batches(path, rows):
    frame = pl.select(n=pl.int_range(rows).cast(pl.String))
    write(path, *frame.iter_slices(15_000))
    batches = list(open_table(path).batches())
    assert max(batch.height for batch in batches) <= BATCH_ROWS
    assert pl.concat(batches).equals(frame)


@pytest.mark.slow
def test_a_sample_reaches_from_the_first_part_to_the_last(path, rows):
    frame = pl.select(n=pl.int_range(1_000_000, 1_000_000 + rows).cast(pl.String))
    write(path, frame)
    sample = open_table(path).sample()["n"].cast(pl.Int64)
    assert 100 < len(sample) <= 500
    assert sample.min() < 1_000_000 + rows / 10
    assert sample.max() > 1_000_000 + rows * 9 / 10
    assert sample.is_sorted()


def test_a_short_list_is_sampled_whole(path):
    write(path, FRAME)
    assert open_table(path).sample().equals(kept(FRAME, path))


def test_an_output_without_rows_is_a_list_all_the_same(path):
    write(path, FRAME.clear())
    if format_of(path) == "ndjson":  # which keeps the names of columns nowhere but in its rows
        with unpacked(path) as file:
            assert file.read(-1) == b""
        return
    table = open_table(path)
    assert table.schema == FRAME.schema
    assert sum(batch.height for batch in table.batches()) == 0
    assert table.sample().height == 0


def test_rows_taken_verbatim_are_written_back_byte_by_byte(path, tmp_path):
    write(path, FRAME)
    table = open_table(path)
    output = tmp_path / f"out{ending_of(path)}"
    with writing(output, schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    assert output.read_bytes() == path.read_bytes()


def test_rows_are_written_back_byte_by_byte_also_without_the_cells_that_no_writer_needs(path, tmp_path):
    write(path, FRAME)
    table = open_table(path)
    output = tmp_path / f"out{ending_of(path)}"
    with writing(output, schema=table.schema, like=table) as writer:
        for batch in table.verbatim(cells=writer.needs_cells):
            writer.write(batch)
    assert output.read_bytes() == path.read_bytes()


def test_a_writer_of_another_format_needs_the_cells(path, tmp_path):
    write(path, FRAME)
    table = open_table(path)
    for name in NAMES:
        if format_of(tmp_path / name) != table.format:
            with writing(tmp_path / f"other-{name}", schema=table.schema, like=table) as writer:
                assert writer.needs_cells


def test_rows_taken_verbatim_can_be_left_out_and_added_to(path, tmp_path):
    write(path, FRAME)
    table = open_table(path)
    filled = pl.col("phone") != ""
    added = FRAME.with_columns(verdict=pl.lit("unknown"))
    output = tmp_path / f"out{ending_of(path)}"
    with writing(output, schema=added.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch.with_columns(verdict=pl.lit("unknown")).filter(filled))
    assert read(output).equals(added.filter(filled))


def test_added_columns_stand_after_those_of_the_input(path, tmp_path):
    write(path, FRAME)
    table = open_table(path)
    added = FRAME.with_columns(verdict=pl.lit("unknown"))
    output = tmp_path / f"out{ending_of(path)}"
    write(output, added, like=table)
    assert read(output).equals(kept(added, path))


def test_a_stream_is_written_like_a_file_and_never_compressed(path):
    write(path, FRAME)
    stream = io.BytesIO()
    with writing(stream, schema=FRAME.schema, like=open_table(path)) as writer:
        writer.write(FRAME)
    with unpacked(path) as file:
        assert stream.getvalue() == file.read(-1)


def test_a_block_that_fails_leaves_the_old_output_and_nothing_else(path, tmp_path):
    path.write_text("the old output")
    broken = iter([FRAME, pl.DataFrame({"another": ["column"]})])
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        write(path, FRAME, *broken)
    assert path.read_text() == "the old output"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_line_with_a_remedy(entry):
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises((FileError, OSError), match=r"[Nn]o space left"),
    ):
        write_to(full, entry.name)


def test_files_that_cannot_be_are_refused_alike(path):
    with pytest.raises(FileError, match="does not exist; check the name"):
        open_table(path)
    path.mkdir()
    with pytest.raises(FileError, match="is a folder; name a file in it"):
        open_table(path)
    path.rmdir()
    path.touch()
    with pytest.raises(FileError, match="export"):
        open_table(path)


CELL = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=6
)


@pytest.mark.slow
@settings(
    max_examples=amount(20, 40),
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)  # one path, written anew by every example
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), cuts=st.integers(1, 8))
def test_any_text_makes_the_round_trip(path, rows, cuts):
    frame = pl.DataFrame(rows, schema={"name": pl.String, "phone": pl.String}, orient="row")
    write(path, frame.clear(), *frame.iter_slices(cuts))
    assert read(path).equals(kept(frame, path))


def test_the_suffix_tells_the_format_and_the_option_overrules_it():
    assert format_of(Path("a/Leads.CSV")) == "csv"
    assert format_of(Path("leads.pq")) == "parquet"
    assert format_of(Path("leads.txt"), "parquet") == "parquet"


@pytest.mark.parametrize("name", ["leads", "leads.dat", "leads.2026-01"])
def test_where_the_name_does_not_tell_the_content_does(path, name):
    write(path, FRAME)
    unnamed = path.rename(path.with_name(name))
    assert open_table(unnamed).format == format_of(path)


def test_a_name_without_a_known_suffix_has_to_be_one_of_a_file(tmp_path):
    with pytest.raises(FileError, match=r"leads.docx does not exist"):
        format_of(tmp_path / "leads.docx")


def test_an_unknown_format_lists_those_there_are(tmp_path):
    with pytest.raises(FileError, match="there is no format 'dbf'; choose one of csv, ndjson"):
        format_of(tmp_path / "leads.csv", "dbf")


def test_each_format_names_the_suffix_of_its_files(entry):
    assert format_of(Path(f"x{suffix_of(entry.name)}")) == entry.name


@pytest.mark.parametrize(
    ("target", "option", "start"),
    [
        ("out.csv", None, b"id,"),
        ("out.csv", "parquet", b"PAR1"),
        ("out", None, b"PAR1"),
        ("out.csv", "csv", b"id,"),
        ("out.feather", None, b"ARROW1"),
    ],
)
def test_an_output_has_the_format_of_option_then_name_then_input(tmp_path, target, option, start):
    write(tmp_path / "in.parquet", FRAME)
    output = tmp_path / target
    like = open_table(tmp_path / "in.parquet")
    with writing(output, schema=FRAME.schema, like=like, format=option) as writer:
        writer.write(FRAME)
    assert output.read_bytes().startswith(start)
