"""Parquet: what the format has beyond text."""

import io
import resource

import polars as pl
import pytest

from tests.support.tables.columnar import TYPED, copy
from validator.errors import FileError
from validator.tables import open_table, writing


def write(frame, target, **options):
    with writing(target, schema=frame.schema, like=None, **options) as writer:
        writer.write(frame)


def test_types_and_nulls_stay(tmp_path):
    TYPED.write_parquet(tmp_path / "in.parquet")
    copy(tmp_path / "in.parquet", tmp_path / "out.parquet")
    result = pl.read_parquet(tmp_path / "out.parquet")
    assert result.schema == TYPED.schema
    assert result.equals(TYPED)


def test_key_value_metadata_stays(tmp_path):
    TYPED.write_parquet(tmp_path / "in.parquet", metadata={"pandas": "{}", "owner": "crm"})
    copy(tmp_path / "in.parquet", tmp_path / "out.parquet")
    kept = pl.read_parquet_metadata(tmp_path / "out.parquet")
    assert (kept["pandas"], kept["owner"]) == ("{}", "crm")


def test_a_name_with_wildcards_is_one_file(tmp_path):
    TYPED.write_parquet(tmp_path / "a.parquet")
    TYPED.head(1).write_parquet(tmp_path / "[a]*.parquet")
    assert sum(batch.height for batch in open_table(tmp_path / "[a]*.parquet").batches()) == 1


def test_plain_types_can_be_written_as_csv(tmp_path):
    frame = TYPED.select("phone", "ratio", "agreed", "born")
    frame.write_parquet(tmp_path / "in.parquet")
    copy(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == (
        "phone,ratio,agreed,born\n447700900001,0.5,true,1990-01-02\n,,,\n"
    )


@pytest.mark.parametrize("column", ["tags", "more", "raw"])
def test_types_that_text_cannot_hold_are_named(tmp_path, column):
    TYPED.select(column).write_parquet(tmp_path / "in.parquet")
    with pytest.raises(FileError, match=f"column '{column}' holds .* write Parquet with --format parquet"):
        copy(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_truncated_file_is_named(tmp_path):
    TYPED.write_parquet(tmp_path / "whole.parquet")
    path = tmp_path / "cut.parquet"
    path.write_bytes((tmp_path / "whole.parquet").read_bytes()[:-100])
    with pytest.raises(
        FileError, match=r"cut.parquet cannot be read as Parquet \(.*PAR1.*; export or copy it again"
    ):
        open_table(path)


def test_damage_in_the_middle_is_named_when_it_is_met(tmp_path):
    pl.select(n=pl.int_range(50_000).cast(pl.String)).write_parquet(tmp_path / "in.parquet")
    data = bytearray((tmp_path / "in.parquet").read_bytes())
    data[100 : len(data) // 2] = b"\xff" * (len(data) // 2 - 100)
    (tmp_path / "in.parquet").write_bytes(data)
    table = open_table(tmp_path / "in.parquet")
    with pytest.raises(FileError, match="cannot be read as Parquet"):
        list(table.batches())
    with pytest.raises(FileError, match="cannot be read as Parquet"):
        table.sample()


def test_a_file_that_vanishes_is_named(tmp_path):
    TYPED.write_parquet(tmp_path / "in.parquet")
    table = open_table(tmp_path / "in.parquet")
    (tmp_path / "in.parquet").unlink()
    with pytest.raises(FileError, match="does not exist"):
        list(table.batches())


def test_a_format_that_refuses_a_column_says_what_to_do(tmp_path):
    frame = pl.DataFrame({"thing": [object()]})
    with pytest.raises(FileError, match="cannot be written as Parquet"):
        write(frame.clear(), tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_no_room_for_the_rows_is_told_of_the_output(tmp_path):
    noise = pl.select(n=pl.int_range(200_000).shuffle(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(FileError, match="grows beyond the file size this user may write"):
            write(noise, tmp_path / "out.parquet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told_before_rows_are_written(tmp_path):
    with pytest.raises(FileError, match=r"the folder of .* does not exist"):
        write(TYPED, tmp_path / "no" / "out.parquet")


def test_a_stream_may_be_parquet(tmp_path):
    stream = io.BytesIO()
    write(TYPED, stream, format="parquet")
    assert pl.read_parquet(stream.getvalue()).equals(TYPED)
