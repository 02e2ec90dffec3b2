"""The steps that the dispatcher can take, each with its lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from validator.gateways.gateway import Gateway
    from validator.model import Number
    from validator.pacing import Lane, Wait

GatewayLane: TypeAlias = "Lane[Gateway]"
"""A lane whose requests go to a gateway."""


class Send(Struct, frozen=True):
    """Ask about the next number through this lane, now."""

    lane: GatewayLane


class FetchStatus(Struct, frozen=True):
    """Ask for the state of this lane's session, now."""

    lane: GatewayLane


class Probe(Struct, frozen=True):
    """Ask about a canary through this lane, now."""

    lane: GatewayLane
    canary: Number


class Rest(Struct, frozen=True):
    """Start nothing until a time, or until something has changed.

    Attributes:
        until: the time, on the clock of the event loop.
        why: the reason as shown to users; empty for the ordinary pace.
        cause: the cause under which the summary counts the time; empty for the ordinary pace, and for a hold
            of the key, which its budget counts.
    """

    until: float
    why: str = ""
    cause: str = ""

    @classmethod
    def of(cls, wait: Wait) -> Self:
        """Return the rest that a lane asks for."""
        return cls(wait.until, wait.text, wait.why)


class Done(Struct, frozen=True):
    """Nothing is left to start."""


Step = Send | FetchStatus | Probe | Rest | Done
