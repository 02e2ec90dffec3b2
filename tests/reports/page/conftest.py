from dataclasses import replace

import pytest

from validator.reports import CellExample, Changes, TimeBucket
from validator.reports.written_file import FileLink


@pytest.fixture
def full(summary):
    """The run with something to say in every part of the page."""
    return replace(
        summary,
        read_as={
            "column": "Mob No",
            "found_by": "name",
            "region": "GB",
            "header_row": 4,
            "encoding": "windows-1252",
        },
        examples={"landline": [CellExample(row=7, cell="02* **** **34"), CellExample(row=1_200, cell="")]},
        settings={"rate": "300/min (validator.toml)"},
        oldest_yes_at="2026-11-01T04:00:00+00:00",
        registered_countries={"GB": 500},
        line_types={"mobile": 900},
        changes=Changes(
            first_yes=400,
            joined=12,
            gone=8,
            same=50,
            earliest_at="2026-07-01T00:00:00+00:00",
            latest_at="2026-09-30T00:00:00+00:00",
        ),
        calls=replace(summary.calls, canaries=3),
        timeline=[bucket(0, 10), bucket(60, 17, held_s=12.0, refusals=3, canaries=1), bucket(120, 0)],
    )


@pytest.fixture
def links():
    """The files of the run, as the page links to them."""
    return [
        FileLink(
            "autumn.sendable.csv", "autumn.sendable.csv", "recipients to send to, each number once", 600
        ),
        FileLink("parts/invalid.csv", "invalid.csv", "to correct; the column hint says how", 40),
        FileLink("autumn.checked.csv", "autumn.checked.csv", "every row, with its verdict", None),
    ]


def bucket(start_s, failures, **values):
    return TimeBucket(
        start_s=start_s,
        duration_s=60,
        limit_per_min=300,
        failures=failures,
        session_attempts=(230, 9),
        session_failures=(0, failures),
        **{"attempts": 239} | values,
    )
