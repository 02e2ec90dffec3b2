"""Cells whose number would be a guess."""

import pytest


@pytest.mark.parametrize(
    "cell",
    [
        "4.47701E+11",
        "4,47701E+11",
        "4.47701e+11",
        "4.47701E11",
        "4E+11",
        "4.47701 E +11",
        "+4.47701E+11",
        "'4.47701E+11",
        "\uff14.47701E+11",
        "447400123.000",
        "447400123,000",
        "7400123456.5",
        "447400123456.25",
        "7400123456.0625",
        "-7400123456",
        "-7400123456.0",
        "\u22127400123456",
        "447,400,123,456",
        "447,400,123,456.00",
        "#####",
        "#N/A",
        "#DIV/0!",
    ],
)
@pytest.mark.parametrize("region", [None, "GB"])
def test_what_a_spreadsheet_damaged_is_never_guessed(outcome, cell, region):
    assert outcome(cell, region) == "spreadsheet_damage"


@pytest.mark.parametrize(
    "cell",
    ["07400.123456", "07400,123456", "+44 7400 123456.", "+44.7400.123.456", "7400.123456", "074001234.56"],
)
def test_dots_and_commas_alone_are_no_damage(outcome, cell):
    assert outcome(cell, "GB") != "spreadsheet_damage"


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("0171 55S0101", "DE"),
        ("0221 12B4567", "DE"),
        ("0I71 5550101", "DE"),
        ("0171 5550101 B2", "DE"),
        ("0664 1234567 v2", "AT"),
        ("0664 1234567 Dr. 2", "AT"),
        ("0664 1234567 o 57", "AT"),
        ("Tel. 0812 3456 7890 M3", "ID"),
        ("9B765 43216", "IN"),
    ],
)
def test_a_letter_among_the_digits_is_not_left_out(outcome, cell, region):
    assert outcome(cell, region) == "not_a_number"


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("0xx11 96123-4567", "BR", 5511961234567),
        ("O171 5550101", "DE", 491715550101),
        ("0171 5550101 x2", "DE", 491715550101),
        ("07400 123456p", "GB", 447400123456),
        ("1-800-FLOWERS", "US", 18003569377),
        ("M 98765 43210 (W)", "IN", 919876543210),
        ("0171 5550101 o 0172 5550102", "DE", "several_numbers"),
        ("0171 5550101 u 0172 5550102", "DE", "several_numbers"),
    ],
)
def test_other_letters_are_read_as_ever(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("030 12345678/9", "DE"),
        ("030/12345678/79", "DE"),
        ("0171 5550101 / 02", "DE"),
        ("0664 1234567/57", "AT"),
        ("0812 3456 7890/1", "ID"),
        ("+44 7400 123456/7", None),
    ],
)
def test_the_last_digits_of_a_second_number_are_none_of_the_first(outcome, cell, region):
    assert outcome(cell, region) == "not_a_number"


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("06/12/34/56/78", "FR", 33612345678),
        ("0171/5550101", "DE", 491715550101),
        ("+49/171/5550101", None, 491715550101),
        ("202/555-0123", "US", 12025550123),
        ("030/123456-78", "DE", 493012345678),
    ],
)
def test_a_slash_may_group_the_digits_of_a_number(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize("cell", ["612 345 678 - 57", "612 345 678 57", "612-345-678-5"])
def test_a_number_in_any_groups_with_digits_beside_it_is_no_foreign_one(outcome, cell):
    assert outcome(cell, "ES") in ("not_in_plan", "too_long")


@pytest.mark.parametrize(
    "cell",
    [
        "07400 123456 / 07400 123457",
        "07400123456/07400123457",
        "07400 123456; 07400 123457",
        "07400123456;07400123457",
        "07400123456,07400123457",
        "07400 123456, 07400 123457, 07400 123458",
        "07400123456|07400123457",
        "07400 123456 & 07400 123457",
        "07400 123456\n07400 123457",
        "07400123456\r\n07400123457",
        "07400123456 07400123457",
        "07400 123456 07400 123457",
        "07400 123456 - 07400 123457",
        "07400 123456 or 07400 123457",
        "07400 123456 ou 07400 123457",
        "07400 123456 und 07400 123457",
        "07400 123456 y 07400 123457",
        "07400 123456 или 07400 123457",
        "07400 123456 (mobile) / 020 7946 0000 (home)",
        "mobile 07400 123456 home 020 7946 0000",
        "+447400123456+447400123457",
        "+44 7400 123456 / 07400 123457",
        "+44 7400 123456 +34 612 345 678",
    ],
)
def test_two_numbers_in_a_cell_are_never_narrowed_to_one(outcome, cell):
    assert outcome(cell, "GB") == "several_numbers"


def test_two_numbers_are_seen_without_a_region_too(outcome):
    assert outcome("07400 123456 / 07400 123457") == "several_numbers"
    assert outcome("+447400123456;+447400123457") == "several_numbers"


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("030/123456", "DE", 4930123456),
        ("06221/1234567", "DE", 4962211234567),
        ("0171/1234567", "DE", 491711234567),
        ("+49 6221/123456", None, 496221123456),
        ("+49 (0) 6221 / 12 34 56", None, 496221123456),
        ("020 7946 0000/1", "GB", "not_a_number"),
        ("020 7946 0000 / 0001", "GB", "too_long"),
        ("020 7946 0000, ext 123", "GB", 442079460000),
        ("020 7946 0000,123", "GB", 442079460000),
        ("020 7946 0000;ext=1234567", "GB", 442079460000),
        ("Smith, 020 7946 0000", "GB", 442079460000),
        ("020 7946 0000 or later", "GB", 442079460000),
        ("(020) 7946-0000", "GB", 442079460000),
    ],
)
def test_separators_inside_one_number_are_not_mistaken(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    "cell", ["ext 44 7400123456", "Ext. 3 7400 123456", "ramal 12 7400123456", "poste 4 - 07400 123456"]
)
@pytest.mark.parametrize("region", ["GB", "US"])
def test_an_extension_before_a_number_is_no_part_of_it(outcome, cell, region):
    assert outcome(cell, region) == "not_a_number"


@pytest.mark.parametrize(
    "cell",
    [
        "(e.g. +44 7911 123456)",
        "Example: 07911123456",
        "+44 7911 123456 (example)",
        "z. B. +49 171 5550101",
        "Bsp: +49 171 5550101",
        "Ex.: +55 11 91234-5678",
        "p. ej. +34 612 345 678",
        "+34 612 345 678, ejemplo",
        "(required, format +447911123456)",
        "例: +81 90 1234 5678",
        "Пример: +7 912 345-67-89",
    ],
)
def test_an_example_is_nobodys_number(outcome, cell):
    assert outcome(cell, "GB") == "not_a_number"


@pytest.mark.parametrize("cell", ["Ex-wife +447911123456", "+447911123456 sample", "07911 123456 ext. 4"])
def test_words_that_are_like_those_of_examples_are_labels(outcome, cell):
    assert outcome(cell, "GB") == 447911123456


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("07911 123xxx", "GB"),
        ("312-555-XXXX", "US"),
        ("+65 8123 xxxx", None),
        ("0171 555****", "DE"),
        ("050***4567", "FI"),
        ("**91234567", "SG"),
        ("040 123 ??", "FI"),
        ("050•••4567", "FI"),
        ("+49 171 55501...", None),
        ("+49 171 55501…", None),
    ],
)
def test_hidden_digits_are_not_guessed(outcome, cell, region):
    assert outcome(cell, region) == "not_a_number"


@pytest.mark.parametrize(
    ("cell", "region", "number"),
    [
        ("(0xx21) 91234-5678", "BR", 5521912345678),
        ("**0171 5550101**", "DE", 491715550101),
        ("… 0171 5550101", "DE", 491715550101),
        ("1-800-EXXON-US", "US", 18003996687),
    ],
)
def test_marks_that_hide_no_digit_are_no_matter(outcome, cell, region, number):
    assert outcome(cell, region) == number


@pytest.mark.parametrize(
    ("cell", "region", "expected"),
    [
        # An order's number, and a second digit, in a field or on a line of their own.
        ("17\t065 675242", "RS", "not_a_number"),
        ("12\n0171 5550101", "DE", "not_a_number"),
        ("229 523 3520\n2", "MX", "not_a_number"),
        ("0171 5550101\r\n0172 5550102", "DE", "several_numbers"),
        ("0171\n5550101", "DE", 491715550101),
        ("+49 171\t5550101", None, 491715550101),
        # The only dash, or one with spaces.
        ("098 744 622 - 2", "HR", "not_a_number"),
        ("041 414714-12", "FI", "not_a_number"),
        ("0160 123 456-7", "DE", 491601234567),
        ("912 345 67-89", "RU", 79123456789),
        ("8 912 345-67-89", "RU", 79123456789),
        ("050-123-45-67", "FI", 358501234567),
    ],
)
def test_digits_that_are_apart_are_not_joined(outcome, cell, region, expected):
    assert outcome(cell, region) == expected
