"""Types that polars knows only as bytes or text come back as they were."""

import io
import uuid

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from validator.tables import open_table, writing

IDS = [uuid.UUID(int=n) for n in range(3)]


def copied(path, *, rows=None):
    table = open_table(path)
    target = path.with_name("out.parquet")
    with writing(target, schema=pl.Schema({**table.schema, "verdict": pl.String()}), like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch.with_columns(verdict=pl.lit("ok")))
    return target


@pytest.mark.parametrize("metadata", [None, {"owner": "crm"}])
def test_a_uuid_comes_back_as_one(tmp_path, metadata):
    ids = pa.array([one.bytes for one in IDS], pa.uuid())
    table = pa.table({"id": ids, "tags": [["a"], [], None], "phone": ["+447400123456", None, "x"]})
    pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "leads.parquet")
    out = copied(tmp_path / "leads.parquet")
    assert str(pq.ParquetFile(out).schema.column(0).logical_type) == "UUID"
    assert pq.read_table(out).drop_columns(["verdict"]).to_pydict() == table.to_pydict()
    assert duckdb.sql(f"SELECT id FROM '{out}'").fetchall() == [(one,) for one in IDS]
    assert pl.read_parquet(out)["id"].to_list() == [one.bytes for one in IDS]


def test_json_and_enums_of_others_come_back(tmp_path):
    path = tmp_path / "leads.parquet"
    duckdb.sql(
        "COPY (SELECT '{\"a\":1}'::JSON AS more, 'x'::ENUM('x','y') AS kind, 'ab'::BLOB AS raw, "
        f"uuid() AS id, '+447400123456' AS phone FROM range(2)) TO '{path}' (FORMAT parquet)"
    )
    before, after = (pq.ParquetFile(one).schema for one in (path, copied(path)))
    assert [str(after.column(n).logical_type) for n in range(5)] == [
        str(before.column(n).logical_type) for n in range(5)
    ]
    query = "SELECT more, kind, raw, id, phone FROM"
    assert (
        duckdb.sql(f"{query} '{path.with_name('out.parquet')}'").fetchall()
        == duckdb.sql(f"{query} '{path}'").fetchall()
    )


def test_bytes_of_a_fixed_length_come_back_as_bytes(tmp_path):
    table = pa.table({"raw": pa.array([b"ab", b"cd"], pa.binary(2)), "phone": ["1", "2"]})
    pq.write_table(table, tmp_path / "leads.parquet")
    assert pq.read_table(copied(tmp_path / "leads.parquet"))["raw"].to_pylist() == [b"ab", b"cd"]


def test_many_columns_keep_their_types_in_a_stream(tmp_path):
    columns = {f"c{n}": pa.array([one.bytes for one in IDS], pa.uuid()) for n in range(200)}
    pq.write_table(pa.table(columns), tmp_path / "leads.parquet")
    table, stream = open_table(tmp_path / "leads.parquet"), io.BytesIO()
    with writing(stream, schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    schema = pq.ParquetFile(io.BytesIO(stream.getvalue())).schema
    assert {str(schema.column(n).logical_type) for n in range(200)} == {"UUID"}
