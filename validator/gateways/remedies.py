"""What to do about a session that is not ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.model import SessionState

if TYPE_CHECKING:
    from validator.gateways.capabilities import Capabilities


def remedy_of(state: SessionState, capabilities: Capabilities) -> str:
    """Return what a person has to do about a session in this state; empty if it is ready."""
    remedies = {
        SessionState.READY: "",
        SessionState.STARTING: f"wait until it is, or {capabilities.link_again}",
        SessionState.NEEDS_PERSON: capabilities.link_again,
        SessionState.GONE: "choose another one with --session (`validator sessions` lists those of the key)",
        SessionState.UNKNOWN: "look at it where the gateway shows its sessions",
    }
    return remedies[state]
