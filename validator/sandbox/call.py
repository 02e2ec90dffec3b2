"""One request to the sandbox."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct


class Endpoint(Enum):
    """The endpoint of the API that a request is for."""

    CHECK = auto()
    CONTACTS = auto()
    SESSIONS = auto()
    SESSION = auto()
    VALIDATE = auto()
    USAGE = auto()
    UNKNOWN = auto()


class Call(Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        endpoint: its endpoint.
        method: the HTTP method.
        path: the path, decoded, without the query.
        name: the path's parameter, a number or a session id; empty if it has none.
        query: the query's parameters.
        authorization: the header `Authorization`, or None if it was not sent.
        time_s: when it arrived, on the sandbox's clock.
        wall_s: when it arrived, as a Unix time.
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
        """The number that it asks about; empty if it is no check."""
        return self.name if self.endpoint is Endpoint.CHECK else ""

    @property
    def session_id(self) -> str:
        """The session that it names, or empty."""
        return self.query.get("session_id", "")

    @property
    def subject(self) -> str:
        """The key for counting attempts. Each subject has its own count, so other requests do not matter."""
        return self.number or f"{self.path}?{sorted(self.query.items())}"
