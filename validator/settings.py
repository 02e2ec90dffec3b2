"""The values of a run's settings: their types, and how they are parsed.

Options on the command line win over environment variables, these over settings files (see
`cli.settings.settings_files`), and these over the defaults.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Self

from msgspec import Struct

from validator.arguments import NUMBER, require
from validator.errors import UsageError
from validator.local_time import next_time_of_day, unknown_zone
from validator.model import Number, Verdict
from validator.value import Value

DAY_S = 86_400.0
# More than a century is a mistake, and `datetime` ends with the year 9999.
LONGEST_S = 100 * 365 * DAY_S
UNIT_S = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3_600.0, "d": DAY_S, "w": 7 * DAY_S}

# SendAPI's largest documented plan, Enterprise, allows 2,000 a minute; fifty times that is a typing mistake.
MAX_RATE_PER_MIN = 100_000.0
# More than any provider charges for a check, in any currency, and more decimals than any price has.
MAX_PRICE = 1_000_000
MAX_PRICE_DECIMALS = 12


class RateMode(StrEnum):
    """How a run decides its pace."""

    FIXED = "fixed"
    AUTO = "auto"
    FIND = "find"
    NONE = "none"


class Rate(Value, Struct, frozen=True):
    """The value of `--rate`: a mode, and for `FIXED` the requests allowed in a minute."""

    mode: RateMode
    per_min: float | None = None

    def __post_init__(self) -> None:
        """Raise `UsageError` if a fixed rate is out of range, or another one has a number."""
        if self.mode is RateMode.FIXED and not 0 < (self.per_min or 0) <= MAX_RATE_PER_MIN:
            raise UsageError(
                f"per_min is {self.per_min}; a fixed rate is above 0 and at most {MAX_RATE_PER_MIN:,.0f}"
            )
        if self.mode is not RateMode.FIXED and self.per_min is not None:
            raise UsageError(f"per_min is {self.per_min}; only a fixed rate has one")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `300/min`, `5/s`, `0.5/min`, `1000/h`, `auto`, `find` or `none`."""
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


def parse_positive_duration_s(text: str) -> float:
    """Return the seconds of a duration, which must be more than 0."""
    if not (duration_s := parse_duration_s(text)):
        raise UsageError(f"duration {text!r} leaves no time; more than 0 is expected")
    return duration_s


def parse_deadline(text: str, now: datetime) -> datetime:
    """Return the deadline: a duration from `now` (`2h`), or the next such time of day (`06:30`).

    Args:
        text: the duration or time of day.
        now: the current time. Without a zone it is local time, by the rules of the system's zone.
    """
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if not found:
        return datetime.fromtimestamp(now.timestamp() + parse_duration_s(text), now.tzinfo)
    try:
        wanted = time(int(found[1]), int(found[2]))
    except ValueError:
        raise UsageError(f"deadline {text!r} is no time of day; write for instance 06:30 or 2h") from None
    if now.tzinfo is None and (zone := unknown_zone()):
        raise UsageError(
            f"this machine knows no zone {zone!r} (TZ), so {text} would be a time in UTC; correct TZ "
            "(Europe/Berlin), install the zones of the system (tzdata), or give a duration such as 2h"
        )
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
    """Return the price of a check (`0.002`) as an exact decimal number.

    Raises:
        UsageError: it is not a number, or out of range.
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


def parse_number(text: str, *, option: str) -> Number:
    """Return the number of a text like `+447700900000`; ignores spaces, dots, dashes and parentheses."""
    try:
        return Number.parse(re.sub(r"[\s().-]", "", text))
    except ValueError:
        raise UsageError(
            f"a {option} is not understood; write it with its country code, for instance +447700900000"
        ) from None


def parse_positive_share(text: str) -> float:
    """Return the share written as `30%` or `0.3`, which must be more than 0."""
    if not (share := parse_share(text)):
        raise UsageError(f"share {text!r} leaves nothing; more than 0% and up to 100%")
    return share


class Tolerance(Value, Struct, frozen=True):
    """How many rows may end `unknown`: a count, or a share of the rows."""

    rows: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `0`, `250` or `1%`."""
        if text.strip().endswith("%"):
            return cls(share=parse_share(text))
        if not text.strip().isdecimal():
            raise UsageError(f"--max-unknown {text!r} is not understood; write for instance 0, 250 or 1%")
        return cls(rows=int(text))

    def allows(self, unknown: int, rows: int) -> bool:
        """Whether a run with this many unknown rows still counts as finished."""
        return unknown <= (self.rows if self.rows is not None else (self.share or 0.0) * rows)


_AGE_KINDS = dict.fromkeys(("registered_s", "not_registered_s", "unknown_s"), NUMBER.within(0))


class MaxAge(Value, Struct, frozen=True, kw_only=True):
    """How long each kind of answer is fresh, in seconds; after that its number is asked about again.

    A "yes" is fresh for longer than a "no": accounts are opened far more often than they are closed, and an
    old "no" loses a recipient. With an age of 0 each run asks again; the run's own answers still count.
    """

    registered_s: float = 30 * DAY_S
    not_registered_s: float = 7 * DAY_S
    unknown_s: float = 0.0

    def __post_init__(self) -> None:
        """Raise `UsageError` if an age is not a number of 0 or more."""
        require(_AGE_KINDS, **{name: getattr(self, name) for name in _AGE_KINDS})

    @classmethod
    def none(cls) -> Self:
        """Return ages with which no earlier answer is fresh, so that every number is asked about again."""
        return cls(registered_s=0, not_registered_s=0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `30d` (for "yes" and "no") or `yes=30d,no=7d,unknown=1h` (the rest keep their defaults)."""
        if "=" not in text:
            age_s = parse_duration_s(text)
            return cls(registered_s=age_s, not_registered_s=age_s)
        parts = [part.strip().partition("=")[::2] for part in text.split(",")]
        ages = dict(parts)
        names = {"yes": "registered_s", "no": "not_registered_s", "unknown": "unknown_s"}
        if strange := sorted(set(ages) - set(names)):
            raise UsageError(
                f"--max-age does not know {strange[0]!r}; write for instance yes=30d,no=7d,unknown=1h"
            )
        if len(ages) < len(parts):
            raise UsageError(f"--max-age {text!r} gives an age twice; give each of yes, no and unknown once")
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
