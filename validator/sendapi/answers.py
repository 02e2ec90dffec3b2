"""The provider's answers, as values. Other fields are ignored, so the provider can add some at any time.

No repr shows personal data (numbers, names, ids made of numbers).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.model import NO_NOTICE, Number, RateNotice
from validator.value import MaskedValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class Registration(MaskedValue, Struct, frozen=True, kw_only=True):
    """Whether a number has a WhatsApp account.

    Attributes:
        phone: the number asked about.
        matched_number: the number in the answer: `phone`, or the alternative spelling by which WhatsApp knows
            the same subscriber (Brazil, Mexico, Argentina).
        is_whatsapp_user: the provider's answer. Use only this field: the id does not say it.
        whatsapp_id: the account's id, unchanged, or None. It may name another number or end in `@lid`. Do not
            build it from the phone.
        rate: the rate notice of the answer.
        request_id: the provider's id of the exchange, or empty.
    """

    _hidden = frozenset({"whatsapp_id", "rate"})
    _uncompared = frozenset({"rate", "request_id"})

    phone: Number
    matched_number: Number
    is_whatsapp_user: bool
    whatsapp_id: str | None = None
    rate: RateNotice = NO_NOTICE
    request_id: str = ""


class Contact(MaskedValue, Struct, frozen=True, kw_only=True):
    """A contact synced to a session.

    Attributes:
        phone: the phone as the provider writes it. If only the `@lid` of a contact is known, it is empty or
            an id that is no phone.
        number: the same as an E.164 number, or None if it is not a valid one.
        name: the contact's name, or None.
        is_whatsapp_user: the provider's mark; None if it is neither true nor false.
        profile_picture_url: the URL of its picture, or None.
    """

    _hidden = frozenset({"phone", "name", "profile_picture_url"})

    phone: str
    number: Number | None = None
    name: str | None = None
    is_whatsapp_user: bool | None = None
    profile_picture_url: str | None = None


class ContactPage(MaskedValue, Struct, frozen=True, kw_only=True):
    """One page of contacts, in the provider's order. It is iterable.

    Attributes:
        contacts: the contacts on this page.
        total: how many contacts the session had when the page was made; None if not stated.
        page: this page's number from 1; None if not stated.
        per_page: how many contacts a full page has, by the provider's count; None if not stated.
        rate: the rate notice of the answer.
        request_id: the provider's id of the exchange, or empty.
    """

    _hidden = frozenset({"rate"})
    _uncompared = frozenset({"rate", "request_id"})

    contacts: tuple[Contact, ...]
    total: int | None = None
    page: int | None = None
    per_page: int | None = None
    rate: RateNotice = NO_NOTICE
    request_id: str = ""

    def __iter__(self) -> Iterator[Contact]:
        return iter(self.contacts)

    def __len__(self) -> int:
        return len(self.contacts)


class SessionStatus(StrEnum):
    """The state of a session. Only a `CONNECTED` one can answer; an undocumented state is `OTHER`."""

    CONNECTED = "connected"
    PENDING = "pending"
    DISCONNECTED = "disconnected"
    OTHER = "other"

    @classmethod
    def of(cls, word: str) -> SessionStatus:
        """Return the status for the provider's word."""
        known = {status.value: status for status in cls}
        return known.get(word.strip().lower(), cls.OTHER)


class Session(MaskedValue, Struct, frozen=True, kw_only=True):
    """A WhatsApp session of the account.

    Attributes:
        id: the provider's id as text, even if the provider sends an integer.
        status: its state.
        raw_status: the provider's own word for the state; empty if it states none.
        name: its name, or empty.
        phone_number: the linked number as the provider writes it; None if no number is linked.
        last_seen_at: when it was last seen; None if not stated.
        message_count: how many messages were sent through it; None if not stated.
        created_at: when it was created; None if not stated.
        rate: the rate notice of the answer.
        request_id: the provider's id of the exchange, or empty.
    """

    _hidden = frozenset({"phone_number", "rate"})
    _uncompared = frozenset({"rate", "request_id"})

    id: str
    status: SessionStatus
    raw_status: str
    name: str = ""
    phone_number: str | None = None
    last_seen_at: datetime | None = None
    message_count: int | None = None
    created_at: datetime | None = None
    rate: RateNotice = NO_NOTICE
    request_id: str = ""


class SessionPage(MaskedValue, Struct, frozen=True, kw_only=True):
    """The account's sessions, in the provider's order. It is iterable.

    Attributes:
        sessions: the sessions in the answer.
        total: how many sessions the account has; None if not stated.
        rate: the rate notice of the answer.
        request_id: the provider's id of the exchange, or empty.
    """

    _hidden = frozenset({"rate"})
    _uncompared = frozenset({"rate", "request_id"})

    sessions: tuple[Session, ...]
    total: int | None = None
    rate: RateNotice = NO_NOTICE
    request_id: str = ""

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions)
