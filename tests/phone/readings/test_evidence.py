"""How much evidence a column needs, and which landlines are complete without their trunk prefix."""

import random

import polars as pl
import pytest

from tests.support.phone import generated_lists
from validator.phone import normalise
from validator.phone.cell.numbering import full_digits
from validator.phone.normalise import WORTH_BULK_CELLS


def column(cells, region, **how):
    """What the cells of a column come to."""
    found = normalise(pl.Series(cells, dtype=pl.String), region, **how)
    return [number or reason for number, reason, *_ in found.iter_rows()]


@pytest.mark.parametrize(
    ("region", "cells", "accident"),
    [
        # mobile numbers that would be American with a plus sign, and a landline or a foreign number
        ("CN", ["13022015550", "15122015550", "15203175550"], "4641912868"),
        ("DE", ["15125550101", "15205550102", "15735550103"], "41795550102"),
        ("BR", ["51955550101", "51955550102", "51955550103"], "4917155501010"),
    ],
)
def test_one_cell_does_not_decide_for_others(region, cells, accident):
    assert column([*cells, accident], region)[:-1] == ["ambiguous"] * len(cells)


def test_two_cells_do_not_decide_for_others_but_three_do():
    both, abroad = ["51955550101", "51955550102"], ["4917155501010", "4917155501011", "4917155501012"]
    assert column([*both, *abroad[:2]], "BR")[:2] == ["ambiguous"] * 2
    assert column([*both, *abroad], "BR")[:2] == [int(cell) for cell in both]


@pytest.mark.parametrize("region", ["BR", "ZW", "VN", "TR", "VE", "GR", "JM", "PK"])
def test_landlines_of_a_country_do_not_become_foreign_numbers(region):
    somebody = generated_lists.Somebody(random.Random(f"9 {region}"))
    written = generated_lists.SPELLINGS["without trunk"]
    code = generated_lists.SPELLINGS["e164"]
    for size in (5, 100):
        lines = [somebody.landline(region) for _ in range(size)]
        meant = [int(code(line)) for line in lines]
        found = column([written(line) for line in lines], region)
        assert [
            one for one in zip(found, meant, strict=True) if isinstance(one[0], int) and one[0] != one[1]
        ] == []


@pytest.mark.parametrize(
    ("region", "cells"),
    [
        ("AR", ["1143215550", "2614215550", "3414215550"]),
        ("FR", ["140205050", "478205050"]),
        ("GB", ["1614960001", "1214960000"]),
        ("TR", ["3122015050", "2322015050"]),
        ("AU", ["731234567", "398765551"]),
        ("ZA", ["215550101", "315550102"]),
    ],
)
def test_a_landline_with_all_its_digits_is_complete_without_its_trunk_zero(region, cells):
    code = {"AR": 54, "FR": 33, "GB": 44, "TR": 90, "AU": 61, "ZA": 27}[region]
    expected = [int(f"{code}{cell}") for cell in cells]
    assert column(cells, region) == expected
    assert column(cells[:1], region) == expected[:1]
    assert column(cells, region, numbers="national") == expected


@pytest.mark.parametrize(
    ("region", "cell"),
    [
        ("AR", "43215550"),
        ("DE", "3022015050"),
        ("AT", "12201505"),
        ("FI", "922015050"),
        ("HU", "12201505"),
        ("SE", "822015050"),
        ("ID", "2122015050"),
    ],
)
def test_a_landline_that_may_be_a_local_number_stays_refused(region, cell):
    assert column([cell], region) == ["too_short"]


def test_the_numbers_of_open_plans_have_no_full_count_of_digits():
    assert [full_digits(region) for region in ("AR", "FR", "GB", "TR", "BR", "IN", "US")] == [
        10,
        9,
        10,
        10,
        10,
        10,
        10,
    ]
    assert [full_digits(region) for region in ("DE", "AT", "FI", "HU", "SE", "ID", "CN")] == [0] * 7


@pytest.mark.parametrize("beside", ["/33", " / 33", "-33", " 33", "/3", "/334"])
@pytest.mark.parametrize("written", ["9812345670", "98123 45670"])
def test_the_last_digits_of_a_second_number_make_no_foreign_number(written, beside):
    others = ["98123 45601", "98123 45602"]
    for numbers in ("auto", "national"):
        found = column([*others, f"{written}{beside}"], "IN", numbers=numbers)
        assert found == [919812345601, 919812345602, found[-1]]
        assert found[-1] in ("not_in_plan", "too_long", "not_a_number")


def test_two_numbers_in_one_cell_are_no_evidence_that_plus_signs_are_lost():
    # Mobile numbers of Iran with a plus sign, and then numbers of India or Singapore.
    two = [f"98915501{last:02}/{last + 10}" for last in range(1, 9)]
    found = column([*two, "6591555010", "6591555011"], "IN")
    assert found == ["not_a_number"] * len(two) + ["ambiguous"] * 2


@pytest.mark.slow
def test_cells_with_a_second_number_are_read_alike_in_bulk():
    besides = ("/12", " / 12", "-12", " 12", "-1234")
    cells = [f"98{last:08}{beside}" for last in range(0, 10**8, 40_000) for beside in besides]
    assert len(cells) > WORTH_BULK_CELLS
    in_bulk = column(cells, "IN")
    assert in_bulk[::500] == column(cells[::500], "IN")
    assert set(in_bulk) <= {"not_in_plan", "too_long", "not_a_number"}
