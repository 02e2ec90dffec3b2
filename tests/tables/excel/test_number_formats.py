"""Plus signs and calling codes that only the number format of a cell shows."""

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from validator.phone import normalise
from validator.tables import open_table, together, writing


@pytest.fixture
def workbook(tmp_path):
    """Make a workbook from cells and their formats."""

    def make(cells, name="leads.xlsx"):
        book = xlsxwriter.Workbook(tmp_path / name)
        sheet = book.add_worksheet("leads")
        sheet.write_row(0, 0, ["id", "phone"])
        for row, (value, shown) in enumerate(cells, start=1):
            sheet.write(row, 0, row)
            sheet.write(row, 1, value, book.add_format({"num_format": shown}) if shown else None)
        book.close()
        return tmp_path / name

    return make


def read(table):
    return pl.concat(table.batches(["phone"]), how="vertical_relaxed")["phone"]


@pytest.mark.parametrize(
    ("value", "shown", "number"),
    [
        (612345678, '"+34 "0', 34612345678),
        (612345678, "\\+34\\ 000\\ 000\\ 000", 34612345678),
        (2125550101, '"+1 ("000") "000-0000', 12125550101),
        (2125550101, "+1 (000) 000-0000", 12125550101),
        (912345678, "[$+351] 000 000 000", 351912345678),
        (34612345678, "+0", 34612345678),
        (34612345678, '"+"##########0;@', 34612345678),
        (34612345678, '"+34 "0', 34612345678),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(workbook, value, shown, number):
    assert normalise(read(open_table(workbook([(value, shown)]))), "FR")["number"].to_list() == [number]


@pytest.mark.parametrize("shown", [None, "0", "0000000000", "#,##0", '0" +34"', '[Red]-0;"+34 "0', "yyyy"])
def test_other_formats_say_nothing(workbook, shown):
    assert read(open_table(workbook([(612345678, shown)]))).cast(pl.String).to_list() == ["612345678"]


def test_the_output_has_the_number_as_it_is(workbook, tmp_path):
    table = open_table(workbook([(612345678, '"+34 "0'), (612345679, None)]))
    assert table.schema["phone"] == pl.Int64
    with writing(tmp_path / "out.xlsx", schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    cells = openpyxl.load_workbook(tmp_path / "out.xlsx").active["B"]
    assert [cell.value for cell in cells] == ["phone", 612345678, 612345679]


def test_workbooks_with_and_without_such_a_format_are_one_list(workbook):
    plain = open_table(workbook([(34612345679, None)], "b.xlsx"))
    shown = open_table(workbook([(612345678, '"+34 "0')], "a.xlsx"))
    for tables in ([plain, shown], [shown, plain]):
        found = normalise(read(together(tables)), None)["number"].to_list()
        assert sorted(found) == [34612345678, 34612345679]
        assert together(tables).sample().height == 2
