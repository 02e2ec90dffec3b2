"""What is counted of how a list's cells were read, while it is read."""

import polars as pl

from validator.batch.recipients.reading_counts import EXAMPLES, ReadingCounts
from validator.batch.recipients.recipients import Reading, read_recipients
from validator.reports import CellExample
from validator.tables import open_table

GERMAN = [f"4917155501{end:02}" for end in range(10)]


def counted(folder, columns, reading):
    path, counts = folder / "list.csv", ReadingCounts()
    pl.DataFrame(columns).write_csv(path)
    recipients = read_recipients(open_table(path), reading, on_progress=print, readings=counts)
    return recipients, counts.counted


def test_rows_are_counted_by_reading_with_the_first_examples(tmp_path):
    cells = ["+491715550199", *GERMAN, "no number"]
    _, (one,) = counted(tmp_path, {"phone": cells}, Reading(column="phone", region="DE"))
    assert (one.reading, one.rows) == ("plus_lost", 10)
    assert [example.row for example in one.examples] == [2, 3, 4, 5, 6]
    assert one.examples[0] == CellExample(row=2, cell="4917******00")


def test_ambiguous_cells_are_counted(tmp_path):
    _, (one,) = counted(tmp_path, {"phone": ["51955550101"]}, Reading(column="phone", region="BR"))
    assert (one.reading, one.rows, one.examples[0].row) == ("ambiguous", 1, 1)


def test_a_plain_list_has_nothing_to_count(tmp_path):
    cells = {"phone": ["+491715550101", "0171 5550102", "", "12"]}
    assert counted(tmp_path, cells, Reading(column="phone", region="DE"))[1] == ()


def test_an_example_is_from_the_column_that_the_number_is_from(tmp_path):
    columns = {"a": ["", "491715550122"], "b": ["491715550111", ""]}
    reading = Reading(column="a", others=("b",), region="DE")
    _, (one,) = counted(tmp_path, columns, reading)
    assert [example.cell[-2:] for example in one.examples] == ["11", "22"]


def test_recipients_take_no_more_room_for_it(tmp_path):
    reading = Reading(column="phone", region="DE")
    recipients, _ = counted(tmp_path, {"phone": GERMAN}, reading)
    assert recipients.schema == reading.schema


def test_examples_stay_few_over_many_batches():
    counts = ReadingCounts()
    rows = pl.DataFrame({"reason": [None] * 3, "reading": ["plus_lost"] * 3})
    for _ in range(4):
        counts.add(rows, lambda place: GERMAN[place])
    (one,) = counts.counted
    assert one.rows == 12
    assert [example.row for example in one.examples] == list(range(1, EXAMPLES + 1))


def test_a_list_read_again_is_counted_once():
    counts = ReadingCounts()
    rows = pl.DataFrame({"reason": [None], "reading": ["plus_lost"]})
    for _ in range(2):
        counts.clear()
        counts.add(rows, lambda _: GERMAN[0])
    assert [(one.rows, one.examples[0].row) for one in counts.counted] == [(1, 1)]


def test_rows_that_are_not_asked_about_have_examples_by_reason(tmp_path):
    path, counts = tmp_path / "list.csv", ReadingCounts()
    pl.DataFrame({"phone": ["n/a", "+491715550122", *["+4912"] * 7, None]}).write_csv(path)
    read_recipients(open_table(path), Reading(column="phone"), on_progress=print, readings=counts)

    assert {reason: [one.row for one in rows] for reason, rows in counts.examples.items()} == {
        "not_a_number": [1],
        "too_short": [3, 4, 5, 6, 7],
        "empty": [10],
    }
    assert counts.examples["not_a_number"] == (CellExample(row=1, cell="*/*"),)
    assert counts.examples["empty"][0].cell == ""


def test_examples_of_a_reason_stay_few_over_many_batches():
    counts = ReadingCounts()
    rows = pl.DataFrame({"reason": ["too_short", None, "too_short"], "reading": [None] * 3})
    for _ in range(4):
        counts.add(rows, lambda place: ["1", "2", "3"][place])

    assert [one.row for one in counts.examples["too_short"]] == [1, 3, 4, 6, 7]
