"""Each recovery by its name: what it reads, and what it leaves alone."""

import phonenumbers
import pytest

from validator.phone import RECOVERIES

GB = 447400123456
ES = 34612345678
BY_NAME = {recovery.name: recovery for recovery in RECOVERIES}


def rewritten(name, text, region=None):
    return BY_NAME[name].rewrite(text, region)


def test_every_recovery_has_a_name_of_its_own_and_a_line_of_documentation():
    assert len(BY_NAME) == len(RECOVERIES)
    assert all(recovery.reads and recovery.name.isidentifier() for recovery in RECOVERIES)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("447400123456@s.whatsapp.net", GB),
        ("447400123456:12@s.whatsapp.net", GB),
        ("447400123456.0:12@s.whatsapp.net", GB),
        ("447400123456_1@s.whatsapp.net", GB),
        ("447400123456@c.us", GB),
        ("+447400123456@C.US", GB),
        ("false_447400123456@c.us_3EB0", GB),
        ("123456789012345@lid", "not_a_number"),
        ("447400123456:3@lid", "not_a_number"),
        ("120363012345678901@g.us", "not_a_number"),
        ("447400123456-1600000000@g.us", "not_a_number"),
        ("status@broadcast", "not_a_number"),
        ("120363012345678901@newsletter", "not_a_number"),
        ("447400123456@example.com", "not_a_number"),
    ],
)
def test_whatsapp_ids_are_international_and_groups_are_no_numbers(outcome, cell, number):
    assert outcome(cell) == number
    assert outcome(cell, "DE") == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("Tel1 55 1234 5678", "MX", 525512345678),
        ("Cel2: 55 1234 5678", "MX", 525512345678),
        ("#1 312 345 6789", "IT", 393123456789),
        ("T2 0171 5550101", "DE", 491715550101),
        ("Tel1 202 555 0123", "US", 12025550123),
        ("1) +44 7400 123456", None, GB),
        ("12. +44 7400 123456", "DE", GB),
        ("Tel1-202-555-0123", "GB", 12025550123),
        ("сот.8 912 345-67-89", "RU", 79123456789),
    ],
)
def test_the_digit_of_one_of_several_numbers_is_none_of_the_number(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("0171 5550101 (1)", "DE", 491715550101),
        ("0171 5550101(2)", "DE", 491715550101),
        ("0664 1234567 [12]", "AT", 436641234567),
        ("0812 3456 7890 (2) ", "ID", 6281234567890),
        ("98765 43210 (2)", "IN", 919876543210),
        ("+44 7400 123456 (1)", None, GB),
        ("+44 7400 (123456)", None, GB),
        ("(0171) 5550101", "DE", 491715550101),
    ],
)
def test_a_count_in_brackets_is_none_of_the_number(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("447400123456.0", "447400123456"),
        ("+44 7400123456.0", "+44 7400123456"),
        ("44 7400123456,00", "44 7400123456"),
        ("01865 123456.0", "01865 123456"),
        ("0186 5123456.00", "0186 5123456"),
        ("01 23 45 67.00", None),
        ("01.23.45.67.00", None),
        ("447400123456.000", None),
        ("447400123456.5", None),
    ],
)
def test_a_fraction_of_zeros_is_no_digit_of_a_number(cell, text):
    assert rewritten("float_text", cell) == text


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("https://wa.me/447400123456", GB),
        ("http://www.wa.me/+447400123456/", GB),
        ("wa.me/447400123456?text=call%20020%207946%200000", GB),
        ("WA.ME/%2B447400123456", GB),
        ("https://wa.me/c/447400123456", GB),
        ("https://wa.me/p/1234567890/447400123456", GB),
        ("chat here: https://wa.me/447400123456 now", GB),
        ("https://api.whatsapp.com/send?phone=447400123456", GB),
        ("https://api.whatsapp.com/send/?phone=%2B44%207400%20123456&text&type=phone_number", GB),
        ("https://web.whatsapp.com/send?text=hi&phone=447400123456#x", GB),
        ("whatsapp://send?phone=447400123456&text=1", GB),
        ("whatsapp://send?text=1&phone=+447400123456", GB),
        ("https://wa.me/message/ABCDEFGHIJ1234", "not_a_number"),
        ("wa.me/message/ABCDEFGHIJ1234", "not_a_number"),
        ("https://wa.me/qr/447400123456", "not_a_number"),
        ("https://api.whatsapp.com/send?text=447400123456", "not_a_number"),
        ("whatsapp://send?phone=abc", "not_a_number"),
        ("https://chat.whatsapp.com/447400123456", "not_a_number"),
        ("https://example.com/447400123456", "not_a_number"),
        ("https://facebook.com/send?phone=447400123456", "not_a_number"),
    ],
)
def test_whatsapp_links_are_read_and_other_links_are_no_numbers(outcome, cell, number):
    assert outcome(cell) == number
    assert outcome(cell, "DE") == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("whatsapp:+447400123456", None, GB),
        ("WhatsApp: 07400 123456", "GB", GB),
        ("whatsapp:07400123456", None, "no_country"),
    ],
)
def test_a_whatsapp_prefix_is_passed_over(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("tel:+44-7400-123456", None, GB),
        ("TEL:+447400123456;ext=12", None, GB),
        ("tel:%2B447400123456", None, GB),
        ("tel://+447400123456", None, GB),
        ("tel:7400-123456;phone-context=+44", None, GB),
        ("tel:7400-123456;ext=5;phone-context=+44", None, GB),
        ("TEL:07400123456;phone-context=example.com", "GB", GB),
        ("tel:07400123456;phone-context=example.com", None, "no_country"),
        ("tel:+447400123456;isub=1234", None, GB),
        ("tel:+447400123456;cic=+1234567;npdi", None, GB),
        ("Tel: 020 7946 0000; Fax: 020 7946 0001", "GB", "several_numbers"),
    ],
)
def test_tel_uris_are_read_with_their_context(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0664 1234567 Max", "0664 1234567"),
        ("07400 123456 (mobile)", "07400 123456"),
        ("07400123456/private", "07400123456"),
        ("07400 123456 моб.", "07400 123456"),
        ("1-800-555-TELL", None),
        ("0800 REVERSE", None),
        ("07400 123456 ext 12", None),
        ("07400 123456 -", None),
        ("07400123456x", None),
        ("Max", None),
    ],
)
def test_a_label_goes_only_from_behind_a_whole_number(text, number):
    assert rewritten("label", text) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("+34 (0)612 345 678", None, ES),
        ("+34 ( 0 ) 612 345 678", "DE", ES),
        ("0034 (0)612 345 678", "DE", ES),
        ("+39 (0)6 1234 5678", None, 390612345678),  # Italy's zero is part of the number
        ("(0)612 345 678", "ES", "too_long"),
    ],
)
def test_a_bracketed_zero_goes_where_the_plan_has_none(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("011 4123 4567", None, "no_country"),  # Buenos Aires and Delhi have the area code 11
        ("011 4123 4567", "AR", 541141234567),
        ("011 45 32 12 34 56", None, "no_country"),
        ("011 1 202 555 0123", None, 12025550123),
        ("000 44 7400 123456", None, "no_country"),
        ("00 999 123456789", None, "no_country"),
    ],
)
def test_an_international_prefix_needs_a_valid_number_behind_it(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        # unmistakable without a region
        ("447400123456", None, GB),
        ("44 7400 123456", None, GB),
        ("'447400123456'", None, GB),
        ("34612345678", None, ES),
        ("12025550123", None, 12025550123),
        ("5511961234567", None, 5511961234567),
        # as they stand, a mobile number of Brazil, China, Indonesia; with a trunk 8, a number of Moscow
        ("51987654321", None, "no_country"),
        ("18012345678", None, "no_country"),
        ("819012345678", None, "no_country"),
        ("84951234567", None, "no_country"),
        # too short to tell from any other number
        ("4532123456", None, "no_country"),
        # the region does not claim them
        ("447400123456", "US", GB),
        ("51987654321", "CL", 51987654321),
        ("4532123456", "NO", 4532123456),
        # the region claims them
        ("51987654321", "BR", "ambiguous"),
        # a digit or two stand before a number, and cut what would be a calling code
        ("3 612345678", "ES", "too_long"),
        ("no. 3 612 34 56 78", "ES", "too_long"),
        ("2 612345678", "ES", "too_long"),
        ("25 4712345678", "US", "too_long"),
        ("44 7400 123456", "US", GB),
        ("254 712 345678", "US", 254712345678),
        ("11987654321", "BR", 5511987654321),
        ("4532123456", "US", "not_in_plan"),
        ("29012345", "FR", "too_short"),
        # more than digits, or not a valid number
        ("order 447400123456", None, "no_country"),
        ("447700900123", None, "no_country"),
    ],
)
def test_a_lost_plus_is_found_only_where_nothing_else_claims_the_digits(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize("region", ["AR", "BR", "CN", "DE", "ID", "NL"])
def test_no_regions_own_mobile_number_is_taken_for_a_foreign_one(outcome, region):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert outcome(phonenumbers.national_significant_number(example)) == "no_country"


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("491711234567+", "DE", 491711234567),
        ("(34) 612-345-678 +", "DE", 34612345678),
        ("62812345678+", "ID", 62812345678),
        ("0501234567+", "SA", 966501234567),
    ],
)
def test_a_plus_sign_behind_a_number_is_one(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "expected"),
    [
        ("2. 8012345678", "IN", 918012345678),
        ("13) 310 4567890", "CO", 573104567890),
        ("5: 0160 1234567", "DE", 491601234567),
        ("1. 333 456 7890", "IT", 393334567890),
        ("57. 310 4567890", "CO", 573104567890),
        # The digits may also be a number of North America, Indonesia or Brazil without its plus sign.
        ("1. 7012345678", "IN", "not_in_plan"),
        ("1) 3104567890", "CO", "not_in_plan"),
        ("62. 8123456789", "IN", "not_in_plan"),
        ("1- 3104567890", "CO", "not_in_plan"),
        # A calling code in brackets is none of an item, and so is one without a mark.
        ("(1) 212-555-0101", "CO", 12125550101),
        ("1-212-555-0101", "CO", 12125550101),
    ],
)
def test_the_number_of_a_list_item_is_no_calling_code(outcome, cell, region, expected):
    assert outcome(cell, region) == expected


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("611 2345 (GSM)", "IS", 3546112345),
        ("512 3456 - Mari", "EE", 3725123456),
        ("046 4949 (Anna)", "FI", 358464949),
        ("1-800-555-TELL", "US", 18005558355),
        ("0800 REVERSE", "NZ", 648007383773),
    ],
)
def test_words_after_a_short_number_are_no_digits_of_it(outcome, cell, region, number):
    assert outcome(cell, region) == number
