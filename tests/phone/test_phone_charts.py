"""Charts say of every number what libphonenumber says of it, and nothing where they cannot."""

import random
import subprocess
import sys

import phonenumbers
import polars as pl
import pytest

from validator.phone import answers, charts
from validator.phone.atlas import Atlas
from validator.phone.dialling import look_up
from validator.phone.numbering import Line
from validator.phone.numbering import look_up as look_up_one
from validator.phone.patterns import UnreadablePattern

# Codes of one region and of many, of none, with and without prefixes and transformations of them.
CODES = [1, 7, 39, 44, 54, 55, 61, 81, 86, 290, 378, 800, 881]


def dialled(numbers):
    schema = {"plus": pl.Boolean, "plan": pl.UInt32, "digits": pl.UInt32, "value": pl.UInt64}
    return pl.DataFrame(
        [(True, None, len(number), int(number[:19])) for number in numbers], schema, orient="row"
    )


def numbers_under(code, count):
    chance = random.Random(code)
    sizes = [chance.randrange(2, 15) for _ in range(count)]
    return [f"{code}{chance.randrange(10**size):0{size}d}" for size in sizes]


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_a_chart_answers_as_libphonenumber_does(code):
    numbers = numbers_under(code, 1500)
    found = look_up(dialled(numbers), Atlas(worth_cells=1))
    for number, (answer, digits) in zip(numbers, found.iter_rows(), strict=True):
        expected = look_up_one(f"+{number}", None)
        assert answer == answers.of(expected), number
        assert not isinstance(expected, Line) or expected.number == digits


def test_nothing_is_decided_under_a_code_that_is_not_worth_a_chart():
    atlas = Atlas(worth_cells=3)
    one, many = dialled(["34612345678"]), dialled(["34612345678", "34612345679"])
    assert look_up(one, atlas)["answer"].to_list() == [answers.UNDECIDED]
    assert answers.UNDECIDED not in look_up(many, atlas)["answer"].to_list()
    assert answers.UNDECIDED not in look_up(one, atlas)["answer"].to_list()


def plan(**changed):
    good = charts._plan(34, "ES")
    return good._replace(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"general": "[^0]"},
        {"patterns": frozenset({"6.*"})},
        {"leading_digits": "(?=6)"},
        {"national_prefix": r"0\d{16}"},
        {"international_prefix": "0+"},
        {"national_prefix": r"(0)(6\d{8})?", "transform_rule": r"\2 and \1"},
    ],
)
def test_metadata_that_cannot_be_read_leave_the_chart_empty(changed):
    chart = charts.draw(34, [plan(**changed)])
    assert chart.lines.is_empty()
    assert chart.nationals.is_empty()
    assert chart.prefixes.is_empty()
    assert chart.reaches == {}


def test_a_prefix_is_not_sure_where_it_would_move_digits_that_differ():
    moving = plan(national_prefix=r"0?(?:([1-9])15\d)?", transform_rule=r"9\1")
    found = charts.draw(34, [moving]).prefixes
    assert not found.filter(pl.col("acts") & ~pl.col("sure")).is_empty()


def test_a_region_without_metadata_cannot_be_read():
    with pytest.raises(UnreadablePattern):
        charts._plan(999, "ZZ")


@pytest.mark.slow
def test_importing_loads_no_metadata():
    program = "import validator.phone, phonenumbers; assert not phonenumbers.PhoneMetadata._region_metadata"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_answer_has_its_own_number_and_its_words():
    words = answers.in_words()
    lines = [
        Line(1, line_type, country, valid=line_type != "unknown")
        for line_type in words["line_type"].drop_nulls().unique()
        for country in (*phonenumbers.SUPPORTED_REGIONS, "001")
    ]
    numbers = {answers.of(line): line for line in lines}
    assert len(numbers) == len(lines)
    assert all(words.row(number) == (None, line.line_type, line.country) for number, line in numbers.items())
    assert all((number >= answers.FIRST_VALID) == line.valid for number, line in numbers.items())
