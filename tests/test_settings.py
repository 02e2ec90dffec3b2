import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.cli.settings.settings_files import read_defaults
from validator.cli.settings.settings_sources import SettingsFile
from validator.errors import UsageError
from validator.model import Verdict
from validator.places import default_ledger, state_folder, user_file
from validator.settings import (
    DAY_S,
    MaxAge,
    Rate,
    RateMode,
    Tolerance,
    parse_deadline,
    parse_duration_s,
    parse_share,
)

NOON = datetime(2027, 1, 15, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "per_min"),
    [("300/min", 300), ("5/s", 300), ("0.5/min", 0.5), (" 1200 / H ", 20), ("1440/d", 1), ("60/m", 60)],
)
def test_a_rate_is_so_many_in_a_time(text, per_min):
    assert Rate.parse(text) == Rate(RateMode.FIXED, per_min)


@pytest.mark.parametrize("word", ["auto", "FIND", " none "])
def test_a_rate_may_be_a_mode(word):
    assert Rate.parse(word) == Rate(RateMode(word.strip().lower()))


@pytest.mark.parametrize("text", ["", "300", "fast", "-3/min", "300/year", "3,5/min", "1/min/min", "fixed"])
def test_a_rate_that_is_not_understood_shows_how_to_write_one(text):
    with pytest.raises(UsageError, match=r"not understood; write for instance 300/min"):
        Rate.parse(text)


@pytest.mark.parametrize("text", ["0/min", "100001/min", "2000/s", "9" * 400 + "/min"])
def test_a_rate_out_of_range_says_what_the_range_is(text):
    with pytest.raises(UsageError, match=r"out of range; more than 0 and at most 100,000/min"):
        Rate.parse(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45s", 45),
        ("30m", 1800),
        ("30min", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("7d", 7 * DAY_S),
        ("2w", 14 * DAY_S),
        ("0", 0),
        ("0.5h", 1800),
        (" 1H ", 3600),
    ],
)
def test_a_duration_is_numbers_with_units(text, seconds):
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "h", "-5s", "5 s", "1h,30m", "soon", "5y", "1.5.5h", "\u0665"])
def test_a_duration_that_is_not_understood_shows_how_to_write_one(text):
    with pytest.raises(UsageError, match="write for instance 45s, 30m, 2h or 7d"):
        parse_duration_s(text)


@pytest.mark.parametrize("text", ["40000d", "9" * 400 + "s"])
def test_a_duration_beyond_a_century_is_a_slip(text):
    with pytest.raises(UsageError, match="out of range; at most 36,500d"):
        parse_duration_s(text)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2h", NOON + timedelta(hours=2)),
        ("12:30", NOON + timedelta(minutes=30)),
        ("06:30", NOON + timedelta(hours=18.5)),
        ("12:00", NOON + timedelta(days=1)),
        (" 7:05 ", NOON + timedelta(hours=19, minutes=5)),
    ],
)
def test_a_deadline_is_a_duration_or_the_next_such_time_of_day(text, end):
    assert parse_deadline(text, NOON) == end


@pytest.mark.parametrize("text", ["24:00", "12:60", "99:99"])
def test_a_time_that_no_clock_shows_is_refused(text):
    with pytest.raises(UsageError, match="no time of day; write for instance 06:30 or 2h"):
        parse_deadline(text, NOON)


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0.05", 0.05), ("100%", 1), ("0", 0), (" 1 ", 1)])
def test_a_share_is_a_percentage_or_a_part_of_one(text, share):
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "words"), [("a lot", "not understood"), ("101%", "range"), ("-1", "range"), ("nan", "range")]
)
def test_a_share_that_is_none_is_refused(text, words):
    with pytest.raises(UsageError, match=words):
        parse_share(text)


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [("0", 0, 1), ("250", 250, 251), ("1%", 10, 11), ("0%", 0, 1), ("100%", 1000, 1001)],
)
def test_a_tolerance_is_a_count_or_a_share_of_the_rows(text, allowed, refused):
    tolerance = Tolerance.parse(text)

    assert tolerance.allows(allowed, 1000)
    assert not tolerance.allows(refused, 1000)


@pytest.mark.parametrize("text", ["", "some", "-1", "1.5"])
def test_a_tolerance_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match=r"--max-unknown .* not understood"):
        Tolerance.parse(text)


def test_one_age_is_for_yes_and_no_alike():
    assert MaxAge.parse("3d") == MaxAge(registered_s=3 * DAY_S, not_registered_s=3 * DAY_S)


def test_ages_that_are_not_named_keep_their_defaults():
    assert MaxAge.parse("no=1d, unknown=1h") == MaxAge(not_registered_s=DAY_S, unknown_s=3600)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("maybe=1d", "does not know 'maybe'"),
        ("yes=", "not understood"),
        ("x", "write"),
        ("yes=1d,yes=2d", "twice"),
        ("no=1d, no=1d", "twice"),
    ],
)
def test_an_age_that_is_not_understood_is_refused(text, words):
    with pytest.raises(UsageError, match=words):
        MaxAge.parse(text)


def test_every_verdict_the_ledger_can_hold_has_its_cutoff():
    now_ms = 1_800_000_000_000
    cutoffs = MaxAge(registered_s=10, not_registered_s=5, unknown_s=0).cutoffs_ms(now_ms)

    assert cutoffs == {
        Verdict.REGISTERED: now_ms - 10_000,
        Verdict.NOT_REGISTERED: now_ms - 5_000,
        Verdict.INVALID: now_ms - 5_000,
        Verdict.UNKNOWN: now_ms,
    }


@given(st.floats(0, 1e12), st.integers(0, 2**42))
def test_no_cutoff_is_before_the_epoch_or_after_now(age_s, now_ms):
    cutoffs = MaxAge(registered_s=age_s).cutoffs_ms(now_ms)

    assert all(0 <= at_ms <= now_ms for at_ms in cutoffs.values())
    assert not math.isnan(cutoffs[Verdict.REGISTERED])


def test_places_follow_the_environment_of_the_moment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    if not str(state_folder()).startswith(str(tmp_path)):
        pytest.skip("this system has folders of its own for state")

    assert default_ledger() == tmp_path / "state" / "recipient-validator" / "ledger.sqlite"
    assert user_file() == tmp_path / "config" / "recipient-validator" / "config.toml"


KNOWN = {
    "check": {"rate", "region", "max-age", "api-key-file"},
    "plan": {"rate", "region"},
    "lookup": {"region"},
}


@pytest.fixture
def defaults(tmp_path):
    """Read defaults from a user file and a project file with these texts; None for no file."""

    def read(user=None, project=None):
        paths = {"user": tmp_path / "config.toml", "project": tmp_path / "validator.toml"}
        for text, path in zip((user, project), paths.values(), strict=True):
            if text is not None:
                path.write_text(text)
        files = [SettingsFile(path, is_own=name == "user") for name, path in paths.items()]
        return read_defaults(KNOWN, files).options

    return read


def test_without_files_there_are_no_defaults(defaults):
    assert defaults() == {"check": {}, "plan": {}, "lookup": {}}


def test_an_option_at_the_top_goes_to_every_command_that_has_it(defaults):
    assert defaults('rate = "60/min"') == {
        "check": {"rate": "60/min"},
        "plan": {"rate": "60/min"},
        "lookup": {},
    }


def test_an_option_in_a_commands_table_goes_to_it_alone_and_beats_the_top(defaults):
    assert defaults('region = "GB"\n[check]\nregion = "BR"\nmax_age = "1d"') == {
        "check": {"region": "BR", "max-age": "1d"},
        "plan": {"region": "GB"},
        "lookup": {"region": "GB"},
    }


def test_the_project_file_beats_the_users_option_by_option(defaults):
    read = defaults('region = "GB"\nrate = "60/min"', 'region = "BR"')

    assert read["check"] == {"region": "BR", "rate": "60/min"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate = ", r"config\.toml is not valid TOML"),
        ("speed = 1", r"config\.toml: no command has an option 'speed'; see `validator COMMAND --help`"),
        (
            "[chekc]\nrate = 1",
            r"there is no command 'chekc'; there are: check, lookup, plan\. Did you mean 'check'\?",
        ),
        ("ragion = 'GB'", r"no command has an option 'ragion'; .*Did you mean 'region'\?"),
        ("[check]\nrat = 1", r"command 'check' has no option 'rat'; .*Did you mean 'rate'\?"),
        ("[lookup]\nrate = 1", r"command 'lookup' has no option 'rate'; see `validator lookup --help`"),
        ('api_key = "sk_live_secret"', "a key does not belong in here; name a file .* api-key-file"),
        ('[check]\napi-key = "sk_live_secret"', "a key does not belong in here"),
        ("rate = 2027-01-15", "option 'rate' needs a text"),
        ("[check]\nrate = [[1]]", "option 'rate' needs a text"),
    ],
)
def test_what_a_file_should_not_say_is_named_with_the_file(defaults, text, words):
    with pytest.raises(UsageError, match=words) as caught:
        defaults(text)
    assert "secret" not in str(caught.value)
    assert "config.toml" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(defaults, tmp_path):
    (tmp_path / "config.toml").write_bytes(b"rate = \xff")

    with pytest.raises(UsageError, match="not in UTF-8"):
        defaults()


def test_a_file_that_cannot_be_read_is_refused():
    unreadable = Path("/proc/self/mem")
    if not unreadable.is_file():
        pytest.skip("no such file here")

    with pytest.raises(UsageError, match=r"cannot be read: .*; check its permissions"):
        read_defaults(KNOWN, [SettingsFile(unreadable, is_own=True)])


def test_utc_is_a_zone_like_any_other():
    noon = datetime(2027, 1, 15, 12, tzinfo=UTC)

    assert parse_deadline("13:00", noon) == noon + timedelta(hours=1)
