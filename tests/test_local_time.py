"""Times of day over the clock changes of three zones, spring and autumn, and where a day has no midnight."""

import os
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from validator.errors import UsageError
from validator.local_time import next_time_of_day, start_of_day_s, unknown_zone
from validator.settings import parse_deadline

# When the clock changes, in UTC, and by how many seconds: one zone in each hemisphere, and one that moves by
# half an hour.
CHANGES = {
    "spring in Berlin": ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC), 3_600),
    "autumn in Berlin": ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC), -3_600),
    "spring in Santiago": ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC), 3_600),
    "autumn in Santiago": ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC), -3_600),
    "spring on Lord Howe": ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), 1_800),
    "autumn on Lord Howe": ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), -1_800),
}


@pytest.fixture(params=CHANGES.values(), ids=list(CHANGES))
def change(request):
    """The zone, the moment of its change in UTC, and by how much the clock moves."""
    zone, moment, moves_s = request.param
    return ZoneInfo(zone), moment, moves_s


def first_seen(wanted, after, zone):
    """The first moment at which the wall clock shows a time, or jumps over it: each minute is tried."""
    at_s = after.timestamp()
    before = wall(at_s, zone)
    while True:
        at_s += 60
        now = wall(at_s, zone)
        if now.time() == wanted or before < datetime.combine(now.date(), wanted) < now:
            return at_s
        before = now


def wall(at_s, zone):
    return datetime.fromtimestamp(at_s, zone).replace(tzinfo=None, fold=0)


@pytest.mark.parametrize("hours", [-7, -2, -0.4, 0.2, 1.2])
@pytest.mark.parametrize("ahead_min", [5, 45, 65, 180, 420])
def test_a_time_of_day_is_the_wall_clocks_to_the_second(change, hours, ahead_min):
    zone, moment, _ = change
    now = (moment + timedelta(hours=hours)).astimezone(zone)
    wanted = wall(now.timestamp() + 60 * ahead_min, zone).time()

    assert next_time_of_day(wanted, now).timestamp() == first_seen(wanted, now, zone)


@pytest.mark.parametrize("name", [name for name in CHANGES if "spring" in name])
def test_a_time_that_the_clock_jumps_over_comes_with_the_jump(name):
    zone, moment, _ = CHANGES[name]
    skipped = (wall(moment.timestamp(), ZoneInfo(zone)) - timedelta(minutes=10)).time()
    now = (moment - timedelta(minutes=50)).astimezone(ZoneInfo(zone))

    assert next_time_of_day(skipped, now).timestamp() == moment.timestamp()


def test_a_time_that_is_shown_twice_comes_twice():
    zone = ZoneInfo("Europe/Berlin")
    midnight = datetime(2026, 10, 25, tzinfo=zone)

    first = next_time_of_day(time(2, 30), midnight)
    second = next_time_of_day(time(2, 30), first)
    third = next_time_of_day(time(2, 30), second)

    assert [first.timestamp() - midnight.timestamp(), second.timestamp() - first.timestamp()] == [
        9_000,
        3_600,
    ]
    assert third.timestamp() - second.timestamp() == 24 * 3_600


def test_a_duration_is_as_long_as_it_says_over_a_change(change):
    zone, moment, _ = change
    now = (moment - timedelta(hours=1)).astimezone(zone)

    assert parse_deadline("2h", now).timestamp() - now.timestamp() == 7_200


def test_a_day_begins_when_its_date_does(change):
    zone, moment, _ = change
    for days in (-1, 0, 1):
        day = (moment.astimezone(zone) + timedelta(days=days)).date()
        noon_s = datetime.combine(day, time(12), zone).timestamp()
        began_s = start_of_day_s(noon_s, zone)

        assert wall(began_s, zone).date() == day
        assert wall(began_s - 1, zone).date() < day


# What the system's own zone gives: the rules come from TZ, and no zone is passed in.
LOCAL = """
from datetime import datetime, time
from validator.local_time import next_time_of_day, start_of_day_s
now = datetime.fromtimestamp({now_s})
print(next_time_of_day(time({hour}, {minute}), now).timestamp(), start_of_day_s({now_s}))
"""


NAIVE = datetime(2027, 1, 15, 8)  # noqa: DTZ001 - in the zone of the system


@pytest.mark.parametrize(
    "zone",
    ["", "UTC", "GMT", "Etc/UTC", ":Europe/Berlin", "Africa/Abidjan", "EST5EDT", "WET", "<+00>0", "ABC0"],
)
def test_a_zone_of_the_system_or_a_rule_is_known(local_zone, zone):
    local_zone(zone)

    assert unknown_zone() == ""
    assert parse_deadline("06:30", NAIVE) > NAIVE


@pytest.mark.parametrize("zone", ["Europe/Berln", ":Europe/Berln", "Berlin", "Nowhere/Berlin-Mitte", "CET_"])
def test_no_time_of_day_is_taken_in_a_zone_that_the_system_does_not_know(local_zone, zone):
    local_zone(zone)

    assert unknown_zone() == zone.removeprefix(":")
    with pytest.raises(UsageError, match="would be a time in UTC"):
        parse_deadline("06:30", NAIVE)
    assert parse_deadline("2h", NAIVE) > NAIVE


@pytest.mark.slow
@pytest.mark.parametrize(("hour", "minute"), [(6, 30), (0, 15), (2, 15)])
def test_the_systems_zone_goes_by_its_rules_too(change, hour, minute):
    zone, moment, _ = change
    now = (moment - timedelta(hours=3)).astimezone(zone)
    code = LOCAL.format(now_s=now.timestamp(), hour=hour, minute=minute)

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TZ": zone.key},
        capture_output=True,
        text=True,
        check=True,
    )

    deadline_s, began_s = map(float, done.stdout.split())
    assert deadline_s == first_seen(time(hour, minute), now, zone)
    assert began_s == start_of_day_s(now.timestamp(), zone)
