"""CSV as people have it: every dialect, encoding and header, and what the output takes after."""

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import open_table, writing
from validator.tables.delimited import reader
from validator.tables.delimited.layout import named

NAMES = [("Ann", "+447700900001"), ("Zoë", "+447700900002")]


def rows(path, **options):
    table = open_table(path, **options)
    return [row for batch in table.batches() for row in batch.rows()]


def copied(path, tmp_path, name="out.csv"):
    table = open_table(path)
    with writing(tmp_path / name, schema=table.schema, like=table) as writer:
        for batch in table.batches():
            writer.write(batch)
    return (tmp_path / name).read_bytes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt"])
def test_the_dialect_is_found_and_kept(listed, tmp_path, delimiter, line_end, suffix):
    lines = [("name", "phone", "note"), ("Ann", "+447700900001", '"x\ny"'), ("Bob", "07700 900002", "")]
    text = "".join(delimiter.join(line) + line_end for line in lines)
    path = listed(text, f"leads{suffix}")
    assert rows(path) == [("Ann", "+447700900001", "x\ny"), ("Bob", "07700 900002", None)]
    assert copied(path, tmp_path, f"out{suffix}") == text.encode()


@pytest.mark.parametrize(
    ("codec", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
        ("utf-32-be", b"\x00\x00\xfe\xff"),
        ("cp1252", b""),
    ],
)
def test_the_encoding_is_found_and_kept(listed, tmp_path, codec, bom):
    data = bom + "name,phone\r\nAnn,+447700900001\r\nZoë,+447700900002\r\n".encode(codec)
    path = listed(data)
    assert rows(path) == NAMES
    assert copied(path, tmp_path) == data


def test_bytes_that_windows_1252_lacks_make_it_latin_1(listed, tmp_path):
    data = b"name,phone\nZo\xeb\x81,1\n"
    path = listed(data)
    assert open_table(path).encoding.codec == "latin-1"
    assert rows(path) == [("Zoë\x81", "1")]
    assert copied(path, tmp_path) == data


def test_utf_16_in_another_script_is_found_without_a_mark(listed):
    text = "имя;телефон\n" + "Анна;+79161234567\n" * 50
    assert rows(listed(text.encode("utf-16-le")))[49] == ("Анна", "+79161234567")


def test_a_byte_that_is_not_utf_8_is_found_at_the_end_of_a_long_list(listed):
    path = listed(b"name,phone\n" + b"Ann,1\n" * 200_000 + b"Zo\xeb,2\n")
    assert open_table(path).encoding.codec == "cp1252"


def test_characters_cut_by_a_block_are_put_together(listed):
    path = listed("name,phone\n" + "éàü€,1\n" * 5)
    table = open_table(path)
    for size in range(1, 20):
        blocks = reader.utf8_blocks(path, table.encoding, block_bytes=size)
        assert pl.concat(lines.read(None) for lines in table._lines(blocks)).rows() == [("éàü€", "1")] * 5


@pytest.mark.slow
@pytest.mark.parametrize("final", ["", "\n"])
def test_records_cut_by_a_block_are_put_together(listed, final):
    path = listed('name,note,phone\r\nAnn,"a ""b""\r\n,c",1\r\n"Bob",5" x,2\r\n\r\nEve,"",3' + final)
    table = open_table(path)
    for size in range(1, 60):
        blocks = reader.utf8_blocks(path, table.encoding, block_bytes=size)
        assert pl.concat(lines.read(None) for lines in table._lines(blocks)).rows() == [
            ("Ann", 'a "b"\r\n,c', "1"),
            ("Bob", '5" x', "2"),
            ("Eve", "", "3"),
        ]


def test_zeros_plus_signs_and_spaces_survive(listed):
    assert rows(listed("a,b,c\n007,+44, x \nNA,null,1e5\n")) == [("007", "+44", " x "), ("NA", "null", "1e5")]


def test_an_empty_cell_and_a_quoted_empty_cell_stay_apart(listed, tmp_path):
    path = listed('a,b\n"",\n,""\n')
    assert rows(path) == [("", None), (None, "")]
    assert copied(path, tmp_path) == path.read_bytes()


@pytest.mark.parametrize("marks", [1, 2])
def test_a_byte_order_mark_within_a_list_is_part_of_its_cell(listed, tmp_path, marks):
    """It stands there where a list was appended to another."""
    path = listed("name,phone\n" + marks * "\ufeff" + "Ann,1\n")
    assert rows(path) == [(marks * "\ufeff" + "Ann", "1")]
    (tmp_path / "copy.csv").write_bytes(copied(path, tmp_path))
    assert rows(tmp_path / "copy.csv") == rows(path)


def test_a_quote_inside_a_plain_cell_is_a_character(listed):
    assert rows(listed('size,phone\n5" pipe,1\n6" x 7",2\n')) == [('5" pipe', "1"), ('6" x 7"', "2")]


def test_apostrophes_quote_where_the_header_is_quoted_so(listed, tmp_path):
    path = listed("'name','phone'\n'O''Hara, A','1'\n")
    assert rows(path) == [("O'Hara, A", "1")]
    assert copied(path, tmp_path).endswith(b"'O''Hara, A',1\n")


def test_apostrophes_quote_the_header_behind_blank_lines_too(listed):
    assert rows(listed("\r\n'id','phone'\n'1','+44'\n")) == [("1", "+44")]


def test_apostrophes_quote_where_rows_add_up_only_so(listed):
    assert rows(listed("name,phone\n'Hara, A',1\n'Hill, B',2\n")) == [("Hara, A", "1"), ("Hill, B", "2")]


def test_the_apostrophe_before_a_number_is_part_of_the_cell(listed):
    assert rows(listed("name,phone\nAnn,'+447700900001\nBob,'x'\n")) == [
        ("Ann", "'+447700900001"),
        ("Bob", "'x'"),
    ]


def test_rows_that_never_add_up_are_not_mended_by_apostrophes(listed):
    path = listed("name,phone\n'tis,1,2\n")
    assert open_table(path).dialect.quote == '"'


def test_a_short_row_is_named_and_not_hidden_by_reading_all_as_one_column(listed):
    """Any rows add up as one column, and an apostrophe before a number was enough to have them read so."""
    path = listed("phone\tname\n'+447700900001\tAnn\n+44\n")
    with pytest.raises(FileError, match=r"line 3 of .* has 1 cell where the header has 2"):
        rows(path)


@pytest.mark.parametrize("cell", ["'/+44''x'", "'+44\r'", "'\"\"'"])
def test_a_list_with_apostrophes_for_quotes_is_written_so_that_it_is_read_again(listed, tmp_path, cell):
    path = listed(f"'id','phone'\n'1',{cell}\n")
    (tmp_path / "copy.csv").write_bytes(copied(path, tmp_path))
    assert rows(tmp_path / "copy.csv") == rows(path)


def test_a_decimal_comma_is_not_the_delimiter(listed):
    assert rows(listed("name;price;phone\nAnn;1,5;1\nBob;2,5;2\n"))[0] == ("Ann", "1,5", "1")


def test_quoted_delimiters_do_not_mislead(listed):
    assert rows(listed('"a;b";"c;d"\n"1,2";"3,4"\n')) == [("1,2", "3,4")]


def test_line_feeds_in_cells_do_not_hide_windows_line_ends(listed, tmp_path):
    path = listed('"na\nme",phone\r\n"x\ny",1\r\n')
    assert rows(path) == [("x\ny", "1")]
    assert copied(path, tmp_path) == path.read_bytes()


def test_line_ends_translated_twice_are_line_ends(listed):
    assert rows(listed("a,b\r\r\n1,2\r\r\n3,4\r\r\n")) == [("1", "2"), ("3", "4")]


def test_excels_hint_names_the_delimiter_and_stays(listed, tmp_path):
    path = listed("sep=;\r\nname;phone\r\na,b;1\r\n")
    assert rows(path) == [("a,b", "1")]
    assert copied(path, tmp_path) == path.read_bytes()


def test_a_hint_that_names_the_quote_is_none(listed):
    assert rows(listed('sep="\n1\n')) == [("1",)]


def test_a_line_end_cut_in_its_middle_ends_the_last_line(listed):
    path = listed("'id','phone'\r\n'1','+44'\r")
    assert rows(path) == [("1", "+44")]


def test_a_list_of_one_column_may_hold_any_delimiter_further_down(listed):
    numbers = [(f"+4477009{n:05}",) for n in range(300)]
    text = "phone\n" + "".join(f"{number}\n" for (number,) in numbers)
    assert rows(listed(f"{text}a,b;c\n")) == [*numbers, ("a,b;c",)]


def test_thousands_of_columns_are_read(listed):
    width = 5_000
    names, cells = (",".join(f"{what}{n}" for n in range(width)) for what in "ac")
    [row] = rows(listed(f"{names}\n{cells}\n"))
    assert (len(row), row[-1]) == (width, "c4999")


def test_a_missing_last_line_end_loses_nothing(listed):
    assert rows(listed("a,b\n1,2\n3,")) == [("1", "2"), ("3", None)]


def test_blank_lines_are_no_rows_of_a_table(listed):
    assert rows(listed("\n\r\na,b\n\n1,2\n\n\n3,4\n\n")) == [("1", "2"), ("3", "4")]


def test_blank_lines_are_empty_cells_of_a_list(listed, tmp_path):
    path = listed("phone\n1\n\n2\n")
    assert rows(path) == [("1",), (None,), ("2",)]
    assert copied(path, tmp_path) == path.read_bytes()


def test_rows_of_nothing_but_delimiters_are_rows(listed):
    assert rows(listed("a,b\n,\n1,2\n")) == [(None, None), ("1", "2")]


def test_a_header_only_has_no_rows(listed):
    table = open_table(listed("name,phone"))
    assert table.schema.names() == ["name", "phone"]
    assert list(table.batches()) == []


def test_names_that_stand_twice_or_are_empty_come_back(listed, tmp_path):
    path = listed('phone,phone,,phone (2),"a,b"\n1,2,3,4,5\n')
    table = open_table(path)
    assert table.schema.names() == ["phone", "phone (3)", "column_3", "phone (2)", "a,b"]
    assert list(table.header.values()) == ["phone", "phone", "", "phone (2)", "a,b"]
    assert copied(path, tmp_path) == path.read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+447700900001\n07700 900002\n", [("+447700900001",), ("07700 900002",)]),
        ("447700900001", [("447700900001",)]),
        ("\n+447700900001\n", [("+447700900001",)]),
        (
            "Ann,(020) 7946-0001\nBob,(020) 7946-0002\n",
            [("Ann", "(020) 7946-0001"), ("Bob", "(020) 7946-0002")],
        ),
        (
            "https://wa.me/447700900002\ntel:+447700900001\n",
            [("https://wa.me/447700900002",), ("tel:+447700900001",)],
        ),
        ("447700900003@s.whatsapp.net\n", [("447700900003@s.whatsapp.net",)]),
    ],
)
def test_a_list_that_begins_with_a_number_has_no_header(listed, text, expected):
    path = listed(text)
    table = open_table(path)
    assert not table.layout.has_header
    assert table.schema.names() == [f"column_{n}" for n in range(1, len(table.schema) + 1)]
    assert rows(path) == expected


@pytest.mark.parametrize(
    "text",
    [
        "phone\n+447700900001\n",
        "20260101,20260102\n5,6\n7,8\n",
        "12345,phone\n1,2\n",
        "a,2026-01-01\nb,yes\n",
    ],
)
def test_other_first_rows_are_headers(listed, text):
    assert open_table(listed(text)).layout.has_header


def test_a_list_without_header_gets_one_in_the_output(listed, tmp_path):
    assert copied(listed("+447700900001\n"), tmp_path) == b"column_1\n+447700900001\n"


def test_a_tsv_output_of_a_csv_has_tabs(listed, tmp_path):
    assert copied(listed("a,b\n1,2\n"), tmp_path, "out.tsv") == b"a\tb\n1\t2\n"


def test_a_list_of_one_column_with_commas_in_every_cell_gets_another_delimiter(listed):
    assert rows(listed("address\nHigh Street 1, Leeds\nMill Lane 2, York\n")) == [
        ("High Street 1, Leeds",),
        ("Mill Lane 2, York",),
    ]


def test_a_name_that_reads_like_excels_hint_is_quoted(tmp_path):
    schema = pl.Schema({"sep=;": pl.String, "b": pl.String})
    with writing(tmp_path / "out.csv", schema=schema, like=None):
        pass
    assert open_table(tmp_path / "out.csv").schema == schema


@pytest.mark.slow
def test_a_sample_has_the_same_rows_at_column_speed_and_cell_by_cell(listed):
    """A quote inside a bare cell is read cell by cell."""
    plain, quoted = (
        "id,note\n" + "".join(f"{n:07},a{char}b\n" for n in range(100_000)) for char in ("x", '"')
    )

    fast, exact = (open_table(listed(text.encode())).sample() for text in (plain, quoted))

    assert fast.height > 100
    assert exact["id"].to_list() == fast["id"].to_list()
    assert exact["note"].unique().to_list() == ['a"b']


@pytest.mark.slow
def test_a_long_list_is_sampled_from_end_to_end_in_any_encoding(listed):
    lines = "".join(f'{n:07d},"Zoë\n{n}"\n' for n in range(200_000))
    for codec in ("utf-8", "utf-16", "cp1252"):
        sample = open_table(listed(("id,name\n" + lines).encode(codec))).sample()
        assert 100 < sample.height <= 500
        assert sample["id"].str.contains(r"^\d{7}$").all()
        assert sample["id"].max() > "0190000"


def test_a_name_that_thousands_of_columns_have_is_counted_on_and_not_from_the_start():
    names = list(named(["a"] * 16_000))
    assert names[:3] == ["a", "a (2)", "a (3)"]
    assert names[-1] == "a (16000)"
