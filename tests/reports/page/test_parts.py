"""The parts of the page as values: what is drawn and counted, apart from how it is written."""

from dataclasses import replace

import pytest

from validator.reports import TimeBucket
from validator.reports.page.over_time import HEIGHT, WIDTH, over_time
from validator.reports.page.savings import savings_of
from validator.reports.page.sending import WholeSend, whole_send


def buckets(*attempts, **values):
    return [
        TimeBucket(start_s=60.0 * at, duration_s=60.0, attempts=n, **values) for at, n in enumerate(attempts)
    ]


def test_every_row_is_counted_once_by_what_it_cost(summary):
    savings = savings_of(replace(summary, from_contacts=10))

    assert savings.rows == {
        "asked": 780,
        "known": 100,
        "duplicate": 50,
        "contacts": 10,
        "offline": 50,
        "left": 10,
    }
    assert sum(savings.rows.values()) == summary.rows
    assert (savings.saved, savings.saved_s) == (210, pytest.approx(210 * 60.5 / 300))


def test_other_spellings_that_were_asked_about_are_no_rows(summary):
    savings = savings_of(replace(summary, asked=1_500))

    assert (savings.rows["asked"], savings.rows["left"]) == (800, 0)
    assert sum(savings.rows.values()) == summary.rows


def test_without_a_limit_nobody_knows_how_long_it_would_have_taken(summary):
    assert savings_of(replace(summary, rate=replace(summary.rate, limit_per_min=None))).saved_s is None


@pytest.mark.parametrize(
    ("verdicts", "reasons", "send"),
    [
        (
            {"registered": 6, "not_registered": 4},
            {},
            WholeSend(messages=10, fails=4, undecided=0, expected=4),
        ),
        (
            {"registered": 3, "not_registered": 1, "unknown": 4},
            {},
            WholeSend(messages=8, fails=1, undecided=4, expected=2),
        ),
        (
            {"invalid": 5, "suppressed": 7},
            {"empty": 2, "too_short": 3},
            WholeSend(messages=3, fails=3, undecided=0, expected=3),
        ),
        (
            {"invalid": 4},
            {"landline": 3, "ambiguous": 1},
            WholeSend(messages=4, fails=0, undecided=4, expected=2),
        ),
    ],
)
def test_a_send_to_the_whole_list_fails_for_what_is_known_and_in_part_for_what_is_not(
    summary, verdicts, reasons, send
):
    assert whole_send(replace(summary, verdicts=verdicts, reasons=reasons)) == send
    assert send.at_most == send.fails + send.undecided


def test_the_chart_of_rates_reaches_from_edge_to_edge_and_up_to_the_limit(summary):
    drawn = over_time(replace(summary, sessions=[], timeline=buckets(30, 0, 60, limit_per_min=100.0)))

    assert [box.left for box in drawn.columns] == pytest.approx([0, WIDTH / 3, 2 * WIDTH / 3], abs=0.01)
    assert [box.height for box in drawn.columns] == pytest.approx([0.3 * HEIGHT, 0, 0.6 * HEIGHT])
    assert drawn.limit.count("M") == 3
    assert "used 0 to 60, allowed 100 to 100" in drawn.rate_words


def test_where_nothing_limits_there_is_no_line(summary):
    drawn = over_time(replace(summary, sessions=[], timeline=buckets(30, 60)))

    assert (drawn.limit, drawn.top) == ("", "60")
    assert "allowed any number" in drawn.rate_words
    assert {row.allowed for row in drawn.rows} == {"any"}


def test_a_short_last_part_makes_no_peak(summary):
    parts = [*buckets(60, 60), TimeBucket(start_s=120, duration_s=0.5, attempts=1)]
    drawn = over_time(replace(summary, sessions=[], timeline=parts))

    assert drawn.top == "60.5"
    assert drawn.rows[-1].used == "60.5"


def test_requests_that_went_out_at_once_are_counted_by_the_minute(summary):
    parts = [
        TimeBucket(start_s=10.0 * at, duration_s=10.0, attempts=n, limit_per_min=600.0)
        for at, n in enumerate([300, 0, 290, 0, 0, 0, 100, 200])
    ]
    drawn = over_time(replace(summary, sessions=[], timeline=parts))

    assert [row.used for row in drawn.rows] == ["300", "0", "590", "0", "0", "0", "600", "590"]
    assert drawn.top == "600"


def test_each_session_has_its_shades_and_nothing_sent_is_no_failure(summary):
    through = [(100, 0), (0, 0), (100, 5), (100, 25), (100, 26)]
    parts = [
        replace(part, session_attempts=(attempts, 50), session_failures=(failures, 1))
        for part, (attempts, failures) in zip(buckets(*[0] * 5), through, strict=True)
    ]
    worse, well = over_time(replace(summary, timeline=parts)).strips

    assert (worse.name, well.name) == ("sess_b", "sess_a")
    assert [box.kind for box in well.boxes] == ["well", "none", "some", "many", "most"]
    assert {box.kind for box in worse.boxes} == {"some"}


def test_a_run_that_asked_nothing_has_no_charts(summary):
    assert over_time(replace(summary, timeline=[])) is None
    assert over_time(replace(summary, timeline=[TimeBucket(start_s=0, duration_s=0)])) is None
