"""How cells were read, as reports show it: counted, with masked examples."""

import re
from dataclasses import replace

import pytest
from rich.console import Console

from validator.model import Reason
from validator.phone import NumberReading
from validator.reports import (
    CellExample,
    ReadingCount,
    masked_cell,
    render_html,
    render_plan,
    render_summary,
)
from validator.reports.readings import READING_WORDS

READINGS = [
    ReadingCount(
        reading="plus_lost", rows=1_200, examples=(CellExample(row=3, cell=masked_cell("491715550101")),)
    ),
    ReadingCount(reading="ambiguous", rows=2),
]


def shown(part):
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(part)
    return capture.get()


def test_every_reading_other_than_the_plain_one_has_words():
    others = {reading.value for reading in NumberReading} - {NumberReading.PLAIN.value}
    assert READING_WORDS.keys() == others | {Reason.AMBIGUOUS.value}


@pytest.mark.parametrize(
    ("cell", "masked"),
    [
        ("491715550101", "4917******01"),
        ("0049 171 5550101", "0049 *** *****01"),
        ("555-0101", "***-**01"),
        ("51955550101", "519******01"),
        ("01", "**"),
        ("Ann: 0171 5550101", "***: 017* *****01"),
        ("\u0661" * 11, "\u0661" * 3 + "*" * 6 + "\u0661" * 2),
        ("4" * 200, "4444" + "*" * 36),
    ],
)
def test_a_masked_cell_hides_six_digits_at_least_and_all_letters(cell, masked):
    assert masked_cell(cell) == masked


@pytest.mark.parametrize("text", ["1,200", "plus_lost", "4917******01 (row 3)", "ambiguous"])
def test_every_report_shows_the_readings(summary, plan, text):
    assert text in shown(render_summary(replace(summary, readings=READINGS)))
    assert text in shown(render_plan(replace(plan, readings=READINGS)))
    assert text in re.sub("<[^>]+>", "", render_html(replace(summary, readings=READINGS)))


def test_a_list_read_plainly_has_no_such_part(summary, plan):
    assert "ow cells were read" in render_html(replace(summary, readings=READINGS))
    assert "ow cells were read" not in render_html(summary)
    assert "how cells were read" not in shown(render_summary(summary)) + shown(render_plan(plan))


def test_the_json_form_holds_the_readings(summary, plan):
    first = {"reading": "plus_lost", "rows": 1_200, "examples": ({"row": 3, "cell": "4917******01"},)}
    for one in (summary, plan):
        assert replace(one, readings=READINGS).to_json()["readings"][0] == first
