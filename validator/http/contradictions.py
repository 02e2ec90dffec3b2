"""Finds contradictions in an answer. Such an answer does not count.

It searches for known words, and the list of these is not complete. A "no" that passes still has to be
confirmed by the guard: it counts only after a later "yes" of the session.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Names are compared in lower case and without punctuation: `statusCode`, `status_code` and `status-code` are
# the same. Each of these occurs beside an answer in one of the common envelopes.
_SUCCESS = frozenset({"success", "ok"})
_ERRORS = frozenset({"error", "errors", "fault", "faults", "exception", "failed", "failure"})
_CODES = frozenset({"code", "status", "statuscode", "httpcode", "httpstatus", "errorcode"})
_STATES = frozenset({"status", "state", "result", "outcome", "sessionstatus"})
_REASONS = frozenset({"reason", "message", "detail", "description", "warning"})
# Names for the flag and for the id at the known gateways. A proxy may pass on their answers.
_FLAGS = frozenset(
    {"exists", "numberexists", "registered", "isregistered", "onwhatsapp", "isonwhatsapp", "haswhatsapp",
     "isinwhatsapp", "iswhatsappuser"}
)  # fmt: skip
_IDS = frozenset({"jid", "wajid", "whatsappjid", "lid", "waid", "wid"})

_WORDS = _STATES | _REASONS
_TELLING = _SUCCESS | _ERRORS | _CODES | _WORDS | _FLAGS | _IDS
_MOST_NAMES = 16  # the names of an answer with more fields are not cached

_CODES_OF_SUCCESS = frozenset({0, *range(200, 300)})
# Words about the failure of a request or a session. None of them is about a number.
# Compiled at its first use.
_FAILURE = (
    r"(?i)error|fail|disconnect|not.?(connected|ready|authori[sz]ed|authenticated|available|open|logged)|logged.?out"
    r"|expired|closed|offline|unauthori[sz]ed|forbidden|time.?out|timed.?out|unavailable|try.?again|rate.?limit"
    r"|qr.?code|pending|connecting|starting"
)


def contradiction_in(answer: Mapping[str, Any], *, registered: bool | None = None) -> str:
    """Return what contradicts an answer: a sign of failure, or the opposite answer; empty if nothing does.

    Args:
        answer: the answer, or the envelope around it.
        registered: whether the answer says that the number is registered; None if not known yet, or if the
            gateway gives an id with a "no" too. Then only signs of failure are looked for.
    """
    telling = _telling(tuple(answer)) if len(answer) <= _MOST_NAMES else tuple(answer)
    if not telling:
        return ""
    return next(_flaws({_plain(name): answer[name] for name in telling}, registered=registered), "")


def _flaws(fields: Mapping[str, Any], *, registered: bool | None) -> Iterator[str]:
    for name, value in fields.items():
        if name in _SUCCESS and value is not True:
            yield f"it says {name}: {_shown(value)}"
        if name in _ERRORS and value:
            yield f"it has {name} in it"
        if name in _CODES and _is_code_of_failure(value):
            yield f"its {name} is that of a failure"
        if name in _WORDS and isinstance(value, str) and re.search(_FAILURE, value):
            yield f"its {name} is that of a failure"
        if name in _FLAGS and isinstance(value, bool) and value is not registered is not None:
            yield "it says both that the number is a user's and that it is none"
        if name in _IDS and value and registered is False:
            yield "it has the id of an account that it says there is none of"


def _is_code_of_failure(value: object) -> bool:
    """Whether a value is a numeric code other than 0 and the HTTP codes of success (200 to 299)."""
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        value = int(value[:9])
    return isinstance(value, int) and not isinstance(value, bool) and value not in _CODES_OF_SUCCESS


@lru_cache(maxsize=64)
def _telling(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that can be a contradiction. Cached, since all answers of a provider have the same."""
    return tuple(name for name in names if _plain(name) in _TELLING)


@lru_cache(maxsize=256)
def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _shown(value: object) -> str:
    return "false" if value is False else "neither true nor false"
