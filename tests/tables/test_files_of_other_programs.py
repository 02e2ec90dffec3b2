"""Lists as other programs write them, written by these here and now: read, annotated, and read by them."""

import csv
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from validator.tables import find_phone_column, open_table, writing

PHONES = ["+447700900001", "07700 900002", None, "+44 7700 900003"]
NAMES = ["O'Hara, Ann", 'the "Fox"', "Zoë\nZwei", ""]
NUMBERS = [447700900001, 447700900002, None, 447700900003]
DAYS = [date(2026, 1, 2), None, date(1970, 1, 1), date(2026, 12, 31)]


def read(path):
    table = open_table(path)
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def copied(path):
    """Annotate a list as a run does, and return the output."""
    table = open_table(path)
    target = path.with_name(f"out{''.join(path.suffixes)}")
    schema = pl.Schema({**table.schema, "verdict": pl.String()})
    with writing(target, schema=schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch.with_columns(verdict=pl.lit("unknown")))
    return target


def plain(cells):
    """A column of pandas with None for what is missing."""
    return cells.astype(object).where(cells.notna(), None).tolist()


def phones_in(path):
    column = find_phone_column(open_table(path), named=None, region="GB").name
    assert column == "phone"
    return read(path)[column].to_list()


@pytest.fixture
def frame():
    return pd.DataFrame({"name": NAMES, "phone": PHONES, "day": pd.to_datetime(pd.Series(DAYS))})


@pytest.fixture
def numbers():
    """What pandas makes of numbers among which one is missing: floats."""
    return pd.DataFrame({"name": NAMES, "phone": pd.Series(NUMBERS, dtype="float64")})


@pytest.mark.parametrize("options", [{}, {"sep": ";"}, {"sep": "\t"}, {"quoting": csv.QUOTE_ALL}])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_of_pandas(tmp_path, frame, options, encoding):
    path = tmp_path / "leads.csv"
    frame.to_csv(path, index=False, encoding=encoding, **options)
    assert [phone or None for phone in phones_in(path)] == PHONES
    back = pd.read_csv(copied(path), sep=options.get("sep", ","), encoding=encoding, dtype=str)
    assert back["name"].fillna("").tolist() == NAMES
    assert plain(back["phone"]) == PHONES


def test_csv_of_pandas_with_an_index_and_floats(tmp_path, numbers):
    path = tmp_path / "leads.csv"
    numbers.to_csv(path)
    assert open_table(path).schema.names() == ["column_1", "name", "phone"]
    assert phones_in(path) == ["447700900001.0", "447700900002.0", None, "447700900003.0"]


@pytest.mark.parametrize("packed", ["gz", "zst"])
def test_compressed_csv_of_pandas_or_the_zstd_of_arrow(tmp_path, frame, packed):
    path = tmp_path / f"leads.csv.{packed}"
    if packed == "gz":
        frame.to_csv(path, index=False)
    else:
        with pa.output_stream(path, compression="zstd") as file:
            file.write(frame.to_csv(index=False).encode())
    assert phones_in(path) == PHONES
    with pa.input_stream(copied(path), compression="gzip" if packed == "gz" else "zstd") as file:
        assert file.read().startswith(b"name,phone,day,verdict\n")


def test_json_lines_of_pandas(tmp_path, frame, numbers):
    path = tmp_path / "leads.jsonl"
    frame.to_json(path, orient="records", lines=True, date_format="iso")
    assert phones_in(path) == PHONES
    back = pd.read_json(copied(path), lines=True, dtype=False)
    assert back["name"].tolist() == NAMES
    numbers.to_json(path, orient="records", lines=True)
    assert phones_in(path) == NUMBERS


@pytest.mark.parametrize("engine", ["openpyxl", "xlsxwriter"])
def test_excel_of_pandas(tmp_path, frame, numbers, engine):
    path = tmp_path / "leads.xlsx"
    frame.to_excel(path, index=False, engine=engine)
    assert phones_in(path) == PHONES
    back = pd.read_excel(copied(path), dtype={"phone": str}, engine="openpyxl")
    assert back["name"].fillna("").tolist() == NAMES
    assert plain(back["day"].dt.date) == DAYS
    numbers.to_excel(path, index=False, engine=engine)
    assert phones_in(path) == NUMBERS


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_columnar_files_of_pandas(tmp_path, frame, numbers, suffix):
    path = tmp_path / f"leads.{suffix}"
    getattr(frame.convert_dtypes(), f"to_{suffix}")(path)
    assert phones_in(path) == PHONES
    back = getattr(pd, f"read_{suffix}")(copied(path))
    assert back["name"].tolist() == NAMES
    assert plain(back["day"].dt.date) == DAYS
    getattr(numbers, f"to_{suffix}")(path)
    assert phones_in(path) == NUMBERS


def test_parquet_of_pandas_keeps_its_index(tmp_path, frame):
    path = tmp_path / "leads.parquet"
    frame.set_index("phone").to_parquet(path)
    assert phones_in(path) == PHONES
    back = pd.read_parquet(copied(path))
    assert back.index.name == "phone"
    assert back["name"].tolist() == NAMES


@pytest.fixture
def typed():
    """Every type that Arrow and polars share."""
    columns = {
        "phone": pa.array(PHONES, pa.large_string()),
        "name": pa.array(NAMES).dictionary_encode(),
        "day": pa.array(DAYS, pa.date32()),
        "at": pa.array([datetime(2026, 1, 2, 3, tzinfo=UTC)] * 4, pa.timestamp("us", "Europe/Berlin")),
        "ns": pa.array([1, None, 2, 3], pa.timestamp("ns")),
        "time": pa.array([1, None, 2, 3], pa.time64("us")),
        "for": pa.array([1, None, 2, 3], pa.duration("ms")),
        "price": pa.array([Decimal("1.10"), None, Decimal(0), Decimal(-1)], pa.decimal128(10, 2)),
        "raw": pa.array([b"\xff", None, b"", b"x"]),
        "tags": pa.array([["a", None], None, [], ["b"]]),
        "more": pa.array([{"a": 1, "b": [1]}, None, {"a": None, "b": None}, {"a": 2, "b": []}]),
        "map": pa.array([[("k", 1)], None, [], [("k", None)]], pa.map_(pa.string(), pa.int32())),
        "pair": pa.array([[1, 2], None, [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
        "half": pa.array([1.5, None, 0, -1], pa.float16()),
        "big": pa.array([2**63, None, 0, 1], pa.uint64()),
        "nothing": pa.nulls(4),
    }
    return pa.table(columns).replace_schema_metadata({"owner": "crm"})


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("version", ["1.0", "2.6"])
def test_parquet_of_arrow_in_every_type(tmp_path, typed, compression, version):
    path = tmp_path / "leads.parquet"
    typed = typed if version == "2.6" else typed.drop_columns(["half", "ns"])
    options = {"data_page_version": "2.0", "row_group_size": 2} if version == "2.6" else {}
    pq.write_table(typed, path, compression=compression, version=version, **options)
    assert phones_in(path) == PHONES
    back = pq.read_table(copied(path))
    assert back.drop_columns(["verdict"]).to_pydict() == pq.read_table(path).to_pydict()
    assert pq.read_metadata(path.with_name("out.parquet")).metadata[b"owner"] == b"crm"


@pytest.mark.slow
def test_parquet_of_any_size_gets_row_groups_of_sensible_size(tmp_path):
    rows = 600_000
    table = pa.table({"phone": pa.array([f"+4477009{n:05d}" for n in range(rows)])})
    pq.write_table(table, tmp_path / "leads.parquet", row_group_size=1_000)
    metadata = pq.read_metadata(copied(tmp_path / "leads.parquet"))
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    assert metadata.num_rows == rows
    assert all(100_000 <= group.num_rows <= 1_000_000 for group in groups[:-1])
    assert {group.column(0).compression for group in groups} == {"ZSTD"}


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_of_arrow_in_every_type(tmp_path, typed, compression):
    path = tmp_path / "leads.feather"
    pyarrow.feather.write_feather(typed, path, compression=compression, chunksize=2)
    assert phones_in(path) == PHONES
    back = pyarrow.feather.read_table(copied(path))
    assert back.drop_columns(["verdict"]).to_pydict() == typed.to_pydict()


def test_csv_of_arrow(tmp_path):
    path = tmp_path / "leads.csv"
    pyarrow.csv.write_csv(pa.table({"name": NAMES, "phone": PHONES}), path)
    assert path.read_bytes().startswith(b'"name","phone"\n')
    assert read(path).to_dict(as_series=False) == {"name": NAMES, "phone": PHONES}
    back = pyarrow.csv.read_csv(copied(path), parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
    assert back["name"].to_pylist() == NAMES


@pytest.fixture
def database(typed):
    """A DuckDB with the list as table `leads`."""
    with duckdb.connect() as connection:
        connection.register("arrow", typed.select(["phone", "name", "day", "price", "tags"]))
        connection.execute("CREATE TABLE leads AS SELECT * FROM arrow")
        yield connection


@pytest.mark.parametrize(
    "options", ["HEADER", "HEADER, DELIMITER ';', FORCE_QUOTE *", "HEADER, COMPRESSION gzip"]
)
def test_csv_of_duckdb(tmp_path, database, options):
    path = tmp_path / ("leads.csv.gz" if "gzip" in options else "leads.csv")
    database.execute(f"COPY (SELECT name, phone, day FROM leads) TO '{path}' ({options})")
    assert [phone or None for phone in phones_in(path)] == PHONES
    back = database.execute(
        f"SELECT name, nullif(phone, '') FROM read_csv('{copied(path)}', all_varchar=true)"
    )
    assert [(name or "", phone) for name, phone in back.fetchall()] == list(zip(NAMES, PHONES, strict=True))


def test_parquet_of_duckdb(tmp_path, database):
    path = tmp_path / "leads.parquet"
    database.execute(f"COPY leads TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)")
    assert phones_in(path) == PHONES
    back = database.execute(f"SELECT phone, name, day, price, tags FROM '{copied(path)}'").fetchall()
    assert back == database.execute("SELECT * FROM leads").fetchall()


def test_json_lines_of_duckdb(tmp_path, database):
    path = tmp_path / "leads.ndjson"
    database.execute(f"COPY leads TO '{path}' (FORMAT json)")
    assert phones_in(path) == PHONES
    back = database.execute(f"SELECT phone, name, tags FROM read_json('{copied(path)}')").fetchall()
    assert back == database.execute("SELECT phone, name, tags FROM leads").fetchall()


def test_excel_of_openpyxl_with_numbers_text_and_formats(tmp_path):
    path = tmp_path / "leads.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["name", "phone"])
    for name, phone in zip(NAMES, [447700900001, "+447700900002", None, 447700900003.0], strict=True):
        book.active.append([name, phone])
    book.active["B2"].number_format = "0.00E+00"
    book.save(path)
    assert phones_in(path) == ["447700900001", "+447700900002", None, "447700900003"]
    sheet = openpyxl.load_workbook(copied(path)).active
    assert [cell.value for cell in sheet["C"]] == ["verdict"] + ["unknown"] * 4


def test_excel_of_xlsxwriter_with_formulas_and_rich_text(tmp_path):
    path = tmp_path / "leads.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("leads")
    sheet.write_row(0, 0, ["name", "phone"])
    sheet.write_rich_string(1, 0, "An", book.add_format({"bold": True}), "n")
    sheet.write_formula(1, 1, '="+44"&"7700900001"', value="+447700900001")
    sheet.write_url(2, 0, "https://wa.me/447700900002", string="Bob")
    sheet.write_string(2, 1, "+447700900002")
    book.close()
    assert phones_in(path) == ["+447700900001", "+447700900002"]
    assert read(path)["name"].to_list() == ["Ann", "Bob"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize(
    ("suffix", "kind"), [("csv", "csv:Text - txt - csv (StarCalc):59,34,76"), ("xlsx", "xlsx")]
)
def test_files_of_libreoffice(tmp_path, frame, suffix, kind):
    frame.to_excel(tmp_path / "in.xlsx", index=False)
    command = [
        "soffice",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        tmp_path / "made",
        tmp_path / "in.xlsx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    path = tmp_path / "made" / f"in.{suffix}"
    assert phones_in(path) == PHONES
    assert copied(path).exists()
