"""Reads SendAPI's envelopes: turns a response into an answer or into the exception for a refusal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.http.body import decode_object
from validator.http.exchange import Answer, bad_answer
from validator.http.interception import appearance, intercepted
from validator.http.masking import without_keys
from validator.http.rate_headers import read_rates
from validator.sendapi.failures import Fault, is_enveloped, is_over_limit, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.errors import ApiError
    from validator.http.reply import Reply
    from validator.model import RateNotice

_OK = 200
_OTHER_SUCCESSES = range(201, 300)
_MAX_REQUEST_ID_CHARS = 128


def understand(reply: Reply, wall_now: float) -> Answer:
    """Return the answer in a response; `wall_now` is the time of day in Unix seconds.

    A refusal counts as the provider's, about key, session, number or quota, only in one of its envelopes.

    Raises:
        ApiError: the provider or an intermediary refused, or the body is no JSON object.
    """
    body, flaw = _decoded(reply.body)
    refused = reply.status != _OK or body.get("success") is False or bool(body.get("error"))
    request_id = request_id_in(body, reply.headers)
    rate = read_rates(reply.headers, body if refused else None, wall_now=wall_now)
    if refused and _holds_verdict(body) and reply.status not in _OTHER_SUCCESSES:
        flaw = f"it says if the number is registered, and refuses to (status {reply.status})"
        raise bad_answer(flaw, rate=rate, request_id=request_id, status=reply.status)
    if refused:
        raise _refused(reply, body, rate=rate, request_id=request_id)
    if flaw:
        raise bad_answer(f"{flaw}; it looks like {appearance(reply)}", rate=rate, request_id=request_id)
    return Answer(body=body, rate=rate, request_id=request_id)


def _decoded(body: bytes | None) -> tuple[dict[str, Any], str]:
    """Return the JSON object of a body, and an error text; the text is empty if the body is an object."""
    if body is None:
        return {}, "it is larger than any answer can be, or compressed without being asked to"
    try:
        return decode_object(body), ""
    except ValueError as error:
        return {}, f"it is {error}"


def _refused(reply: Reply, body: Mapping[str, Any], *, rate: RateNotice, request_id: str) -> ApiError:
    fault = Fault.read(reply.status, body)
    if is_enveloped(body) or is_over_limit(fault, reply.body or b"") or _is_other_success(reply, body):
        return refusal(fault, rate=rate, request_id=request_id, raw=reply.body or b"")
    if reply.status == _OK:
        return bad_answer("it says that it failed, and not how", rate=rate, request_id=request_id)
    return intercepted(reply, rate=rate, request_id=request_id)


def _is_other_success(reply: Reply, body: Mapping[str, Any]) -> bool:
    """Whether it is an answer to a check, but with a success status that the contract does not define.

    Other JSON with such a status comes from another program, such as a queue that says "accepted".
    """
    return reply.status in _OTHER_SUCCESSES and _holds_verdict(body) and not body.get("error")


def _holds_verdict(body: Mapping[str, Any]) -> bool:
    """Whether a body has the field that says if a number is registered. No refusal has it."""
    return any(isinstance(part, dict) and "is_whatsapp_user" in part for part in (body, body.get("data")))


def request_id_in(body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the provider's id of the exchange: from the error, `meta`, the top level, or the header."""
    found = headers.get("x-request-id", "")
    for place in (body.get("error"), body.get("meta"), body):
        word = place.get("request_id") if isinstance(place, dict) else None
        if isinstance(word, str) and word:
            found = word
            break
    return without_keys(found)[:_MAX_REQUEST_ID_CHARS]
