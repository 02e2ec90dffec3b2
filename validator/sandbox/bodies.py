"""Refusals, error bodies and envelopes, written from the contract.

It deliberately shares nothing with the client: no test would find a misreading on both sides.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import assert_never

from msgspec import Struct

from validator.sandbox.words import Envelope


class Refusal(Struct, frozen=True):
    """An answer that is an error.

    Attributes:
        status: the HTTP status.
        type: the contract's type of the error.
        message: the text for people.
        code: the contract's code, or None.
        param: the wrong parameter, for the third envelope.
        wait_s: how long the client has to wait, in seconds; None if not stated.
    """

    status: int
    type: str
    message: str
    code: int | None = None
    param: str | None = None
    wait_s: float | None = None


MISSING_KEY = Refusal(401, "missing_api_key", "No API key was given. Send it as a Bearer token.", 4010)
INVALID_KEY = Refusal(401, "invalid_api_key", "The API key is not known.", 4011)
REVOKED_KEY = Refusal(401, "revoked_api_key", "The API key was revoked.", 4012)
EXPIRED_KEY = Refusal(401, "expired_api_key", "The API key has expired.", 4013)
NO_SCOPE = Refusal(403, "insufficient_scope", "The API key may not do this.", 4030)
NO_QUOTA = Refusal(402, "quota_exceeded", "The quota of this billing period is used up.", 4020)
NO_SUBSCRIPTION = Refusal(402, "subscription_required", "This account has no subscription.", 402)
LAPSED = Refusal(402, "subscription_expired", "The subscription of this account has expired.", 402)
INVALID_PHONE = Refusal(422, "invalid_phone", "The phone number is not a valid one.", 4001, "phone")
NO_SESSION = Refusal(404, "not_found", "No session has this id.", None, "session_id")
NO_PATH = Refusal(404, "not_found", "There is nothing at this path.")
NO_METHOD = Refusal(405, "method_not_allowed", "This path knows GET only.")
TOO_MANY_AT_ONCE = Refusal(429, "concurrency_limit_exceeded", "Too many requests at once.", 4029, None, 1.0)
OVERLIMIT_500 = Refusal(500, "api_error", "upstream answered 429: rate-overlimit")


def invalid_request(status: int, param: str, message: str) -> Refusal:
    """Return the refusal of an invalid request: 400 or 422 with code 4000."""
    return Refusal(status, "invalid_request", message, 4000, param)


def not_connected(status: int) -> Refusal:
    """Return the refusal of a session that is not connected, with status 409 or 422."""
    return Refusal(
        status, "session_not_connected", "The WhatsApp session is not connected.", None, "session_id"
    )


def rate_limited(wait_s: float) -> Refusal:
    """Return the refusal of a request over the limit, which would be allowed in `wait_s` seconds."""
    return Refusal(429, "rate_limit_exceeded", "Too many requests.", 4029, None, wait_s)


def refusal_of(status: int) -> Refusal:
    """Return the contract's refusal with a status, or a plain `api_error` if the contract has none."""
    known = {
        401: REVOKED_KEY,
        402: NO_QUOTA,
        403: NO_SCOPE,
        404: NO_SESSION,
        409: not_connected(409),
        429: rate_limited(1),
    }
    if status in known:
        return known[status]
    if status in (400, 422):
        return invalid_request(status, "session_id", "The request is not valid.")
    return Refusal(status, "api_error", "Something went wrong on the provider's side.")


# The third envelope has a class of errors as its type, and the type as its code.
_THIRD = 3
_CLASSES: dict[int, str] = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def error_body(
    refusal: Refusal, form: int, members: dict[str, object], *, request_id: str, timestamp: str
) -> dict[str, object]:
    """Return a refusal in one of the contract's three envelopes.

    Args:
        refusal: the refusal.
        form: which envelope, 1 to 3.
        members: further members of the error object.
        request_id: the id of the exchange; the third envelope has none.
        timestamp: the time, for the second envelope.
    """
    error: dict[str, object]
    if form == _THIRD:
        error = {"type": _class(refusal.status), "code": refusal.type, "param": refusal.param}
        return {"error": {**error, "message": refusal.message, **members}}
    error = {"type": refusal.type, "message": refusal.message, **members}
    if refusal.code is not None:
        error["code"] = refusal.code
    if form == 1:
        return {"success": False, "error": {**error, "request_id": request_id}}
    meta = {"request_id": request_id, "timestamp": timestamp}
    return {"success": False, "error": error, "meta": meta}


def _class(status: int) -> str:
    other = "api_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return _CLASSES.get(status, other)


def enveloped(body: object, envelope: Envelope, drawn: float) -> object:
    """Return a success body in an envelope. A page already has `data`, so it gets no second one.

    Args:
        body: the bare body.
        envelope: the envelope.
        drawn: a uniform random number from 0 up to 1, for `MIXED`.
    """
    inner = body if isinstance(body, dict) and "meta" in body else {"data": body}
    match envelope:
        case Envelope.BARE:
            return body
        case Envelope.DATA:
            return inner
        case Envelope.SUCCESS:
            return {"success": True, **inner}
        case Envelope.MIXED:
            return enveloped(body, (Envelope.BARE, Envelope.DATA, Envelope.SUCCESS)[int(drawn * 3)], drawn)
        case _:
            assert_never(envelope)


def encoded(body: object) -> bytes:
    """Return a body as JSON without spaces."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
