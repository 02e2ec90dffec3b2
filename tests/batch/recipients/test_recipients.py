import polars as pl
import pytest

from validator.batch.recipients.job import Landlines
from validator.batch.recipients.recipients import (
    READING_ROWS,
    SCHEMA,
    Reading,
    askable,
    read_recipients,
    recipients_of,
)
from validator.phone import Accept

MOBILE = "+447400123456"  # libphonenumber's own examples
ROWS = pl.DataFrame(
    {
        "phone": ["07400 123456", "0121 234 5678", "(201) 555-0123", "", None],
        "land": ["GB", " GB ", "US", "GB", "US"],
    }
)


def reading(**options):
    return Reading(**{"column": "phone", "region_column": "land"} | options)


def test_each_row_has_its_number_or_its_reason_in_order():
    recipients = recipients_of(ROWS, reading())

    assert recipients.schema == SCHEMA
    assert recipients["number"].to_list() == [447400123456, 441212345678, 12015550123, None, None]
    assert recipients["reason"].to_list() == [None, None, None, "empty", "empty"]
    assert recipients["country"].to_list() == ["GB", "GB", "US", None, None]
    assert askable(recipients).to_list() == [True, True, True, False, False]


def test_rows_without_a_region_of_their_own_fall_back_to_the_common_one():
    rows = pl.DataFrame({"phone": ["07400 123456"] * 3, "land": ["", None, "US"]})

    recipients = recipients_of(rows, reading(region="GB"))

    assert recipients["number"].to_list() == [447400123456, 447400123456, None]


def test_without_any_region_national_numbers_are_no_guess():
    recipients = recipients_of(ROWS, Reading(column="phone"))

    assert recipients["reason"].to_list() == ["no_country", "no_country", "no_country", "empty", "empty"]


def test_a_region_column_of_another_type_than_text_is_read_as_text():
    rows = pl.DataFrame({"phone": [MOBILE], "land": pl.Series(["GB"], dtype=pl.Categorical)})

    assert recipients_of(rows, reading())["number"].to_list() == [447400123456]


def test_a_region_column_of_numbers_holds_calling_codes_with_gaps_or_without():
    rows = pl.DataFrame({"phone": ["07400 123456", "06 12 34 56 78", MOBILE], "land": [44.0, 33.0, None]})

    assert recipients_of(rows, reading())["number"].to_list() == [447400123456, 33612345678, 447400123456]


def test_landlines_are_skipped_when_asked_to_and_only_those():
    recipients = recipients_of(ROWS, reading(landlines=Landlines.SKIP))

    assert recipients["reason"].to_list() == [None, "landline", None, "empty", "empty"]
    assert recipients["number"].to_list()[1] == 441212345678
    assert askable(recipients).to_list() == [True, False, True, False, False]


@pytest.mark.parametrize("landlines", Landlines)
def test_suppression_outranks_every_other_reason(landlines):
    suppressed = pl.Series([441212345678, 12015550123], dtype=pl.UInt64)

    recipients = recipients_of(ROWS, reading(landlines=landlines), suppressed=suppressed)

    assert recipients["reason"].to_list() == [None, "suppression_list", "suppression_list", "empty", "empty"]


def test_an_empty_suppression_list_suppresses_nobody():
    recipients = recipients_of(ROWS, reading(), suppressed=pl.Series([], dtype=pl.UInt64))

    assert askable(recipients).sum() == 3


def test_a_list_is_read_batch_by_batch_and_says_how_far_it_is(listed):
    told = []

    recipients = read_recipients(
        listed(f"name,phone\nAnn,{MOBILE}\nBob,\n"), Reading(column="phone"), on_progress=told.append
    )

    assert recipients["number"].to_list() == [447400123456, None]
    assert told == [2]


def test_a_list_without_rows_has_no_people(listed):
    recipients = read_recipients(listed("name,phone\n"), Reading(column="phone"), on_progress=print)

    assert (recipients.height, recipients.schema) == (0, SCHEMA)


@pytest.mark.slow
def test_rows_read_in_many_batches_keep_their_order():
    """More rows than are read as numbers at a time, in batches of a size that does not divide that."""
    count, size = 2 * READING_ROWS + 7, 70_001
    rows = pl.DataFrame(
        {"phone": "+1201555" + (pl.int_range(count, eager=True) % 100 + 100).cast(pl.String).str.zfill(4)}
    )
    told = []

    recipients = read_recipients(
        Slices(rows, size), Reading(column="phone", accept=Accept.POSSIBLE), on_progress=told.append
    )

    assert (recipients["number"] - 12015550100).equals(
        pl.int_range(count, dtype=pl.UInt64, eager=True).alias("number") % 100
    )
    assert told[-1] == count
    assert told == sorted(told)


class Slices:
    """As much of a table as is asked of one here."""

    def __init__(self, rows, size):
        self._rows, self._size = rows, size

    def batches(self, columns):
        return self._rows.select(columns).iter_slices(self._size)
