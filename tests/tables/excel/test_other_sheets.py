"""The sheets of a workbook beside the one that is read: in an output with their values."""

from datetime import date

import openpyxl
import pytest
import xlsxwriter

from validator.tables import ReadOptions, open_table, without_other_sheets, writing


def copy(source, target):
    table = open_table(source, options=ReadOptions(sheet="Leads"))
    with writing(target, schema=table.schema, like=table) as writer:
        for batch in table.batches():
            writer.write(batch)


@pytest.fixture
def full_book(tmp_path):
    """A workbook with a list between other sheets, of every kind of cell, far from the corner and hidden."""
    path = tmp_path / "leads.xlsx"
    workbook = xlsxwriter.Workbook(path)
    notes = workbook.add_worksheet("Notes")
    shown = workbook.add_format({"num_format": "yyyy-mm-dd"})
    cells = ["007", 447400123456, 1.5, True, date(2026, 5, 1), "=1+1"]
    for column, cell in enumerate(cells, start=2):
        write = notes.write_string if isinstance(cell, str) else notes.write
        write(3, column, cell, *[shown] * isinstance(cell, date))
    notes.write_formula(5, 2, "=SUM(D4:E4)", None, 447400123457.5)
    notes.write_formula(6, 2, "=1/0", None, "#DIV/0!")
    workbook.add_worksheet("Leads").write_column(0, 0, ["phone", "+447400123456"])
    workbook.add_worksheet("Codes").write_column(0, 0, ["code", 7])
    workbook.add_worksheet("Empty")
    workbook.get_worksheet_by_name("Codes").hide()
    workbook.close()
    return path


def test_an_output_has_the_values_of_the_other_sheets_where_they_stood(full_book, tmp_path):
    copy(full_book, tmp_path / "out.xlsx")

    out = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert out.sheetnames == ["Notes", "Leads", "Codes"]
    assert out.active.title == "Leads"
    assert [sheet.sheet_state for sheet in out] == ["visible", "visible", "hidden"]
    *row, day, formula = [cell.value for cell in out["Notes"][4]]
    assert row == [None, None, "007", 447400123456, 1.5, True]
    assert (day.date(), formula) == (date(2026, 5, 1), "=1+1")
    assert out["Notes"]["H4"].data_type == "s"
    assert (out["Notes"]["C6"].value, out["Notes"]["C7"].value) == (447400123457.5, "#DIV/0!")
    assert [cell.value for cell in out["Codes"]["A"]] == ["code", 7]


def test_an_output_of_a_part_has_no_other_sheet(full_book, tmp_path):
    table = without_other_sheets(open_table(full_book, options=ReadOptions(sheet="Leads")))
    with writing(tmp_path / "out.xlsx", schema=table.schema, like=table):
        pass

    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["Leads"]


def test_a_sheet_that_spans_far_more_than_it_holds_is_left_out_and_named(tmp_path, caplog):
    with xlsxwriter.Workbook(tmp_path / "leads.xlsx") as workbook:
        workbook.add_worksheet("Leads").write_column(0, 0, ["phone", "+447400123456"])
        vast = workbook.add_worksheet("Vast")
        vast.write(0, 0, "x")
        vast.write(1_000_000, 50, "far away")

    copy(tmp_path / "leads.xlsx", tmp_path / "out.xlsx")

    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["Leads"]
    assert "sheet 'Vast' of" in caplog.text
