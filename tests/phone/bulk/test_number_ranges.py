"""Charts say of every number what libphonenumber says of it, and nothing where they cannot."""

import random
import subprocess
import sys
from itertools import product

import phonenumbers
import polars as pl
import pytest

from validator.model import LineType
from validator.phone import answers
from validator.phone.bulk import number_ranges, plan_ranges, plans
from validator.phone.bulk.lookup import look_up
from validator.phone.bulk.pattern_ranges import UnreadablePattern
from validator.phone.bulk.range_cache import RangeIndex
from validator.phone.cell import numbering
from validator.phone.cell.numbering import Line
from validator.phone.cell.numbering import look_up as look_up_one
from validator.phone.codes import LOT_SPAN, plan_of

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
    found = look_up(dialled(numbers), RangeIndex(worth_cells=1))
    for number, (answer, digits) in zip(numbers, found.iter_rows(), strict=True):
        expected = look_up_one(f"+{number}", None)
        assert answer == answers.of(expected), number
        assert not isinstance(expected, Line) or expected.number == digits


def judged(code, national):
    """What libphonenumber says of a number whose digits are known, with nothing stripped from them."""
    zeros = min(len(national) - len(national.lstrip("0")), len(national) - 1)
    number = phonenumbers.PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
    return numbering._judge(number, numbering._line_type(number))


@pytest.mark.slow
def test_every_range_of_every_chart_has_the_answer_of_its_first_number():
    charted = 0
    for code, digits in product(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE), range(2, 17)):
        *ranges, (end, answer, plain) = number_ranges.chart(code, digits)
        assert (end, answer, plain) == ((code + 1) * 10**digits, answers.UNDECIDED, False)
        for first, answer, _ in ranges:
            national = str(first).removeprefix(str(code))
            assert answer == answers.of(judged(code, national)), first
        charted += len(ranges)
    assert charted > 30_000


def test_nothing_is_decided_under_a_code_that_is_not_worth_a_chart():
    atlas = RangeIndex(worth_cells=3)
    one, many = dialled(["34612345678"]), dialled(["34612345678", "34612345679"])
    assert look_up(one, atlas)["answer"].to_list() == [answers.UNDECIDED]
    assert answers.UNDECIDED not in look_up(many, atlas)["answer"].to_list()
    assert answers.UNDECIDED not in look_up(one, atlas)["answer"].to_list()


def test_with_a_plan_the_main_one_under_its_code_is_drawn():
    jersey, britain = plan_of(44, "JE"), plan_of(44, "GB")
    drawn = RangeIndex(worth_cells=5).inlands_for({jersey: 5})
    assert (drawn.longest.gather([jersey, britain]) > 0).all()
    assert drawn.longest.sum() == drawn.longest.gather([jersey, britain]).sum()


def test_what_is_drawn_later_goes_with_what_was_before():
    atlas, spain, france = (
        RangeIndex(worth_cells=2),
        34 * LOT_SPAN + 9,
        33 * LOT_SPAN + 9,
    )
    atlas.lines_for({spain: 2, france: 1})
    before = atlas.lines
    assert atlas.lines_for({spain: 9}) is before
    both = atlas.lines_for({france: 1})
    assert both["number"].is_sorted()
    assert set(both.rows()) == {*before.rows(), *number_ranges.chart(33, 9)}


def plan(**changed):
    return plans.read_plan(34, "ES")._replace(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"general": "[^0]"},
        {"national_prefix": r"0\d{16}"},
        {"international_prefix": "0+"},
        {"national_prefix": r"(0)(6\d{8})?", "transform_rule": r"\2 and \1"},
    ],
)
def test_prefixes_that_cannot_be_read_leave_a_plan_without_ranges(changed):
    assert plan_ranges.inland(plan(**changed)) == plan_ranges.Inland([], [], 0, 0)


@pytest.mark.parametrize(
    ("changed", "digits"),
    [
        ({"general": "[^0]"}, 9),
        ({"national_prefix": "0+"}, 9),
        ({"national_prefix": r"(0)(6\d{8})?", "transform_rule": r"\2 and \1"}, 10),
    ],
)
def test_no_number_is_plain_if_its_plan_or_national_prefix_cannot_be_read(changed, digits):
    assert not any(plain for *_, plain in number_ranges.draw(34, [plan(**changed)], digits))


def test_a_number_from_abroad_does_not_depend_on_international_prefixes():
    unreadable = plan(international_prefix="0+")
    assert number_ranges.draw(34, [unreadable], 9) == number_ranges.draw(34, [plan()], 9)


def kind(pattern, lengths):
    return plans.Kind(LineType.MOBILE, pattern, lengths)


@pytest.mark.parametrize("changed", [{"kinds": (kind("6.*", (9,)),)}, {"leading_digits": "(?=6)"}])
def test_kinds_that_cannot_be_read_leave_the_chart_empty(changed):
    assert number_ranges.draw(34, [plan(**changed)], 9) == []


def test_a_kind_of_another_length_is_not_looked_at():
    assert number_ranges.draw(34, [plan(kinds=(kind("6.*", (8,)),))], 9) != []


def test_a_length_that_no_number_has_is_one_range():
    assert number_ranges.is_flat(34, 12)
    assert not number_ranges.is_flat(34, 9)
    too_long = answers.of(look_up_one("+34612345678901", None))
    assert [answer for _, answer, _ in number_ranges.chart(34, 12)] == [too_long, answers.UNDECIDED]


def test_a_prefix_is_not_sure_where_it_would_move_digits_that_differ():
    moving = plan(national_prefix=r"0?(?:([1-9])15\d)?", transform_rule=r"9\1")
    assert any(acts and not sure for *_, acts, sure in plan_ranges.inland(moving).prefixes)


def test_a_region_without_metadata_cannot_be_read():
    with pytest.raises(UnreadablePattern):
        plans.read_plan(999, "ZZ")


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
