"""Rows that are pushed while polars writes them in a thread."""

import io
import os
import subprocess
import sys

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import open_table, writing
from validator.tables.columnar.pushed import pushing

ROWS = pl.select(n=pl.int_range(1_000))

# A scan of polars that goes on while polars waits for rows, with one thread for all that computes.
SCAN_AND_WRITE = """
import sys
from pathlib import Path
import polars as pl
from validator.tables import open_table, writing

assert pl.thread_pool_size() == 1
table = open_table(Path(sys.argv[1]))
with writing(Path(sys.argv[2]), schema=table.schema, like=table) as writer:
    for batch in table.batches():
        writer.write(batch.lazy().sort("n").collect(engine="streaming"))
"""


def pushing_to(folder, sink):
    return pushing(io.BytesIO(), target=folder / "out", kind="Parquet", schema=ROWS.schema, sink=sink)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_a_list_is_read_and_written_at_once_with_one_thread_of_polars(tmp_path, suffix):
    listed, written = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    frame = pl.select(n=pl.int_range(300_000))
    {"parquet": frame.write_parquet, "arrow": frame.write_ipc}[suffix](listed)

    words = [sys.executable, "-c", SCAN_AND_WRITE, listed, written]
    subprocess.run(words, env=os.environ | {"POLARS_MAX_THREADS": "1"}, check=True, timeout=60)

    assert pl.concat(open_table(written).batches()).equals(frame)


def test_an_error_of_the_run_ends_the_writing(tmp_path):
    taken = []

    def sink(rows, out):
        taken.append(rows.collect().height)

    def write():
        with pushing_to(tmp_path, sink) as writer:
            writer.write(ROWS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()

    assert taken == []


def test_an_error_of_the_writing_ends_the_run(tmp_path):
    def sink(rows, out):
        raise pl.exceptions.ComputeError("this cannot be")

    def write():
        with pushing_to(tmp_path, sink) as writer:
            while True:
                writer.write(ROWS)

    with pytest.raises(
        FileError, match=r"out cannot be written as Parquet \(this cannot be\); write CSV with --format csv"
    ):
        write()


def test_an_output_without_rows_has_its_columns(tmp_path):
    with writing(tmp_path / "out.parquet", schema=ROWS.schema, like=None):
        pass

    assert pl.read_parquet(tmp_path / "out.parquet").equals(ROWS.clear())


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize("error", [FileError("no space left for out"), BrokenPipeError()])
def test_an_error_of_the_output_is_raised_as_it_is(kind, error):
    class Full(io.BytesIO):
        def write(self, _):
            raise error

    def write():
        with writing(Full(), schema=ROWS.schema, like=None, format=kind) as writer:
            writer.write(ROWS)

    with pytest.raises(type(error)) as raised:
        write()

    assert raised.value is error
