"""Refusals of the provider: reads its three envelopes, and makes a typed exception by one table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from validator.errors import (
    ApiError,
    BadAnswer,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Redirected,
    ServerError,
    SessionNotConnected,
    UnexpectedStatus,
)
from validator.http.masking import one_line
from validator.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.model import RateNotice

_Meaning = type[ApiError]

# The contract's table of errors, by status. 408 and 425 are from RFC 9110 (15.5.9) and RFC 8470 (5.2).
_BY_STATUS: dict[int, _Meaning] = {
    400: InvalidRequest,
    401: MissingOrBadKey,
    402: QuotaExceeded,
    403: Forbidden,
    404: NotFound,
    408: ServerError,
    409: SessionNotConnected,
    422: InvalidRequest,
    425: ServerError,
    429: RateLimited,
}

# The same table by the provider's codes and types. The third envelope has a class as its type and the type as
# its code, so one table serves both. The code or type counts more than the status.
_BY_WORD: dict[str, _Meaning] = {
    **dict.fromkeys(("4010", "4011", "4012", "4013"), MissingOrBadKey),
    **dict.fromkeys(
        ("missing_api_key", "invalid_api_key", "revoked_api_key", "expired_api_key", "authentication_error"),
        MissingOrBadKey,
    ),
    **dict.fromkeys(("4030", "insufficient_scope", "permission_error"), Forbidden),
    **dict.fromkeys(
        ("4020", "402", "quota_exceeded", "subscription_required", "subscription_expired", "billing_error"),
        QuotaExceeded,
    ),
    **dict.fromkeys(("4001", "invalid_phone"), InvalidPhone),
    **dict.fromkeys(("4000", "invalid_request", "invalid_request_error"), InvalidRequest),
    **dict.fromkeys(("4029", "429", "rate_limit_exceeded", "rate_limit_error"), RateLimited),
    "not_found": NotFound,
}

# The contract has no code for a disconnected session, so it is recognized by words (`-` and `_` are spaces).
_DISCONNECTED = Pattern(
    r"\bsession\b.*\b(?:not (?:yet )?(?:connected|ready|active|authenticated|logged in)|disconnected|offline)"
)
# A gateway may hide a 429 of WhatsApp behind a 500, in WhatsApp's own words (seen with devlikeapro/waha).
_OVER_LIMIT = Pattern(r"rate overlimit|rate limit(?:ed)? (?:error|exceeded|reached)|too many requests")
_OVER_LIMIT_BYTES = b"rate-overlimit"

# The statuses of an invalid phone. It is final for the number, so it must not come from a wrong address.
_ABOUT_THE_CALL = frozenset({200, 400, 422})

# An error type with one of these words is not about the number. It contradicts the code of an invalid phone.
_ABOUT_ANOTHER = Pattern(r"session|device|instance|connect|auth|key|scope|quota|billing|rate|server|internal")

# All three envelopes have an error with a type in this form. In other programs the field holds a status, a
# sentence, or the name of a class.
_TYPE = Pattern(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_STATUSES = frozenset({"402", "429"})

# The limit for each text of a refusal, ten times the longest documented message. The time of the patterns
# above can grow with the square of the length of a malicious text: 3 s for 64 KB.
_MAX_TEXT_CHARS = 1_000

_REMEDIES: dict[_Meaning, str] = {
    QuotaExceeded: "The provider's dashboard says when the next billing period begins",
    Forbidden: "Use a key with the missing scope",
    NotFound: "Check --session and --base-url",
    SessionNotConnected: "Connect the session again in the provider's dashboard",
    Redirected: "Check --base-url; redirects are not followed, since the key would travel along",
    UnexpectedStatus: "Check that --base-url is the provider's API",
}


class Fault(Struct, frozen=True, kw_only=True):
    """The content of a refusal, independent of its envelope. Long texts are cut."""

    status: int
    code: int | str | None = None
    type: str = ""
    message: str = ""

    @classmethod
    def read(cls, status: int, body: Mapping[str, Any]) -> Fault:
        """Read the fault in a body: from its `error`, an object or a text, or else from the top level."""
        error = body.get("error")
        if isinstance(error, str):
            return cls(status=status, message=_text(error))
        fields = error if isinstance(error, dict) else body
        return cls(
            status=status,
            code=_code(fields.get("code")),
            type=_text(fields.get("type")),
            message=_text(fields.get("message")),
        )

    @property
    def words(self) -> str:
        """Code, type and message as lower-case words, for the patterns."""
        return re.sub(r"[-_\s]+", " ", f"{self.code} {self.type} {self.message}").lower()


def _text(value: object) -> str:
    return value[:_MAX_TEXT_CHARS] if isinstance(value, str) else ""


def _code(value: object) -> int | str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _text(value) if isinstance(value, str) else None


def is_enveloped(body: Mapping[str, Any]) -> bool:
    """Whether a refusal is in one of the provider's envelopes.

    All of them have an object `error`, and a type, a code of the contract, or `success: false`.
    """
    error = body.get("error")
    if not isinstance(error, dict):
        return False
    own_code = str(_code(error.get("code"))).lower() in _BY_WORD.keys() - _STATUSES
    own_type = bool(_TYPE.fullmatch(_text(error.get("type"))))
    return own_code or own_type or body.get("success") is False


def is_over_limit(fault: Fault, raw: bytes) -> bool:
    """Whether a 5xx hides a 429 of WhatsApp, which gateways pass on in any form.

    Args:
        fault: the content of the refusal.
        raw: the undecoded body.
    """
    if fault.status < 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return False
    return _OVER_LIMIT_BYTES in raw or bool(_OVER_LIMIT.search(fault.words))


def meaning_of(fault: Fault, raw: bytes = b"") -> _Meaning:
    """Return the exception class for a refusal. Pure.

    Args:
        fault: the content of the refusal.
        raw: the undecoded body, which is searched only for a 5xx.
    """
    status = fault.status
    if 300 <= status < 400:  # noqa: PLR2004 - the class of statuses called 3xx
        return Redirected
    if status >= 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return RateLimited if is_over_limit(fault, raw) else ServerError
    if status < 400:  # noqa: PLR2004 - only 2xx is left here
        return (_own_word(fault) or BadAnswer) if status == 200 else UnexpectedStatus  # noqa: PLR2004 - OK
    return _own_word(fault) or _BY_STATUS.get(status, UnexpectedStatus)


def _own_word(fault: Fault) -> _Meaning | None:
    """Return the exception class for the provider's code or type; None if neither is known."""
    known = (_BY_WORD.get(str(word).lower()) for word in (fault.code, fault.type))
    meaning = next((word for word in known if word is not None), None)
    if meaning in {None, InvalidRequest, NotFound} and _DISCONNECTED.search(fault.words):
        return SessionNotConnected
    is_doubtful = fault.status not in _ABOUT_THE_CALL or _ABOUT_ANOTHER.search(fault.type.lower())
    return None if meaning is InvalidPhone and is_doubtful else meaning


def refusal(fault: Fault, *, rate: RateNotice, request_id: str, raw: bytes = b"") -> ApiError:
    """Return the exception for a refusal. Its message has status, the provider's words and a remedy; masked.

    Args:
        fault: the content of the refusal.
        rate: the rate notice of the response.
        request_id: the provider's id of the exchange.
        raw: the undecoded body.
    """
    meaning = meaning_of(fault, raw)
    said = ", ".join(part for part in (str(fault.code or ""), fault.type, fault.message) if part)
    answered = f"the provider answered {fault.status}" + (f": {one_line(said)}" if said else "")
    remedy = _REMEDIES.get(meaning)
    return meaning(
        f"{answered.rstrip('.')}. {remedy}" if remedy else answered,
        status=fault.status,
        code=fault.code,
        type=fault.type,
        request_id=request_id,
        rate=rate,
    )
