"""`validator sample`: what it asks, what it says of the whole, and that nothing is paid for twice."""

import json
import os
import shlex
from pathlib import Path

import pytest

import validator
from tests.support.cli.constants import ALWAYS_500, ANN, BOB, KEY, LIST, PLAIN, SESSION
from validator.batch.keys import make_key

BRITISH = [f"+4477009002{place:02}" for place in range(60)]
INDIAN = [f"+9198765432{place:02}" for place in range(30)]


def phones(*numbers):
    return "phone\n" + "".join(f"{number}\n" for number in numbers)


LEADS = phones(*BRITISH, *INDIAN, *BRITISH[:7], "nonsense")


@pytest.fixture
def sample(run, listed, provider):
    """Run `sample` over a list against a sandbox of its own."""

    def sample(*options, content=LEADS):
        if "SENDAPI_BASE_URL" not in os.environ:
            provider()
        return run("sample", listed(content), *PLAIN, *options)

    return sample


def test_it_asks_about_a_part_in_proportion_and_says_the_share_with_its_interval(sample, provider):
    app = provider()

    done = sample("-n", "30", "--json")

    said = done.json
    assert (done.code, app.log.checks, len(app.log.numbers)) == (0, 30, 30)
    assert [(one["country"], one["numbers"], one["sampled"]) for one in said["countries"]] == [
        ("GB", 60, 20),
        ("IN", 30, 10),
    ]
    assert (said["distinct_numbers"], said["sampled"], said["answered"]) == (90, 30, 30)
    assert said["share_low"] < said["share"] < said["share_high"]
    assert said["not_registered_low"] <= said["not_registered_expected"] <= said["not_registered_high"]
    assert "(95 % interval)" in " ".join(done.err.split())
    assert f"{said['not_registered_expected']} messages to numbers that are not on WhatsApp" in done.err


def test_the_cost_of_the_whole_is_what_a_check_then_makes(sample, check, provider):
    app = provider()

    done = sample("-n", "30", "--json")
    assert done.json["whole"]["calls_to_make"] == 60
    assert done.json["whole"]["time_s"] > 0
    assert "A check of the whole list makes 60 more calls." in done.err

    whole = check("--json", content=Path("leads.csv").read_text())
    assert (whole.json["calls"]["attempts"], whole.json["already_known"]) == (60, 30)
    assert set(app.log.numbers.values()) == {1}


def test_the_true_share_is_in_the_interval_and_is_the_share_once_all_is_known(sample, check):
    sampled = sample("-n", "40", "--json").json
    check(content=Path("leads.csv").read_text())

    whole = sample("-n", "5", "--json")

    assert whole.json["asked"] == 0
    assert whole.json["share_low"] == whole.json["share"] == whole.json["share_high"]
    assert sampled["share_low"] <= whole.json["share"] <= sampled["share_high"]
    assert "90 numbers are on WhatsApp; all of them were answered." in " ".join(whole.err.split())
    assert "What to do next" not in whole.err


def test_the_same_again_asks_nobody_and_a_larger_one_only_what_is_missing(sample, provider):
    app = provider()
    first = sample("-n", "20", "--json").json

    again, larger = sample("-n", "20", "--json").json, sample("-n", "33", "--json").json

    assert (again["asked"], again["already_known"], again["share"]) == (0, 20, first["share"])
    assert (larger["asked"], larger["already_known"]) == (13, 20)
    assert app.log.checks == 33


def test_another_seed_is_another_sample(sample, provider):
    app = provider()
    sample("-n", "10", "--seed", "1")
    sample("-n", "10", "--seed", "2")

    assert app.log.checks > 10


def test_it_writes_no_file_and_a_run_into_the_ledger(sample, run, files):
    sample("-n", "10")

    assert files() == ["leads.csv"]
    assert "sample leads.csv: exit 0" in run("ledger", "stats").out


def test_a_list_smaller_than_the_sample_is_asked_about_whole(sample, provider):
    app = provider()

    done = sample("--json", content=LIST)

    assert (done.json["sampled"], done.json["share"], app.log.checks) == (2, 0.5, 2)
    assert done.json["share_low"] == done.json["share_high"] == 0.5
    assert "50.0 % of the 2 numbers are on WhatsApp; all of them were answered." in done.err


def test_people_who_opted_out_are_neither_asked_nor_counted(sample, provider, listed):
    app = provider()
    listed(phones(*BRITISH[:50]), "optout.csv")

    done = sample("--suppress", "optout.csv", "-n", "400", "--json")

    assert done.json["distinct_numbers"] == done.json["sampled"] == 40
    assert not set(app.log.numbers) & set(BRITISH[:50])


def test_numbers_without_an_answer_are_left_out_and_end_with_4(sample):
    done = sample("--retries", "0", "--json", content=phones(ANN, BOB, ALWAYS_500))

    assert (done.code, done.json["unknown"], done.json["share"]) == (4, 1, 0.5)
    assert "No answer for 1 of the sample." in done.err
    assert "33.3 % are on WhatsApp if all were" in " ".join(done.err.split())
    assert "validator sample leads.csv" in done.json["next_command"]


def test_nobody_answered_is_no_share(sample):
    done = sample("--retries", "0", "--json", content=phones(ALWAYS_500))

    assert (done.code, done.json["share"], done.json["not_registered_expected"]) == (4, None, None)
    assert "Nothing is known of the 1 number: none of the sample was answered." in done.err


def test_a_list_without_numbers_is_refused_and_one_of_opt_outs_has_nobody(sample, listed):
    assert sample(content="phone\nx\ny\n").code == 3
    listed(phones(ANN), "optout.csv")

    done = sample("--suppress", "optout.csv", "--json", content=phones(ANN))

    assert (done.code, done.json["share"]) == (0, None)
    assert "The list has no number that may be asked about." in done.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-n", "0"), "0 is not in the range"),
        (("-n", "many"), "not a valid integer"),
        (("--strict",), "--strict needs verified answers"),
        (("--output", "x.csv"), "No such option"),
    ],
)
def test_options_that_cannot_be_are_refused_before_the_first_request(sample, provider, options, says):
    app = provider()

    done = sample(*options)

    assert (done.code, app.log.requests) == (2, 0)
    assert says in done.err


def test_quietly_it_says_nothing_but_the_line_of_json(sample):
    done = sample("-q", "-n", "5", "--json")

    assert (done.err, len(done.out.splitlines())) == ("", 1)


def test_a_cap_that_is_spent_ends_it_in_order(sample, provider):
    done = sample("--daily-cap", "11", "-n", "30", "--json")

    assert (done.code, done.json["answered"]) == (5, 11)
    assert done.json["share_low"] < done.json["share_high"]
    assert "--daily-cap" in done.json["stopped_because"]
    assert done.err.count("Stopped early") == 1


def test_a_folder_may_say_how_large_it_is(sample):
    Path("validator.toml").write_text("[sample]\nsize = 7\nseed = 3\n")

    done = sample("--json")

    assert (done.json["sampled"], done.json["seed"]) == (7, 3)


def test_the_library_says_the_same(sample, stage, tmp_path):
    said = sample("-n", "20", "--seed", "4", "--json").json
    options = validator.RunOptions(
        keys=[make_key(KEY, SESSION, base_url=stage[1])],
        settings=validator.ListSettings(accept="possible"),
        asking=validator.AskSettings(uses_canaries=False),
        ledger=tmp_path / "own.sqlite",
    )

    summary = validator.sample_file("leads.csv", size=20, seed=4, options=options)

    theirs = json.loads(json.dumps(summary.to_json()))
    for name in ("share", "share_low", "share_high", "countries", "verdicts", "asked", "sampled"):
        assert theirs[name] == said[name]
    with pytest.raises(validator.UsageError, match="size is 0; a whole number of 1 or more is expected"):
        validator.sample_file("leads.csv", size=0, options=options)


@pytest.mark.parametrize(
    "options",
    [
        ("-n", "30"),
        ("-n30",),
        ("--size=30", "--seed", "1"),
        ("--seed=4", "--size", "30"),
        ("-n", "30", "--refresh"),
    ],
)
def test_the_next_step_is_a_command_that_asks_the_rest_and_writes_the_sendable_file(
    sample, run, provider, options
):
    app = provider()

    command = shlex.split(sample("--json", *options).json["check_command"])
    done = run(*command[1:])

    assert command[:3] == ["validator", "check", "leads.csv"]
    assert (done.code, done.json["asked"], app.log.checks) == (0, 60, 90)
    assert done.json["sendable"] == "leads.send.csv"
    assert done.json["sendable_rows"] > 0


def test_the_command_is_shown_to_be_copied(sample):
    said = " ".join(sample("-n", "30").err.replace("\\\n", " ").split())

    assert "check the whole list; the sample is not asked again" in said
    assert f"validator check leads.csv {' '.join(PLAIN)} --sendable=leads.send.csv" in said


def test_a_profile_called_as_the_command_stays(sample, run, listed, provider):
    provider()
    listed('[profiles.sample]\nregion = "GB"\n', "mine.toml")
    words = ("--config", "mine.toml", "--profile", "sample", "sample", listed(LEADS), *PLAIN, "-n", "9")

    command = run(*words, "--json").json["check_command"]

    assert command.startswith("validator --config mine.toml --profile sample check leads.csv")


def test_a_list_of_which_all_is_known_needs_no_check(sample):
    sample("-n", "90")

    assert sample("--json").json["check_command"] is None
