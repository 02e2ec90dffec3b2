"""What lists call their phone columns: which line a name says, and which of two columns is meant."""

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import FoundBy, find_phone_column, open_table
from validator.tables.detect.phone_words import Line, line_named_by, names_whatsapp_id

PLACE = Path(__file__).parent


def headers_of(line):
    """The headers of real lists that are about a kind of line."""
    text = (PLACE / "phone_headers.txt").read_text(encoding="utf-8")
    return text.partition(f"[{line.name}]\n")[2].partition("\n\n")[0].split("\n")


# Eight languages; in each a general, a landline, a mobile, a shortened and a WhatsApp name.
PAIRED = {
    "en": ("Phone", "Office Phone", "Mobile", "Mob No", "WhatsApp Number (with country code)"),
    "es": ("Teléfono", "Teléfono fijo", "Móvil", "Cel", "WhatsApp"),
    "pt": ("Telefone", "Telefone fixo", "Celular", "Cel.", "Zap"),
    "de": ("Telefon", "Festnetz", "Handynummer", "Mob.", "WhatsApp-Nummer"),
    "fr": ("Téléphone", "Téléphone fixe", "Portable", "GSM", "N° WhatsApp"),
    "ru": ("Телефон", "Домашний телефон", "Мобильный", "моб.", "Ватсап"),
    "ar": ("هاتف", "هاتف ثابت", "الجوال", "موبايل", "رقم الواتساب"),
    "zh": ("电话", "固定电话", "手机", "手机号", "WhatsApp号码"),
}
HEADERS = [header for headers in PAIRED.values() for header in headers]


class Sheet:
    """A list of two columns in memory."""

    path = Path("leads.csv")

    def __init__(self, columns):
        self._frame = pl.DataFrame(columns)
        self.schema = self._frame.schema
        self.header = {name: name for name in self.schema}

    def sample(self):
        return self._frame


def chosen_of(columns):
    return find_phone_column(Sheet(columns), named=None, region="GB", share=lambda *_: 1.0)


@pytest.mark.parametrize("line", Line)
def test_a_header_says_which_line_it_is_about(line):
    headers = [header for header in headers_of(line) if header]
    assert len(headers) > 25
    assert {header: line_named_by(header) for header in headers} == dict.fromkeys(headers, line)


@pytest.mark.parametrize(
    "header",
    [
        "country code", "Phone country code", "phone (country code)", "with country code", "phone_id",
        "message_id", "whatsapp_business_account_id", "whatsapp_opt_in", "sms_consent", "email", "telegram",
        "phenol", "mobility", "cellar", "office", "home", "wallet", "sent with SMS date", "de", "di",
        "whatsapp_last_seen", "sms_sent_at", "cell_updated", "phoneUpdatedAt", "Mobile modified on",
    ],
)  # fmt: skip
def test_what_is_about_phones_or_only_looks_so_is_no_phone(header):
    assert line_named_by(header) is None


@pytest.mark.parametrize("header", ["wa_id", "jid", "remoteJid", "whatsapp_id", "WA ID", "contacts.wa_id"])
def test_ids_of_whatsapp_are_known_for_them(header):
    assert names_whatsapp_id(header)
    assert not names_whatsapp_id("whatsapp_message_id")
    assert not names_whatsapp_id("WhatsApp number")


@pytest.mark.slow
def test_of_two_columns_the_mobile_one_is_meant_or_both_are_named():
    wrong = []
    for pair in combinations(HEADERS, 2):
        lines = [line_named_by(header) for header in pair]
        try:
            chosen = chosen_of({header: ["07400 123456"] for header in pair}).name
        except FileError as error:
            wrong += [] if all(repr(header) in str(error) for header in pair) else [pair]
        else:
            wrong += [] if lines[pair.index(chosen)] == min(lines) < max(lines) else [pair]
    assert wrong == []


def test_a_mobile_column_that_is_seldom_filled_does_not_hide_the_other():
    columns = {"Phone": ["020 7946 0018"] * 10, "Mobile": ["07400 123456", *[""] * 9]}
    with pytest.raises(FileError, match=r"'Phone' \(such as 020 \*{4} \*{3}8; .*'Mobile'"):
        chosen_of(columns)
    assert chosen_of({**columns, "Mobile": ["07400 123456"] * 6 + [""] * 4}).name == "Mobile"


def test_a_named_column_of_foreign_numbers_is_not_hidden_by_one_with_more_numbers(listed):
    path = listed("billing_phone,shipping_phone\n020 7946 0018,07400 123456\n0171 3920000,07400 123457\n")
    with pytest.raises(
        FileError, match=r"'billing_phone' .* and 'shipping_phone' .* look like phone columns"
    ):
        find_phone_column(open_table(path), named=None, region="GB")


@pytest.mark.parametrize("own", ["Phone", "Contact", "Mobile"])
@pytest.mark.parametrize("other", ["Emergency Contact Mobile", "Father's WhatsApp", "Manager phone"])
def test_the_line_of_another_person_does_not_come_before_a_persons_own(own, other):
    columns = {other: ["07400 900001"], own: ["07400 123456"]}
    assert chosen_of(columns).name == own
    assert chosen_of({other: columns[other]}).name == other
    with pytest.raises(FileError, match="look like phone columns"):
        chosen_of({other: columns[other], "Office phone": ["020 7946 0018"]})


def test_a_column_of_dates_is_no_phone_column(listed):
    path = listed("phone,mobile contacted\n07400 123456,2025-11-03 10:00\n07400 123457,03.11.2025\n")
    assert find_phone_column(open_table(path), named=None, region="GB").name == "phone"


@pytest.mark.parametrize("header", ["Nr", "No", "Number", "Numéro"])
def test_a_header_that_says_no_more_than_number_hides_no_column_of_numbers(listed, header):
    path = listed(f"{header},Reach\n07400 900001,07400 123456\n07400 900002,07400 123457\n")
    with pytest.raises(FileError, match="look like phone columns"):
        find_phone_column(open_table(path), named=None, region="GB")
    ids = listed(f"{header},Phone\n7400900001,07400 123456\n1234567,07400 123457\n9876543,07400 123458\n")
    assert find_phone_column(open_table(ids), named=None, region="GB").name == "Phone"
    alone = listed(f"{header},Name\n07400 900001,Ann\n07400 900002,Ben\n")
    assert find_phone_column(open_table(alone), named=None, region="GB").name == header


@pytest.mark.parametrize(
    ("columns", "by"),
    [
        ({"x": ["1"], "Mob No": ["07400 123456"]}, FoundBy.NAME),
        ({"x": ["Ann"], "y": ["07400 123456"]}, FoundBy.CONTENT),
        ({"y": ["07400 123456"]}, FoundBy.ONLY_COLUMN),
    ],
)
def test_what_a_column_was_found_by_is_told(columns, by):
    assert chosen_of(columns).by is by


@pytest.mark.parametrize(
    ("text", "region", "column", "codes"),
    [
        ("Name;Vorwahl;Rufnummer\nA;0171;3920000\nB;030;23125001\n", "DE", "Rufnummer", "Vorwahl"),
        ("DDD;Telefone\n11;961234567\n(21);961234568\n", "BR", "Telefone", "DDD"),
        ("Area code,Phone\n202,555-0101\n212,555-0102\n", "US", "Phone", "Area code"),
        ("DDD;Telefone\n11;(11) 96123-4567\n11;(11) 96123-4568\n", "BR", "Telefone", None),
        ("Vorwahl;Rufnummer\n0171;0171 3920000\n0171;0171 3920002\n", "DE", "Rufnummer", None),
    ],
)
def test_a_number_in_two_columns_is_found(listed, text, region, column, codes):
    found = find_phone_column(open_table(listed(text)), named=None, region=region)
    assert (found.name, found.area_codes) == (column, codes)
