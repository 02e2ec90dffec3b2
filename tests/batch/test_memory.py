"""What a run holds for each row and each answer is a few bytes."""

import polars as pl
import pytest

from validator.batch.planning.known_verdicts import SCHEMA, KnownVerdicts
from validator.batch.recipients.recipients import Reading, recipients_of

ROWS = 20_000

# E.164 numbers as integers, words as codes: some twenty bytes, with room for polars' own bitmaps.
MOST_BYTES_A_ROW = 32


@pytest.mark.slow
def test_a_row_costs_a_few_bytes():
    rows = pl.DataFrame(
        {"phone": [f"+1{202 + index % 7}555{100 + index % 100:04d}" for index in range(ROWS)]}
    )

    recipients = recipients_of(rows, Reading(column="phone"))

    assert recipients.estimated_size() / ROWS < MOST_BYTES_A_ROW


def test_looking_answers_up_makes_no_second_copy_of_them():
    """A batch is answered by a search in what is known, so it costs what the batch costs."""
    known = pl.DataFrame({"number": range(10**9, 10**9 + ROWS)}, schema={"number": pl.UInt64})
    frame = known.with_columns(
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in SCHEMA.items() if name != "number"),
        pl.lit(value=True).alias("fresh"),
    )

    found = KnownVerdicts(frame).of(pl.Series([10**9 + 5, 7, None], dtype=pl.UInt64))

    assert found.height == 3
    assert found.estimated_size() < frame.estimated_size() / 100


def test_a_known_number_costs_some_twenty_bytes(knows, make_outcome):
    """Its id is the number itself, which is written out for the rows of a batch only."""
    numbers = range(10**9, 10**9 + 2_000)

    frame = knows([make_outcome(number, whatsapp_id=f"{number}@s.whatsapp.net") for number in numbers]).frame

    assert frame.height == len(numbers)
    assert frame.estimated_size() / frame.height < 24
