"""Cells as lists have them, and what each comes to."""

import time

import pytest

from validator.phone import Accept

GB = 447400123456
ES = 34612345678
DE = 4930123456

READ = [
    # national and international forms
    ("07400 123456", "GB", GB),
    ("7400123456", "GB", GB),
    ("(07400) 123-456", "GB", GB),
    ("07400.123.456", "GB", GB),
    ("+447400123456", None, GB),
    ("+44 7400 123456", "DE", GB),
    ("+44-7400-123456", "US", GB),
    ("++44 7400 123456", None, GB),
    ("447400123456", "GB", GB),
    ("44 (0) 7400 123456", "GB", GB),
    ("030/123456", "DE", DE),
    ("030 / 12 34 56", "DE", DE),
    ("+49 30/123456", None, DE),
    ("06221/123456", "DE", 496221123456),
    ("+49 (0)30 123456", None, DE),
    ("06.12.34.56.78", "FR", 33612345678),
    ("(11) 96123-4567", "BR", 5511961234567),
    ("+39 06 1234 5678", None, 390612345678),
    ("06 1234 5678", "IT", 390612345678),
    ("202-555-0123", "US", 12025550123),
    ("1 (202) 555-0123", "US", 12025550123),
    ("8 (912) 345-67-89", "RU", 79123456789),
    ("+800 1234 5678", None, 80012345678),
    # international prefixes
    ("00447400123456", "DE", GB),
    ("00447400123456", None, GB),
    ("(00) 44 7400 123456", None, GB),
    ("+0044 7400 123456", None, GB),
    ("0044 7400 123456", "US", GB),
    ("011 44 7400 123456", "US", GB),
    ("011 44 7400 123456", None, GB),
    ("011 44 7400 123456", "GB", GB),
    ("0011 44 7400 123456", "AU", GB),
    # what people write around a number
    ("Tel: +44 7400 123456", None, GB),
    ("'+447400123456", None, GB),
    ('="+447400123456"', None, GB),
    ("+44 7400 123456 (mobile)", None, GB),
    ("07400 123456 - WhatsApp only", "GB", GB),
    ("0664 1234567 Max", "AT", 436641234567),
    ("07400 123456 ext 12", "GB", GB),
    ("07400 123456 x12", "GB", GB),
    ("+1 202 555 0123,,4567", None, 12025550123),
    ("07400 123456 📱", "GB", GB),
    ("1-800-FLOWERS", "US", 18003569377),
    ("07400&#8209;123456", "GB", GB),
    ("(07400)&ensp;123&ndash;456", "GB", GB),
    # the same number twice
    ("07400 123456 / +44 7400 123456", "GB", GB),
    ("07400 123456 ::: 07400-123456", "GB", GB),
    ("07400 123456 (07400.123.456)", "GB", GB),
    # characters
    ("\uff10\uff17\uff14\uff10\uff10\u3000\uff11\uff12\uff13\uff14\uff15\uff16", "GB", GB),
    ("\uff0b\uff14\uff14\uff17\uff14\uff10\uff10\uff11\uff12\uff13\uff14\uff15\uff16", None, GB),
    ("٠٧٤٠٠١٢٣٤٥٦", "GB", GB),
    ("۰۷۴۰۰۱۲۳۴۵۶", "GB", GB),
    ("०७४००१२३४५६", "GB", GB),
    ("\u200e+44\u00a07400\u202f123456\u200f", None, GB),
    ("\ufeff07400\u200b123456", "GB", GB),
    ("07400\u2011123\u2013456", "GB", GB),
    ("+44\u22127400\u2014123456", None, GB),
    ("07400\u00ad123456", "GB", GB),
    ("06·12·34·56·78", "FR", 33612345678),
    ("07400\t123456\r\n", "GB", GB),
    ("\u279544 7400 123456", None, GB),
    ("0️⃣7400123456", "GB", GB),
]

REFUSED = [
    (None, "GB", "empty"),
    ("", "GB", "empty"),
    (" \t\u00a0 ", "GB", "empty"),
    ("\ufeff\u200b", None, "empty"),
    ("abc", "GB", "not_a_number"),
    ("-", "GB", "not_a_number"),
    ("n/a", None, "not_a_number"),
    ("5", "GB", "not_a_number"),
    ("07400\x00123456", "GB", "not_a_number"),
    ("²³¹²³⁴⁵⁶⁷⁸", "GB", "not_a_number"),
    ("🙂🙂🙂", "GB", "not_a_number"),
    ("07400 123456, London W1A 1AA", "GB", "not_a_number"),
    ("12", "GB", "too_short"),
    ("+44 7", "GB", "too_short"),
    ("+4", None, "not_a_number"),
    ("+44 7400", None, "too_short"),
    ("7946 0000", "GB", "too_short"),
    ("0044", "GB", "too_short"),
    ("+44 7400 123456 789", None, "too_long"),
    ("1" * 300, "GB", "too_long"),
    ("07400 123456", None, "no_country"),
    ("202-555-0123", None, "no_country"),
    ("+999 123 456 789", None, "unknown_country"),
    ("+999 123 456 789", "GB", "unknown_country"),
    ("+0 123 456 789", None, "unknown_country"),
    ("+44 7700 900123", None, "not_in_plan"),
    ("07700 900123", "GB", "not_in_plan"),
    ("+1 202 055 0123", None, "not_in_plan"),
]


@pytest.mark.parametrize(("cell", "region", "number"), READ)
def test_a_number_is_read(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(("cell", "region", "reason"), REFUSED)
def test_a_cell_without_a_number_says_why(outcome, cell, region, reason):
    assert outcome(cell, region) == reason


@pytest.mark.parametrize(
    "cell", ["+44 7700 900123", "447700900123@s.whatsapp.net", "https://wa.me/447700900123"]
)
def test_a_number_of_a_possible_length_counts_only_when_asked_for(outcome, cell):
    assert outcome(cell, accept=Accept.VALID) == "not_in_plan"
    assert outcome(cell, accept=Accept.POSSIBLE) == 447700900123


@pytest.mark.parametrize(
    ("cell", "region", "reason"),
    [
        ("7946 0000", "GB", "too_short"),  # possible as a local call, which has no international form
        ("+999 123456789", "GB", "unknown_country"),
        ("07700 900123 / 07700 900124", "GB", "several_numbers"),
        ("+49 301234567890123", None, "too_long"),  # possible in Germany, beyond the fifteen digits of E.164
    ],
)
def test_a_possible_length_is_no_excuse(outcome, cell, region, reason):
    assert outcome(cell, region, Accept.POSSIBLE) == reason


def test_a_valid_second_reading_goes_before_a_possible_first_one(outcome):
    assert outcome("34612345678", "DK", Accept.POSSIBLE) == ES


@pytest.mark.parametrize(
    "cell",
    [
        "7" * 1_000_000,
        " " * 1_000_000 + "x",
        "12345" + " " * 4000 + "z",
        "+1 " * 1300,
        "1a" * 2000,
        "1234567," * 500,
        "12 34 " * 40,
        "https://wa.me/" + "1" * 4000,
        "?phone=&" * 500,
        "tel:" + ";a=" * 1300,
        "(" * 2000 + "1x",
        "1" + "(" * 2000 + "x",
        "(" * 1000 + "0" + "(" * 1000 + "01x",
    ],
    ids=lambda cell: f"{cell[:6]!r} {len(cell)}",
)
def test_a_hostile_cell_is_refused_without_a_blow_up(outcome, cell):
    started_s = time.process_time()
    assert outcome(cell, "DE") in {"too_long", "not_a_number", "not_in_plan", "several_numbers"}
    # An expression that tries every split of such a cell takes minutes; a slow machine under load does not.
    assert time.process_time() - started_s < 5


def test_a_long_link_is_still_read(outcome):
    assert outcome("https://wa.me/447400123456?text=" + "x" * 2000) == GB


def test_white_space_around_a_cell_does_not_count_as_its_length(outcome):
    assert outcome(" " * 100_000 + "+447400123456" + "\n" * 100_000) == GB


@pytest.mark.parametrize(
    ("cell", "region", "expected"),
    [
        ("0160 1234567 3", "DE", "not_a_number"),
        ("+49 160 1234567-3", "FR", "not_a_number"),
        ("0660 123 45 67 1", "AT", "not_a_number"),
        ("Tel. 050 123 4567 2 (privat)", "FI", "not_a_number"),
        ("43 660 1234567 1", "US", "not_a_number"),
        ("0813 4567 891 2", "ID", "not_a_number"),
        ("0660 1234567 12", "AT", "not_a_number"),
        ("+43 660 1234567 123", None, "not_a_number"),
        ("+49 1601234 567", None, 491601234567),
        # As it stands it is a voicemail box, and a landline of another town.
        ("3331234560 2", "IT", "not_a_number"),
        ("49 160 1234567 3", "DE", "not_a_number"),
        # The number without the digit is none.
        ("0160 123456 7", "DE", 491601234567),
        # All digits are grouped so that one is left over.
        ("0160 12 34 56 7", "DE", 491601234567),
        ("+358 50 123 456 7", None, 358501234567),
        # The extension of a landline belongs to it.
        ("030 123456-7", "DE", 49301234567),
    ],
)
def test_a_digit_that_stands_alone_behind_a_mobile_number_may_be_none_of_its_own(
    outcome, cell, region, expected
):
    assert outcome(cell, region) == expected


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("+0055 66 93036-0129", "BR", 5566930360129),
        ("+0066 62 691 7903", "TH", 66626917903),
        ("+00 57 302 267 1003", "CO", 573022671003),
        ("+0065 9123 4568", "KR", 6591234568),
        ("+0049 171 5550101", "DE", 491715550101),
    ],
)
def test_a_plus_sign_and_00_dial_abroad_also_where_00_begins_a_carriers_prefix(outcome, cell, region, number):
    assert outcome(cell, region) == number
