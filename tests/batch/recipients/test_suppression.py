"""Whom suppression lists name, however they are written."""

import gzip
import io

import openpyxl
import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import Ragged, ReadOptions

ANN, BOB = 447400123456, 447400123457


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        f"phone\n+{ANN}\n",
        f"+{ANN}\n",
        f"{ANN}@s.whatsapp.net\n",
        f"\ufeff+{ANN}\r\n\r\n",
        f"name;opted out;Handynummer\nAnn;yes;{ANN}\n",
        f"id,name\n1,+{ANN}\n",
    ],
)
def test_a_list_may_have_a_header_or_none(suppressed, content):
    assert suppressed(content) == [ANN]


def test_a_list_of_national_numbers_needs_the_region(suppressed):
    assert suppressed("07400 123456\n", region="GB") == [ANN]
    assert suppressed("phone\n07400 123456\n07400 123457\n", region="GB") == [ANN, BOB]


@pytest.mark.slow
def test_any_format_and_any_number_of_lists_will_do(suppressed, tmp_path):
    assert suppressed(gzip.compress(f"phone\n+{ANN}\n".encode()), name="stop.csv.gz") == [ANN]
    pl.DataFrame({"msisdn": [ANN]}).write_parquet(tmp_path / "a.parquet")
    assert suppressed((tmp_path / "a.parquet").read_bytes(), name="stop.parquet") == [ANN]
    assert suppressed(f"phone\n+{ANN}\n", f"tel\n+{BOB}\n+{ANN}\n") == [ANN, BOB]


def test_every_phone_column_counts(suppressed):
    content = f"mobile,name,home phone\n+{ANN},Ann,+{BOB}\n"
    assert suppressed(content) == [ANN, BOB]
    assert suppressed(content, suppress_column=("home phone",)) == [BOB]


def test_the_first_person_of_a_list_of_names_and_numbers_counts(suppressed):
    assert suppressed(f"Ann: +{ANN}\nBob: +{BOB}\n") == [ANN, BOB]
    content = "Ann - 07400 123456\nBob - 07400 123457\n"
    with pytest.raises(
        FileError, match=r"columns are: column_1\. Choose one with --suppress-column, or save"
    ):
        suppressed(content, region="GB")
    assert suppressed(content, region="GB", suppress_column=("column_1",)) == [ANN, BOB]


@pytest.mark.parametrize(
    "cell",
    [
        f"+{ANN} / +{BOB}",
        f"+{ANN}, +{BOB}",
        f"+{ANN};+{BOB}",
        f"+{ANN} +{BOB}",
        f"+{ANN} or +{BOB}",
        "07400 123456 / 07400 123457",
        "07400 123456 - 07400 123457",
        "07400 123456, 07400 123457",
        "07400 123456 und 07400 123457",
    ],
)
def test_two_numbers_in_a_cell_are_two_people(suppressed, cell):
    assert suppressed(f'name\tphone\nAnn\t"{cell}"\n', region="GB") == [ANN, BOB]


def test_a_column_may_be_named(suppressed):
    content = f"phone,alt\nn/a,+{ANN}\n"
    assert suppressed(content, suppress_column=("alt",)) == [ANN]
    with pytest.raises(
        FileError, match=r"column 'tel' not found in .*; columns are: phone, alt.*--suppress-col"
    ):
        suppressed(content, suppress_column=("tel",))


def test_each_rows_region_counts_where_the_list_tells_it(suppressed):
    content = "phone,country\n07400 123456,UK\n11 96123-4567,Brazil\n"
    both = [ANN, 551161234567, 5511961234567]
    assert suppressed(content, find_region=True) == both
    assert suppressed(content, region_column="country") == both
    assert suppressed(f"phone\n+{ANN}\n", find_region=True) == [ANN]
    assert suppressed(f"phone\n+{ANN}\n", region_column="country") == [ANN]
    with pytest.raises(FileError, match=r"'country' and 'land' of .* hold countries"):
        suppressed("phone,country,land\n+447400123456,GB,DE\n", find_region=True)


LIST = f"phone,name\n+{ANN},Ann\n+{BOB},Bob\n"


@pytest.mark.parametrize("content", ["phone\n", "name;Handynummer\n", "phone,name\n\n\n"])
def test_a_list_without_rows_is_an_error(suppressed, content):
    with pytest.raises(FileError, match=r"0stop\.csv has no rows.*--suppress-unreadable allow"):
        suppressed(content)
    assert suppressed(content, suppress_unreadable="allow") == []


@pytest.mark.parametrize(
    "row",
    [
        "+44740012345,Cut",
        "+4474001234567,Long",
        "4.474E+11,Float",
        "n/a,Nobody",
        ",No number",
        "+999123456789,Nowhere",
        "07400 123456,National",
        f"+{ANN} / +44740012,Two",
        f"+{ANN} or 57,Two",
        "###########,Damaged",
        "ask at the desk on 3,Words",
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_that_names_it(suppressed, caplog, row):
    with pytest.raises(FileError, match=r"a row of .*0stop\.csv cannot be read.*row 3 \(") as raised:
        suppressed(f"{LIST}{row}\n+{BOB},Bob again\n")
    assert not any(name in str(raised.value) for name in ("74001", "99912", str(ANN)))
    assert set(suppressed(f"{LIST}{row}\n", suppress_unreadable="allow")) >= {ANN, BOB}
    assert caplog.records[-1].levelname == "ERROR"
    assert "row 3 (" in caplog.text


def test_the_first_rows_are_named_and_all_are_counted(suppressed):
    bad = "\n".join(f"+4474001{n}" for n in range(9))
    with pytest.raises(FileError, match=r"9 of 11 rows .*row 2 .*row 6 \([^)]*\)\. "):
        suppressed(f"phone\n+{ANN}\n{bad}\n+{BOB}\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", [f"Cy,+{ANN},", f"Cy,+{ANN},n/a", f"Cy,-,+{BOB}", ",,", " , ,  "], ids=lambda row: row[:4]
)
def test_a_row_with_one_number_and_no_other_digits_is_read(suppressed, row):
    assert set(suppressed(f"name,mobile,home phone\nAnn,+{ANN},+{BOB}\n{row}\n")) == {ANN, BOB}


@pytest.mark.slow
@pytest.mark.parametrize("row", [f"Cy,+{ANN},+44740012345", f"Cy,4.47E+11,+{ANN}", "Cy,,"])
def test_a_row_is_unreadable_if_any_of_its_phone_cells_is(suppressed, row):
    with pytest.raises(FileError, match=r"row 2 \("):
        suppressed(f"name,mobile,home phone\nAnn,+{ANN},+{BOB}\n{row}\n")


@pytest.mark.slow
def test_a_list_that_is_cut_off_within_a_row_is_an_error_wherever_that_is(suppressed):
    rows = f"phone,name\n+{ANN},Ann\n+{BOB},Bob\n"
    inside = range(len("phone,name\n+4") + 1, len(rows))
    for end in (end for end in inside if rows[end - 1] != "\n"):
        with pytest.raises(FileError, match=r"cut off|cannot be read|no cell|cells? where the header"):
            suppressed(rows[:end])
    with pytest.raises(FileError, match=r"ends within row 2, without a line end"):
        suppressed(rows.rstrip())
    assert suppressed(rows.rstrip(), suppress_unreadable="allow") == [ANN, BOB]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_list_that_ends_with_any_line_end_is_whole(suppressed, ending, codec):
    rows = f"phone\n+{ANN}\n+{BOB}\n".replace("\n", ending)
    mark = "\ufeff" if codec == "utf-16-be" else ""
    assert suppressed((mark + rows).encode(codec)) == [ANN, BOB]
    with pytest.raises(FileError, match="cut off"):
        suppressed((mark + rows).rstrip().encode(codec))


def test_an_address_book_that_is_cut_off_within_a_card_is_an_error(suppressed):
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:+{number}\nEND:VCARD\n"
    book = card.format(name="Ann", number=ANN) + card.format(name="Bob", number=BOB)
    assert suppressed(book, name="stop.vcf") == [ANN, BOB]
    for cut in (book[:-5], book[:-12], book.replace("END:VCARD\n", "", 1)):
        with pytest.raises(FileError, match=r"stop\.vcf holds no whole card (at|before) "):
            suppressed(cut, name="stop.vcf")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_with_nothing_in_it_is_an_error(suppressed, content):
    with pytest.raises(FileError):
        suppressed(content)


@pytest.mark.parametrize("content", ["phone\nn/a\nask Ann\n", "phone\n07400 123456\n", "phone\n4.47E+11\n"])
def test_a_list_without_any_number_is_an_error_and_not_a_list_of_nobody(suppressed, content):
    with pytest.raises(
        FileError, match=r"no cell of column 'phone' of .* is a number.*--suppress-column.*--region"
    ):
        suppressed(content)


def test_rows_of_another_width_are_kept_where_the_lists_own_are(suppressed):
    content = f"name,phone\nAnn,+{ANN},x\nBob,+{BOB}\nCy\n"
    keep = ReadOptions(ragged=Ragged.KEEP)
    assert suppressed(content, options=keep, suppress_unreadable="allow") == [ANN, BOB]
    with pytest.raises(FileError, match=r"row 3 \(no number\)"):
        suppressed(content, options=keep)
    with pytest.raises(FileError, match="line 2"):
        suppressed(content)


def workbook(hidden=(), **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("hidden", [(), ("may",), ("june",)])
def test_opt_outs_on_several_sheets_are_an_error_that_names_them(suppressed, hidden):
    book = workbook(may=[["phone"], [f"+{ANN}"]], june=[["phone"], [f"+{BOB}"]], hidden=hidden)

    with pytest.raises(FileError, match=r"has 2 sheets with something in them \('may', 'june'\), and one"):
        suppressed(book, name="stop.xlsx")


def test_empty_sheets_beside_the_opt_outs_hold_nobody(suppressed):
    assert suppressed(workbook(a=[["phone"], [f"+{ANN}"]], b=[], c=[]), name="stop.xlsx") == [ANN]


@pytest.mark.parametrize("row", ['{"phone":4.474e+11}', '{"phone":4.47401E11,"name":"Cy"}'])
def test_an_opt_out_whose_digits_a_program_left_out_of_json_is_an_error(suppressed, row):
    with pytest.raises(FileError, match=r"row 2 \("):
        suppressed(f'{{"phone":"+{ANN}"}}\n{row}\n', name="stop.ndjson")


def test_an_opt_out_in_a_formula_that_nobody_computed_is_an_error(suppressed):
    """Programs that write workbooks without computing them leave such cells without a value."""
    with pytest.raises(FileError, match=r"row 2 \("):
        suppressed(workbook(may=[["phone"], [f"+{ANN}"], [f'="+"&"{BOB}"']]), name="stop.xlsx")


def test_an_opt_out_with_a_digit_that_may_not_belong_to_it_is_an_error(suppressed):
    with pytest.raises(FileError, match=r"a row of the suppression list .* cannot be read .*: row 2 \(0160"):
        suppressed("phone\n0171 5550101\n0160 1234567 3\n", region="DE")


@pytest.mark.parametrize(("cell", "region"), [("3331234560 - 2", "IT"), ("49 160 1234567 3", "DE")])
def test_a_digit_beside_an_opt_out_never_makes_it_somebody_else(suppressed, cell, region):
    with pytest.raises(FileError, match="cannot be read and would suppress nobody: row 2"):
        suppressed(f"phone\n+{ANN}\n{cell}\n", region=region)
