"""From the entries of an answer to results, and from WhatsApp's ids to numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.gateways.gateway import CheckReply, GatewayContact, NumberResult
from validator.http.received import is_whatsapp_id, number_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.http.exchange import Answer
    from validator.model import Number, RateNotice

# The servers of WhatsApp whose ids are numbers.
_OF_NUMBERS = frozenset({"s.whatsapp.net", "c.us"})


def check_reply(results: Iterable[NumberResult | None], rate: RateNotice) -> CheckReply:
    """Return the reply that holds some results; a number with two different ones has none."""
    found: dict[Number, NumberResult] = {}
    contradicted = set()
    for result in filter(None, results):
        earlier = found.setdefault(result.number, result)
        if earlier.verdict != result.verdict:
            contradicted.add(result.number)
    return CheckReply.of(*(one for one in found.values() if one.number not in contradicted), rate=rate)


def result_of(number: object, exists: object, jid: object) -> NumberResult | None:
    """Return what an entry says; None if it names no number, or says nothing about it.

    Args:
        number: the number that it names, as digits or in E.164.
        exists: only a JSON boolean is an answer.
        jid: the account's id, kept as it came. Of another subscriber's, it is that one's entry.
    """
    known = number_in(number) if isinstance(number, str) else None
    if known is None or not isinstance(exists, bool) or not _is_of(known, jid):
        return None
    return NumberResult(
        number=known, is_whatsapp_user=exists, whatsapp_id=jid if exists and is_whatsapp_id(jid) else None
    )


def lone_result(asked: Number, answer: Answer, exists: object, *jids: object) -> CheckReply:
    """Return the reply of an answer that does not repeat the one number asked about.

    Args:
        asked: the number.
        answer: the answer.
        exists: only a JSON boolean is an answer.
        jids: the account's id, and other ids of it. One of another number's shows that the answer is not to
            this question.

    Raises:
        BadAnswer: the answer says nothing about the number.
    """
    if not isinstance(exists, bool):
        raise answer.unlike("it says neither that the number is registered nor that it is not")
    if not all(_is_of(asked, jid) for jid in jids):
        raise answer.unlike("it is about another number than the one asked about")
    jid = next((one for one in jids if is_whatsapp_id(one)), None)
    result = NumberResult(
        number=asked,
        is_whatsapp_user=exists,
        whatsapp_id=jid if exists else None,
        names_number=any(map(number_of, jids)),
    )
    return CheckReply.of(result, rate=answer.rate)


def _is_of(asked: Number, jid: object) -> bool:
    """Whether an id may be that of a number's account: one that is no number's may."""
    named = number_of(jid)
    if named is None or named == asked:
        return True
    # Imported here, since it brings polars: most answers name the number as it was asked.
    from validator.phone import is_same_subscriber  # noqa: PLC0415

    return is_same_subscriber(named, asked)


def objects_in(answer: Answer) -> list[dict[str, Any]]:
    """Return the objects of an answer that is a list of them; `BadAnswer` if it is none."""
    rows = answer.body
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise answer.unlike("there is no list of objects in it")
    return rows


def number_of(jid: object) -> Number | None:
    """Return the number in an account's id; None if it is no number's, as that of a group or a `@lid`."""
    if not isinstance(jid, str):
        return None
    # A device of the account may be named behind a colon: `447700900000:12@s.whatsapp.net`.
    user, _, server = jid.partition("@")
    return number_in(user.partition(":")[0]) if server in _OF_NUMBERS else None


def phone_of(jid: object) -> str | None:
    """Return the number in an account's id as text, with its plus sign; None if there is none."""
    number = number_of(jid)
    return None if number is None else number.e164


def contact_of(
    jid: object, *, name: str | None, picture_url: str | None = None, is_user: bool | None = None
) -> GatewayContact:
    """Return the contact with an account's id; its phone is the id as it came if that is no number's.

    Args:
        jid: the id.
        name: what the contact is called.
        picture_url: where its picture is.
        is_user: whether the gateway marks it as a user of WhatsApp.
    """
    number = number_of(jid)
    return GatewayContact(
        phone=number.e164 if number else text_in(jid) or "",
        number=number,
        name=name,
        profile_picture_url=picture_url,
        is_whatsapp_user=is_user,
    )
