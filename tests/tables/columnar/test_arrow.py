"""Arrow IPC: what the format has beyond text, and files that are damaged."""

from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from tests.support.tables.columnar import TYPED, copy
from validator.errors import FileError
from validator.tables import open_table
from validator.tables.columnar.scan import ScannedTable


@pytest.mark.parametrize("name", ["leads.arrow", "leads.feather", "leads.ipc"])
@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_types_and_nulls_stay(tmp_path, name, compression):
    TYPED.write_ipc(tmp_path / name, compression=compression)
    copy(tmp_path / name, tmp_path / "out.arrow")
    result = pl.read_ipc(tmp_path / "out.arrow")
    assert result.schema == TYPED.schema
    assert result.equals(TYPED)


def test_text_is_written_in_a_type_that_older_readers_know(tmp_path):
    TYPED.write_ipc(tmp_path / "in.arrow")
    copy(tmp_path / "in.arrow", tmp_path / "out.arrow")
    with pa.ipc.open_file(tmp_path / "out.arrow") as file:
        assert file.schema.field("raw").type == pa.large_binary()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xff\xff\xff....", "is an Arrow stream, which has no index; save it as an Arrow file"),
        (b"FEA1....", "is Feather of the first version; save it as version 2"),
        (b"\x00\x01" * 9, r"cannot be read as Arrow \(.*; export or copy it again"),
    ],
)
def test_what_is_no_arrow_file_is_named(listed, content, words):
    with pytest.raises(FileError, match=words):
        open_table(listed(content, "leads.arrow"))


def test_a_truncated_file_is_named(listed, tmp_path):
    TYPED.write_ipc(tmp_path / "whole.arrow")
    path = listed((tmp_path / "whole.arrow").read_bytes()[:-100], "cut.arrow")
    with pytest.raises(FileError, match=r"cut.arrow cannot be read as Arrow \(.*; export or copy it again"):
        open_table(path)


def test_a_part_that_polars_leaves_out_without_a_word_is_missed(tmp_path):
    """As it does where a part of an Arrow file is damaged."""
    whole = pl.select(n=pl.int_range(10))

    class Shortened:
        def select(self, what):
            return whole.lazy().select(what) if isinstance(what, pl.Expr) else whole.lazy().head(7)

    table = ScannedTable(tmp_path / "leads.arrow", whole.schema, "arrow", "Arrow", lambda _: Shortened())
    batches = table.batches()
    assert next(batches).height == 7
    with pytest.raises(
        FileError, match=r"leads.arrow cannot be read as Arrow \(7 of its 10 rows are there\)"
    ):
        next(batches)


def test_a_type_that_polars_lacks_is_an_error_and_no_empty_list(tmp_path):
    wide = pa.table({"n": pa.array([Decimal(1)], pa.decimal256(50, 2))})
    with pa.ipc.new_file(tmp_path / "leads.arrow", wide.schema) as file:
        file.write_table(wide)
    with pytest.raises(FileError, match="cannot be read as Arrow"):
        list(open_table(tmp_path / "leads.arrow").batches())
