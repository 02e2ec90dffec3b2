"""The lists in sample_data/ are what their README says, and come out of their script unchanged."""

import csv
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from validator.model import Number, Reason
from validator.phone import Accept, normalise
from validator.tables import find_phone_column, open_table

FOLDER = Path(__file__).parents[1] / "sample_data"

# File, region, phone column, rows.
LISTS = [
    ("crm_export.csv", "GB", "Phone", 65),
    ("loja_clientes.csv", "BR", "celular", 48),
    ("excel_export.txt", "DE", "Handynummer", 40),
    ("subscribers.parquet", None, "phone", 60),
    ("messy.csv", "US", "phone", 77),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The files as the script makes them now."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, FOLDER / "make.py", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def messy():
    with (FOLDER / "messy.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cells(name, region):
    table = open_table(FOLDER / name)
    return table.sample(), find_phone_column(table, named=None, region=region).name


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, *_ in LISTS if not name.endswith(".parquet")])
def test_the_script_makes_the_same_bytes(made, name):
    assert (made / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.slow
def test_the_script_makes_the_same_table(made):
    """Not the bytes: how a table is packed is up to the version of polars."""
    assert_frame_equal(
        pl.read_parquet(made / "subscribers.parquet"),
        pl.read_parquet(FOLDER / "subscribers.parquet"),
        categorical_as_str=True,
    )


@pytest.mark.slow
def test_the_script_makes_every_list_and_nothing_else(made):
    assert {path.name for path in made.iterdir()} == {name for name, *_ in LISTS}


@pytest.mark.parametrize(("name", "region", "column", "rows"), LISTS)
def test_each_list_opens_and_its_phone_column_is_found(name, region, column, rows):
    frame, found = cells(name, region)

    assert found == column
    assert frame.height == rows


@pytest.mark.parametrize(("name", "region", "column", "rows"), LISTS)
def test_the_readme_says_how_to_read_each_list(name, region, column, rows):
    [line] = [
        line
        for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{name}`")
    ]

    assert line.endswith(f"| {rows} |")
    assert f"`--region {region}" in line if region else "no region needed" in line


def test_each_text_list_is_in_its_encoding():
    assert (FOLDER / "crm_export.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (FOLDER / "excel_export.txt").read_bytes().startswith(b"\xff\xfeK\x00")
    with pytest.raises(UnicodeDecodeError):
        (FOLDER / "loja_clientes.csv").read_text(encoding="utf-8")


def test_the_crm_export_holds_people_of_two_countries_and_some_twice():
    frame, column = cells("crm_export.csv", "GB")
    found = normalise(frame[column], frame["Country"], accept=Accept.POSSIBLE)

    assert set(found["country"].drop_nulls()) == {"GB", "US"}
    assert found["number"].drop_nulls().is_duplicated().sum() == 14
    assert set(found["reason"].drop_nulls().cast(pl.String)) == {Reason.EMPTY}


def test_the_crm_exports_british_numbers_belong_to_nobody():
    frame, column = cells("crm_export.csv", "GB")
    british = normalise(frame[column], frame["Country"], accept=Accept.POSSIBLE).filter(country="GB")

    assert british["number"].is_between(447_700_900_000, 447_700_900_999).all()


def test_the_shops_list_has_mobile_numbers_without_the_ninth_digit():
    frame, column = cells("loja_clientes.csv", "BR")
    found = normalise(frame[column], "BR")

    eight_digits = frame[column].str.replace_all(r"\D", "").str.contains(r"^(55)?\d\d[689]\d{7}$")
    assert eight_digits.any()
    assert found.filter(eight_digits)["line_type"].cast(pl.String).unique().to_list() == ["mobile"]
    assert set(found["line_type"].cast(pl.String)) == {"mobile", "fixed"}


def test_the_excel_export_is_read_as_it_was_meant():
    frame, column = cells("excel_export.txt", "DE")
    found = normalise(frame[column], "DE")

    assert found["number"].null_count() == 0
    every_eighth = found.select(pl.int_range(pl.len()) % 8 == 7).to_series()
    assert set(found.filter(every_eighth)["line_type"].cast(pl.String)) == {"fixed"}
    assert set(found.filter(~every_eighth)["line_type"].cast(pl.String)) == {"mobile"}


def test_the_parquet_list_needs_no_region_and_has_ids_that_a_float_would_damage():
    frame, column = cells("subscribers.parquet", None)
    found = normalise(frame[column])

    assert set(found["reason"].drop_nulls().cast(pl.String)) == {Reason.EMPTY}
    assert frame["id"].min() > 2**53
    assert {str(dtype.base_type()) for dtype in frame.dtypes} >= {"Categorical", "Decimal", "List", "Boolean"}


def test_every_trap_is_named_once(messy):
    assert len({row["trap"] for row in messy}) == len(messy)


def test_every_trap_comes_out_as_its_row_expects(messy):
    found = normalise(pl.Series([row["phone"] for row in messy]), "US")
    got = [
        reason if number is None else Number(number).e164
        for number, reason in found.select("number", "reason").iter_rows()
    ]

    assert dict(zip((row["trap"] for row in messy), got, strict=True)) == {
        row["trap"]: row["expected"] for row in messy
    }
