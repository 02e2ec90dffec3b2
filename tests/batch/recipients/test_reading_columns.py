"""How the cells of a list are meant: by the whole of its columns, however it is read."""

import polars as pl
import pytest

from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.recipients import (
    READING_ROWS,
    Reading,
    read_recipients,
    surveys_of,
)
from validator.batch.recipients.suppression import suppressed_by
from validator.phone import Numbers
from validator.tables import open_table

BR = Reading(column="phone", region="BR")
BOTH = "51955550101"  # a mobile number in Brazil, and with a plus sign one in Peru
BRAZIL = ["11955550102", "11955550103", "11955550104"]  # as many as decide


def table_of(folder, cells):
    path = folder / "list.csv"
    pl.DataFrame({"phone": cells}).write_csv(path)
    return open_table(path)


def silent(_rows):
    pass


def test_the_last_rows_tell_how_the_first_were_meant(tmp_path):
    table = table_of(tmp_path, [BOTH, BOTH, *BRAZIL])
    recipients = read_recipients(table, BR, on_progress=silent)
    assert recipients["number"].to_list()[:3] == [5551955550101, 5551955550101, 5511955550102]


@pytest.mark.slow
def test_a_list_is_read_again_if_its_last_rows_decide_otherwise(tmp_path):
    table = table_of(tmp_path, [BOTH] * READING_ROWS + [*BRAZIL, BOTH])
    recipients = read_recipients(table, BR, on_progress=silent)
    assert recipients["number"].value_counts(sort=True).rows()[0] == (5551955550101, READING_ROWS + 1)
    assert recipients["number"].null_count() == 0


def test_parts_of_a_column_decide_as_the_whole_only_if_they_show_the_same():
    first, last = (
        ColumnEvidence.of(surveys_of(pl.DataFrame({"phone": cells}), BR))
        for cells in ([BOTH], [BOTH, *BRAZIL])
    )
    assert not first.decides_as(first + last, Numbers.AUTO)
    assert last.decides_as(first + last, Numbers.AUTO)


def test_each_column_is_read_for_itself(tmp_path):
    path = tmp_path / "list.csv"
    pl.DataFrame({"a": [BOTH, *BRAZIL], "b": [BOTH, None, None, None]}).write_csv(path)
    reading = Reading(column="b", others=("a",), region="BR")
    recipients = read_recipients(open_table(path), reading, on_progress=silent)
    assert recipients["phone_column"].to_list() == ["a"] * 4


def test_an_opt_out_that_can_be_meant_in_two_ways_suppresses_both(tmp_path):
    table = table_of(tmp_path, [BOTH])
    assert sorted(suppressed_by([(table, BR)]).numbers) == [51955550101, 5551955550101]


def test_opt_outs_match_across_readings(tmp_path):
    german = Reading(column="phone", region="DE")
    suppressed = suppressed_by([(table_of(tmp_path, ["491715550101"]), german)])
    # The input's column may decide for the national reading.
    assert sorted(suppressed.numbers) == [491715550101, 49491715550101]
