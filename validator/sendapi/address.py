"""The addresses of requests: the default base URL, and the paths below it."""

from __future__ import annotations

import re

from validator.errors import UsageError
from validator.http.masking import one_line
from validator.model import Number

DEFAULT_BASE_URL = "https://sendapi.co/v1"
MAX_PER_PAGE = 100  # the provider's contract

# Ids are put into paths and queries unencoded, so they must not contain characters with a meaning there.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def checked_id(session_id: str | int) -> str:
    """Return the session id as text. The provider uses texts and integers; others are a `UsageError`."""
    if isinstance(session_id, str) and _ID.fullmatch(session_id):
        return session_id
    if isinstance(session_id, int) and not isinstance(session_id, bool):
        session_id = str(session_id)
    if not isinstance(session_id, str):
        raise UsageError(
            f"session_id is of type {type(session_id).__name__}; a text or an integer is expected, as in "
            "sess_01H8BKF"
        )
    if not _ID.fullmatch(session_id):
        raise UsageError(
            f"the session id {one_line(session_id)!r} cannot be right; expected are 1 to 128 letters, "
            "digits, - and _, as in sess_01H8BKF0000000000000000Z2T "
            "(`validator sessions` lists those of the key)"
        )
    return session_id


def checked_number(phone: Number | str | int) -> Number:
    """Return the number in an E.164 text, or with these digits; raises `UsageError` if there is none."""
    if isinstance(phone, Number):
        return phone
    if isinstance(phone, bool) or not isinstance(phone, str | int):
        raise UsageError(
            f"phone is of type {type(phone).__name__}; a text in E.164 is expected, as +447700900000"
        )
    try:
        return Number(phone) if isinstance(phone, int) else Number.parse(phone)
    except (ValueError, IndexError) as error:
        raise UsageError(
            "the phone is not in E.164; write it as +447700900000, plus sign included"
        ) from error


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{name} is {value!r}; a whole number is expected")
    return value


def check_path(number: Number, session_id: str | int) -> str:
    """Return path and query of a check. The plus sign is encoded, since URLs may use it for a space."""
    return f"/whatsapp/contacts/%2B{int(number)}/check?session_id={checked_id(session_id)}"


def contacts_path(session_id: str | int, *, page: int, per_page: int) -> str:
    """Return path and query of a page of contacts; raises `UsageError` if page or size is out of range."""
    page, per_page = _whole("page", page), _whole("per_page", per_page)
    if page < 1:
        raise UsageError(f"page {page} does not exist; pages count from 1")
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise UsageError(f"per_page {per_page} is out of range; the provider takes 1 to {MAX_PER_PAGE}")
    return f"/whatsapp/contacts?session_id={checked_id(session_id)}&page={page}&per_page={per_page}"


def session_path(session_id: str | int) -> str:
    """Return the path of one session."""
    return f"/whatsapp/sessions/{checked_id(session_id)}"
