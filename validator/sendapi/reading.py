"""Turns an answer's JSON into values: strict if a verdict depends on it, else tolerant. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from validator.http.contradictions import contradiction_in
from validator.http.masking import without_keys
from validator.http.received import clean_text, is_whatsapp_id, number_in, text_in
from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.http.exchange import Answer
    from validator.model import Number


def registration_in(answer: Answer, asked: Number) -> Registration:
    """Return the registration of the number asked about.

    Raises:
        BadAnswer: the flag is not a JSON boolean, the echoed phone is missing or another one (the contract
            requires it, and only it shows that the answer belongs to the request), the id is not valid, or
            the answer contradicts itself.
    """
    fields = _object(answer)
    flag = fields.get("is_whatsapp_user")
    for part in (answer.body,) if fields is answer.body else (answer.body, fields):
        if flaw := contradiction_in(part, registered=flag if isinstance(flag, bool) else None):
            raise answer.unusable(flaw)
    echoed = _echoed(answer, fields.get("phone"), asked)
    if not isinstance(flag, bool):
        raise answer.unusable("is_whatsapp_user is neither true nor false")
    if answer.body.get("is_whatsapp_user", flag) is not flag:
        raise answer.unusable("it says both that the number is a user's and that it is none")
    whatsapp_id = _whatsapp_id(answer, fields.get("whatsapp_id"))
    if whatsapp_id and not flag:
        raise answer.unusable("it has the id of an account that it says there is none of")
    return Registration(
        phone=asked,
        matched_number=echoed,
        is_whatsapp_user=flag,
        whatsapp_id=whatsapp_id,
        rate=answer.rate,
        request_id=answer.request_id,
    )


def _echoed(answer: Answer, echo: object, asked: Number) -> Number:
    """Return the number in the answer, which has to be the number asked about. Only digits are compared.

    It may be an alternative or older spelling by which WhatsApp knows the same subscriber (docs/phone.md).
    """
    if echo == asked.e164:
        return asked
    if echo is None or isinstance(echo, bool) or not isinstance(echo, str | int):
        raise answer.unusable("it does not say which phone it is about")
    digits = "".join(char for char in str(echo) if char in "0123456789")
    if digits == asked.e164[1:]:
        return asked
    # Imported here, because it loads polars, and most answers name the number exactly as it was sent.
    from validator.phone import is_same_subscriber  # noqa: PLC0415

    other = number_in(digits)
    if other is None or not is_same_subscriber(asked, other):
        raise answer.unusable("it is about another phone than the one asked about")
    return other


def _whatsapp_id(answer: Answer, value: object) -> str | None:
    """Return the id, unchanged but for keys. It has to be text: a JSON number may have lost digits."""
    if value is None or value == "":
        return None
    if not is_whatsapp_id(value):
        raise answer.unusable("whatsapp_id is not an id: up to 128 visible ASCII characters are expected")
    return without_keys(value)


def contacts_in(answer: Answer) -> ContactPage:
    """Return a page of contacts; raises `BadAnswer` if there is no list of objects."""
    page = _page(answer)
    meta = page.get("meta")
    fields = meta if isinstance(meta, dict) else {}
    return ContactPage(
        contacts=tuple(_contact(entry) for entry in _entries(answer, page)),
        total=_count(fields.get("total")),
        page=_count(fields.get("page")),
        per_page=_count(fields.get("per_page")),
        rate=answer.rate,
        request_id=answer.request_id,
    )


def _contact(entry: Mapping[str, Any]) -> Contact:
    phone = text_in(entry.get("phone")) or ""
    flag = entry.get("is_whatsapp_user")
    return Contact(
        phone=phone,
        number=number_in(phone),
        name=text_in(entry.get("name")),
        is_whatsapp_user=flag if isinstance(flag, bool) else None,
        profile_picture_url=text_in(entry.get("profile_picture_url")),
    )


def sessions_in(answer: Answer) -> SessionPage:
    """Return the account's sessions; raises `BadAnswer` if there is no list of objects with ids.

    A session whose status is not stated has the status `OTHER`, so that it hides no other session.
    """
    page = _page(answer)
    meta = page.get("meta")
    return SessionPage(
        sessions=tuple(_session(answer, entry) for entry in _entries(answer, page)),
        total=_count(meta.get("total")) if isinstance(meta, dict) else None,
        rate=answer.rate,
        request_id=answer.request_id,
    )


def session_in(answer: Answer) -> Session:
    """Return one session; raises `BadAnswer` if it has no id or no status."""
    fields = _object(answer)
    if not isinstance(fields.get("status"), str):
        raise answer.unusable("a session has no status")
    return _session(answer, fields)


def _session(answer: Answer, fields: Mapping[str, Any]) -> Session:
    session_id, status = fields.get("id"), text_in(fields.get("status")) or ""
    if isinstance(session_id, bool) or not isinstance(session_id, str | int) or session_id == "":
        raise answer.unusable("a session has no id")
    return Session(
        id=clean_text(str(session_id)),
        status=SessionStatus.of(status),
        raw_status=status,
        name=text_in(fields.get("name")) or "",
        phone_number=text_in(fields.get("phone_number")),
        last_seen_at=_moment(fields.get("last_seen_at")),
        message_count=_count(fields.get("message_count")),
        created_at=_moment(fields.get("created_at")),
        rate=answer.rate,
        request_id=answer.request_id,
    )


def usage_in(answer: Answer) -> dict[str, Any]:
    """Return quota and usage, unchanged: the object in `data`, or the whole answer."""
    inner = answer.body.get("data")
    return inner if isinstance(inner, dict) else answer.body


def _object(answer: Answer) -> Mapping[str, Any]:
    """Return the object in an answer: the object in `data`, or the whole answer."""
    inner = answer.body.get("data", answer.body)
    if not isinstance(inner, dict):
        raise answer.unusable("there is no object in it")
    return inner


def _page(answer: Answer) -> Mapping[str, Any]:
    """Return the page in an answer. A page has its list in `data`, and may itself be in another `data`."""
    inner = answer.body.get("data")
    return inner if isinstance(inner, dict) else answer.body


def _entries(answer: Answer, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    # Servers written in Go send null for an empty list.
    entries = [] if "data" in page and page["data"] is None else page.get("data")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise answer.unusable("there is no list of objects in it")
    return entries


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _moment(value: object) -> datetime | None:
    """Return an ISO 8601 time, or None. A time without a zone is UTC, as the provider's times are."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
