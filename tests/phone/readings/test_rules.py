"""How a cell was meant: as its column shows, or refused.

Lists of one spelling take every twentieth region; in the long form, `make readings`, all (READINGS_EVERY=1).
"""

import os
import random
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from tests.support.forms import amount
from tests.support.phone import generated_lists
from validator.phone import RULES, NumberReading, normalise, survey
from validator.phone.normalise import WORTH_BULK_CELLS
from validator.phone.readings.evidence import Evidence
from validator.phone.readings.rules import may_begin_twice, may_begin_twice_behind_zeros
from validator.phone.readings.slots import (
    FAMILY_BIT,
    MOBILE_BIT,
    TRUNK_LOST_BIT,
    VALID_BIT,
    Outcome,
    Slot,
)

# Of cells that have a reading other than the plain one.
MOST_DIGITS = 18
EVERY = int(os.environ.get("READINGS_EVERY", amount(20, 1)))


def column(cells, region, **how):
    """What the cells of a column come to."""
    found = normalise(pl.Series(cells, dtype=pl.String), region, **how)
    return [number or reason for number, reason, *_ in found.iter_rows()]


def readings(cells, region):
    return normalise(pl.Series(cells, dtype=pl.String), region)["reading"].to_list()


COLUMNS = [
    # the plus sign is lost: landlines of other towns to libphonenumber
    (
        "DE",
        ["491715550101", "4917155501020", "(49) 171 5550103", "49-171-5550104", "0171 5550105", "1715550106"],
        [491715550101, 4917155501020, 491715550103, 491715550104, 491715550105, 491715550106],
    ),
    ("DE", ["436645550101", "41795550102", "33655501030"], [436645550101, 41795550102, 33655501030]),
    # so many digits are numbers of the country too, but only as international ones are all of them numbers
    (
        "BR",
        ["51955550101", "51955550102", "4917155501010", "4917155501011", "4917155501012"],
        [51955550101, 51955550102, 4917155501010, 4917155501011, 4917155501012],
    ),
    (
        "BR",
        ["51955550101", "11955550102", "21955550103", "31955550104"],
        [5551955550101, 5511955550102, 5521955550103, 5531955550104],
    ),
    ("BR", ["51955550101", "51955550102"], ["ambiguous"] * 2),
    ("BR", ["(51) 95555-0101", "51955550102"], [5551955550101, "ambiguous"]),
    # landlines without a trunk prefix, beside mobile numbers without one, and by themselves
    ("DE", ["1715550101", "1715550102", "305550103"], [491715550101, 491715550102, 49305550103]),
    ("DE", ["23155501", "3055502", "705553"], ["too_short"] * 3),
    # two zeros behind a calling code that are the mobile number's own, or dial abroad
    ("TJ", ["992004969320", "992927770101"], ["ambiguous", 992927770101]),
    ("KZ", ["7003528738"], ["ambiguous"]),
    ("TJ", ["992 00992 92 777 0101"], [992927770101]),
    # the calling code twice, and behind a zero
    ("IN", ["91919855501010", "+91919855501011", "+91 91 98555 01012"],
     [919855501010, 919855501011, 919855501012]),
    ("DE", ["+49 49 171 5550101", "4949 171 5550102"], [491715550101, 491715550102]),
    ("DE", ["0049 49 171 5550101", "0049491715550102"], [491715550101, 491715550102]),
    ("XK", ["00383 383 44 550 101", "00383+383 44 550 102"], [38344550101, 38344550102]),
    ("DE", ["049 171 5550101", "049 171 5550102"], [491715550101, 491715550102]),
    # the same with zeros between, three times, and of another country
    ("DE", ["49 0049 171 5550101", "4900491715550102"], [491715550101, 491715550102]),
    ("DE", ["+49 (0)49 171 5550101", "+490491715550102"], [491715550101, 491715550102]),
    ("DE", ["+4949491715550102"], [491715550102]),
    ("DE", ["0049 0049 1715550101", "049491715550102"], [491715550101, 491715550102]),
    ("DE", ["49 0043 664 5550101", "+49 0091 98555 01010"], [436645550101, 919855501010]),
    ("CU", ["53 0053 498248"], ["ambiguous"]),  # a mobile number of its own, too
    ("FI", ["358 00358 459508"], [358459508]),
    ("IN", ["91 0091 98555 01010", "+91 (0)91 98555 01011"], [919855501010, 919855501011]),
    ("US", ["49491715550101", "+49 (0)49 171 5550102"], [491715550101, 491715550102]),
    (None, ["49491715550101", "00490491715550102"], [491715550101, 491715550102]),
    ("KZ", ["+77015550101", "+7 7 701 555 01 02", "77 7015550103"], [77015550101, 77015550102, 77015550103]),
    # a landline that begins as its calling code does, in its country's groups, and without
    ("DE", ["+49 4921 12345", "04921 12346", "+49492112347"], [49492112345, 49492112346, "ambiguous"]),
    ("ZA", ["+27278405182", "027 840 5182"], ["ambiguous"] * 2),
    ("GB", ["044 7400 555010", "+0447400555011"], [447400555010, 447400555011]),
    # zeros that belong to the number
    ("CI", ["705550101", "505550102", "225105550103"], [2250705550101, 2250505550102, 2250105550103]),
    ("BJ", ["195550101", "229195550102"], [2290195550101, 2290195550102]),
    ("CG", ["65550101"], [242065550101]),
    ("HU", ["6205550101", "6-20-555-0102"], [36205550101, 36205550102]),
    ("MX", ["445555550102", "044 777 555 0103"], [525555550102, 527775550103]),
    ("MX", ["447775550101", "445555550102"], ["ambiguous", 525555550102]),
    # 00 stands, also where it is not the international prefix, or the beginning of another one
    ("KR", ["00821055550101", "00821055550102"], [821055550101, 821055550102]),
    # a trunk prefix that is not zero
    ("RU", ["84951234567", "8 912 555-01-01"], [74951234567, 79125550101]),
    ("RU", ["84951234567"], [74951234567]),
    ("RU", ["84951234567", "84951234568", "84951234569"], ["ambiguous"] * 3),
]  # fmt: skip


@pytest.mark.parametrize(("region", "cells", "expected"), COLUMNS)
def test_a_column_shows_how_its_cells_were_meant(region, cells, expected):
    assert column(cells, region) == expected


def test_each_region_of_a_column_is_read_for_itself():
    cells = ["491715550101", "4917155501020", "1715550102", "9855501010"]
    found = normalise(pl.Series(cells), pl.Series(["DE", "DE", "DE", "IN"]))
    assert found["number"].to_list() == [491715550101, 4917155501020, 491715550102, 919855501010]


def test_a_repeated_cell_counts_once():
    assert column(["51955550101"] * 30 + ["11955550102"], "BR")[-1] == 5511955550102
    assert column(["11955550102"] * 30 + ["51955550101"], "BR")[-1] == "ambiguous"


def test_the_reading_of_each_number_is_named():
    cells = ["+491715550100", "491715550101", "1715550102", "+49491715550103", "0491715550104", "x"]
    assert readings(cells, "DE") == [
        "plain",
        "plus_lost",
        "trunk_lost",
        "code_twice",
        "zero_before_code",
        None,
    ]
    assert readings(["705550101"], "CI") == ["zero_lost"]


def test_the_owner_of_a_column_may_say_how_it_is_written():
    cells = ["51955550101", "51955550102", "+491715550101"]
    assert column(cells, "BR", numbers="national") == [5551955550101, 5551955550102, 491715550101]
    assert column(cells, "BR", numbers="international") == [51955550101, 51955550102, 491715550101]
    assert column(cells, None, numbers="international") == [51955550101, 51955550102, 491715550101]
    assert column(["11955550101"], "BR", numbers="international") == ["not_in_plan"]
    assert column(["23155501"], "DE", numbers="national") == [4923155501]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("614-555-0101 (2)", 16145550101),
        ("6) 281-555-0101", 12815550101),
        ("(614) 555-0101-2", "too_long"),
        ("447-400-1234 56", "too_long"),
        ("614-555-0101 x2", 16145550101),
    ],
)
def test_a_number_in_its_countrys_groups_stays_in_its_country(outcome, cell, number):
    assert outcome(cell, "US") == number


def test_a_1_before_american_numbers_is_no_lost_plus_sign():
    national = [f"{area}555{line:04}" for area in (212, 415, 678) for line in range(120, 180)]
    spellings = ("+1{}{}{}", "({}) {}-{}", "{}-{}-{}", "1 {} {} {}")
    cells = [
        spellings[place % len(spellings)].format(number[:3], number[3:6], number[6:])
        for place, number in enumerate(national)
    ]
    assert column(cells, "US") == [int(f"1{number}") for number in national]


@pytest.mark.parametrize("cell", ["+49 49 171 5550101", "+49 (0)49 171 5550101", "049 171 5550101"])
def test_a_mobile_number_behind_a_code_too_many_is_never_a_landline(cell):
    others = [f"{lead}171 55501{last:02}" for lead in ("+49 ", "0") for last in range(60)]
    assert column([cell, *others], "DE")[0] == "ambiguous"


def test_a_1_before_an_american_number_is_its_trunk_prefix():
    cells = ["1-716-555-0101", "17165550101", "(1) 246 256 0102", "716-555-0101"]
    assert readings(cells, "US") == ["plain"] * 4
    said = normalise(cells, "US", numbers="international")["reading"].to_list()
    assert said == ["plus_lost"] * 3 + [None]
    assert readings(["17165550101"], "GB") == ["plus_lost"]


def test_rules_are_named_and_documented():
    assert [rule.name for rule in RULES] == [slot.name.lower() for slot in Slot][1:]
    assert {rule.reading for rule in RULES} <= set(NumberReading)
    assert all(rule.reads for rule in RULES)


def signature(mobile, valid=(), flags=0):
    bits = sum(1 << MOBILE_BIT + slot for slot in mobile)
    return bits + sum(1 << VALID_BIT + slot for slot in {*mobile, *valid}) + flags + (1 << FAMILY_BIT + 2)


BOTH = signature([Slot.PLAIN, Slot.PLUS_LOST])


def outcome_of(cell, others):
    return Evidence(Counter({**others, cell: 1})).outcomes()[cell]


@pytest.mark.parametrize(
    ("plain", "plus_lost", "expected"),
    [
        (0, 0, Outcome.AMBIGUOUS),
        (3, 0, Outcome.PLAIN),
        (2, 0, Outcome.AMBIGUOUS),
        (0, 3, Outcome.PLUS_LOST),
        (0, 2, Outcome.AMBIGUOUS),
        (20, 1, Outcome.PLAIN),
        (19, 1, Outcome.AMBIGUOUS),
    ],
)
def test_a_cell_of_two_readings_needs_a_column_that_decides(plain, plus_lost, expected):
    others = {signature([Slot.PLAIN]): plain, signature([Slot.PLUS_LOST]): plus_lost}
    assert outcome_of(BOTH, others) is expected


def test_a_mobile_number_goes_before_a_landline_unless_the_column_says_otherwise():
    cell = signature([Slot.PLUS_LOST], [Slot.PLAIN], 1 << TRUNK_LOST_BIT)
    assert outcome_of(cell, {}) is Outcome.PLUS_LOST
    assert outcome_of(cell, {signature([Slot.PLAIN]): 5}) is Outcome.AMBIGUOUS
    assert outcome_of(cell, {signature([Slot.PLAIN]): 20}) is Outcome.PLAIN


def test_evidence_of_parts_adds_up():
    cells = pl.Series(["51955550101", "11955550102", "51955550103", "21955550103"])
    parts = [survey(part, "BR").evidence for part in (cells[:2], cells[2:])]
    assert parts[0] + parts[1] == survey(cells, "BR").evidence


@pytest.mark.slow
@pytest.mark.parametrize("spelling", generated_lists.SPELLINGS)
def test_no_number_of_a_uniform_list_is_read_as_another(spelling):
    somebody = generated_lists.Somebody(random.Random(f"3 {spelling}"))
    first = list(generated_lists.SPELLINGS).index(spelling)
    for place, mixture in enumerate(generated_lists.MIXTURES, first):
        regions = generated_lists.REGIONS[place % EVERY :: EVERY]
        listed = generated_lists.lists(somebody, spelling, mixture, 25, regions)
        found = listed.hstack(normalise(listed["cell"], listed["region"]))
        wrong = found.filter(pl.col("number") != pl.col("meant"))
        assert wrong.rows() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "spelling", amount(["digits", "code twice"], ["digits", "without trunk", "national", "code twice"])
)
def test_a_column_in_bulk_is_meant_as_its_cells_are(spelling):
    """The list is long enough to be decided in bulk, and its parts are read cell by cell."""
    somebody = generated_lists.Somebody(random.Random(f"4 {spelling}"))
    numbers = 2 * WORTH_BULK_CELLS // len(generated_lists.REGIONS) // 3 * 2
    listed = generated_lists.lists(somebody, spelling, "landlines", numbers)
    assert listed["cell"].n_unique() > WORTH_BULK_CELLS
    whole = survey(listed["cell"], listed["region"])
    parts = [survey(some["cell"], some["region"]) for some in listed.iter_slices(WORTH_BULK_CELLS - 1)]
    evidence = sum((part.evidence for part in parts), Evidence())
    assert evidence.outcomes().keys() >= whole.evidence.outcomes().keys()
    outcomes = evidence.outcomes()
    assert whole.settle(outcomes).equals(pl.concat([part.settle(outcomes) for part in parts]))


PLUS_CELLS = st.one_of(
    st.from_regex(r"\+[1-9][0-9]{4,16}", fullmatch=True),
    st.sampled_from(
        ["+49 491715550101", "+4900491715550101", "+390612345678", "+0491715550101", "n/a", "", None]
    ),
)


@pytest.mark.slow
@settings(max_examples=20)
@given(cells=st.lists(PLUS_CELLS, min_size=1, max_size=8), region=st.sampled_from([None, "DE", "IN", "IT"]))
def test_cells_with_a_plus_are_read_alike_with_and_without_a_bare_cell_of_another_country(cells, region):
    regions = [region] * len(cells)
    together = normalise(pl.Series([*cells, "(212) 555-0101"]), pl.Series([*regions, "US"]))
    alone = normalise(pl.Series(cells, dtype=pl.String), pl.Series(regions, dtype=pl.String))
    assert alone.rows() == together.head(len(cells)).rows()


@pytest.mark.parametrize("zeros", ["", "0", "00"])
def test_no_number_behind_a_repeated_calling_code_is_overlooked(zeros):
    codes = [str(code) for code in COUNTRY_CODE_TO_REGION_CODE]
    leads = [f"{zeros}{code}{again}" for code in codes for again in (code, f"0{code}", f"00{code}")]
    cells = [f"{lead}{end * size}" for lead in leads for end in "049" for size in range(4, 10)]
    rows = pl.DataFrame({"digits": list(map(len, cells)), "value": list(map(int, cells))})
    rows = rows.cast({"digits": pl.UInt32, "value": pl.UInt64}).filter(pl.col("digits") <= MOST_DIGITS)
    may = may_begin_twice_behind_zeros() if zeros else may_begin_twice()
    assert rows.height > len(codes)
    assert rows.select(may.all(ignore_nulls=False)).item()


def test_most_numbers_have_no_repeated_calling_code():
    rng = random.Random(1)
    values = [rng.randrange(10**11, 10**12) for _ in range(10_000)]
    rows = pl.DataFrame({"digits": [12] * len(values), "value": values})
    rows = rows.cast({"digits": pl.UInt32, "value": pl.UInt64})
    assert rows.select(may_begin_twice().mean()).item() < 0.1
