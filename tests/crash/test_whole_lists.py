"""A list with duplicates and garbage, from the command line to the socket and back."""

import csv
from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class TwoRuns:
    """The same command twice: what each said, wrote, and had asked of the sandbox."""

    summaries: list
    outputs: list
    calls: list
    sendable: list


@pytest.fixture(scope="module")
def runs(set_up, tell):
    checks, witness = set_up("whole")
    summaries, outputs, calls = [], [], []
    for _ in range(2):
        summaries.append(checks.run())
        outputs.append(checks.output.read_text(encoding="utf-8"))
        calls.append(witness.calls())
    first, second = (one.total() for one in calls)
    rows = summaries[0]["rows"]
    tell(f"{rows:,} rows; checks asked: {first:,} by the first run, {second - first} by the second")
    return TwoRuns(summaries, outputs, calls, rows_of(checks.sendable.read_text(encoding="utf-8")))


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def test_every_row_gets_one_verdict_in_order(runs, recipients):
    rows = rows_of(runs.outputs[0])

    assert [row["id"] for row in rows] == [str(place) for place in range(len(recipients.cells))]
    assert [row["phone"] for row in rows] == recipients.cells
    assert [row["e164"] for row in rows] == [number or "" for number in recipients.numbers]
    assert [row["verdict"] for row in rows] == recipients.verdicts()


def test_each_distinct_number_is_asked_exactly_once(runs, recipients):
    assert runs.calls[0] == dict.fromkeys(recipients.distinct, 1)
    assert runs.summaries[0]["calls"]["attempts"] == len(recipients.distinct)


def test_the_same_command_again_asks_nobody(runs):
    assert runs.calls[1] == runs.calls[0]
    assert runs.summaries[1]["calls"]["attempts"] == 0


def test_the_same_command_again_writes_the_same_bytes(runs):
    assert runs.outputs[1] == runs.outputs[0]


def test_the_sendable_file_holds_each_registered_number_once(runs, recipients):
    decided = zip(recipients.numbers, recipients.verdicts(), strict=True)
    registered = dict.fromkeys(number for number, verdict in decided if verdict == "registered")

    assert [row["e164"] for row in runs.sendable] == list(registered)
