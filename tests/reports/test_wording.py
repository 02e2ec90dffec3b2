from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.model import Reason, Verdict
from validator.reports import RateUse, duration_text
from validator.reports.facts import hold_sentence, rate_sentence, summary_facts
from validator.reports.wording import (
    REASON_WORDS,
    VERDICT_WORDS,
    Tone,
    command_lines,
    count_text,
    headline,
    next_steps,
    printable,
    rate_text,
    share_text,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (42.4, "42 s"),
        (59.6, "1 min"),
        (725, "12 min 5 s"),
        (3_599.7, "1 h"),
        (4_990, "1 h 23 min"),
        (86_399, "1 d"),
        (273_600, "3 d 4 h"),
        (86_400 * 1_200, "1,200 d"),
    ],
)
def test_a_duration_reads_in_its_two_largest_units(seconds, text):
    assert duration_text(seconds) == text


@given(st.floats(min_value=0, max_value=1e8))
def test_a_duration_never_shows_a_full_unit_as_a_part_of_the_next(seconds):
    text = duration_text(seconds)

    assert not {"60 s", "60 min", "24 h"} & {" ".join(pair) for pair in _pairs(text)}


def _pairs(text):
    words = text.split()
    return zip(words[::2], words[1::2], strict=True)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0.0 %"),
        (1, 3, "33.3 %"),
        (1, 100_000, "< 0.1 %"),
        (99_999, 100_000, "> 99.9 %"),
        (10, 10, "100.0 %"),
        (0, 0, "-"),
    ],
)
def test_a_share_says_none_and_all_only_where_it_is_so(part, whole, text):
    assert share_text(part, whole) == text


def test_counts_and_rates_read_naturally():
    assert [count_text(1, "row"), count_text(1_200, "row")] == ["1 row", "1,200 rows"]
    assert [count_text(2, "retry", "retries"), count_text(0, "row")] == ["2 retries", "0 rows"]
    assert [rate_text(300.0), rate_text(297.44), rate_text(0.5)] == ["300", "297.4", "0.5"]


def test_every_verdict_and_every_reason_has_words():
    assert set(VERDICT_WORDS) == set(Verdict)
    assert set(REASON_WORDS) == set(Reason)


def test_control_characters_are_not_passed_on_to_the_terminal():
    assert printable("list\x1b[2J.csv\n") == "list\N{REPLACEMENT CHARACTER}[2J.csv\N{REPLACEMENT CHARACTER}"
    assert printable("Kundenübersicht 2026.csv") == "Kundenübersicht 2026.csv"


@pytest.mark.parametrize(
    ("exit_code", "tone", "start"),
    [
        (0, Tone.CAUTION, "Done, but 31 rows were not asked about so far."),
        (4, Tone.CAUTION, "Done, but 31 rows were not asked about so far."),
        (5, Tone.CAUTION, "Stopped early: the deadline was reached. Nothing is lost."),
        (6, Tone.BAD, "Refused by the provider: the deadline was reached. Nothing is lost."),
        (129, Tone.CAUTION, "Interrupted."),
        (130, Tone.CAUTION, "Interrupted."),
        (143, Tone.CAUTION, "Interrupted."),
        (3, Tone.BAD, "Ended with exit code 3: the deadline was reached."),
    ],
)
def test_the_headline_says_how_the_run_ended(summary, exit_code, tone, start):
    told = headline(replace(summary, exit_code=exit_code))

    assert told[0] is tone
    assert told[1].startswith(start)


@pytest.mark.parametrize("exit_code", [0, 4])
def test_the_headline_tells_failures_from_numbers_that_nobody_was_asked_about(summary, exit_code):
    failed = replace(summary, exit_code=exit_code, reasons={"not_checked": 30, "timeout": 1})

    assert headline(failed) == (Tone.CAUTION, "Done, but 31 rows could not be determined.")


def test_the_headline_speaks_of_one_row_as_of_one(done):
    one = replace(done, verdicts=done.verdicts | {"unknown": 1}, reasons={"not_checked": 1})

    assert headline(one)[1] == "Done, but 1 row was not asked about so far."


def test_a_run_that_decided_every_row_is_good_news(done):
    assert headline(done) == (Tone.GOOD, "Done: every row has its verdict.")


def test_an_early_end_without_a_reason_is_not_dressed_up(summary):
    assert "the reason was not recorded" in headline(replace(summary, stopped_because=None))[1]


def test_after_a_refusal_the_key_comes_before_the_command(summary):
    steps = next_steps(replace(summary, exit_code=6))

    assert [step.text.split()[0] for step in steps] == ["Check", "Ask", "Send"]
    assert steps[1].command == ("validator check lists/autumn.csv --region GB",)


def test_a_finished_run_only_leads_to_sending(done):
    assert [step.text for step in next_steps(done)] == ["Send to 600 recipients with the sendable file."]


def test_nothing_is_proposed_where_nothing_can_be_done(done):
    assert next_steps(replace(done, sendable_rows=0)) == ()
    assert next_steps(replace(done, sendable=None)) == ()


def test_a_long_command_is_broken_before_its_options_and_stays_one_command():
    command = "validator check 'my list.csv' --region GB --output 'out of here.csv' --sendable to_send.csv -q"

    assert command_lines(command) == (
        "validator check 'my list.csv' \\",
        "    --region GB \\",
        "    --output 'out of here.csv' \\",
        "    --sendable to_send.csv \\",
        "    -q",
    )


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (RateUse(used_per_min=5_000), "5,000 a minute, no limit"),
        (RateUse(used_per_min=59.5, limit_per_min=60), "59.5 a minute of 60 allowed"),
        (
            RateUse(used_per_min=297, limit_per_min=300, share_of_limit=0.99, told_by="--rate"),
            "297 a minute of 300 allowed (99.0 %), limit from --rate",
        ),
    ],
)
def test_the_rate_is_told_with_its_limit_and_where_that_came_from(rate, sentence):
    assert rate_sentence(rate) == sentence


def test_a_hold_is_told_with_its_length_and_reason():
    assert hold_sentence(RateUse()) == ""
    assert hold_sentence(RateUse(held_s=61)) == "1 min 1 s: no reason recorded"
    assert hold_sentence(RateUse(held_s=61, hold_reason="Retry-After")) == "1 min 1 s: Retry-After"


def test_pauses_are_told_with_length_and_cause_but_for_moments(done):
    pauses = {"a canary was waited for": 0.4, "session sess_a is disconnected": 61.0, "too much fails": 90.2}

    facts = summary_facts(replace(done, pauses=pauses))

    assert facts["paused"] == "1 min 30 s: too much fails; 1 min 1 s: session sess_a is disconnected"


def test_a_run_without_calls_says_nothing_about_rates(done):
    facts = summary_facts(replace(done, calls=type(done.calls)(), rate=RateUse(), output=None, countries={}))

    assert facts.keys() == {"input", "sendable", "numbers", "calls", "sources", "took"}


def test_only_the_largest_countries_are_listed(done):
    countries = {f"A{letter}": 20 - number for number, letter in enumerate("ABCDEFGHIJ")}

    assert summary_facts(replace(done, countries=countries))["countries"].endswith("AH 13, 2 more")
