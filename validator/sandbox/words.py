"""The words of a sandbox's options, and the values that its help text shows."""

from __future__ import annotations

from enum import StrEnum

# Requests a minute, from the provider's price list. `unlimited` is the sandbox's own plan, for measurements.
PLAN_LIMITS_PER_MIN: dict[str, int | None] = {
    "starter": 60,
    "growth": 300,
    "business": 1000,
    "enterprise": 2000,
    "unlimited": None,
}

# The connected session of the default ones.
CONNECTED_SESSION = "sess_01H8BKF0000000000000000Z2T"


class LimiterKind(StrEnum):
    """Which algorithm counts a key's requests."""

    TOKEN_BUCKET = "token_bucket"  # noqa: S105 - the algorithm's name
    FIXED_WINDOW = "fixed_window"
    SLIDING_LOG = "sliding_log"
    SLIDING_COUNTER = "sliding_counter"
    GCRA_BURST = "gcra_burst"
    GCRA_SMOOTH = "gcra_smooth"


class Envelope(StrEnum):
    """The envelope of a success body; `MIXED` chooses one of the three at random for each answer."""

    BARE = "bare"
    DATA = "data"
    SUCCESS = "success"
    MIXED = "mixed"


class RateHeaders(StrEnum):
    """Which headers state the limit; `SOME` omits them in every other response, `WRONG` has false values."""

    X = "x"
    IETF = "ietf"
    BOTH = "both"
    NONE = "none"
    SOME = "some"
    WRONG = "wrong"


class ResetForm(StrEnum):
    """The form of `X-RateLimit-Reset`: Unix seconds (documented), Unix ms, or seconds from now."""

    UNIX = "unix"
    MS = "ms"
    DELTA = "delta"


class RetryAfterForm(StrEnum):
    """How a 429 states the wait; `BODY` states it only in the error object."""

    SECONDS = "seconds"
    DATE = "date"
    ZERO = "zero"
    NEGATIVE = "negative"
    HUGE = "huge"
    GARBAGE = "garbage"
    ABSENT = "absent"
    BODY = "body"


class Answers(StrEnum):
    """What a session answers: the truth, or the same for every number, as broken sessions do."""

    HONEST = "honest"
    NO = "no"
    YES = "yes"
