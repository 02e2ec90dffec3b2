import logging
from collections import Counter
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from validator.reports import LiveProgress, LogProgress, NoProgress, ProgressState
from validator.reports.live import render_progress
from validator.reports.progress import progress_line


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Screen:
    """A terminal of fixed size whose writing can be read."""

    def __init__(self):
        self.file = StringIO()
        self.console = Console(file=self.file, width=80, force_terminal=True, color_system=None)

    @property
    def text(self):
        return self.file.getvalue()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO)
    return caplog


@pytest.fixture(params=["live", "log", "none"])
def progress(request, clock, screen):
    match request.param:
        case "live":
            return LiveProgress(screen.console, clock=clock)
        case "log":
            return LogProgress(logging.getLogger("run"), clock=clock)
        case _:
            return NoProgress()


def test_every_progress_takes_states_between_entering_and_leaving(progress, state):
    with progress as entered:
        entered.update(state)
        entered.update(replace(state, phase="writing"))

    assert entered is progress


def test_every_progress_lets_an_error_through(progress):
    with pytest.raises(KeyError), progress:
        raise KeyError


def test_a_state_is_one_moment_even_of_counts_that_go_on():
    counts = Counter(registered=1)
    state = ProgressState(phase="checking", verdicts=counts)
    counts["registered"] += 1

    assert state.verdicts == {"registered": 1}


def test_one_line_tells_all_that_is_known(state):
    assert progress_line(state) == (
        "checking 250 of 1,000 (25 %); 297.4 a minute of 300 (X-RateLimit-Limit); "
        "registered 200, not_registered 50; 3 in flight, 2 waiting to retry, 1 refused, 4 failed; "
        "time left 2 min 32 s"
    )


def test_a_pause_comes_first_and_tells_its_end_where_that_is_known(state):
    paused = replace(state, paused_because="Retry-After", paused_for_s=42)

    assert progress_line(paused).startswith("paused: Retry-After, tries again in 42 s; checking")
    assert progress_line(replace(paused, paused_for_s=None)).startswith("paused: Retry-After; checking")


def test_what_is_not_known_yet_is_not_told():
    assert progress_line(ProgressState(phase="reading", done=12_000)) == "reading 12,000 rows"
    checking = ProgressState(phase="checking", total=2)
    assert progress_line(replace(checking, rate_per_min=90)) == "checking 0 of 2 (0 %); 90 a minute"
    assert progress_line(replace(checking, limit_per_min=60)) == "checking 0 of 2 (0 %); 0 a minute of 60"


def test_bytes_are_told_in_units_that_suit_them():
    fetching = ProgressState(phase="fetching", done=1_234_567, in_bytes=True)

    assert progress_line(fetching) == "fetching 1.2 MB"
    assert progress_line(replace(fetching, total=40_000_000)) == "fetching 1.2 MB of 40.0 MB (3 %)"


def test_hundred_percent_is_said_only_of_all():
    assert "(99 %)" in progress_line(ProgressState(phase="checking", done=99_999, total=100_000))


def test_the_log_gets_one_line_an_interval(log, clock, state):
    with LogProgress(logging.getLogger("run"), clock=clock, interval_s=30) as progress:
        for second in range(61):
            clock.now = float(second)
            progress.update(replace(state, done=second))

    assert [record.progress["done"] for record in log.records] == [0, 30, 60]


def test_a_new_phase_is_logged_at_once_and_a_pause_after_a_third_of_the_interval(log, clock, state):
    paused = replace(state, paused_because="Retry-After")
    with LogProgress(logging.getLogger("run"), clock=clock, interval_s=30) as progress:
        for second, shown in [(0, state), (9, paused), (10, paused), (11, paused), (12, state), (20, state)]:
            clock.now = float(second)
            progress.update(shown)
        progress.update(replace(state, phase="writing"))

    assert [line.split()[0] for line in log.messages] == ["checking", "paused:", "checking", "writing"]


def test_pauses_that_follow_one_another_do_not_flood_the_log(log, clock, state):
    paused = replace(state, paused_because="Retry-After")
    with LogProgress(logging.getLogger("run"), clock=clock, interval_s=30) as progress:
        for second in range(60):
            clock.now = float(second)
            progress.update(paused if second % 2 else state)

    assert len(log.messages) <= 7


def test_the_log_tells_how_a_phase_ended_before_the_next_begins(log, clock, state):
    with LogProgress(logging.getLogger("run"), clock=clock) as progress:
        for done in (0, 500, 1_000):
            progress.update(replace(state, done=done))
        progress.update(replace(state, phase="writing"))

    assert [(record.progress["phase"], record.progress["done"]) for record in log.records] == [
        ("checking", 0),
        ("checking", 1_000),
        ("writing", 250),
    ]


def test_the_log_ends_with_where_the_run_stood(log, clock, state):
    with LogProgress(logging.getLogger("run"), clock=clock) as progress:
        progress.update(state)
        progress.update(replace(state, done=999))

    assert [record.progress["done"] for record in log.records] == [250, 999]


def test_a_log_record_carries_the_facts_for_a_json_formatter(log, clock, state):
    with LogProgress(logging.getLogger("run"), clock=clock) as progress:
        progress.update(state)

    assert log.records[0].progress["verdicts"] == {"registered": 200, "not_registered": 50, "invalid": 0}
    assert log.records[0].progress["limit_per_min"] == 300


def test_the_display_tells_how_far_how_fast_and_what_came_out(screen, state):
    screen.console.print(render_progress(state))

    lines = screen.text.splitlines()
    first, second, third = lines[0], lines[-2], lines[-1]
    assert first.startswith("checking ━━━")
    assert first.endswith("250 of 1,000 (25 %)")
    assert "time left 2 min 32 s · 297.4 a minute of 300 (X-RateLimit-Limit)" in screen.text
    assert second.endswith("failed")
    assert third == "registered 200   not_registered 50"


def test_the_display_of_a_phase_without_a_total_has_no_bar(screen):
    screen.console.print(render_progress(ProgressState(phase="reading", done=12_000)))

    assert screen.text.split() == ["reading", "12,000", "rows"]


def test_the_display_tells_why_it_waits_and_until_when(screen, state):
    paused = replace(state, paused_because="the session is not connected", paused_for_s=61)
    screen.console.print(render_progress(paused))

    assert screen.text.splitlines()[-1] == "paused: the session is not connected, tries again in 1 min 1 s"


def test_the_display_is_drawn_at_most_eight_times_a_second(screen, clock, state):
    with LiveProgress(screen.console, clock=clock) as progress:
        for tick in range(1_001):
            clock.now = tick / 1_000
            progress.update(replace(state, done=tick))

    in_a_second, on_leaving = 9, 1
    assert screen.text.count("of 1,000") == in_a_second + on_leaving


def test_the_display_goes_away_at_the_end(screen, clock, state):
    with LiveProgress(screen.console, clock=clock) as progress:
        progress.update(state)

    assert screen.text.endswith("\x1b[1A\x1b[2K")


def test_data_on_stdout_does_not_end_up_in_the_display(screen, clock, state, capsys):
    with LiveProgress(screen.console, clock=clock) as progress:
        progress.update(state)
        print("phone,verdict")  # noqa: T201 - the data that `-o -` writes

    assert capsys.readouterr().out == "phone,verdict\n"
    assert "phone,verdict" not in screen.text
