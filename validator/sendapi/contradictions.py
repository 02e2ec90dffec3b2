"""Answers that contradict themselves: they are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Of an answer as a whole, in the common envelopes; each is true where it stands beside an answer.
_SUCCESS = ("success", "ok")
_ERRORS = ("error", "errors")
_FAILED = frozenset({"error", "errored", "fail", "failed", "failure"})


def contradiction_in(told: Mapping[str, Any]) -> str:
    """Return what in an object says that the request has failed; empty if nothing does."""
    for name in _SUCCESS:
        if name in told and told[name] is not True:
            return f"it says {name}: {_shown(told[name])}"
    for name in _ERRORS:
        if told.get(name):
            return f"it has {name} in it"
    status = told.get("status")
    if isinstance(status, str) and status.lower() in _FAILED:
        return "its status is that of a failure"
    return ""


def holds_verdict(body: Mapping[str, Any]) -> bool:
    """Whether a body says if a number is registered, which no refusal does."""
    return any(isinstance(part, Mapping) and "is_whatsapp_user" in part for part in (body, body.get("data")))


def _shown(value: object) -> str:
    return "false" if value is False else "neither true nor false"
