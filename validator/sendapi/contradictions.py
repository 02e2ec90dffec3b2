"""Answers that contradict themselves: they are none.

Which words say so is a list, and not a complete one. What it misses is still held to the guard's rule: a "no"
counts once a later "yes" shows that the session tells the truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

# Names are compared in small letters and without punctuation: `statusCode`, `status_code` and `status-code`
# are one. Each stands beside an answer in one of the common envelopes.
_SUCCESS = frozenset({"success", "ok"})
_ERRORS = frozenset({"error", "errors", "fault", "faults", "exception", "failed", "failure"})
_CODES = frozenset({"code", "status", "statuscode", "httpcode", "httpstatus", "errorcode"})
_STATES = frozenset({"status", "state", "result", "outcome", "sessionstatus"})
_REASONS = frozenset({"reason", "message", "detail", "description", "warning"})
# Other gateways' words for `is_whatsapp_user` and `whatsapp_id`, which proxies before them pass on.
_FLAGS = frozenset(
    {"exists", "numberexists", "registered", "isregistered", "onwhatsapp", "isonwhatsapp", "haswhatsapp",
     "isinwhatsapp", "iswhatsappuser"}
)  # fmt: skip
_IDS = frozenset({"jid", "wajid", "whatsappjid", "lid", "waid", "wid"})

_WORDS = _STATES | _REASONS
_TELLING = _SUCCESS | _ERRORS | _CODES | _WORDS | _FLAGS | _IDS
_MOST_NAMES = 16  # of an answer; the names of longer ones are not kept

_CODES_OF_SUCCESS = frozenset({0, *range(200, 300)})
# Of a request or a session, and never of a number.
_FAILURE = re.compile(
    r"error|fail|disconnect|not.?(connected|ready|authori[sz]ed|authenticated|available|open|logged)|logged.?out"
    r"|expired|closed|offline|unauthori[sz]ed|forbidden|time.?out|timed.?out|unavailable|try.?again|rate.?limit"
    r"|qr.?code|pending|connecting|starting",
    re.IGNORECASE,
)


def contradiction_in(answer: Mapping[str, Any], *, registered: bool | None = None) -> str:
    """Return what in an object says that the request has failed, or the opposite; empty if nothing does.

    Args:
        answer: the answer, or the envelope around it.
        registered: what the answer says of the number; None if it is not known yet.
    """
    telling = _telling(tuple(answer)) if len(answer) <= _MOST_NAMES else tuple(answer)
    if not telling:
        return ""
    return next(_flaws({_plain(name): answer[name] for name in telling}, registered=registered), "")


def holds_verdict(body: Mapping[str, Any]) -> bool:
    """Whether a body says if a number is registered, which no refusal does."""
    return any(isinstance(part, Mapping) and "is_whatsapp_user" in part for part in (body, body.get("data")))


def _flaws(fields: Mapping[str, Any], *, registered: bool | None) -> Iterator[str]:
    for name, value in fields.items():
        if name in _SUCCESS and value is not True:
            yield f"it says {name}: {_shown(value)}"
        if name in _ERRORS and value:
            yield f"it has {name} in it"
        if name in _CODES and _is_code_of_failure(value):
            yield f"its {name} is that of a failure"
        if name in _WORDS and isinstance(value, str) and _FAILURE.search(value):
            yield f"its {name} is that of a failure"
        if name in _FLAGS and isinstance(value, bool) and value is not registered is not None:
            yield "it says both that the number is a user's and that it is none"
        if name in _IDS and value and registered is False:
            yield "it has the id of an account that it says there is none of"


def _is_code_of_failure(value: object) -> bool:
    """Whether a number is a code that is neither 0 nor one of success in HTTP (200 to 299)."""
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        value = int(value[:9])
    return isinstance(value, int) and not isinstance(value, bool) and value not in _CODES_OF_SUCCESS


@lru_cache(maxsize=64)
def _telling(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that can contradict something; answers of a provider have the same ones each time."""
    return tuple(name for name in names if _plain(name) in _TELLING)


@lru_cache(maxsize=256)
def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _shown(value: object) -> str:
    return "false" if value is False else "neither true nor false"
