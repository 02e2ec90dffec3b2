"""Columns decided in bulk have the answers that their cells have when read one by one."""

import random
from itertools import product

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS

from tests.support.forms import amount
from tests.support.phone.generated_cells import Cells
from validator.phone import Accept, answers, normalise
from validator.phone.bulk import second_chances
from validator.phone.bulk.decide import decide
from validator.phone.bulk.first_look import first_look
from validator.phone.bulk.range_cache import RangeIndex
from validator.phone.cell.numbering import Line
from validator.phone.cell.reading import read
from validator.phone.codes import REGION
from validator.phone.normalise import WORTH_BULK_CELLS, _is_worth_bulk, survey

REGIONS = sorted(SUPPORTED_REGIONS)


@pytest.fixture(scope="module")
def atlas():
    """Every calling code is charted, so that nothing is left open but what bulk never decides."""
    return RangeIndex(worth_cells=1)


def frame(rows):
    cells = pl.DataFrame(rows, {"text": pl.String, "region": REGION}, orient="row")
    return cells.with_columns(pl.col("text").str.strip_chars())


def decided(rows, accept, atlas):
    """The rows that are decided, each with its answer, and how many there are besides."""
    cells = frame(rows)
    found = cells.hstack(decide(cells, first_look(cells), accept, atlas).select("answer", "number"))
    known = found.filter(pl.col("answer") != answers.UNDECIDED)
    return list(known.iter_rows()), found.height - known.height


def differing(rows, accept):
    """The cells whose answer is not that of reading them, with both."""
    words = answers.in_words()
    for text, region, answer, number in rows:
        expected = read(text, region, accept) if text is not None else "empty"
        found = number if answer >= answers.FIRST_LINE else words.row(answer)[0]
        if isinstance(expected, Line):
            same = answers.of(expected) == answer and expected.number == number
        else:
            same = expected == found
        if not same:
            yield text, region, accept, expected, found, words.row(answer)


@pytest.mark.slow
@pytest.mark.parametrize("accept", Accept)
@pytest.mark.parametrize(
    "kind", [("generated", amount(10_000, 30_000), 0.12), ("fuzzed", amount(3_000, 8_000), 0.45)]
)
def test_no_cell_differs(atlas, kind, accept):
    name, cells, left_at_most = kind
    rows = getattr(Cells(seed=1), name)(cells)
    known, left = decided(list(rows), accept, atlas)
    assert list(differing(known, accept)) == []
    assert left / cells < left_at_most


@pytest.mark.parametrize("copies", [1, 4])
def test_cells_differ_no_more_where_they_repeat(atlas, copies):
    rows = list(Cells(seed=3).fuzzed(30)) * copies
    known, _ = decided(rows, Accept.VALID, atlas)
    assert list(differing(known, Accept.VALID)) == []


ODD_SPACES = [
    "+44\u00a07400\u00a0123456",
    "07400  123456\nBob",
    "07400\t123 456",
    "\u00a007400 123456\u00a0",
    "07400\u2009123456",
]
MENDED = [
    "07400\u00c2\u00a0123456",
    "07400&nbsp;123456",
    "07400&#8209;123456",
    "(&zwj;07400)&ensp;123456",
    "Zo\u00eb 07400 123456",
    "\u20ac 750000,50",
]


@pytest.mark.parametrize("cell", ["7085001234/- 56", "7085001234/\u2013\u00a056", "7085001234/ (56"])
def test_the_end_of_a_second_number_is_refused_however_it_is_punctuated(atlas, cell):
    known, _ = decided([(cell, "TR")], Accept.POSSIBLE, atlas)
    assert [answers.in_words().row(answer)[0] for *_, answer, _ in known] == ["not_a_number"]
    assert list(differing(known, Accept.POSSIBLE)) == []


@pytest.mark.parametrize("cell", [*ODD_SPACES, *MENDED])
def test_spaces_of_all_kinds_are_those_of_a_cell(atlas, cell):
    known, _ = decided([(cell, "GB")], Accept.VALID, atlas)
    assert list(differing(known, Accept.VALID)) == []


@pytest.mark.parametrize(
    "cell", ["07400 123456 07400 123457", "07400 123456 - 07400 123457", "020 7946 - 0018"]
)
def test_halves_are_cut_at_any_space_between_digits(atlas, cell):
    known, _ = decided([(cell, "GB"), ("+44 7400 123456", "GB"), (cell, "FR")], Accept.VALID, atlas)
    assert list(differing(known, Accept.VALID)) == []


def test_equal_cells_with_two_numbers_have_one_answer_in_each_region(atlas):
    pair = "07400 123456 / 07400 654321"
    others = [(f"0199 {place:03d}", "GB") for place in range(100)]
    known, _ = decided([(pair, region) for region in ("GB", "FR", None)] * 3 + others, Accept.VALID, atlas)
    assert list(differing(known, Accept.VALID)) == []
    words = answers.in_words()["reason"]
    british = [words[answer] for text, region, answer, _ in known if (text, region) == (pair, "GB")]
    assert british == ["several_numbers"] * 3


CELL = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789+() -./,;x@#*eE:\u00a0\u0663\uff14", max_size=30),
    st.from_regex(
        r"(Tel\.? |tel:|wa\.me/|\+|00|011|0)?[0-9 ().-]{1,20}(;ext=|@c\.us| x| or |, |/| Max)?[0-9]{0,14}",
        fullmatch=True,
    ),
)


@pytest.mark.slow
@settings(max_examples=20)
@example(rows=[("006c8zc1c52.-7a.C", "AS")], accept=Accept.VALID)
@example(rows=[("+591 71(·234567(0)", "BO")], accept=Accept.VALID)
@example(rows=[("zxB38X1zCA3c3/9", "BA"), ("+22241*\u00a0134567", "QA")], accept=Accept.VALID)
@example(rows=[("+0672381234", "NF"), ("+06", None)], accept=Accept.VALID)
@given(
    rows=st.lists(st.tuples(CELL, st.sampled_from([None, *REGIONS])), min_size=1, max_size=40),
    accept=st.sampled_from(Accept),
)
def test_no_made_up_cell_differs(atlas, rows, accept):
    known, _ = decided(rows, accept, atlas)
    assert list(differing(known, accept)) == []


# What has to be decided in bulk for long lists to be fast.
COMMON = [
    ("+447400123456", None),
    ("447400123456", "GB"),
    ("447400123456", None),
    ("447400123456", "US"),
    ("07400 123456", "GB"),
    ("07400 123456", None),
    ("(011) 15-2345-6789", "AR"),
    ("0 15 11 96123-4567", "BR"),
    ("+52 1 222 123 4567", None),
    ("044 222 123 4567", "MX"),
    ("5212221234567@s.whatsapp.net", None),
    ("(11) 6123-4567", "BR"),
    ("551161234567", None),
    ("+54 9 11 15-2345-6789", None),
    ("8 (912) 345-67-89", "RU"),
    ("234-5678", "AG"),
    ("+390612345678", None),
    ("011 44 7400 123456", None),
    ("00447400123456", "DE"),
    ("+34 (0)612 345 678", None),
    ("447400123456@s.whatsapp.net", None),
    ("https://wa.me/447400123456?text=hi", "DE"),
    ("https://api.whatsapp.com/send?phone=447400123456", None),
    ("tel:+44-7400-123456", None),
    ("Tel.: +44 7400 123456", None),
    ("07400 123456 (mobile)", "GB"),
    ("07400 123456 x12", "GB"),
    ("02079460000, 12", "GB"),
    ("1-800-FLOWERS", "US"),
    ("12345 AB", "GB"),
    ("\u200e+44\u00a07400\u202f123456\u200f", None),
    ("٠٧٤٠٠١٢٣٤٥٦", "GB"),
    ("07400 123456 / 07400 123457", "GB"),
    ("07400 123456, 07400 123457", "GB"),
    ("07400123456 07400123457", "GB"),
    ("4111 1111 1111 1111", "GB"),
    ("123456789012345678901234", "GB"),
    ("+999 123456", "GB"),
    ("+1", "GB"),
    ("1", "GB"),
    ("12", "GB"),
    ("1 2", "GB"),
    ("n/a", None),
    ("", None),
    ("\ufeff\u00ad", None),
    (None, "GB"),
    ("ana12@example.com", None),
    ("12 High Street", "GB"),
    ("31/01/2024 10:30", "GB"),
    ("4.47701E+11", "GB"),
    ("447400123456.0", "GB"),
    ("https://example.com/12345678", "GB"),
]


@pytest.mark.parametrize("accept", Accept)
def test_common_cells_are_all_decided(atlas, accept):
    known, left = decided(COMMON, accept, atlas)
    assert left == 0
    assert list(differing(known, accept)) == []


def test_links_and_ids_have_the_answers_of_each_cell(atlas):
    begins = ["", "+", "++", "0", "(", "x", "wa.me/", "https://wa.me/", "https://wa.me/+", "https://wa.me/ "]
    begins += ["HTTPS://WA.ME/", "https://wa.me/00", "https://wa.me/https://wa.me/"]
    ends = ["", "/", "?text=hi", "@s.whatsapp.net", "@c.us", " @c.us", "@c.us ", "@S.whatsapp.net", "@g.us"]
    ends += [":12@s.whatsapp.net", "@c.us@s.whatsapp.net", "@s.whatsapp.net@c.us"]
    digits = [
        "4474",
        "44740",
        "447400123456",
        "00447400123456",
        "07400123456",
        "1" * 19,
        "9" * 20,
        "0" + "1" * 20,
    ]
    rows = [
        (f"{begin}{one}{end}", region)
        for begin, one, end, region in product(begins, digits, ends, ("GB", "DE", None))
    ]
    known, _ = decided(rows, Accept.VALID, atlas)
    assert list(differing(known, Accept.VALID)) == []
    common = {"https://wa.me/447400123456", "447400123456@s.whatsapp.net", "+447400123456@c.us"}
    assert common <= {text for text, *_ in known}


@pytest.mark.parametrize("accept", Accept)
def test_more_digits_than_fit_into_a_number_have_the_answers_of_each_cell(atlas, accept):
    """Behind a prefix, fewer digits may be left than are described, and yet not all of them are known."""
    chance = random.Random(7)
    prefixes = ("00", "011", "0011", "00 82", "00 86 1", "0", "")
    rows = [
        (f"{prefix}{chance.randrange(10 ** (digits - 1), 10**digits)}", region)
        for prefix in prefixes
        for digits in range(13, 25)
        for region in chance.sample(REGIONS, 30)
    ]
    rows += [("005861139204356397977", "TH"), ("00820820598583628 739", "MR"), ("00119105611900123456", "AU")]
    known, _ = decided(rows, accept, atlas)
    assert list(differing(known, accept)) == []


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("x" * 201, "GB"),
        ("07400 123456\u0301", "GB"),
        ("tel:7400-123456;phone-context=+44", None),
        ("whatsapp://send?text=1&phone=+447400123456", None),
        ("020 7946 0000 ext 12 or 13", "GB"),
        ("07400123456 = 07400123457; 1", "GB"),
        ("mobile 07400 123456 home 020 7946 0000", "GB"),
    ],
)
def test_rarer_cells_are_left_to_be_read(atlas, cell, region):
    assert decided([(cell, region)], Accept.VALID, atlas) == ([], 1)


def test_nothing_is_decided_of_numbers_without_a_chart():
    rows = [("07400 123456", "GB"), ("n/a", "GB"), ("07400 123456, 07400 123457", "GB")]
    known, left = decided(rows, Accept.VALID, RangeIndex())
    assert [text for text, *_ in known] == ["n/a"]
    assert left == 2


def test_a_second_chance_that_cannot_be_told_is_left_to_be_read():
    assert second_chances._bounds(["7\\d{3}", "[^1]"], 4) is None
    schema = {"at": pl.UInt32, "plan": pl.UInt32, "value": pl.UInt64}
    cells = pl.DataFrame({"at": [0], "plan": [None], "value": [7000]}, schema)
    asked = second_chances._questions(
        cells, second_chances._is_within(None), pl.lit(value=True), pl.lit("7000")
    )
    assert asked["known"].to_list() == [False]


def test_bounds_hold_the_ranges_of_all_forms():
    bounds = second_chances._bounds(["7[0-4]\\d", "74\\d|[0-1]\\d{2}", "12"], 3)
    assert bounds.to_list() == [0, 200, 700, 750]


def test_plans_drawn_on_the_way_change_no_answer():
    """Dialling abroad draws the plan of the country reached, whose ranges may go before those of home."""
    rows = [("00447400123456", "US"), ("01144740012345", "US"), ("(202) 555-0123", "US")]
    rows += [
        ("0044 7400 123456", "IN"),
        ("011 44 7400 123456", "US"),
        ("1 202 555 0123", "US"),
        ("0 98765 43210", "IN"),
    ]
    known, left = decided(rows, Accept.VALID, RangeIndex(worth_cells=1))
    assert left == 0
    assert list(differing(known, Accept.VALID)) == []


def long_list(seed=5):
    """More distinct cells than are read one by one, over few regions, whose charts are worth drawing."""
    source = Cells(seed, regions=("GB", "US", "BR", "AR", "IT"))
    rows = list(source.generated(WORTH_BULK_CELLS * 2))
    return pl.DataFrame(rows, {"cell": pl.String, "region": pl.String}, orient="row")


@pytest.mark.slow
def test_a_long_column_answers_as_its_pieces_do():
    listed = long_list()
    listed = pl.concat([listed, listed.head(500), listed.head(1).clear(3)])
    whole = survey(listed["cell"], listed["region"])
    outcomes = whole.evidence.outcomes()
    pieces = [survey(some["cell"], some["region"]) for some in listed.iter_slices(4000)]
    whole = whole.settle(outcomes)
    assert whole.equals(pl.concat([piece.settle(outcomes) for piece in pieces]))
    assert whole["number"].is_not_null().sum() > 5000
    assert whole["country"].n_unique() > 5


@pytest.mark.slow
def test_a_long_column_of_words_that_name_no_region_says_so():
    cells = long_list()["cell"]
    regions = pl.Series(["Atlantis"]).new_from_index(0, len(cells))
    named, none = normalise(cells, regions), normalise(cells, None)
    same = named["reason"].eq_missing(none["reason"])
    assert set(named.filter(~same)["reason"]) == {"unknown_country"}
    assert set(none.filter(~same)["reason"]) == {"no_country"}


def test_many_distinct_cells_are_seen_behind_a_beginning_that_repeats():
    many = [str(number) for number in range(2 * WORTH_BULK_CELLS)]
    cells = pl.DataFrame({"text": ["n/a"] * (3 * WORTH_BULK_CELLS) + many})
    assert _is_worth_bulk(cells)
    assert not _is_worth_bulk(cells.head(3 * WORTH_BULK_CELLS))


def test_few_distinct_cells_are_read_however_many_rows_there_are():
    cells = pl.Series(["07400 123456", "n/a"] * WORTH_BULK_CELLS)
    assert normalise(cells, "GB")["number"].value_counts(sort=True).rows()[0][1] == WORTH_BULK_CELLS
