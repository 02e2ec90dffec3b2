"""Days and times of day in local time, also on days on which the clock changes.

A zone of None is the system's zone (`TZ`, `/etc/localtime`) with its rules for each day. A fixed offset, as
`datetime.astimezone()` gives it, would be wrong on a day with another offset.
"""

from __future__ import annotations

import os
import time as clock
from bisect import bisect_left
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, tzinfo

_MIDNIGHT = time()
# Zones whose names are the letters that they show.
_WITHOUT_OFFSET = frozenset({"UTC", "GMT"})


def unix_ms(moment: datetime) -> int:
    """Return a moment in the ledger's form: whole milliseconds since the Unix epoch."""
    return int(moment.timestamp() * 1000)


def unknown_zone() -> str:
    """Return the zone that `TZ` names if the system does not know it, else an empty text.

    The C library silently uses UTC for an unknown zone, and calls it by the first letters of `TZ`, in summer
    too. A rule (`EST5EDT`) has an offset behind its name.
    """
    zone, (name, in_summer) = os.environ.get("TZ", "").removeprefix(":"), clock.tzname
    is_named_so = zone.startswith(name) and not zone[len(name) :][:1].isdigit()
    is_utc = name == in_summer and clock.timezone == 0
    return zone if is_named_so and is_utc and name not in _WITHOUT_OFFSET else ""


def next_time_of_day(wanted: time, now: datetime) -> datetime:
    """Return the next moment after `now` at which local time shows a time of day, in the zone of `now`.

    If a clock change skips the time, the moment of the change counts. If it repeats the time, both count.
    """
    today, now_s = now.date(), now.timestamp()
    moments_s = (
        _moment_s(today + timedelta(days=days), wanted.replace(fold=fold), now.tzinfo)
        for days in (0, 1)
        for fold in (0, 1)
    )
    return datetime.fromtimestamp(min(one for one in moments_s if one > now_s), now.tzinfo)


def start_of_day_s(now_s: float, zone: tzinfo | None = None) -> float:
    """Return when the calendar day of a moment began, in Unix seconds.

    Args:
        now_s: the moment, in Unix seconds.
        zone: the zone of the calendar; None for the system's zone.
    """
    return _moment_s(datetime.fromtimestamp(now_s, zone).date(), _MIDNIGHT, zone)


def _moment_s(day: date, wanted: time, zone: tzinfo | None) -> float:
    """Return when local time reaches a time on a day, in Unix seconds; the time's `fold` as in PEP 495."""
    shown = datetime.combine(day, wanted, zone)
    moment_s = shown.timestamp()
    if _wall(moment_s, zone) == shown.replace(tzinfo=None, fold=0):
        return moment_s
    # The clock skips it. By PEP 495 the two folds are before and after the jump.
    around = sorted(int(shown.replace(fold=fold).timestamp()) for fold in (0, 1))
    target = shown.replace(tzinfo=None, fold=0)
    jump = range(around[0], around[1] + 1)
    return float(jump[bisect_left(jump, True, key=lambda at_s: _wall(at_s, zone) >= target)])  # noqa: FBT003


def _wall(at_s: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at_s, zone).replace(tzinfo=None, fold=0)
