"""What the fan-out can do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.model import Number
    from validator.pacing import Lane


@dataclass(frozen=True, slots=True)
class Send:
    """Ask about the next number through this lane, now."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Look:
    """Ask for the state of this lane's session, now."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask about a canary through this lane, now."""

    lane: Lane
    canary: Number


@dataclass(frozen=True, slots=True)
class Rest:
    """Do nothing until then, or until something has changed. `why` is empty for the ordinary pace."""

    until: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to start."""


Step = Send | Look | Probe | Rest | Done
