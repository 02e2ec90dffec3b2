from dataclasses import replace

import pytest

from tests.support.reports.shown import lines_with, shown
from validator.reports import render_plan, render_sample, render_summary


def test_the_summary_tells_verdicts_with_their_shares(summary):
    text = shown(render_summary(summary))

    assert lines_with(text, "registered") == [
        "registered 620 62.0 % ███████ on WhatsApp",
        "registered 620 of 919 answered rows (67.5 %)",
    ]
    assert lines_with(text, "all rows") == ["all rows 1,000"]


def test_the_summary_tells_calls_limit_holds_and_files(summary):
    text = shown(render_summary(summary))

    assert "800 made, 780 answered, 3 refused, 17 failed, 12 retries" in text
    assert "297.4 a minute of 300 allowed (99.1 %), limit from X-RateLimit-Limit" in text
    assert "12 s: the provider asked to wait (Retry-After)" in text
    assert "autumn.sendable.csv (600 recipients, partial: the run ended early)" in text


def test_the_summary_tells_each_sessions_error_rate(summary):
    text = shown(render_summary(summary))

    assert lines_with(text, "sess_") == ["sess_a 700 0 0.0 %", "sess_b 100 17 17.0 %"]


def test_the_summary_opens_with_how_it_ended_and_closes_with_what_to_do(summary):
    lines = shown(render_summary(summary)).strip().splitlines()

    assert lines[0].startswith("Stopped early: the deadline was reached.")
    assert [line.strip() for line in lines[-4:]] == [
        "What to do next",
        "1. Ask only what is still missing:",
        "validator check lists/autumn.csv --region GB",
        "2. Send to the sendable file now, or wait for the rest: it is partial.",
    ]


def test_a_command_can_be_copied_from_the_terminal_without_trailing_blanks(summary):
    command = f"validator check lists/autumn.csv --region GB --output {'x' * 30}.csv"
    text = shown(render_summary(replace(summary, next_command=command)))

    assert "   validator check lists/autumn.csv \\\n       --region GB \\\n" in text


def test_parts_with_nothing_to_say_are_left_out(done):
    quiet = replace(done, reasons={}, sessions=[], sendable=None)
    text = shown(render_summary(quiet))

    assert not [word for word in ("why not", "session", "What to do", "! ") if word in text]


def test_warnings_stand_on_lines_of_their_own(summary):
    assert "! No canary was possible." in shown(render_summary(summary)).splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_words_and_figures_stay_whole_at_any_usual_width(summary, width):
    text = shown(render_summary(summary), width=width)

    assert max(map(len, text.splitlines())) <= width
    assert all(word in text for word in ("not_registered", "suppression_list", "error rate", "1,000"))


@pytest.mark.parametrize("width", [30, 40, 50])
def test_a_table_without_room_becomes_lines_and_nothing_is_cut(summary, plan, width):
    for text in (shown(render_summary(summary), width=width), shown(render_plan(plan), width=width)):
        assert max(map(len, text.splitlines())) <= width
        assert "\N{HORIZONTAL ELLIPSIS}" not in text
    words = " ".join(shown(render_summary(summary), width=width).split())
    assert "not_registered" in words
    assert "62.0 %" in words
    assert "on WhatsApp" in words


def test_the_plan_says_why_there_is_nothing_to_ask(plan):
    none = replace(plan, calls_to_make=0, calls_to_confirm=0, countries={}, country_line_types={})
    known = replace(none, distinct_numbers=20, already_known={"registered": 20})
    empty = replace(none, distinct_numbers=0, already_known={})

    assert shown(render_plan(known), width=200).startswith(
        "0 calls to make for 1,000 rows: all 20 numbers are known already."
    )
    assert shown(render_plan(empty), width=200).startswith(
        "0 calls to make for 1,000 rows: none of them holds a number"
    )
    assert "provider's plan" not in shown(render_plan(known))


def test_no_color_is_honoured_and_colour_is_there_otherwise(summary):
    coloured = shown(render_summary(summary), force_terminal=True, color_system="truecolor", no_color=False)
    plain = shown(render_summary(summary), force_terminal=True, color_system="truecolor", no_color=True)

    assert "\x1b[32m" in coloured
    assert "\x1b[32m" not in plain


def test_names_are_shown_as_they_are_and_cannot_steer_the_terminal(summary):
    text = shown(render_summary(replace(summary, input="[red]list[/red]\x1b[2J.csv")))

    assert "[red]list[/red]\N{REPLACEMENT CHARACTER}[2J.csv" in text


def test_the_plan_tells_calls_and_the_time_on_each_plan(plan):
    text = shown(render_plan(plan))

    assert text.startswith("800 calls to make for 1,000 rows.")
    assert lines_with(text, "growth") == ["growth 300 2 min 41 s"]
    assert lines_with(text, "this run") == ["this run 120 6 min 43 s"]
    assert lines_with(text, "ends") == ["ends 2026-11-23T18:06:44+00:00, if started now"]


def test_the_plan_counts_what_is_to_be_confirmed_and_its_time(plan):
    text = shown(render_plan(replace(plan, calls_to_confirm=50, confirmations_expected=200)))

    assert text.startswith("About 1,000 calls to make for 1,000 rows.")
    assert lines_with(text, "confirming") == [
        "confirming 50 noes of earlier runs once more, about 200 of 750 numbers twice"
    ]
    assert lines_with(text, "this run") == ["this run 120 8 min 24 s"]
    assert "confirming" not in shown(render_plan(plan))


def test_the_plan_tells_what_is_never_asked_and_what_is_known(plan):
    text = shown(render_plan(plan))

    assert lines_with(text, "landline") == ["landline 30 3.0 % a landline, skipped as asked"]
    assert lines_with(text, "known") == ["known 100 (registered 80, not_registered 20)"]
    assert lines_with(text, "suppressed") == ["suppressed 10 rows"]
    assert lines_with(text, "lines") == ["lines mobile 98.8 %, fixed_or_mobile 1.2 %"]


def test_the_plan_tells_countries_and_kinds_of_line_with_their_shares(plan):
    told = replace(
        plan,
        countries={"GB": 700, "BR": 60} | {f"C{place}": 5 for place in range(8)},
        country_line_types={"BR": {"fixed": 15, "mobile": 45}, "GB": {"mobile": 700}},
    )
    text = shown(render_plan(told))

    assert lines_with(text, "GB") == ["GB 700 87.5 % mobile 100.0 %"]
    assert lines_with(text, "BR") == ["BR 60 7.5 % mobile 75.0 %, fixed 25.0 %"]
    assert lines_with(text, "2 more") == ["2 more 10 1.2 %"]


def test_the_plan_tells_what_other_spellings_cost_at_most(plan):
    text = shown(render_plan(replace(plan, variant_calls_at_most=800)))

    assert lines_with(text, "variants") == ['variants at most 800 calls more, after a "no"']
    assert lines_with(text, "growth") == ["growth 300 2 min 41 s 5 min 23 s"]
    assert lines_with(text, "this run") == ["this run 120 6 min 43 s 13 min 27 s"]


def test_a_plan_without_a_rate_names_the_providers_plans_alone(plan):
    bare = replace(plan, rate_per_min=None, ends_at=None, suppressed=0, already_known={}, warnings=[])
    text = shown(render_plan(bare))

    assert "enterprise" in text
    assert lines_with(text, "known") == ["known none"]
    assert not [word for word in ("this run", "ends", "suppressed", "! ") if word in text]


def test_a_plan_without_a_rate_and_a_provider_without_plans_shows_no_times(plan):
    text = shown(render_plan(replace(plan, rate_per_min=None, ends_at=None, plans={})))

    assert "a minute" not in text


def test_a_sample_says_the_share_what_it_saves_and_what_the_rest_costs(sample):
    text = shown(render_sample(sample))

    assert "About 60.2 % of 900 numbers are on WhatsApp, between 55.7 % and 64.5 % (95 % interval)." in text
    assert "358 messages to numbers that are not on WhatsApp (320 to 399)" in text
    assert 'of the sample 60.0 % are on WhatsApp if all were "no", 60.3 % if "yes"' in " ".join(text.split())
    assert lines_with(text, "GB") == ["GB 700 233 232 64.7 %"]
    assert "A check of the whole list makes 800 more calls." in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_sample_fits_into_a_narrow_terminal(sample, width):
    text = shown(render_sample(sample), width=width)

    assert max(map(len, text.splitlines())) <= width
