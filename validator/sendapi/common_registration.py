"""Reads the common answer to a check with one regular expression. Pure.

The common answer has the fields of the provider's contract in its order, and nothing else. All other answers
go the long way (`envelope`, `reading`), in five times the time. So this one may be stricter, but never more
tolerant; `tests/sendapi/test_common_registration.py` compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.http.masking import without_keys
from validator.http.rate_headers import read_rates
from validator.sendapi.answers import Registration
from validator.sendapi.envelope import request_id_in, understand
from validator.sendapi.reading import registration_in

if TYPE_CHECKING:
    from validator.http.reply import Reply
    from validator.model import Number

_OK = 200
# The id as `is_whatsapp_id` takes it, without the two characters that JSON escapes.
_BODY = re.compile(
    rb'\{"phone": ?"\+([1-9][0-9]{6,14})", ?"is_whatsapp_user": ?(true|false)'
    rb'(?:, ?"whatsapp_id": ?(?:null|"([0-9A-Za-z][!#-\[\]-~]{0,127})"))?\}'
)
_TRUE = b"true"


def read_registration(asked: Number, reply: Reply, wall_now: float) -> Registration:
    """Return the registration of the number asked about, from any response.

    Args:
        asked: the number asked about.
        reply: the response.
        wall_now: the time of day in Unix seconds, for responses without a `Date`.

    Raises:
        ApiError: the provider refused, or its answer cannot be used.
    """
    found = common_registration(reply, wall_now, asked)
    return registration_in(understand(reply, wall_now), asked) if found is None else found


def common_registration(reply: Reply, wall_now: float, asked: Number) -> Registration | None:
    """Return the registration of the number asked about; None if the answer is not a common one.

    Args:
        reply: the response.
        wall_now: the time of day in Unix seconds, for responses without a `Date`.
        asked: the number asked about.
    """
    found = _BODY.fullmatch(reply.body) if reply.status == _OK and reply.body is not None else None
    if found is None:
        return None
    digits, flag, account = found.groups()
    is_user = flag == _TRUE
    if int(digits) != asked or (account is not None and not is_user):
        return None
    return Registration(
        phone=asked,
        matched_number=asked,
        is_whatsapp_user=is_user,
        whatsapp_id=None if account is None else without_keys(account.decode()),
        rate=read_rates(reply.headers, None, wall_now=wall_now),
        request_id=request_id_in({}, reply.headers) if "x-request-id" in reply.headers else "",
    )
