"""The first rows of a list: a number is no header and no title, and the fuller of two headers counts."""

import openpyxl
import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import ReadOptions, find_phone_column, open_table

SPELLINGS = [
    "+44 7400 {}",
    "\u202a+44 7400 {}\u202c",
    "'+447400{}",
    '="+447400{}"',
    "++44 7400 {}",
    "Tel: +44 7400 {}",
    "WhatsApp 07400 {}",
    "\u260e 07400 {}",
    "- 07400 {}",
    "\u2022 +44 7400 {}",
    "<+44 7400 {}>",
    "+44 7400 {} Anna",
    "+44 7400 {} (Anna)",
    "+44 7400 {} ext 3",
    "+44\u20117400\u2011{}",
    "+44 7400\u2013{}",
    "https://wa.me/447400{}",
    "447400{}@s.whatsapp.net",
]
ENDS = ["123450", "123451", "123452"]


def phones_in(path, **options):
    table = open_table(path, options=ReadOptions(**options))
    column = find_phone_column(table, named=None, region="GB").name
    return pl.concat(table.batches([column]))[column].to_list()


def names_in(path, **options):
    return open_table(path, options=ReadOptions(**options)).schema.names()


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("row", ["{}", "Anna,{}", "{},Leeds,x"])
def test_a_number_in_any_spelling_is_no_header(listed, spelling, row):
    quoted = [f'"{spelling.format(end).replace(chr(34), chr(34) * 2)}"' for end in ENDS]
    path = listed("".join(row.format(cell) + "\n" for cell in quoted))
    assert names_in(path)[0] == "column_1"
    assert phones_in(path) == [spelling.format(end) for end in ENDS]


def test_a_number_in_any_spelling_is_no_header_of_a_sheet(tmp_path):
    book = openpyxl.Workbook()
    for end in ENDS:
        book.active.append(["Anna", f"\u202a+44 7400 {end}\u202c"])
    book.save(tmp_path / "list.xlsx")
    assert names_in(tmp_path / "list.xlsx") == ["column_1", "column_2"]
    assert len(phones_in(tmp_path / "list.xlsx")) == len(ENDS)


@pytest.mark.parametrize(
    "rows",
    [
        "Anna: +447400123450\nBob Lee: +447400123451\nCy: none\n",
        "Anna Lee 07400123450\nBob 07400123451\n",
        'Anna,"07400 123450, 07400 123451"\nBob,07400 123452\n',
        "Anna,07400123450/07400123451\nBob,07400123452\n",
        "07400123450 ::: 07400123451\n07400123452\n",
    ],
)
def test_a_number_behind_a_name_or_two_numbers_are_no_header(listed, rows):
    table = open_table(listed(rows))
    assert table.schema.names()[0] == "column_1"
    assert sum(batch.height for batch in table.batches()) == rows.count("\n")


@pytest.mark.parametrize(
    "header",
    [
        "Mobile (+44 7400 123456)",
        "Phone [07400 123456]",
        "Phone, e.g. 07400 123456",
        "Customer 12345678",
        "Phone 2024-2025",
    ],
)
def test_a_header_with_an_example_or_a_word_is_a_header(listed, header):
    for label in ("", "Tel. "):
        path = listed(f'Name,"{header}"\nAnna,{label}07400 123450\nBob,{label}07400 123451\n')
        assert names_in(path) == ["Name", header]


@pytest.mark.parametrize(
    "text",
    [
        "07400123450,\n07400123451,\n07400123452,Anna\n07400123453,Bob\n",
        ",07400123450,,\n,07400123451,,\nAnna,07400123452,Leeds,x\nBob,07400123453,York,y\n",
        "07400123450,,,\n07400123451,Bob,,\n07400123452,Anna,Leeds,x\n07400123453,Cy,York,y\n",
    ],
)
def test_a_row_with_nothing_but_a_number_is_no_title(listed, text):
    path = listed(text)
    assert phones_in(path) == [f"0740012345{place}" for place in range(4)]


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        ("Name,Phone,,City", ",Office,Mobile,", "Mobile"),
        ("Name,Contact,,City", ",Landline,Mobile,", "Mobile"),
        ("Kunde,Telefon,,Ort", ",Festnetz,Handy,", "Handy"),
        ("Name,Phone numbers,,City", "Full name,Home,WhatsApp,Town", "WhatsApp"),
    ],
)
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_below_a_merged_header_the_second_row_names_the_columns(listed, first, second, chosen, rows):
    body = "".join(f"Anna {n},0207946000{n},0740012345{n},Leeds\n" for n in range(rows))
    path = listed(f"{first}\n{second}\n{body}")
    assert find_phone_column(open_table(path), named=None, region="GB").name == chosen
    assert len(phones_in(path)) == rows


@pytest.mark.parametrize(
    "title",
    ["Report made on Monday, January 5, 2026", "Account,Contoso\nDate range,2026-01-01", "Total,of,3"],
)
def test_a_title_with_delimiters_is_a_title_above_a_header_that_says_phone(listed, title):
    table = "Name,Phone,City,Country\nAnna,07400123450,Leeds,UK\nBob,07400123451,York,UK\n"
    path = listed(f"{title}\n{table}")
    assert names_in(path) == ["Name", "Phone", "City", "Country"]
    assert phones_in(path) == ["07400123450", "07400123451"]


@pytest.mark.parametrize(
    "rows",
    [
        "Name,Phone,,City\nAnna,unknown,x,Leeds\nBob,07400123450,,York\nCid,07400123451,,York\n",
        "Name,Phone\nMobile Anna,n/a\nBob,07400123450\nCid,07400123451\n",
        "Name,Phone,City,\nAnna,call office,Leeds,UK\nBob,07400123450,York,UK\nCid,07400123451,York,UK\n",
        "Name,Phone,City,\nAnna,07400123450,Leeds,UK\nBob,mobile,York,UK\nCid,07400123451,York,UK\n",
        "Name,Reach,City,\nAnna,07400123450,Leeds,UK\nBob,mobile,York,UK\nCid,07400123451,York,UK\n",
        "Name,Phone,City\n(text),(with code),(text)\nAnna,07400123450,Leeds\nBob,07400123451,York\n",
    ],
)
def test_a_row_of_words_below_a_header_is_a_row(listed, rows):
    path = listed(rows)
    column = names_in(path)[1]
    assert column in {"Phone", "Reach"}
    assert pl.concat(open_table(path).batches([column])).height == 3


def test_a_list_without_a_header_can_be_said_to_have_none(listed, tmp_path):
    rows = [("Anna", "see notes"), *((f"Bob {n}", f"0740012345{n}") for n in range(5))]
    path = listed("".join(f"{name},{phone}\n" for name, phone in rows))
    assert names_in(path) == ["Anna", "see notes"]
    assert phones_in(path, header_row=0) == [phone for _, phone in rows]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    assert phones_in(tmp_path / "list.xlsx", header_row=0) == [phone for _, phone in rows]


def test_a_row_that_is_not_there_is_no_header(listed):
    with pytest.raises(FileError, match="has no line 9"):
        open_table(listed("phone\n07400123450\n"), options=ReadOptions(header_row=9))
