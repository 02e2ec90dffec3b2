"""Reads an answer's entries as results or contacts, and WhatsApp ids as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.gateways.gateway import CheckReply, GatewayContact, NumberResult
from validator.http.contradictions import contradiction_in
from validator.http.received import is_whatsapp_id, number_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from validator.http.exchange import Answer
    from validator.model import Number, RateNotice

# If an id ends in one of these servers, the part before the @ is a phone number.
_NUMBER_SERVERS = frozenset({"s.whatsapp.net", "c.us"})


def check_reply(results: Iterable[NumberResult | None], rate: RateNotice) -> CheckReply:
    """Return the reply with these results. A number with two contradicting results is left out."""
    found: dict[Number, NumberResult] = {}
    contradicted = set()
    for result in filter(None, results):
        earlier = found.setdefault(result.number, result)
        if earlier.verdict != result.verdict:
            contradicted.add(result.number)
    return CheckReply.of(*(one for one in found.values() if one.number not in contradicted), rate=rate)


def sound_rows(rows: Iterable[object]) -> Iterator[dict[str, Any]]:
    """Yield the objects among the rows of an answer, without those that also say that something failed."""
    return (row for row in rows if isinstance(row, dict) and not contradiction_in(row))


def require_success(answer: Answer, *parts: Mapping[str, Any]) -> None:
    """Raise `BadAnswer` if a part of an answer, such as its envelope, says that something failed."""
    if flaw := next(filter(None, map(contradiction_in, parts)), ""):
        raise answer.unusable(flaw)


def result_of(number: object, exists: object, jid: object) -> NumberResult | None:
    """Return the result in an entry; None if it names no number, or has no answer for it.

    Args:
        number: the number that the entry names, as digits or in E.164.
        exists: the entry's answer; only a JSON boolean counts.
        jid: the account's id, kept unchanged. If it belongs to another subscriber, the entry is ignored.
    """
    known = number_in(number) if isinstance(number, str) else None
    if known is None or not isinstance(exists, bool) or not _is_of(known, jid):
        return None
    return NumberResult(
        number=known, is_whatsapp_user=exists, whatsapp_id=jid if exists and is_whatsapp_id(jid) else None
    )


def single_result(
    asked: Number, answer: Answer, fields: Mapping[str, Any], flag: str, *ids: str
) -> CheckReply:
    """Return the reply in an answer about one number, if the answer does not repeat that number.

    Args:
        asked: the number.
        answer: the answer.
        fields: the object in it that holds the result.
        flag: the name of the field with the yes or no; only a JSON boolean counts.
        ids: the names of the fields with ids of the account. If one belongs to another number, the answer
            is to another request.

    Raises:
        BadAnswer: the answer says nothing about the number, or also says that something failed.
    """
    require_success(answer, fields)
    exists, jids = fields.get(flag), [fields.get(name) for name in ids]
    if not isinstance(exists, bool):
        raise answer.unusable("it says neither that the number is registered nor that it is not")
    if not all(_is_of(asked, jid) for jid in jids):
        raise answer.unusable("it is about another number than the one asked about")
    jid = next((one for one in jids if is_whatsapp_id(one)), None)
    result = NumberResult(
        number=asked,
        is_whatsapp_user=exists,
        whatsapp_id=jid if exists else None,
        names_number=any(map(number_of, jids)),
    )
    return CheckReply.of(result, rate=answer.rate)


def _is_of(asked: Number, jid: object) -> bool:
    """Whether an id may belong to a number's account. An id without a phone number may."""
    named = number_of(jid)
    if named is None or named == asked:
        return True
    # Imported here, because it loads polars, and most answers name the number exactly as it was sent.
    from validator.phone import is_same_subscriber  # noqa: PLC0415

    return is_same_subscriber(named, asked)


def objects_in(answer: Answer) -> list[dict[str, Any]]:
    """Return the answer's list of objects; raises `BadAnswer` if it is anything else."""
    rows = answer.body
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise answer.unusable("there is no list of objects in it")
    return rows


def number_of(jid: object) -> Number | None:
    """Return the number in an account's id; None if it has none, such as the id of a group or a `@lid`."""
    if not isinstance(jid, str):
        return None
    # A colon may separate the account and its device: `447700900000:12@s.whatsapp.net`.
    user, _, server = jid.partition("@")
    return number_in(user.partition(":")[0]) if server in _NUMBER_SERVERS else None


def phone_of(jid: object) -> str | None:
    """Return the number in an account's id as E.164 text; None if there is none."""
    number = number_of(jid)
    return None if number is None else number.e164


def contact_of(
    jid: object, *, name: str | None, picture_url: str | None = None, is_user: bool | None = None
) -> GatewayContact:
    """Return the contact with an account's id. If the id has no number, the id itself is its phone.

    Args:
        jid: the id.
        name: the contact's name.
        picture_url: the URL of its picture.
        is_user: whether the gateway marks it as a WhatsApp user.
    """
    number = number_of(jid)
    return GatewayContact(
        phone=number.e164 if number else text_in(jid) or "",
        number=number,
        name=name,
        profile_picture_url=picture_url,
        is_whatsapp_user=is_user,
    )
