"""Cells with several numbers: refused, read by their first number, or asked about by each."""

import polars as pl
import pytest

from validator.batch.planning.known_verdicts import SCHEMA, KnownVerdicts
from validator.batch.planning.plan import make_plan
from validator.batch.planning.several_numbers import deciding_rows
from validator.batch.recipients.job import Landlines, ListSettings, Several
from validator.batch.recipients.recipients import Reading, read_recipients
from validator.batch.recipients.several_numbers import OTHERS, one_row_per_number
from validator.errors import UsageError
from validator.tables import FrameTable

ANN, BOB, CEM, FIXED = 447400123456, 447400123457, 447400123458, 442079460000
EACH = Reading(column="phone", region="GB", several=Several.EACH)
FIRST = Reading(column="phone", region="GB", several=Several.FIRST)


def read(reading, *cells, **options):
    table = FrameTable(pl.DataFrame({"phone": cells}, schema={"phone": pl.String}))
    return read_recipients(table, reading, on_progress=lambda _: None, **options)


def known(**verdicts):
    """Return what is known: verdicts by number."""
    rows = [{"number": int(number[1:]), "verdict": verdict} for number, verdict in sorted(verdicts.items())]
    kinds = {**SCHEMA, "fresh": pl.Boolean, "unconfirmed": pl.Boolean}
    frame = pl.DataFrame(rows, schema=kinds).with_columns(fresh=True, unconfirmed=False, own_id=False)
    return KnownVerdicts(frame)


@pytest.mark.parametrize(
    "cell",
    [
        "+44 7400 123456 ::: +44 7400 123457",
        "07400 123456 ::: 07400 123457",
        "07400 123456, 07400 123457",
        "07400/123456; 07400/123457",
        "07400 123456 / 07400 123457",
        "07400 123456 or 07400 123457",
        "07400 123456 07400 123457",
        "+447400123456+447400123457",
        "07400 123456\n07400 123457",
        "Tel: 07400 123456; mobile: 07400 123457 ; Tel: 07400 123456",
    ],
)
def test_a_cell_is_taken_apart_where_it_holds_several(cell):
    first, each = read(FIRST, cell), read(EACH, cell)

    assert (first["number"].to_list(), first["reason"].to_list()) == ([ANN], [None])
    assert (each["number"].to_list(), each[OTHERS].to_list()) == ([ANN], [[BOB]])


def test_what_is_no_number_beside_others_is_passed_over():
    each = read(EACH, "0740, 07400 123456, 07400 99, 07400 123457", "0740012, 0740013", "0740 or so")

    assert each["number"].to_list() == [ANN, None, None]
    assert each[OTHERS].to_list() == [[BOB], None, None]


def test_unless_it_is_wanted_such_a_cell_is_refused():
    refused = read(Reading(column="phone", region="GB"), "07400 123456, 07400 123457")

    assert refused.columns == ["number", "reason", "line_type", "country"]
    assert refused["reason"].to_list() == ["several_numbers"]


@pytest.mark.parametrize("reading", [FIRST, EACH])
def test_one_suppressed_number_suppresses_the_row(reading):
    row = read(reading, "07400 123456, 07400 123457", suppressed=pl.Series([BOB], dtype=pl.UInt64))

    assert (row["number"].to_list(), row["reason"].to_list()) == ([BOB], ["suppression_list"])
    assert one_row_per_number(row).height == 1


def test_a_landline_that_is_skipped_leaves_the_row_its_mobile_number():
    skipping = Reading(column="phone", region="GB", several=Several.EACH, landlines=Landlines.SKIP)
    rows = read(skipping, "020 7946 0000, 07400 123457", "020 7946 0000, 020 7946 0001")

    assert (rows["number"].to_list(), rows["reason"].to_list()) == ([BOB, FIXED], [None, "landline"])
    assert rows[OTHERS].to_list() == [None, None]


def test_parts_are_read_as_the_column_is_written():
    """The plus is lost in all of the column, so it is in the parts."""
    numbers = [f"4474001234{place:02}" for place in range(20)]
    rows = read(EACH, *numbers, "447400123456, 447400123457")

    assert rows[-1].select("number", OTHERS).row(0) == (ANN, [BOB])


def test_each_number_is_asked_about_once():
    rows = read(EACH, "07400 123456, 07400 123457", "07400 123457", "020 7946 0000, 07400 123458")
    plan = make_plan(rows, known(n447400123458="registered"))

    assert sorted(plan.todo) == [FIXED, ANN, BOB]
    assert (plan.rows, plan.distinct, plan.known) == (3, 4, {"registered": 1})


@pytest.mark.parametrize(
    ("verdicts", "decides"),
    [
        ({}, ANN),
        ({"n447400123457": "registered"}, BOB),
        ({"n447400123456": "registered", "n447400123457": "registered"}, ANN),
        ({"n447400123456": "not_registered"}, BOB),
        ({"n447400123456": "not_registered", "n447400123457": "not_registered"}, ANN),
        ({"n447400123456": "invalid", "n447400123457": "not_registered"}, BOB),
    ],
)
def test_a_row_is_decided_by_its_best_number(verdicts, decides):
    rows = read(EACH, "07400 123458", "07400 123456, 07400 123457", "nonsense")
    decided = deciding_rows(rows, known(**verdicts), variants=False)

    assert decided["number"].to_list() == [CEM, decides, None]
    assert decided.columns == ["number", "reason", "line_type", "country"]


def test_enough_recipients_are_counted_by_one_number_a_row():
    with pytest.raises(UsageError, match="--enough counts one number a row"):
        ListSettings(enough=5, several="each")
