"""Numbers in two columns: found, or joined as asked for; in suppression lists too."""

import polars as pl
import pytest

from validator.batch.recipients.job import Job
from validator.batch.recipients.opening import open_job
from validator.batch.recipients.recipients import read_recipients
from validator.batch.recipients.suppression import suppressed_in
from validator.cli.options.values import parse_columns
from validator.errors import FileError, UsageError

AREA = (
    "Name;Vorwahl;Rufnummer\nA;0171;3920000\nB;(0171);3920002\nC;;\nD;0171;+491713920004\nE;;0171 3920005\n"
)
CODES = "Country code,Phone\n91,9876543210\n+44,07400 123456\n0049,0171 3920000\n44,+49 171 3920001\n"


def numbers_of(path, **settings):
    opened = open_job(Job(input=path, output=path.with_name("out.csv"), **settings))
    return read_recipients(opened.table, opened.reading, on_progress=print)["number"].to_list(), opened


@pytest.fixture
def listed(tmp_path):
    def write(text, name="leads.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize("join", [(), ("Vorwahl", "Rufnummer")])
def test_an_area_code_in_its_own_column_is_joined(listed, join):
    numbers, opened = numbers_of(listed(AREA), region="DE", join=join)
    assert numbers == [491713920000, 491713920002, None, 491713920004, 491713920005]
    assert opened.read_as["column"] == "Vorwahl + Rufnummer"
    assert opened.read_as["found_by"] == ("asked" if join else "name")


@pytest.mark.parametrize("join", [(), ("Country code", "Phone")])
def test_a_calling_code_in_its_own_column_is_joined(listed, join):
    numbers, _ = numbers_of(listed(CODES), join=join)
    assert numbers == [919876543210, 447400123456, 491713920000, 491713920001]


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        (
            "Country code,Phone\n91,9876543210\n1,2025550123\n,9876543211\n",
            "IN",
            (919876543210, 12025550123, 919876543211),
        ),
        ("DDI,DDD,Fone\n55,11,961234567\n1,202,5550123\n", "BR", (5511961234567, 12025550123)),
        # A form's default, which the region contradicts, and area codes.
        ("Country code,Phone\n1,9012345678\n1,9012345679\n", "IN", (919012345678, 919012345679)),
        ("Prefijo,Phone\n91,2345678\n93,2345678\n", "ES", (34912345678, 34932345678)),
    ],
)
def test_a_calling_code_counts_beside_a_region_that_it_says_of_some_rows(listed, text, region, numbers):
    assert tuple(numbers_of(listed(text), region=region)[0]) == numbers


@pytest.mark.parametrize("join", [(), ("Country code", "Phone")])
def test_floats_in_text_are_joined_by_their_digits(listed, join):
    codes = listed('Country code,Phone\n91.0,9876543210.0\n49.0,1713920000.0\n"44,0","7400123456,00"\n')
    assert numbers_of(codes, join=join)[0] == [919876543210, 491713920000, 447400123456]


def test_area_codes_as_floats_in_text_are_joined_by_their_digits(listed):
    areas = listed("DDD,Telefone\n11.0,961234567.0\n21.0,961234568.0\n")
    assert numbers_of(areas, region="BR")[0] == [5511961234567, 5521961234568]


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("DDD,Telefone,DDD,Celular\n11,33334444,21,961234567\n", "BR", [5521961234567]),
        ("DDD Fixo,Fixo,DDD Cel,Cel\n11,33334444,21,961234567\n", "BR", [5521961234567]),
        ("DDD,Telefone,Celular\n21,33334444,961234567\n", "BR", [5521961234567]),
        ("Vorwahl,Telefon,Mobilvorwahl,Mobil\n030,12345678,0171,5550101\n", "DE", [491715550101]),
        ("tel_vorwahl,tel_nummer,mobil_vorwahl,mobil\n030,123456,0171,5550101\n", "DE", [491715550101]),
        ("Vorwahl,Rufnummer\n+49 171,5550101\n+49 (0)171,5550102\n", "DE", [491715550101, 491715550102]),
    ],
)
def test_the_area_code_beside_a_number_is_its_own(listed, text, region, numbers):
    assert numbers_of(listed(text), region=region)[0] == numbers


def test_three_columns_can_be_joined(listed):
    path = listed("cc,area,rest\n+1,202,5550101\n")
    assert numbers_of(path, join=("cc", "area", "rest"))[0] == [12025550101]


def test_columns_of_numbers_are_joined_by_their_digits(tmp_path):
    frame = pl.DataFrame({"DDD": [11.0, 21.0], "Telefone": [961234567, 961234568]})
    frame.write_parquet(tmp_path / "leads.parquet")
    assert numbers_of(tmp_path / "leads.parquet", region="BR")[0] == [5511961234567, 5521961234568]


def test_fields_of_a_nested_column_are_read(tmp_path):
    frame = pl.DataFrame({"contact": [{"phones": ["+447400123456", "+447400123457"], "cc": "44"}] * 2})
    path = tmp_path / "leads.parquet"
    frame.write_parquet(path)
    assert numbers_of(path, column=("contact.phones.1",))[0] == [447400123457] * 2
    assert numbers_of(path, column=("contact.phones.2",))[0] == [None] * 2
    with pytest.raises(
        FileError, match=r"column 'contact' of .* holds fields. Choose --column contact.phones.0 or"
    ):
        numbers_of(path, column=("contact",))
    with pytest.raises(
        FileError, match=r"column 'contact.fax' not found in .*; columns are: contact.phones.0, "
    ):
        numbers_of(path, column=("contact.fax",))


def test_a_nested_column_that_says_phone_leads_to_its_fields(tmp_path):
    pl.DataFrame({"phones": [["+447400123456"]]}).write_parquet(tmp_path / "leads.parquet")
    with pytest.raises(
        FileError, match=r"column 'phones' of .* holds lists. Choose --column phones.0 or phones.1"
    ):
        numbers_of(tmp_path / "leads.parquet")


def test_text_that_is_stored_as_bytes_is_read_and_comes_back_as_bytes(tmp_path):
    frame = pl.DataFrame({"phone": [b"+447400123456", b"\xff", None]})
    frame.write_parquet(tmp_path / "leads.parquet")
    numbers, opened = numbers_of(tmp_path / "leads.parquet")
    assert numbers == [447400123456, None, None]
    assert pl.concat(opened.rows(cells=True)).equals(frame)


@pytest.mark.parametrize("text", [AREA, CODES])
def test_suppression_lists_are_joined_likewise(listed, text):
    job = Job(
        input=listed("phone\n+447400123456\n"),
        output=listed("", "out.csv"),
        suppress=(listed(text, "out-of-bounds.csv"),),
        region="DE" if text is AREA else None,
        suppress_unreadable="allow",
    )
    assert 491713920000 in suppressed_in(job).numbers.to_list()


def test_columns_to_join_have_to_be_there_and_two(listed):
    with pytest.raises(FileError, match=r"column 'Area' not found in .* Choose one with --join"):
        numbers_of(listed(AREA), join=("Area", "Rufnummer"))
    with pytest.raises(UsageError, match="--join takes two columns or more with a comma between, not 'Area'"):
        parse_columns("Area")
    assert parse_columns(" Area , Number ") == ("Area", "Number")


def test_what_was_read_is_said(listed):
    path = listed("Contacts\n\nid;Mob No;Phone\n1;07400 123456;020 7946 0018\n2;07400 123457;020 7946 0019\n")
    assert numbers_of(path, region="GB")[1].read_as == {
        "column": "Mob No",
        "found_by": "name",
        "region": "GB",
        "format": "csv",
        "header_row": 3,
        "encoding": "utf-8",
        "delimiter": ";",
    }


@pytest.mark.parametrize("header", ["wa_id", "remoteJid", "WhatsApp ID"])
def test_ids_of_whatsapp_are_international_whatever_the_region(listed, header):
    path = listed(f"{header}\n51987654321\n84912345678\n5511961234567\n")
    assert numbers_of(path, region="BR")[0] == [51987654321, 84912345678, 5511961234567]


def test_a_prefix_is_joined_if_only_both_are_numbers(listed):
    numbers, opened = numbers_of(listed("Prefix,Number\n0612,345678\n0698,765432\n"), region="FR")
    assert (numbers, opened.read_as["column"]) == ([33612345678, 33698765432], "Prefix + Number")
    numbers, opened = numbers_of(listed("Prefix,Number\n33,612345678\n49,1715550101\n"), region="FR")
    assert (numbers, opened.read_as["column"]) == ([33612345678, 491715550101], "Number")
    numbers, opened = numbers_of(listed("Prefix,Number\nMr,0612345678\nMs,0698765432\n"), region="FR")
    assert (numbers, opened.read_as["column"]) == ([33612345678, 33698765432], "Number")
