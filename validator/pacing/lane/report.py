"""How a lane stands, for a person to see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LaneState(StrEnum):
    """What a lane is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    RESUMING = "resuming"
    DISCONNECTED = "disconnected"
    IN_QUESTION = "in question"
    KEY_IN_DOUBT = "key in doubt"
    HALTED = "halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    """How a lane stands.

    Attributes:
        session: the session's id.
        state: what the lane is doing.
        why: the reason, where it is not running; for a person to read.
        until: when it does something next, or None where nothing holds it or an exchange in flight decides.
        attempts: attempts that have ended.
        failures: those that found nothing out, refusals for the rate not counted.
        error_rate: the share of attempts in the last minute that the server failed.
    """

    session: str
    state: LaneState
    why: str
    until: float | None
    attempts: int
    failures: int
    error_rate: float
