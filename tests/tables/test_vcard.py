"""Address books: long values are continued by white space, and quoted-printable ones by an equals sign."""

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import open_table

CELL, HOME = "+49 171 5550101", "+49 30 5550101"
# Properties that end in an equals sign without going on, in the three versions.
NOT_BROKEN = [
    "PHOTO;ENCODING=b;TYPE=JPEG:/9j/AAAA\n BBBB==",
    "PHOTO;ENCODING=b;TYPE=JPEG:/9j/AAAA\n\tBBBB=",
    "PHOTO;JPEG;ENCODING=BASE64:\n  /9j/4AAQ\n  SkZJRg==\n",
    "item2.KEY;ENCODING=B:MIIB=",
    "LOGO:data:image/png;base64,iVBORw0KGgo=",
    "URL:https://example.org/?q=",
    'URL;X-LABEL="see: quoted-printable":https://example.org/?page=',
    "X-TOKEN;TYPE=not-quoted-printable:abc=",
    "NOTE:1 + 1 =",
    "NOTE:a\u2028b=",
    "",
]
# Properties that do go on behind an equals sign.
BROKEN = [
    "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\ntwo=0D=0A=\nTEL:+1 202 555 0199",
    "NOTE;QUOTED-PRINTABLE:one=\n two",
    "NOTE;CHARSET=UTF-8;encoding=quoted-printable:a=3D= \nb",
    'ADR;WORK;ENCODING="QUOTED-PRINTABLE";CHARSET=UTF-8:;;S=C3=BCd=\n;1;;;',
    "item1.NOTE;ENCODING=QUOTED-\n PRINTABLE:one=\nTEL:two",
    "NOTE;ENCODING=QUOTED-PRINTABLE:one=\n",
]


def rows_of(path):
    return pl.concat(open_table(path).batches()).rows()


def card(*lines, name="FN:Anna Meier"):
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", name, *lines, "END:VCARD", ""])


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("other", [*NOT_BROKEN, *BROKEN])
def test_what_stands_beside_a_number_does_not_hide_it(listed, other, ends):
    numbers = [f"TEL;type=CELL:{CELL}", f"TEL;type=HOME:{HOME}"]
    cards = [card(other, *numbers), card(numbers[0], other, numbers[1]), card(*numbers, other)]
    path = listed("".join(cards).replace("\n", ends), "people.vcf")
    assert rows_of(path) == [("Anna Meier", "cell", CELL), ("Anna Meier", "home", HOME)] * 3


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("FN;ENCODING=QUOTED-PRINTABLE:=C3=96z=\ng=C3=BCr=\n =C5=9Een", "Özgür Şen"),
        ("FN;QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg=20=\n=3D=\n=3D", "Jörg =="),
        ("FN:Zo\n ë\n\t Li", "Zoë Li"),
        ("N;ENCODING=QUOTED-PRINTABLE:M=C3=BCl=\nler;J=C3=BCr=\ngen;;;", "Jürgen Müller"),
    ],
)
def test_a_name_of_several_lines_is_whole(listed, written, name, ends):
    path = listed(card(f"TEL:{CELL}", name=written).replace("\n", ends), "people.vcf")
    assert rows_of(path) == [(name, "", CELL)]


def test_a_number_may_have_several_lines(listed):
    numbers = ["TEL;CELL;ENCODING=QUOTED-PRINTABLE:+49=20171=\n 5550101", "TEL;TYPE=home:+49 30\n\t 5550101"]
    assert [phone for *_, phone in rows_of(listed(card(*numbers), "people.vcf"))] == [CELL, HOME]


def test_a_quoted_value_that_breaks_before_the_end_leaves_the_card_whole(listed):
    other = "NOTE;ENCODING=QUOTED-PRINTABLE:cut off="
    path = listed(card(f"TEL:{CELL}", other) + card(f"TEL:{HOME}"), "people.vcf")
    assert [phone for *_, phone in rows_of(path)] == [CELL, HOME]


def test_a_card_without_an_end_is_named_by_its_line_in_the_file(listed):
    text = card("PHOTO:AA\n BB==").replace("END:VCARD\n", "") + card()
    with pytest.raises(FileError, match="holds no whole card before line 6"):
        open_table(listed(text, "people.vcf"))
