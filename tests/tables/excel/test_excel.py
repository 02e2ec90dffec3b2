"""Excel: numbers stored as floats, sheets to choose from, and text that stays text."""

import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from validator.errors import FileError
from validator.tables import ReadOptions, find_phone_column, open_table, writing


def moment(*parts):
    """A point in time without a zone, as Excel knows no other."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def book(tmp_path):
    """Write sheets, each a list of rows, into a workbook and return its path."""

    def write(hidden=(), name="leads.xlsx", **sheets):
        path = tmp_path / name
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            sheet.sheet_state = "hidden" if title in hidden else "visible"
            for row in rows:
                sheet.append(row)
        workbook.save(path)
        return path

    return write


def read(path, **options):
    table = open_table(path, options=ReadOptions(**options))
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def copy(source, target):
    table = open_table(source)
    with writing(target, schema=table.schema, like=table) as writer:
        for batch in table.batches():
            writer.write(batch)


def test_numbers_without_a_fraction_are_their_digits(book):
    path = book(leads=[["id", "phone"], [1, 447400123456.0], [2, None], [3, 447400123457]])
    assert read(path).to_dict(as_series=False) == {
        "id": [1, 2, 3],
        "phone": [447400123456, None, 447400123457],
    }
    assert find_phone_column(open_table(path), named=None, region=None).name == "phone"


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        (["007", "+44"], pl.String, ["007", "+44"]),
        ([1, 1.5], pl.Float64, [1.0, 1.5]),
        ([True, False], pl.Boolean, [True, False]),
        ([date(2026, 1, 2), None], pl.Date, [date(2026, 1, 2), None]),
        (
            [moment(2026, 1, 2, 3, 4), date(2026, 1, 2)],
            pl.Datetime("us"),
            [moment(2026, 1, 2, 3, 4), moment(2026, 1, 2)],
        ),
        ([time(3, 4), time(5)], pl.Time, [time(3, 4), time(5)]),
        ([timedelta(hours=30), None], pl.Duration("us"), [timedelta(hours=30), None]),
        (
            [447400123456, "+44 7400", True, 1.5, date(2026, 1, 2), time(3), 1e30, timedelta(hours=30)],
            pl.String,
            ["447400123456", "+44 7400", "TRUE", "1.5", "2026-01-02", "03:00:00", "1e+30", "1 day, 6:00:00"],
        ),
        ([None, "x"], pl.String, [None, "x"]),
    ],
)
def test_a_column_has_the_type_of_its_cells_or_is_text(book, cells, dtype, expected):
    path = book(leads=[["id", "v"], *([n, cell] for n, cell in enumerate(cells))])
    assert open_table(path).schema["v"] == dtype
    assert read(path)["v"].to_list() == expected


def test_types_come_back_from_an_output(book, tmp_path):
    rows = [
        ["text", "n", "x", "b", "day", "at"],
        ["=1+1", 447400123456, 1.5, True, date(2026, 1, 2), moment(2026, 1, 2, 3)],
        ["+447400123456", -1, -0.25, False, date(1950, 1, 2), moment(2026, 1, 2)],
    ]
    path = book(leads=rows)
    copy(path, tmp_path / "out.xlsx")
    assert read(tmp_path / "out.xlsx").equals(read(path))
    assert open_table(tmp_path / "out.xlsx").schema == open_table(path).schema


def test_text_is_text_and_no_formula_when_somebody_edits_it(tmp_path):
    frame = pl.DataFrame({"phone": ["+447400123456", "=1+1", "007"]})
    with writing(tmp_path / "out.xlsx", schema=frame.schema, like=None) as writer:
        writer.write(frame)
    cells = openpyxl.load_workbook(tmp_path / "out.xlsx").active["A"]
    assert [cell.value for cell in cells] == ["phone", "+447400123456", "=1+1", "007"]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_numbers_are_shown_with_all_their_digits_and_kept_with_them(tmp_path):
    frame = pl.DataFrame({"phone": [447400123456, 1234567890123456789]})
    with writing(tmp_path / "out.xlsx", schema=frame.schema, like=None) as writer:
        writer.write(frame)
    short, long = openpyxl.load_workbook(tmp_path / "out.xlsx").active["A"][1:]
    assert (short.value, short.number_format) == (447400123456, "0")
    assert long.value == "1234567890123456789"


def test_what_excel_has_no_type_for_is_text(tmp_path):
    frame = pl.DataFrame(
        {
            "at": [datetime(2026, 1, 2, tzinfo=UTC)],
            "for": [timedelta(hours=30)],
            "price": [Decimal("1.10")],
            "none": [float("nan")],
            "old": [date(1800, 1, 2)],
            "kind": pl.Series(["a"], dtype=pl.Categorical),
        }
    )
    with writing(tmp_path / "out.xlsx", schema=frame.schema, like=None) as writer:
        writer.write(frame)
    row = [cell.value for cell in openpyxl.load_workbook(tmp_path / "out.xlsx").active[2]]
    assert row == ["2026-01-02T00:00:00.000000+00:00", "P1DT6H", 1.1, "nan", "1800-01-02", "a"]


def test_empty_rows_are_no_rows_of_a_table(book):
    rows = [[None, None], ["a", "phone"], [None, None], ["x", "1"], [None, ""], ["y", "2"]]
    assert read(book(leads=rows)).rows() == [("x", "1"), ("y", "2")]


def test_empty_rows_are_empty_cells_of_a_list(book):
    assert read(book(leads=[["phone"], ["1"], [None], ["2"]])).rows() == [("1",), (None,), ("2",)]


def test_names_that_stand_twice_or_are_no_text_come_back(book, tmp_path):
    path = book(leads=[["phone", "phone", None, 2026], ["1", "2", "3", "4"]])
    table = open_table(path)
    assert table.schema.names() == ["phone", "phone (2)", "column_3", "2026"]
    copy(path, tmp_path / "out.xlsx")
    assert list(open_table(tmp_path / "out.xlsx").header.values()) == ["phone", "phone", "", "2026"]


@pytest.mark.parametrize("number", ["+447700900001", 447700900001])
def test_a_sheet_that_begins_with_a_number_has_no_header(book, number):
    path = book(leads=[["Ann", number], ["Bob", number]])
    assert open_table(path).schema.names() == ["column_1", "column_2"]
    assert read(path).height == 2


def test_the_first_sheet_that_is_not_hidden_is_read_and_named_in_the_log(book, caplog):
    path = book(hidden=["codes"], codes=[["x"], ["1"]], leads=[["phone"], ["2"]], old=[["phone"], ["3"]])
    assert read(path).rows() == [("2",)]
    assert "sheet 'leads' of" in caplog.text
    assert "of 'old' a workbook as output has the values. Choose another with" in caplog.text


def test_a_sheet_that_is_asked_for_is_found_in_any_case_and_the_others_are_named(book, caplog):
    path = book(leads=[["phone"], ["2"]], Old=[["phone"], ["3"]], Notes=[["x"], ["y"]])
    table = open_table(path, options=ReadOptions(sheet="OLD"))

    assert table.manner["other_sheets"] == "leads, Notes"
    assert "sheet 'Old' of" in caplog.text
    assert caplog.text.rstrip().endswith("of 'leads', 'Notes' a workbook as output has the values.")
    with pytest.raises(FileError, match="Did you mean 'leads'"):
        open_table(path, options=ReadOptions(sheet="leeds"))


def test_a_sheet_without_numbers_names_the_others(book):
    path = book(about=[["what"], ["list of leads"]], leads=[["phone"], ["+447400123456"]])
    with pytest.raises(FileError, match=r"Choose one with --column, or another sheet \(leads\) with --sheet"):
        find_phone_column(open_table(path), named=None, region=None)


def test_one_sheet_needs_no_notice(book, caplog):
    read(book(hidden=["codes"], codes=[["x"]], leads=[["phone"], ["2"]]))
    assert caplog.text == ""


def test_a_sheet_is_read_by_its_name(book, tmp_path):
    path = book(hidden=["codes"], leads=[["phone"], ["2"]], codes=[["x"], ["1"]])
    assert read(path, sheet="codes").columns == ["x"]
    assert read(path, sheet="CODES").columns == ["x"]
    with pytest.raises(FileError, match="has no sheet 'code'; its sheets are: leads, codes"):
        read(path, sheet="code")
    table = open_table(path, options=ReadOptions(sheet="codes"))
    with writing(tmp_path / "out.xlsx", schema=table.schema, like=table):
        pass
    out = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert (out.sheetnames, out.active.title) == (["leads", "codes"], "codes")


def test_other_formats_have_no_sheets(listed):
    with pytest.raises(FileError, match=r"leads.csv has no sheets; leave out --sheet"):
        open_table(listed("phone\n1\n"), options=ReadOptions(sheet="x"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; export the list again"),
        (b"PK\x03\x04....", "cannot be read as an Excel workbook .*; save or export it again"),
        (b"\xd0\xcf\x11\xe0....", "is a damaged old Excel workbook or one with a password; save it as .xlsx"),
    ],
)
def test_what_is_no_workbook_is_named(listed, content, words):
    with pytest.raises(FileError, match=words):
        open_table(listed(content, "leads.xlsx"))


NUMBERS = ["+12025550101", "+12025550102", "+12025550103"]


@pytest.mark.parametrize(
    "rows", [[NUMBERS], [["Name", "A", "B", "C"], ["Mobile", *NUMBERS], ["City", "D", "E", "F"]]]
)
def test_a_list_that_lies_on_its_side_is_an_error(book, rows):
    with pytest.raises(
        FileError, match=r"side by side in one row; .* \(copy the cells, Paste Special, Trans"
    ):
        open_table(book(S=rows))
    assert open_table(book(S=rows), options=ReadOptions(header_row=0)).schema


@pytest.mark.parametrize("names", [["A", *NUMBERS], NUMBERS])
def test_one_row_with_several_columns_of_phones_is_a_list(book, names):
    header = ["Name", "Mobile", "Home", "Work"][-len(names) :]
    assert len(open_table(book(S=[header, names])).schema) == len(names)


def test_an_archive_of_something_else_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(
        FileError, match=r"leads.xlsx is a zip archive that holds a.txt; unpack it \(unzip leads.xlsx\)"
    ):
        open_table(tmp_path / "leads.xlsx")


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 << 20))
    with pytest.raises(FileError, match="unpacks to more than 200 times its size"):
        open_table(tmp_path / "leads.xlsx")


def test_sheets_that_cannot_be_read_are_named(book):
    path = book(hidden=["codes"], empty=[], codes=[["x"], ["1"]])
    with pytest.raises(FileError, match=r"sheet 'empty' of .* is empty; .* name a --sheet"):
        open_table(path)
    with pytest.raises(FileError, match=r"has no sheet 'Leads'; its sheets are: empty, codes. Choose one"):
        open_table(path, options=ReadOptions(sheet="Leads"))


def test_a_workbook_without_a_sheet_that_is_shown_is_named(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "leads.xlsx")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=codes!$A$1:$A$1"})
    book.add_chartsheet("chart").set_chart(chart)
    sheet = book.add_worksheet("codes")
    sheet.write_string(0, 0, "x")
    sheet.hide()
    book.close()
    with pytest.raises(FileError, match="has no sheet that is not hidden; name one with --sheet"):
        open_table(tmp_path / "leads.xlsx")


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (
            pl.DataFrame({"a": ["x" * 32_768]}),
            "row 2 of .* a cell of 32,768 characters, and Excel",
        ),
        (pl.DataFrame({"tags": [["x"]]}), "column 'tags' holds .* values, which Excel cannot"),
        (pl.DataFrame({f"c{n}": [1] for n in range(16_385)}), "16,385 columns and a sheet 16,384"),
        (pl.select(n=pl.int_range(1_048_576)), "would have more than 1,048,576 rows, which no sheet holds"),
    ],
)
def test_what_a_sheet_cannot_hold_is_told_and_leaves_nothing(tmp_path, frame, words):
    with (
        pytest.raises(FileError, match=words),
        writing(tmp_path / "out.xlsx", schema=frame.schema, like=None) as writer,
    ):
        writer.write(frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_the_extra_the_error_says_how_to_install_it(book):
    code = """
import sys
from pathlib import Path
sys.modules["python_calamine"] = None
from validator.errors import FileError
from validator.tables import open_table
try:
    open_table(Path(sys.argv[1]))
except FileError as error:
    print(error)
"""
    path = book(leads=[["phone"], ["1"]])
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "install it with pip install 'recipient-validator[excel]'" in done.stdout


@pytest.mark.parametrize("above", [[], [["Customers of May"], []]])
def test_a_written_sheet_has_a_bold_header_in_sight_with_a_filter_and_wide_columns(book, tmp_path, above):
    address = "12 High Street, Little Snoring, Norfolk"
    path = book(leads=[*above, ["name", "phone", "address"], *[["Ann", "+447400123456", address]] * 3])

    copy(path, tmp_path / "out.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    header = len(above) + 1
    assert [cell.font.bold for cell in sheet[header]] == [True] * 3
    assert [cell.font.bold for cell in sheet[header + 1]] == [False] * 3
    assert sheet.freeze_panes == f"A{header + 1}"
    assert sheet.auto_filter.ref == f"A{header}:C{header + 3}"
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths[0] < len("+447400123456") < widths[1] < len(address) < widths[2]


def test_a_column_of_long_texts_is_not_wider_than_a_screen(book, tmp_path):
    copy(book(leads=[["note"], ["x" * 5_000]]), tmp_path / "out.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet.column_dimensions["A"].width < 60


def test_a_list_without_rows_has_a_header_and_a_filter(tmp_path):
    with writing(tmp_path / "out.xlsx", schema=pl.Schema({"phone": pl.String}), like=None):
        pass

    assert openpyxl.load_workbook(tmp_path / "out.xlsx").active.auto_filter.ref == "A1"
