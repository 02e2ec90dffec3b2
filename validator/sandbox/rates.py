"""Makes the headers for the rate limit and for a refusal's wait, in all forms that servers use."""

from __future__ import annotations

import math
from email.utils import formatdate
from typing import TYPE_CHECKING, assert_never

from validator.sandbox.words import RateHeaders, ResetForm, RetryAfterForm

if TYPE_CHECKING:
    from validator.sandbox.config import SandboxConfig
    from validator.sandbox.limits import Admission

Headers = list[tuple[bytes, bytes]]

# A wait that no client should accept without asking its user: an hour, as one gateway has sent.
HUGE_WAIT_S = 3600
_WRONG_FACTOR = 10


def rate_headers(config: SandboxConfig, admission: Admission, wall_s: float, count: int) -> Headers:
    """Return the headers that state the limit.

    Args:
        config: which headers, in which form.
        admission: the limiter's decision.
        wall_s: the Unix time.
        count: how many responses were sent before, for `SOME`.
    """
    match config.rate_headers:
        case RateHeaders.X:
            return _x_headers(config.reset_form, admission, wall_s)
        case RateHeaders.IETF:
            return _ietf_headers(admission)
        case RateHeaders.BOTH:
            return _x_headers(config.reset_form, admission, wall_s) + _ietf_headers(admission)
        case RateHeaders.NONE:
            return []
        case RateHeaders.SOME:
            return _x_headers(config.reset_form, admission, wall_s) if count % 2 == 0 else []
        case RateHeaders.WRONG:
            limit = admission.limit * _WRONG_FACTOR
            wrong = admission._replace(limit=limit, remaining=limit - 1, reset_s=-3600.0)
            return _x_headers(config.reset_form, wrong, wall_s)
        case _:
            assert_never(config.rate_headers)


def _x_headers(form: ResetForm, admission: Admission, wall_s: float) -> Headers:
    return [
        (b"x-ratelimit-limit", b"%d" % admission.limit),
        (b"x-ratelimit-remaining", b"%d" % admission.remaining),
        (b"x-ratelimit-reset", b"%d" % _reset(form, admission.reset_s, wall_s)),
    ]


def _reset(form: ResetForm, reset_s: float, wall_s: float) -> int:
    match form:
        case ResetForm.UNIX:
            return math.ceil(wall_s + reset_s)
        case ResetForm.MS:
            return math.ceil((wall_s + reset_s) * 1000)
        case ResetForm.DELTA:
            return math.ceil(reset_s)
        case _:
            assert_never(form)


def _ietf_headers(admission: Admission) -> Headers:
    """Return the two fields of draft-ietf-httpapi-ratelimit-headers-11, section 3 and 4."""
    reset_s = math.ceil(admission.reset_s)
    return [
        (b"ratelimit-policy", b'"default";q=%d;w=60' % admission.limit),
        (b"ratelimit", b'"default";r=%d;t=%d' % (admission.remaining, reset_s)),
    ]


def retry_after(  # noqa: PLR0911 - one return a form
    form: RetryAfterForm, wait_s: float, wall_s: float
) -> tuple[Headers, dict[str, object]]:
    """Return the wait in a 429: headers, and members of its error object.

    The wait is rounded up to whole seconds, at least one, so that a client which obeys it is never early.
    """
    seconds = max(1, math.ceil(wait_s))
    match form:
        case RetryAfterForm.SECONDS:
            return [(b"retry-after", b"%d" % seconds)], {}
        case RetryAfterForm.DATE:
            # The date has whole seconds, so the wait counts from the time in the `Date` header.
            return [(b"retry-after", formatdate(math.ceil(wall_s) + seconds, usegmt=True).encode())], {}
        case RetryAfterForm.ZERO:
            return [(b"retry-after", b"0")], {}
        case RetryAfterForm.NEGATIVE:
            return [(b"retry-after", b"-5")], {}
        case RetryAfterForm.HUGE:
            return [(b"retry-after", b"%d" % HUGE_WAIT_S)], {}
        case RetryAfterForm.GARBAGE:
            return [(b"retry-after", b"soon")], {}
        case RetryAfterForm.ABSENT:
            return [], {}
        case RetryAfterForm.BODY:
            return [], {"retry_after": seconds}
        case _:
            assert_never(form)
