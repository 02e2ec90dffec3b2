"""Finding the phone column by what is in it."""

import random

import polars as pl
import pytest

from validator.phone import looks_like_phones, mobile_share

RANDOM = random.Random(7)


def scattered(prefix, digits, count=50):
    return [f"{prefix}{RANDOM.randrange(10**digits):0{digits}d}" for _ in range(count)]


PHONES = {
    "international": (scattered("+4474001", 5), None),
    "digits of many countries": (scattered("4474001", 5) + scattered("3461234", 4), None),
    "national with zero": (scattered("074001", 5), "GB"),
    "excel ate the zero": (scattered("74001", 5), "GB"),
    "american": ([f"(202) 555-{n:04d}" for n in range(100, 200)], "US"),
    "dotted": ([f"06.12.34.56.{n:02d}" for n in range(50)], "FR"),
    "danish": (scattered("20", 6), "DK"),
    "whatsapp ids": ([f"{n}@s.whatsapp.net" for n in scattered("4474001", 5)], None),
    "links": ([f"https://wa.me/{n}" for n in scattered("4474001", 5)], None),
    "with extensions": (["020 7946 0000 ext 12", "020 7946 0001 x5"], "GB"),
}

OTHERS = {
    "ids": [str(n) for n in range(10_001, 10_101)],
    "long ids": [str(n) for n in range(21_000_001, 21_000_101)],
    "order words": [f"ORD-2024-{n:07d}" for n in range(100)],
    "lettered ids": [f"C02079460{n:03d}" for n in range(100)],
    "iso dates": [f"2024-01-{n:02d}" for n in range(1, 29)],
    "dotted dates": [f"{n:02d}.01.2024" for n in range(1, 29)],
    "american dates": [f"1/{n}/2024" for n in range(1, 29)],
    "compact dates": [f"202401{n:02d}" for n in range(1, 29)],
    "moments": [f"2024-01-{n:02d}T10:00:00+00:00" for n in range(1, 29)],
    "prices": [f"{n}.99" for n in range(10, 2000, 40)],
    "grouped prices": [f"1,{n}.50" for n in range(100, 999, 20)],
    "dear prices": [f"£{n}" for n in range(2_000_000, 9_000_000, 100_000)],
    "coordinates": [f"48.858{n}" for n in range(1000, 1100)],
    "zip": [f"{n:05d}" for n in range(20_001, 20_101)],
    "zip plus four": [f"{n:05d}-1234" for n in range(20_001, 20_101)],
    "british postcodes": ["SW1A 1AA", "M1 1AE", "EC1A 1BB"],
    "names": ["Ana", "Bo", "Chidi"],
    "emails": ["a.02079460000@example.com", "b@example.com"],
    "barcodes": scattered("40063813", 5),
    "card numbers": scattered("411111111111", 4),
}
REGIONS = [None, "GB", "US", "DE", "DK", "BR", "FR"]


@pytest.mark.parametrize("kind", PHONES)
def test_a_phone_column_is_recognised(kind):
    cells, region = PHONES[kind]
    assert looks_like_phones(pl.Series(cells), region) > 0.85


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("kind", OTHERS)
def test_another_column_is_not_mistaken_for_phones(kind, region):
    assert looks_like_phones(pl.Series(OTHERS[kind]), region) < 0.15


def test_empty_cells_do_not_count():
    cells = pl.Series(["+447400123456", None, "", "  ", "nobody"])
    assert looks_like_phones(cells, None) == 0.5


@pytest.mark.parametrize(
    "cells", [pl.Series([], dtype=pl.String), pl.Series([None, None]), pl.Series(["", " "])]
)
def test_a_column_of_nothing_is_none(cells):
    assert looks_like_phones(cells, "GB") == 0.0


def test_digits_of_another_script_count_as_any_others_and_end_nothing():
    cells = pl.Series(["447\u0669\u0660\u0660\u0660\u0660", "1\u0660\u0660\u0660\u0660\u0660\u0660"])
    assert looks_like_phones(cells, "EG") == 0.0


def test_typed_columns_are_looked_at_too():
    assert looks_like_phones(pl.Series([447400123456, 447400123999]), None) == 1.0
    assert looks_like_phones(pl.Series([447400123456.0, None]), "GB") == 1.0
    assert looks_like_phones(pl.Series([12.5, 99.0]), "GB") == 0.0


def test_ids_of_whatsapp_and_floats_written_as_text_are_numbers():
    for server in ("c.us", "s.whatsapp.net"):
        assert looks_like_phones(pl.Series([f"447400123456@{server}", "hello"]), None) == 0.5
    assert looks_like_phones(pl.Series(["7400123456.0", "7400123999.0"]), "GB") == 1.0
    assert looks_like_phones(pl.Series(["7400123456.5", "7400123456.00", "2079460000.0"]), "GB") == 0.0


def test_the_share_of_mobile_numbers_is_that_of_the_numbers():
    cells = pl.Series(["07400 123456", "020 7946 0000", "n/a", None])
    assert mobile_share(cells, "GB") == 0.5
    assert mobile_share(pl.Series(["202-555-0101"]), "US") == 1.0
    assert mobile_share(pl.Series(["n/a"]), "GB") == 0.0
