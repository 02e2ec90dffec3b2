"""Titles, comments and blank rows above a header; other delimiters; and remedies that work."""

import re
import subprocess

import openpyxl
import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import Ragged, ReadOptions, find_phone_column, open_table, writing

TABLE = "id,name,phone\n7,Ada,202-555-0101\n8,Ben,202-555-0102\n9,Cy,202-555-0103\n"
NUMBERS = ["202-555-0101", "202-555-0102", "202-555-0103"]
ABOVE = [
    "Contacts\n",
    "Phone list\n",
    "WhatsApp contacts\n\n",
    "Customer export\nGenerated 2025-11-03\n\n",
    "Customer export,,\nGenerated 2025-11-03,,\n,,\n",
    ",,\n\n",
    "\n\n",
    "Table 1\n",
    "# exported by a program\n# on a day\n",
    "# exported by a program, on a day\n",
    '"Customers of\nNovember"\n',
    "Report;of;November\n",
]


def read(path, **options):
    table = open_table(path, options=ReadOptions(**options))
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def phones_in(path, **options):
    table = open_table(path, options=ReadOptions(**options))
    column = find_phone_column(table, named=None, region="US").name
    return pl.concat(table.batches([column]))[column].to_list()


def copied(path, name, **options):
    table = open_table(path)
    target = path.with_name(name)
    schema = pl.Schema({**table.schema, "verdict": pl.String()})
    with writing(target, schema=schema, like=table, **options) as writer:
        for batch in table.verbatim():
            writer.write(batch.with_columns(verdict=pl.lit("ok")))
    return target


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ABOVE)
def test_what_stands_above_a_header_is_no_row_and_comes_back(listed, above, end):
    path = listed((above + TABLE).replace("\n", end))
    assert phones_in(path) == NUMBERS
    out = copied(path, "out.csv")
    assert out.read_bytes().decode() == (above + TABLE).replace("\n", end).replace(
        f"phone{end}", f"phone,verdict{end}"
    ).replace(f"0101{end}", f"0101,ok{end}").replace(f"0102{end}", f"0102,ok{end}").replace(
        f"0103{end}", f"0103,ok{end}"
    )
    assert phones_in(out) == NUMBERS


def test_titles_stay_out_of_other_formats_and_of_text_for_spreadsheets(listed):
    path = listed("=1+1\n" + TABLE)
    assert copied(path, "safe.csv", excel_safe=True).read_text().startswith("id,name,phone,verdict\n")
    assert read(copied(path, "out.ndjson"))["phone"].to_list() == NUMBERS


def test_a_table_without_a_header_below_a_title_has_none(listed):
    path = listed("Customers\n" + TABLE.partition("\n")[2])
    assert open_table(path).schema.names() == ["column_1", "column_2", "column_3"]
    assert phones_in(path) == NUMBERS


def test_a_title_above_a_list_of_one_column_is_no_row(listed):
    path = listed("Customers\nNovember\nPhone\n" + "\n".join(NUMBERS) + "\n")
    assert open_table(path).schema.names() == ["Phone"]
    assert phones_in(path) == NUMBERS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phone,,\n202-555-0101,Ada,Here\n202-555-0102,Ben,There\n", ["phone", "column_2", "column_3"]),
        ("phone,,\nn/a,Ada,Rome\n202-555-0102,Ben,x\n202-555-0103,Cy,x\n", ["phone", "column_2", "column_3"]),
        ("#name,phone\nAda,202-555-0101\nBen,202-555-0102\n", ["#name", "phone"]),
        ("address\n12 Main Street, Here\n1 Oak Street, There\n", ["address"]),
        ("name\nStone, Ada\nSmith, Ben\n", ["name"]),
        ("name,city\nAda,Here\nBen,There\n", ["name", "city"]),
        ("phone\n202-555-0101, 202-555-0102\n202-555-0103, 202-555-0104\n", ["phone"]),
        ("name,phone,,\nAda,202-555-0101,x,y\nBen,1,x,y\n", ["name", "phone", "column_3", "column_4"]),
    ],
)  # fmt: skip
def test_a_header_is_not_taken_for_a_title(listed, text, names):
    assert open_table(listed(text)).schema.names() == names


def test_a_header_with_too_few_names_is_none_of_titles(listed):
    with pytest.raises(FileError, match=r"line 2 of .* has 4 cells where the header has 2"):
        read(listed("name,phone\nAda,202-555-0101,x,y\nBen,202-555-0102,x,y\n"))


def test_a_footer_is_kept_or_refused_as_any_short_row(listed):
    path = listed("Contacts\n" + TABLE + "3 rows\n")
    with pytest.raises(FileError, match=r"line 6 of .* has 1 cell where the header has 3.*--ragged keep"):
        read(path)
    assert phones_in(path, ragged=Ragged.KEEP) == [*NUMBERS, None]


def test_the_row_of_the_header_can_be_named(listed):
    path = listed("Customers, of, November\nof all, and, sundry\nid,who,where\n1,Ada,Here\n2,Ben,There\n")
    assert read(path).columns == ["Customers", " of", " November"]
    assert read(path, header_row=3).rows() == [("1", "Ada", "Here"), ("2", "Ben", "There")]
    with pytest.raises(FileError, match=r"leads.csv has no line 9; name the one with the header"):
        open_table(path, options=ReadOptions(header_row=9))


def test_the_advice_to_name_the_row_of_the_header_helps(listed):
    path = listed("What,Where,Who\n1,2,3\nid,notes,phone\n1,x,ask Ada\n2,x,ask Ben\n")
    with pytest.raises(FileError, match=r"no phone column found .* say with --header-row which row"):
        phones_in(path)
    assert phones_in(path, header_row=3) == ["ask Ada", "ask Ben"]


@pytest.mark.parametrize("delimiter", ["^", "~", "\x01", "\x1f"])
def test_a_rare_delimiter_is_found_and_kept(listed, delimiter):
    path = listed(TABLE.replace(",", delimiter))
    assert phones_in(path) == NUMBERS
    assert (
        copied(path, "out.csv")
        .read_text()
        .startswith(f"id{delimiter}name{delimiter}phone{delimiter}verdict\n")
    )


@pytest.mark.parametrize("hint", ['"sep=;"', "sep=;;", "sep=;", '"sep=;";', "SEP=;"])
def test_a_hint_of_excel_is_read_as_programs_write_it_and_comes_back(listed, hint):
    path = listed(f"{hint}\r\nName;Phone\r\nAda;{NUMBERS[0]}\r\n")
    assert phones_in(path) == NUMBERS[:1]
    assert copied(path, "out.csv").read_bytes().startswith(f"{hint}\r\nName;Phone;verdict\r\n".encode())


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a", "\r\n\x1a\x1a\x1a"])
def test_the_mark_at_the_end_of_dos_texts_is_no_row(listed, end):
    path = listed(TABLE.strip().replace("\n", "\r\n") + end)
    assert phones_in(path) == NUMBERS


def remedy_of(path, words):
    with pytest.raises(FileError, match=words) as caught:
        read(path)
    return re.search(r"((?:sed|tr) '.*)$", str(caught.value).rstrip("."))[1]


def run_in(folder, command):
    subprocess.run(command, shell=True, cwd=folder, check=True)


@pytest.mark.parametrize("between", [",", ", ", ";", "\t", " "])
def test_numbers_on_one_line_are_refused_with_a_remedy_that_works(listed, between):
    path = listed(between.join(f"+1{number}".replace("-", "") for number in NUMBERS))
    run_in(path.parent, remedy_of(path, "holds 3 numbers on one line; put each on a line of its own"))
    assert [phone.strip() for phone in phones_in(path.with_name("numbers.csv"))] == [
        f"+1{number}".replace("-", "") for number in NUMBERS
    ]


def test_the_participants_of_a_group_on_one_line_are_refused_with_their_names(listed):
    path = listed("+12025550101, +12025550102, Ada, +12025550103, You\n")
    run_in(path.parent, remedy_of(path, "holds 3 numbers on one line; put each on a line of its own"))
    assert read(path.with_name("numbers.csv")).height == 5


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_that_are_quoted_as_a_whole_are_refused_with_a_remedy_that_works(listed, end):
    text = (
        "\n".join(f'"{line}"' for line in TABLE.replace("Ada", '""Ada, the first""').strip().split("\n"))
        + "\n"
    )
    path = listed(text.replace("\n", end))
    run_in(
        path.parent,
        remedy_of(path, "every line of .* is quoted as a whole, as one cell; take these quotes off"),
    )
    assert phones_in(path.with_name("plain.csv")) == NUMBERS
    assert read(path.with_name("plain.csv"))["name"][0] == "Ada, the first"


def test_quotes_behind_backslashes_are_refused_with_a_remedy_that_works(listed):
    path = listed('"Name","Phone"\n"Ann \\"Ace\\" Stone","202-555-0101"\n"Ben","202-555-0102"\n', "OLD.csv")
    run_in(
        path.parent, remedy_of(path, r'line 2 of .* writes quotes within cells as \\"; double them instead')
    )
    assert read(path.with_name("NEW.csv"))["Name"].to_list() == ['Ann "Ace" Stone', "Ben"]


@pytest.fixture
def titled(tmp_path):
    """A workbook whose table stands below a title and an empty row, and begins in column B."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B1"] = "Customer list - November 2025"
    for row, cells in enumerate([["Name", "Phone", "City"], *([n, n, "Here"] for n in NUMBERS)], start=3):
        for column, cell in enumerate(cells, start=2):
            sheet.cell(row, column, cell)
    book.save(tmp_path / "leads.xlsx")
    return tmp_path / "leads.xlsx"


def test_a_title_in_a_sheet_is_no_row_and_comes_back(titled):
    table = open_table(titled)
    assert (table.schema.names(), table.header_row) == (["Name", "Phone", "City"], 3)
    assert phones_in(titled) == NUMBERS
    rows = list(openpyxl.load_workbook(copied(titled, "out.xlsx")).active.iter_rows(values_only=True))
    assert rows[0][0] == "Customer list - November 2025"
    assert rows[2] == ("Name", "Phone", "City", "verdict")
    assert len(rows) == 6


def test_the_row_of_the_header_in_a_sheet_can_be_named(titled):
    assert read(titled, header_row=4).columns == [NUMBERS[0], f"{NUMBERS[0]} (2)", "Here"]
    with pytest.raises(FileError, match=r"row 2 of sheet 'Sheet' of .* is empty or far down; .*--header-row"):
        open_table(titled, options=ReadOptions(header_row=2))
