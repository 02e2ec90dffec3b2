"""Files that are something else than their names say, or lists of other programs: read, or named for it."""

import json
import shutil
import subprocess
import zipfile

import openpyxl
import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import find_phone_column, format_of, open_table, output_ending, writing

ROWS = [{"name": "Ada", "phone": "+12025550101"}, {"name": "Ben", "phone": "+12025550102"}]
PHONES = [row["phone"] for row in ROWS]
CSV = "name,phone\n" + "".join(f"{row['name']},{row['phone']}\n" for row in ROWS)
CARDS = """BEGIN:VCARD\r
VERSION:3.0\r
N:Stone;Ada;;;\r
FN:Ada Stone\\, first\r
TEL;type=CELL;type=pref:+1 (202)\r
  555-0101\r
item1.TEL;type="HOME,voice":+1 202 555 0103\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;=\r
Ben\r
TEL;CELL:+12025550102\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Cy\r
EMAIL:cy@example.com\r
END:VCARD\r
BEGIN:VCARD\r
FN:Dee\r
TEL;VALUE=uri;TYPE=cell:tel:+1-202-555-0104\r
END:VCARD\r
"""


def read(path):
    table = open_table(path)
    return pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])


def phones_in(path):
    column = find_phone_column(open_table(path), named=None, region="US").name
    return read(path)[column].to_list()


def workbook(path):
    book = openpyxl.Workbook()
    for cells in [["name", "phone"], *(list(row.values()) for row in ROWS)]:
        book.active.append(cells)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx").rename(path)


@pytest.mark.parametrize(
    "name", ["leads.xls", "leads.csv", "leads.txt", "leads.xlsx", "leads.dat", "leads.parquet"]
)
def test_a_workbook_is_one_by_its_content(tmp_path, name):
    path = workbook(tmp_path / name)
    assert open_table(path).format == "excel"
    assert phones_in(path) == PHONES


@pytest.mark.parametrize(
    "name", ["leads.xls", "leads.xlsx", "leads.csv", "leads.parquet", "leads.feather", "leads"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_text_by_its_content(listed, name, encoding):
    path = listed(CSV.encode(encoding), name)
    assert open_table(path).format == "csv"
    assert phones_in(path) == PHONES


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx", "leads.arrow"])
def test_a_parquet_file_is_one_by_its_content(tmp_path, name):
    pl.DataFrame(ROWS).write_parquet(tmp_path / name)
    assert phones_in(tmp_path / name) == PHONES


@pytest.mark.parametrize("name", ["leads.csv", "leads.json", "leads.txt"])
def test_objects_on_lines_are_known_by_their_content(listed, name):
    path = listed("".join(json.dumps(row) + "\n" for row in ROWS), name)
    assert open_table(path).format == "ndjson"
    assert phones_in(path) == PHONES


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("leads.csv", CSV, ".csv"),
        ("leads.tsv.gz", CSV, ".tsv.gz"),
        ("leads.dat", CSV, ".dat"),
        ("leads", CSV, ""),
        ("leads.xlsx", CSV, ".csv"),
        ("leads.xls", CSV, ".csv"),
        ("leads.json", json.dumps(ROWS), ".ndjson"),
        ("leads.vcf", CARDS, ".csv"),
    ],
)
def test_an_output_is_called_by_what_it_is(listed, name, content, ending):
    assert output_ending(listed(content, name), None) == ending


def test_the_output_of_a_workbook_of_another_name_is_a_workbook(tmp_path):
    assert output_ending(workbook(tmp_path / "leads.xls"), None) == ".xlsx"
    assert output_ending(tmp_path / "leads.xls", "csv") == ".csv"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["leads.json", "leads.csv", "leads"])
def test_an_array_of_objects_is_read_and_becomes_lines(listed, tmp_path, name, indent):
    rows = [{**ROWS[0], "tags": ["a", {"b": None}], "note": "two\nlines ]}, {"}, ROWS[1]]
    path = listed(json.dumps(rows, indent=indent), name)
    assert phones_in(path) == PHONES
    table = open_table(path)
    with writing(
        tmp_path / "out.ndjson", schema=pl.Schema({**table.schema, "n": pl.Int64()}), like=table
    ) as writer:
        for batch in table.verbatim(cells=False):
            writer.write(batch.with_columns(n=pl.lit(1)))
    lines = (tmp_path / "out.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{**row, "n": 1} for row in rows]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"a":1},', "element 2 of .* is no JSON"),
        ('[{"a":1} {"b":1}]', "the array of .* ends behind element 1"),
        ('[{"a":1}', "the array of .* ends behind element 1"),
        ('[{"a":1}]x', "goes on behind its array"),
        ('[["a"], ["b"]]', r"element 1 .*; write a list of rows one a line: jq -r '\.\[\] \| @csv'"),
        ('[{"a":1}, 2]', "element 2 of .* is no JSON object; write a list of numbers one a line: jq -r"),
    ],
)
def test_an_array_that_is_none_names_the_place(listed, content, words):
    with pytest.raises(FileError, match=words):
        open_table(listed(content, "leads.json"))


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("content", [json.dumps(PHONES), json.dumps(ROWS) + "x"])
def test_the_remedies_for_arrays_work(listed, content):
    path = listed(content.removesuffix("x"), "leads.json")
    with pytest.raises(FileError, match="jq") as caught:
        open_table(listed(content, "bad.json"))
    command = str(caught.value).partition(": jq")[2].replace("bad.json", path.name)
    subprocess.run(f"jq{command}", shell=True, cwd=path.parent, check=True)
    target = path.with_name(command.rpartition(" > ")[2])
    assert phones_in(target) == PHONES


def test_each_number_of_an_address_book_is_a_row(listed, tmp_path):
    path = listed(CARDS, "leads.vcf")
    assert read(path).rows() == [
        ("Ada Stone, first", "cell", "+1 (202) 555-0101"),
        ("Ada Stone, first", "home", "+1 202 555 0103"),
        ("Ben Müller", "cell", "+12025550102"),
        ("Cy", "", None),
        ("Dee", "cell", "tel:+1-202-555-0104"),
    ]
    assert (open_table(path).format, format_of(path)) == ("csv", "csv")
    assert find_phone_column(open_table(path), named=None, region="US").name == "phone"


def test_an_address_book_without_a_card_is_named(listed):
    with pytest.raises(FileError, match="holds no whole card"):
        open_table(listed("BEGIN:VCARD\nFN:Ada\n", "leads.vcf"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("leads.xls", "<table>\n<tr><td>Ada</td></tr></table>", "is a web page .* save it as .xlsx or CSV"),
        ("leads.csv", "\ufeff<!DOCTYPE html><html><body>x</body></html>", "is a web page"),
        (
            "leads.csv",
            "<!-- x -->\n<HTML><form><input type='password'></form>",
            "asks to sign in, not the list",
        ),
        (
            "leads.xls",
            "<html><title>Log in</title></html>",
            "asks to sign in, not the list; sign in and download it",
        ),
        (
            "leads.xls",
            (
                '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
                '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
            ),
            "is an XML spreadsheet of Excel 2003; open it in Excel or LibreOffice, save it as .xlsx",
        ),
        ("leads.csv", '<?xml version="1.0"?><contacts/>', "is XML; open it"),
    ],
)
def test_pages_and_markup_are_named_for_what_they_are(listed, name, content, words):
    with pytest.raises(FileError, match=words) as caught:
        open_table(listed(content, name))
    assert "\n" not in str(caught.value)


def test_an_archive_is_named_with_what_is_in_it_and_its_list_is_read_unpacked(tmp_path):
    path = tmp_path / "leads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads.csv", CSV)
    with pytest.raises(
        FileError, match=r"is a zip archive that holds leads.csv; unpack it \(unzip leads.zip\)"
    ):
        open_table(path)
    zipfile.ZipFile(path).extractall(tmp_path)
    assert phones_in(tmp_path / "leads.csv") == PHONES


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("word/document.xml", "is a Word document; save its table as a workbook or as CSV"),
        ("Index/Document.iwa", "is a document of Apple's Numbers or Pages; export it"),
    ],
)
def test_a_document_of_another_program_is_named(tmp_path, part, words):
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as archive:
        archive.writestr(part, "")
    with pytest.raises(FileError, match=words):
        open_table(tmp_path / "leads.xlsx")


def test_rich_text_is_named(listed):
    with pytest.raises(FileError, match="is a document in Rich Text Format; save it as plain text or CSV"):
        open_table(listed("{\\rtf1\\ansi phone +12025550101}", "leads.txt"))


def test_a_sheet_of_libreoffice_is_read(tmp_path):
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = [["name", "phone"], *(row.values() for row in ROWS)]
    content = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "table", "text", "manifest")
    )
    with zipfile.ZipFile(tmp_path / "leads.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {spaces}/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='S'>"
            f"{content}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    assert phones_in(tmp_path / "leads.ods") == PHONES
    assert output_ending(tmp_path / "leads.ods", None) == ".xlsx"
