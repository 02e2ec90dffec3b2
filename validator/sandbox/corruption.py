"""Puts a fault into a correct answer: first into its content, then into its bytes. Pure functions."""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from validator.sandbox import behaviour
from validator.sandbox.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.sandbox.faults import Fault
    from validator.sandbox.rates import Headers

JSON_TYPE = b"application/json"

# Four orders of magnitude larger than any correct answer of this API.
OVERSIZE_BYTES = 8 * 1024 * 1024
DRIP_S = 1.0

_ELSEWHERE = (b"location", b"https://elsewhere.invalid/v1/")

Body = dict[str, object]


class Ending(Enum):
    """How much of an answer is sent."""

    WHOLE = auto()
    CUT = auto()
    RESET = auto()
    NEVER = auto()


class Reply(Struct, frozen=True, kw_only=True):
    """One answer, and how it is sent.

    Attributes:
        status: the HTTP status.
        body: its bytes.
        headers: its headers, without content type and length.
        content_type: the content type.
        delay_s: seconds before its first byte.
        drip_s: seconds between its bytes; 0 for all at once.
        ending: how much of it is sent.
    """

    status: int
    body: bytes
    headers: Headers
    content_type: bytes = JSON_TYPE
    delay_s: float = 0.0
    drip_s: float = 0.0
    ending: Ending = Ending.WHOLE


def corrupt_check(body: Body, kind: FaultKind) -> object:
    """Return the content of a check's answer with a fault. Faults of other kinds change nothing."""
    change = _CHECK_CHANGES.get(kind)
    return body if change is None else change(body)


_CHECK_CHANGES: dict[FaultKind, Callable[[Body], object]] = {
    FaultKind.WRONG_NUMBER: lambda body: {**body, "phone": behaviour.other_number(str(body["phone"]))},
    FaultKind.NULL_FLAG: lambda body: {**body, "is_whatsapp_user": None},
    FaultKind.STRING_FLAG: lambda body: {**body, "is_whatsapp_user": "true"},
    FaultKind.MISSING_FLAG: lambda body: {"phone": body["phone"], "whatsapp_id": body.get("whatsapp_id")},
    FaultKind.NAN: lambda body: {**body, "is_whatsapp_user": math.nan},
    FaultKind.NULL_ID: lambda body: {**body, "is_whatsapp_user": True, "whatsapp_id": None},
    FaultKind.STALL: lambda body: {"phone": body["phone"], "is_whatsapp_user": False, "whatsapp_id": None},
    FaultKind.FLAP: lambda body: {"phone": body["phone"], "is_whatsapp_user": not body["is_whatsapp_user"]},
    FaultKind.PENDING: lambda body: {"phone": body["phone"], "status": "processing"},
    FaultKind.EXTRA_FIELDS: lambda body: {**body, "business": {"verified": False}, "score": 0.25},
    FaultKind.LIST: lambda body: [body],
}


def corrupt_page(before: list[Body], rows: list[Body], kind: FaultKind) -> list[Body]:
    """Return the rows of a contact page with a fault.

    Args:
        before: the last row of the previous page; empty on the first page.
        rows: the correct rows.
        kind: the fault; faults of other kinds change nothing.
    """
    match kind:
        case FaultKind.REPEATED_ROW:
            return (before + rows)[: len(rows)]
        case FaultKind.SHORT_PAGE:
            return rows[:-1]
        case FaultKind.LID_CONTACT:
            return [{**row, "phone": "100000000000001@lid"} for row in rows[:1]] + rows[1:]
        case _:
            return rows


def corrupt_body(body: object, kind: FaultKind) -> object:
    """Return a body with its envelope and a fault of the envelope. Faults of other kinds change nothing."""
    match kind:
        case FaultKind.SUCCESS_FALSE:
            return {"success": False, "error": {"type": "api_error", "message": "The lookup failed."}}
        case FaultKind.NONZERO_CODE:
            return {"code": 5001, "message": "The lookup failed.", "data": None}
        case _:
            return body


def corrupt_reply(reply: Reply, fault: Fault) -> Reply:
    """Return an answer with a fault in its bytes, its headers, or its transmission."""
    if fault.kind in _ENDINGS:
        return replace(reply, ending=_ENDINGS[fault.kind])
    if fault.kind in (FaultKind.SLOW, FaultKind.STALL):
        return replace(reply, delay_s=reply.delay_s + fault.delay_s)
    change = _REPLY_CHANGES.get(fault.kind)
    return reply if change is None else change(reply)


_ENDINGS = {
    FaultKind.TIMEOUT: Ending.NEVER,
    FaultKind.RESET: Ending.RESET,
    FaultKind.CUT: Ending.CUT,
}

_REPLY_CHANGES: dict[FaultKind, Callable[[Reply], Reply]] = {
    FaultKind.DRIP: lambda reply: replace(reply, drip_s=DRIP_S),
    FaultKind.CLOSE: lambda reply: replace(reply, headers=[*reply.headers, (b"connection", b"close")]),
    FaultKind.WRONG_TYPE: lambda reply: replace(reply, content_type=b"text/plain; charset=utf-8"),
    FaultKind.REDIRECT: lambda reply: replace(
        reply, status=302, body=b"", headers=[*reply.headers, _ELSEWHERE]
    ),
    FaultKind.HTML: lambda reply: _page(reply, 200, b"Welcome"),
    FaultKind.HTML_502: lambda reply: _page(reply, 502, b"502 Bad Gateway"),
    FaultKind.EMPTY: lambda reply: replace(reply, body=b""),
    FaultKind.TRUNCATED: lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2]),
    FaultKind.OVERSIZE: lambda reply: replace(reply, body=_padded(reply.body)),
    FaultKind.DUPLICATE_KEYS: lambda reply: replace(reply, body=_with_both_flags(reply.body)),
}


def _page(reply: Reply, status: int, title: bytes) -> Reply:
    page = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>" % (
        title,
        title,
    )
    return replace(reply, status=status, body=page, content_type=b"text/html; charset=utf-8")


def _padded(body: bytes) -> bytes:
    """Return the body with white space before its last byte: valid JSON, but far too long."""
    return b"%s%s%s" % (body[:-1], b" " * (OVERSIZE_BYTES - len(body)), body[-1:])


def _with_both_flags(body: bytes) -> bytes:
    """Return the body with the flag as true and again as false; JSON does not define which one counts."""
    both = rb'"is_whatsapp_user":true,"is_whatsapp_user":false'
    return re.sub(rb'"is_whatsapp_user":(?:true|false)', both, body, count=1)
