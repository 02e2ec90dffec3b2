"""One request as the sandbox sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Endpoint(Enum):
    """What of the API a request is for."""

    CHECK = auto()
    CONTACTS = auto()
    SESSIONS = auto()
    SESSION = auto()
    VALIDATE = auto()
    USAGE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.

    Attributes:
        endpoint: what it is for.
        method: the HTTP method.
        path: the path, decoded, without the query.
        name: the path's parameter, a number or a session id; empty where it has none.
        query: the query's parameters.
        authorization: the header of that name, or None where it was not sent.
        time_s: when it came, on the sandbox's clock.
        wall_s: when it came, as a Unix time.
    """

    endpoint: Endpoint
    method: str
    path: str
    name: str
    query: dict[str, str]
    authorization: str | None
    time_s: float
    wall_s: float

    @property
    def number(self) -> str:
        """The number it asks about; empty for all but checks."""
        return self.name if self.endpoint is Endpoint.CHECK else ""

    @property
    def session_id(self) -> str:
        """The session it is to go through; empty where it names none."""
        return self.query.get("session_id", "")

    @property
    def subject(self) -> str:
        """What its attempts are counted by, so that faults do not depend on what else runs."""
        return self.number or f"{self.path}?{sorted(self.query.items())}"
