"""What a sheet has beside values: errors, formulas never computed, links, hidden rows, cells far away."""

import re
import zipfile

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from validator.errors import FileError
from validator.phone import normalise
from validator.tables import Hidden, ReadOptions, open_table, writing

PHONE = "+1 202-555-0101"


@pytest.fixture
def sheet(tmp_path):
    """A sheet of a workbook of xlsxwriter, and what closes it and returns its path."""
    book = xlsxwriter.Workbook(tmp_path / "leads.xlsx")
    sheet = book.add_worksheet("leads")
    sheet.write_row(0, 0, ["name", "phone"])

    def close():
        book.close()
        return tmp_path / "leads.xlsx"

    return sheet, close


def asked_for(path, **options):
    table = open_table(path, options=ReadOptions(**options))
    return pl.concat(table.batches(["phone"]))["phone"].to_list()


def shown(path):
    table = open_table(path)
    return pl.concat(table.verbatim())["phone"].to_list()


def reasons_of(path):
    return normalise(pl.Series(asked_for(path)), "US")["reason"].cast(pl.String).to_list()


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!"])
def test_an_error_is_damage_and_comes_back(sheet, error, tmp_path):
    rows, close = sheet
    rows.write_row(1, 0, ["A", PHONE])
    rows.write_string(2, 0, "B")
    rows.write_formula(2, 1, "=VLOOKUP(A3,D:E,2,FALSE)", value=error)
    path = close()
    assert shown(path) == asked_for(path) == [PHONE, error]
    assert reasons_of(path) == [None, "spreadsheet_damage"]
    table = open_table(path)
    with writing(tmp_path / "out.xlsx", schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "out.xlsx").active["B"]] == [
        "phone", PHONE, error,
    ]  # fmt: skip


def test_formulas_that_were_never_computed_are_damage_and_warned_about(tmp_path, caplog):
    book = openpyxl.Workbook()
    for row in [["name", "phone"], ["A", '="+1"&"2025550101"'], ["B", PHONE]]:
        book.active.append(row)
    book.save(tmp_path / "leads.xlsx")
    assert reasons_of(tmp_path / "leads.xlsx") == ["spreadsheet_damage", None]
    assert shown(tmp_path / "leads.xlsx") == ['="+1"&"2025550101"', PHONE]
    assert "1 cells of sheet 'Sheet' of" in caplog.text
    assert "never computed (first: row 2, column 2); open the file in Excel or LibreOffice" in caplog.text


@pytest.mark.parametrize(
    "rows",
    [
        [["phone"], [PHONE], ["=1+1"], ["=A2"]],
        [["name", "phone"], ["A", PHONE], ["=1+1", "=1+1"], ["=B2", "=B2"]],
        [[None], [None, "name", "phone"], [None, "A", PHONE], [None, None, "=1+1"], [None, None, "=C3"]],
    ],
)
def test_rows_of_nothing_but_such_formulas_are_rows_at_the_end_too(tmp_path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "leads.xlsx")
    assert reasons_of(tmp_path / "leads.xlsx") == [None, "spreadsheet_damage", "spreadsheet_damage"]
    assert shown(tmp_path / "leads.xlsx")[1] == "=1+1"


def test_a_formula_that_others_share_and_nobody_computed_is_damage(sheet, tmp_path):
    """Where rows have the same formula, one holds it and the others name it by its number."""
    rows, close = sheet
    rows.write_row(1, 0, ["A", PHONE])
    rows.write_row(2, 0, ["B", "shares"])
    rows.write_row(3, 0, ["C", PHONE])
    path = close()
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(
        rb'<c r="B3" t="s"><v>\d+</v></c>', b'<c r="B3"><f t="shared" si="0"/></c>', parts[name]
    )
    with zipfile.ZipFile(path, "w") as book:
        for part, content in parts.items():
            book.writestr(part, content)
    assert reasons_of(path) == [None, "spreadsheet_damage", None]


def test_formulas_with_values_need_no_notice(sheet, caplog):
    rows, close = sheet
    for row in range(1, 50):
        rows.write_formula(row, 1, '="+1"&"2025550101"', value="+12025550101")
    assert asked_for(close()) == ["+12025550101"] * 49
    assert caplog.text == ""


@pytest.mark.parametrize(
    "link",
    ["https://wa.me/12025550101", "tel:+12025550101", "https://api.whatsapp.com/send?phone=12025550101"],
)
def test_the_number_behind_a_link_is_read_and_the_text_comes_back(tmp_path, link):
    book, path = openpyxl.Workbook(), tmp_path / "leads.xlsx"
    for cells in [["name", "phone"], ["A", PHONE], ["B", "Chat"], ["C", "+1 202-555-0104"], ["D", "Site"]]:
        book.active.append(cells)
    book.active["B3"].hyperlink, book.active["B3"].value = link, "Chat"
    book.active["B4"].hyperlink, book.active["B4"].value = "https://wa.me/12025550109", "+1 202-555-0104"
    book.active["B5"].hyperlink, book.active["B5"].value = "https://example.com/1202555", "Site"
    book.save(path)
    assert asked_for(path) == [PHONE, link, "+1 202-555-0104", "Site"]
    assert shown(path) == [PHONE, "Chat", "+1 202-555-0104", "Site"]
    assert reasons_of(path) == [None, None, None, "not_a_number"]


def test_the_number_behind_a_formula_that_links_is_read(sheet):
    rows, close = sheet
    rows.write_formula(1, 1, '=HYPERLINK("https://wa.me/12025550101","Chat")', value="Chat")
    path = close()
    assert (asked_for(path), shown(path)) == (["https://wa.me/12025550101"], ["Chat"])


@pytest.fixture
def filtered(sheet):
    rows, close = sheet
    for row in range(1, 5):
        rows.write_row(row, 0, [f"P{row}", f"+1 202-555-010{row}"])
    rows.autofilter(0, 0, 4, 1)
    rows.set_row(2, options={"hidden": True})
    rows.set_row(4, options={"hidden": True})
    return close()


def test_hidden_rows_are_read_with_a_warning(filtered, caplog):
    assert len(asked_for(filtered)) == 4
    assert "2 rows of sheet 'leads' of" in caplog.text
    assert "are hidden (first: row 3)" in caplog.text
    assert "--hidden skip" in caplog.text


def test_hidden_rows_are_left_out_where_they_are_skipped(filtered, caplog):
    assert asked_for(filtered, hidden=Hidden.SKIP) == ["+1 202-555-0101", "+1 202-555-0103"]
    assert "2 hidden rows of sheet 'leads' of" in caplog.text


def test_a_cell_far_away_is_refused_before_it_takes_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "phone"
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "leads.xlsx")
    with pytest.raises(
        FileError, match=r"spans 1,048,576 rows and 16,384 columns with only 2 filled cells; delete"
    ):
        open_table(tmp_path / "leads.xlsx")


FAR = b'r="XFD1048576"'
SPELLINGS = {
    "single quotes": lambda xml: xml.replace(FAR, b"r='XFD1048576'"),
    "spaces": lambda xml: xml.replace(FAR, b'r = "XFD1048576"'),
    "a line break": lambda xml: xml.replace(b"<c " + FAR, b"<c\n" + FAR),
    "small letters": lambda xml: xml.replace(FAR, FAR.lower()),
    "no end of a sheet": lambda xml: xml.replace(b"XFD1048576", b"XXFD9999999"),
    "an attribute with a bracket": lambda xml: xml.replace(FAR, FAR + b' x=">"'),
    "a space before the value": lambda xml: xml.replace(b"<v>", b"\n <v>"),
    "an attribute of the value": lambda xml: xml.replace(b"<v>", b'<v x="y">'),
    "an encoded value": lambda xml: xml.replace(b"<v>1</v>", b"<v><![CDATA[1]]></v>"),
    "rows in disorder": lambda xml: xml.replace(
        b"</sheetData>", b'<row r="3"><c r="A3"><v>1</v></c></row></sheetData>'
    ),
    "no references": lambda xml: xml.replace(b"<c " + FAR, b"<c/>" * 16_383 + b"<c"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("quoted", [True, False], ids=["book as usual", "book in single quotes"])
def test_a_cell_far_away_is_refused_however_it_is_spelled(tmp_path, spelling, quoted):
    book = openpyxl.Workbook()
    book.active["A1"] = "phone"
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "usual.xlsx")
    spell = {"xl/worksheets/sheet1.xml": SPELLINGS[spelling]}
    if not quoted:
        spell["xl/workbook.xml"] = lambda xml: xml.replace(b'"', b"'")
    with (
        zipfile.ZipFile(tmp_path / "usual.xlsx") as usual,
        zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as other,
    ):
        for name in usual.namelist():
            other.writestr(name, spell.get(name, bytes)(usual.read(name)))

    with pytest.raises(
        FileError, match=r"delete those far from the list|cannot be read as an Excel workbook"
    ):
        open_table(tmp_path / "leads.xlsx")


def test_cells_that_are_formatted_far_away_do_no_harm(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["phone", "n"])
    book.active.append([PHONE, 1])
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "leads.xlsx")
    assert asked_for(tmp_path / "leads.xlsx") == [PHONE]


def test_marks_are_found_across_pieces_and_with_prefixes(sheet, tmp_path):
    rows, close = sheet
    for row in range(1, 8000):
        rows.write_row(row, 0, ["Ada" * 9, PHONE])
    rows.write_formula(7999, 1, "=1/0", value="#DIV/0!")
    path, prefixed = close(), tmp_path / "prefixed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(prefixed, "w") as target:
        for part in source.namelist():
            text = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                text = text.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
                text = text.replace(b"xmlns=", b"xmlns:x=")
            target.writestr(part, text)
    for one in (path, prefixed):
        assert asked_for(one)[-2:] == [PHONE, "#DIV/0!"]
