"""The face that the fan-out needs of a provider, and SendAPI behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from validator.model import Number, RateNotice
    from validator.sendapi import AsyncSendAPI


class Reply(Protocol):
    """What one answered check says."""

    @property
    def is_whatsapp_user(self) -> bool:
        """Whether the number has an account."""
        ...

    @property
    def whatsapp_id(self) -> str | None:
        """The account's id, as it came."""
        ...

    @property
    def rate(self) -> RateNotice:
        """What the answer said about rates."""
        ...


class Status(Protocol):
    """What one look at a session says."""

    @property
    def status(self) -> str:
        """The session's state; `connected` is the good one."""
        ...

    @property
    def phone_number(self) -> str | None:
        """The phone linked to the session, as the provider writes it; None where it does not tell."""
        ...

    @property
    def rate(self) -> RateNotice:
        """What the answer said about rates."""
        ...


class Provider(Protocol):
    """Somebody who can be asked about numbers. Every method raises `ApiError` and nothing else."""

    async def check(self, number: Number, session: str) -> Reply:
        """Ask whether the number has an account: one exchange."""
        ...

    async def look_at(self, session: str) -> Status:
        """Ask for the session's state: one exchange."""
        ...


@dataclass(frozen=True, slots=True)
class SendApiProvider:
    """SendAPI as a provider."""

    client: AsyncSendAPI

    async def check(self, number: Number, session: str) -> Reply:
        """Ask `contacts.check`."""
        return await self.client.whatsapp.contacts.check(number, session_id=session)

    async def look_at(self, session: str) -> Status:
        """Ask `sessions.get`."""
        return await self.client.whatsapp.sessions.get(session)
