"""Where a run's settings come from, and every check of their ranges, once.

Flags beat environment variables, which beat the settings files (see `cli.settings_files`), which beat the
defaults here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Self

from platformdirs import PlatformDirs

from validator.errors import UsageError
from validator.ledger_url import LedgerUrl, Location, ledger_location
from validator.local_time import next_time_of_day
from validator.model import Number, Verdict

DIRS = PlatformDirs("recipient-validator", appauthor=False)

PROJECT_FILE = Path("validator.toml")

DATABASE_VARIABLE = "DATABASE_URL"

SAMPLE_SIZE = 300
"""Numbers of a sample that says the share to within six points either way."""

DAY_S = 86_400.0
# Nobody means more than a century, and a calendar cannot be asked about the year 10000.
LONGEST_S = 100 * 365 * DAY_S
UNIT_S = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3_600.0, "d": DAY_S, "w": 7 * DAY_S}

# Enterprise, the largest documented plan, allows 2,000 a minute; fifty times that is a slip of the keyboard.
MAX_RATE_PER_MIN = 100_000.0


# More than any provider takes for a check, in any currency; and finer than any price is given.
MAX_PRICE = 1_000_000
MAX_PRICE_DECIMALS = 12

# What a run ends with that was in order, or that somebody else has to put in order.
MAY_BE_SUCCESS = (0, 4, 5, 6, 7, 129, 130, 143)


def state_folder() -> Path:
    """Return the folder for what has to outlive a run, as the environment (`XDG_STATE_HOME`) has it now.

    Raises:
        UsageError: this user has no home folder.
    """
    try:
        return Path(DIRS.user_state_dir)
    except RuntimeError:
        raise UsageError(
            "this user has no home folder to keep the ledger in; name a file of yours with --ledger, or set "
            "XDG_STATE_HOME to a folder"
        ) from None


def default_ledger() -> Location:
    """Return the ledger that runs share by default: the database that the environment names, or a file."""
    given = ledger_location(os.environ.get(DATABASE_VARIABLE, ""))
    return given if isinstance(given, LedgerUrl) else state_folder() / "ledger.sqlite"


def user_file() -> Path | None:
    """Return the user's own settings file, as the environment (`XDG_CONFIG_HOME`) has it now.

    None if this user has no home folder for it.
    """
    try:
        return Path(DIRS.user_config_dir) / "config.toml"
    except RuntimeError:
        return None


class RateMode(StrEnum):
    """How the pace of a run is decided."""

    FIXED = "fixed"
    AUTO = "auto"
    FIND = "find"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rate:
    """What `--rate` asks for: a mode, and for `FIXED` the requests allowed in a minute."""

    mode: RateMode
    per_min: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `300/min`, `5/s`, `0.5/min`, `1000/h`, `auto`, `find` or `none`."""
        word = text.strip().lower()
        if word in {RateMode.AUTO, RateMode.FIND, RateMode.NONE}:
            return cls(RateMode(word))
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*/\s*(s|min|m|h|d)", word)
        if not found:
            raise UsageError(
                f"rate {text!r} is not understood; write for instance 300/min, or auto, find or none"
            )
        per_min = float(found[1]) * 60 / UNIT_S[found[2]]
        if not 0 < per_min <= MAX_RATE_PER_MIN:
            raise UsageError(
                f"rate {text!r} is out of range; more than 0 and at most {MAX_RATE_PER_MIN:,.0f}/min"
            )
        return cls(RateMode.FIXED, per_min)


def parse_duration_s(text: str) -> float:
    """Return the seconds of `45s`, `30m`, `2h`, `1h30m`, `7d`, `2w` or a plain `0`."""
    word = text.strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)(min|[smhdw])", word)
    if word != "0" and (not parts or "".join(number + unit for number, unit in parts) != word):
        raise UsageError(f"duration {text!r} is not understood; write for instance 45s, 30m, 2h or 7d")
    duration_s = sum((float(number) * UNIT_S[unit] for number, unit in parts), 0.0)
    if duration_s > LONGEST_S:
        raise UsageError(f"duration {text!r} is out of range; at most {LONGEST_S / DAY_S:,.0f}d")
    return duration_s


def parse_columns(text: str) -> tuple[str, ...]:
    """Return the names of two columns or more, written with commas between them.

    Raises:
        UsageError: there is only one.
    """
    columns = tuple(filter(None, map(str.strip, text.split(","))))
    if len(columns) == 1:
        raise UsageError(f"--join takes two columns or more with a comma between, not {text!r}")
    return columns


def parse_deadline(text: str, now: datetime) -> datetime:
    """Return the deadline given as a duration from `now` (`2h`) or as the next such time of day (`06:30`).

    Args:
        text: what was written.
        now: the current time. Without a zone it is local time, by the rules of the system's zone.
    """
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if not found:
        return datetime.fromtimestamp(now.timestamp() + parse_duration_s(text), now.tzinfo)
    try:
        wanted = time(int(found[1]), int(found[2]))
    except ValueError:
        raise UsageError(f"deadline {text!r} is no time of day; write for instance 06:30 or 2h") from None
    return next_time_of_day(wanted, now)


def parse_share(text: str) -> float:
    """Return the share (0 to 1) written as `5%` or `0.05`."""
    word = text.strip()
    try:
        share = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        raise UsageError(f"share {text!r} is not understood; write for instance 5% or 0.05") from None
    if not 0 <= share <= 1:
        raise UsageError(f"share {text!r} is out of range; 0% to 100%")
    return share


def parse_price(text: str) -> Decimal:
    """Return the price of a check, `0.002`, as it is written: no binary fraction rounds it.

    Raises:
        UsageError: it is no amount of money.
    """
    try:
        price = Decimal(text.strip())
    except InvalidOperation:
        raise UsageError(
            f"price {text!r} is not understood; write a number with a point and without a currency, for "
            "instance 0.002"
        ) from None
    is_fine = price.is_finite() and Decimal(price.normalize().as_tuple().exponent) >= -MAX_PRICE_DECIMALS
    if not is_fine or price.is_signed() or price > MAX_PRICE:
        raise UsageError(
            f"price {text!r} is out of range; 0 to {MAX_PRICE:,}, with {MAX_PRICE_DECIMALS} decimals at most"
        )
    return price


def parse_exit_codes(text: str) -> frozenset[int]:
    """Return the exit codes of `0,4`; 0 is always among them.

    Raises:
        UsageError: one is none that a run in order ends with.
    """
    words = {word.strip() for word in text.split(",")} - {""}
    known = {str(code): code for code in MAY_BE_SUCCESS}
    if strange := sorted(words - set(known)):
        raise UsageError(
            f"exit code {strange[0]!r} cannot count as success; there are: {', '.join(known)} (1 is a bug, "
            "and after 2 and 3 nothing is as it was asked for)"
        )
    return frozenset({0, *(known[word] for word in words)})


def parse_number(text: str, *, option: str) -> Number:
    """Return the number written as `+447700900000`; blanks, dots, dashes and parentheses may stand in it."""
    try:
        return Number.parse(re.sub(r"[\s().-]", "", text))
    except ValueError:
        raise UsageError(
            f"a {option} is not understood; write it with its country code, for instance +447700900000"
        ) from None


def parse_positive_share(text: str) -> float:
    """Return the share written as `30%` or `0.3`, which has to be more than nothing."""
    if not (share := parse_share(text)):
        raise UsageError(f"share {text!r} leaves nothing; more than 0% and up to 100%")
    return share


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How many rows may end `unknown`: a count, or a share of the rows."""

    rows: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0`, `250` or `1%`."""
        if text.strip().endswith("%"):
            return cls(share=parse_share(text))
        if not text.strip().isdecimal():
            raise UsageError(f"--max-unknown {text!r} is not understood; write for instance 0, 250 or 1%")
        return cls(rows=int(text))

    def allows(self, unknown: int, rows: int) -> bool:
        """Whether this many unknown rows of all rows still count as a finished run."""
        return unknown <= (self.rows if self.rows is not None else (self.share or 0.0) * rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxAge:
    """How long each kind of answer holds before its number is worth asking about again, in seconds.

    A yes outlives a no: accounts are opened far more often than they are closed, and a stale no loses a
    recipient. An age of 0 asks anew in every run, and still holds what the run itself finds out.
    """

    registered_s: float = 30 * DAY_S
    not_registered_s: float = 7 * DAY_S
    unknown_s: float = 0.0

    @classmethod
    def none(cls) -> Self:
        """Return ages by which no earlier answer holds, so that every number is asked about again."""
        return cls(registered_s=0, not_registered_s=0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `30d` (for yes and no alike) or `yes=30d,no=7d,unknown=1h` (the rest keep their defaults)."""
        if "=" not in text:
            age_s = parse_duration_s(text)
            return cls(registered_s=age_s, not_registered_s=age_s)
        ages = dict(part.strip().partition("=")[::2] for part in text.split(","))
        names = {"yes": "registered_s", "no": "not_registered_s", "unknown": "unknown_s"}
        if strange := sorted(set(ages) - set(names)):
            raise UsageError(
                f"--max-age does not know {strange[0]!r}; write for instance yes=30d,no=7d,unknown=1h"
            )
        return cls(**{names[word]: parse_duration_s(age) for word, age in ages.items()})

    def cutoffs_ms(self, now_ms: int) -> dict[Verdict, int]:
        """Return, for each verdict a ledger can hold, the earliest time of an answer that is still fresh.

        Args:
            now_ms: the start of the run, in milliseconds since the Unix epoch.
        """
        ages_s = {
            Verdict.REGISTERED: self.registered_s,
            Verdict.NOT_REGISTERED: self.not_registered_s,
            # libphonenumber accepts these numbers: the provider may have been wrong, as with a "no".
            Verdict.INVALID: self.not_registered_s,
            Verdict.UNKNOWN: self.unknown_s,
        }
        return {verdict: int(max(0.0, now_ms - age_s * 1000)) for verdict, age_s in ages_s.items()}
