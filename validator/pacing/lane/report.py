"""The state of a lane, for progress and summary."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class LaneState(StrEnum):
    """What a lane is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    RESUMING = "resuming"
    DISCONNECTED = "disconnected"
    IN_QUESTION = "in question"
    KEY_IN_DOUBT = "key in doubt"
    HALTED = "halted"


class LaneReport(Struct, frozen=True, kw_only=True):
    """The state of a lane.

    Attributes:
        session: the session's id.
        state: what the lane is doing.
        why: the reason if it is not running, for the user.
        until: when it goes on, or None if nothing holds it or it waits for an exchange in flight.
        attempts: attempts that have ended.
        failures: those without a result; refusals for the rate are not counted.
        error_rate: the share of attempts in the last minute that the server failed.
    """

    session: str
    state: LaneState
    why: str
    until: float | None
    attempts: int
    failures: int
    error_rate: float
