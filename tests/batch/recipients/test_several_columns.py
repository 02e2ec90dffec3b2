"""Several phone columns: the first with a number to ask about counts, in each row."""

import polars as pl
import pytest

from validator.batch.recipients.job import Landlines
from validator.batch.recipients.recipients import SCHEMA, Reading, read_recipients, recipients_of

MOBILE, OTHER, FIXED = 447400123456, 447400123457, 441212345678
ROWS = pl.DataFrame(
    {
        "mobile": ["07400 123456", "", None, "n/a", "", "0121 234 5678", "4.47701E+11"],
        "home": ["07400 123457", "07400 123457", "0121 234 5678", "", "  ", "07400 123457", "n/a"],
    }
)


def read(*, suppressed=None, **options):
    reading = Reading(column="mobile", others=("home",), region="GB", **options)
    return recipients_of(ROWS, reading, suppressed=suppressed and pl.Series(suppressed, dtype=pl.UInt64))


def test_the_first_number_counts_and_the_row_says_which_column_it_is_from():
    recipients = read()
    assert recipients.schema == {**SCHEMA, "phone_column": pl.Enum(["mobile", "home"])}
    assert recipients["number"].to_list() == [MOBILE, OTHER, FIXED, None, None, FIXED, None]
    assert recipients["phone_column"].to_list() == ["mobile", "home", "home", None, None, "mobile", None]


def test_without_a_number_the_first_cell_with_something_in_it_says_why():
    assert read()["reason"].to_list() == [
        None, None, None, "not_a_number", "empty", None, "spreadsheet_damage",
    ]  # fmt: skip


def test_a_landline_to_be_skipped_gives_way_to_another_number():
    recipients = read(landlines=Landlines.SKIP)
    assert recipients["number"].to_list()[5] == OTHER
    assert recipients["phone_column"].to_list()[5] == "home"
    assert recipients.row(2, named=True)["reason"] == "landline"


@pytest.mark.parametrize("number", [MOBILE, OTHER])
def test_a_person_who_opted_out_by_any_of_them_is_not_reached_by_another(number):
    recipients = read(suppressed=[number])
    assert recipients.row(0, named=True)["reason"] == "suppression_list"
    assert recipients.row(0, named=True)["number"] == number


def test_a_list_is_read_with_all_of_them(listed):
    table = listed("mobile,name,home\n,Ann,+447400123456\n+447400123457,Bob,x\n")
    recipients = read_recipients(
        table, Reading(column="mobile", others=("home",)), on_progress=lambda _: None
    )
    assert recipients["phone_column"].to_list() == ["home", "mobile"]
    empty = listed("mobile,name,home\n", "empty.csv")
    assert read_recipients(empty, Reading(column="mobile", others=("home",)), on_progress=print).height == 0
