"""Refusals of the provider: three envelopes, one table, one typed exception."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.model import RateNotice

_Meaning = type[ApiError]

# The contract's table of errors, by status; 408 and 425 as RFC 9110 (15.5.9) and RFC 8470 (5.2) mean them.
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

# The same table by the provider's own codes and type words. Envelope three has a class for its type and the
# type for its code, which is why one table serves both. What the provider says outweighs the status it says
# it with.
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

# The contract gives a disconnected session no code, so it is known by its words (`-` and `_` read as spaces).
_DISCONNECTED = re.compile(
    r"\bsession\b.*\b(?:not (?:yet )?(?:connected|ready|active|authenticated|logged in)|disconnected|offline)"
)
# A gateway's way of saying 429 behind a 500, as WhatsApp itself words it (seen with devlikeapro/waha).
_OVER_LIMIT = re.compile(r"rate overlimit|rate limit(?:ed)? (?:error|exceeded|reached)|too many requests")
_OVER_LIMIT_BYTES = b"rate-overlimit"

# Where an invalid phone may be the answer. It is final for the number, so a broken route must not say it.
_ABOUT_THE_CALL = frozenset({200, 400, 422})

# What an error's type is about if not about the number: with the code of an invalid phone it contradicts it.
_ABOUT_ANOTHER = re.compile(
    r"session|device|instance|connect|auth|key|scope|quota|billing|rate|server|internal"
)

# All three envelopes have an error with a type, in words like these. Other programs have a status there, a
# sentence, or the name of a class.
_TYPE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_STATUSES = frozenset({"402", "429"})

# Of any part of a refusal. The longest message documented has a tenth of it, and the patterns above take time
# that grows with the square of a text made for it: 3 s for one of 64 KB.
_MAX_SAID_CHARS = 1_000

_REMEDIES: dict[_Meaning, str] = {
    MissingOrBadKey: "Check SENDAPI_API_KEY or --api-key-file",
    QuotaExceeded: "The provider's dashboard says when the billing period turns",
    Forbidden: "Use a key with the scope that is lacking",
    NotFound: "Check --session and --base-url",
    SessionNotConnected: "Connect the session again in the provider's dashboard",
    Redirected: "Check --base-url; redirects are not followed, since the key would travel along",
    UnexpectedStatus: "Check that --base-url is the provider's API",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a refusal says, whichever envelope it came in: the provider's words, cut short."""

    status: int
    code: int | str | None = None
    type: str = ""
    message: str = ""

    @classmethod
    def read(cls, status: int, body: Mapping[str, Any]) -> Fault:
        """Take the fault out of a body: from its `error`, object or text, or else from the top."""
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
        """Code, type and message as plain words, for the patterns."""
        return re.sub(r"[-_\s]+", " ", f"{self.code} {self.type} {self.message}").lower()


def _text(value: object) -> str:
    return value[:_MAX_SAID_CHARS] if isinstance(value, str) else ""


def _code(value: object) -> int | str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _text(value) if isinstance(value, str) else None


def is_enveloped(body: Mapping[str, Any]) -> bool:
    """Whether a refusal is in one of the provider's envelopes.

    All have an object `error`, and with it a type, a code of the contract, or `success: false`.
    """
    error = body.get("error")
    if not isinstance(error, dict):
        return False
    own_code = str(_code(error.get("code"))).lower() in _BY_WORD.keys() - _STATUSES
    own_type = bool(_TYPE.fullmatch(_text(error.get("type"))))
    return own_code or own_type or body.get("success") is False


def is_over_limit(fault: Fault, raw: bytes) -> bool:
    """Whether a 5xx is a 429 of WhatsApp's own, which gateways pass on in any form.

    Args:
        fault: what the response says.
        raw: the body as it came.
    """
    if fault.status < 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return False
    return _OVER_LIMIT_BYTES in raw or bool(_OVER_LIMIT.search(fault.words))


def meaning_of(fault: Fault, raw: bytes = b"") -> _Meaning:
    """Return the class of exception that a refusal is. Pure.

    Args:
        fault: what it says.
        raw: the body as it came, looked at only where the status says that the server failed.
    """
    status = fault.status
    if 300 <= status < 400:  # noqa: PLR2004 - the class of statuses called 3xx
        return Redirected
    if status >= 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return RateLimited if is_over_limit(fault, raw) else ServerError
    if status < 400:  # noqa: PLR2004 - what is left here is a success
        return (_own_word(fault) or BadAnswer) if status == 200 else UnexpectedStatus  # noqa: PLR2004 - OK
    return _own_word(fault) or _BY_STATUS.get(status, UnexpectedStatus)


def _own_word(fault: Fault) -> _Meaning | None:
    """Return what the provider's own words say; None where they say nothing known."""
    known = (_BY_WORD.get(str(word).lower()) for word in (fault.code, fault.type))
    meaning = next((word for word in known if word is not None), None)
    if meaning in {None, InvalidRequest, NotFound} and _DISCONNECTED.search(fault.words):
        return SessionNotConnected
    is_doubtful = fault.status not in _ABOUT_THE_CALL or _ABOUT_ANOTHER.search(fault.type.lower())
    return None if meaning is InvalidPhone and is_doubtful else meaning


def refusal(fault: Fault, *, rate: RateNotice, request_id: str, raw: bytes = b"") -> ApiError:
    """Return the exception for a refusal; its message names status, words and remedy, and is masked.

    Args:
        fault: what the provider said.
        rate: what the same response said about rates.
        request_id: the provider's id of the exchange.
        raw: the body as it came.
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
