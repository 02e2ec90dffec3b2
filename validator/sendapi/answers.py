"""What the provider answers, as values. Fields beyond these are ignored: the provider may add some any day.

People's data (numbers, names, ids made of numbers) stays out of every repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from validator.model import NO_NOTICE, Number, RateNotice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Whether a number has a WhatsApp account.

    Attributes:
        phone: the number asked about.
        matched_number: the number that the answer names: `phone`, or the other spelling by which WhatsApp
            knows the same subscriber (Brazil, Mexico, Argentina).
        is_whatsapp_user: the provider's word, and the only authority: the id decides nothing.
        whatsapp_id: the account's id as it came, None where none was given. It may name another number, or
            end in `@lid`, and is never to be rebuilt from the phone.
        rate: what the answer said about rates.
        request_id: the provider's id of the exchange, empty where none was given.
    """

    phone: Number
    matched_number: Number
    is_whatsapp_user: bool
    whatsapp_id: str | None = field(default=None, repr=False)
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)
    request_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact synced to a session.

    Attributes:
        phone: as the provider writes it; empty, or an id that is no phone, for contacts known by `@lid` only.
        number: the same in E.164, None where it is no such number.
        name: None where the provider gives none.
        is_whatsapp_user: the provider's mark; None where it is neither true nor false.
        profile_picture_url: None where the provider gives none.
    """

    phone: str = field(repr=False)
    number: Number | None = None
    name: str | None = field(default=None, repr=False)
    is_whatsapp_user: bool | None = None
    profile_picture_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """One page of contacts, in the provider's order. Iterating it gives them.

    Attributes:
        contacts: those on this page.
        total: contacts of the session when the page was made; None if not stated.
        page: this page's number from 1; None if not stated.
        per_page: contacts on a full page as the provider counts; None if not stated.
        rate: what the answer said about rates.
        request_id: the provider's id of the exchange, empty where none was given.
    """

    contacts: tuple[Contact, ...]
    total: int | None = None
    page: int | None = None
    per_page: int | None = None
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)
    request_id: str = field(default="", compare=False)

    def __iter__(self) -> Iterator[Contact]:
        return iter(self.contacts)

    def __len__(self) -> int:
        return len(self.contacts)


class SessionStatus(StrEnum):
    """The state of a session. Only `CONNECTED` can answer; a word not in the contract is `OTHER`."""

    CONNECTED = "connected"
    PENDING = "pending"
    DISCONNECTED = "disconnected"
    OTHER = "other"

    @classmethod
    def of(cls, word: str) -> SessionStatus:
        """Return the status that the provider's word means."""
        known = {status.value: status for status in cls}
        return known.get(word.strip().lower(), cls.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A WhatsApp session of the account.

    Attributes:
        id: the provider's id, as text whether it came as one or as an integer.
        status: its state.
        raw_status: the provider's own word for it.
        name: empty where none was given.
        phone_number: the linked number as the provider writes it, None where none is linked.
        last_seen_at: when it was last seen, None if not stated.
        message_count: messages sent through it, None if not stated.
        created_at: when it was made, None if not stated.
        rate: what the answer said about rates.
        request_id: the provider's id of the exchange, empty where none was given.
    """

    id: str
    status: SessionStatus
    raw_status: str
    name: str = ""
    phone_number: str | None = field(default=None, repr=False)
    last_seen_at: datetime | None = None
    message_count: int | None = None
    created_at: datetime | None = None
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)
    request_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """The account's sessions, in the provider's order. Iterating it gives them.

    Attributes:
        sessions: those that were listed.
        total: how many there are; None if not stated.
        rate: what the answer said about rates.
        request_id: the provider's id of the exchange, empty where none was given.
    """

    sessions: tuple[Session, ...]
    total: int | None = None
    rate: RateNotice = field(default=NO_NOTICE, repr=False, compare=False)
    request_id: str = field(default="", compare=False)

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions)
