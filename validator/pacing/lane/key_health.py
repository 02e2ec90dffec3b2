"""The health of one API key, shared by all its lanes."""

from __future__ import annotations

from functools import partial

from validator.pacing.lane.confirmation import Confirmation
from validator.pacing.lane.failure_kinds import FailureKind, refusal_of_key


class KeyHealth(Confirmation):
    """Finds out whether a refusal (401, 402, 403) of the key is real.

    Args:
        by_status: whether the gateway offers a session's status. A key may be allowed to read only that, so
            the status alone proves nothing.
        name: the name of one of several keys, for messages; empty for the only one.
    """

    def __init__(self, *, by_status: bool = False, name: str = "") -> None:
        ending = partial(refusal_of_key, key_name=name)
        super().__init__(FailureKind.BAD_KEY, ending, by_status=by_status, status_decides=False)
