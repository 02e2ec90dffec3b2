"""GREEN-API: instance and token in the path, status 400 for any failed check, 466 for the quota."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.sandbox.dialects.dialect import (
    UNKNOWN,
    Answer,
    ParsedRequest,
    Purpose,
    RefusalReason,
    Request,
    split,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.sandbox.config import Session
    from validator.sandbox.dialects.dialect import Found
    from validator.sandbox.server_state import World

_STATES = {"connected": "authorized", "pending": "starting", "disconnected": "notAuthorized"}
_PURPOSES = {
    ("POST", "checkWhatsapp"): Purpose.CHECK,
    ("GET", "getStateInstance"): Purpose.STATE,
    ("GET", "getContacts"): Purpose.CONTACTS,
}
_INSTANCE = re.compile(r"waInstance([0-9]+)")


class GreenApi:
    """The dialect, over the state of a sandbox."""

    caches_yes = False
    accepts = re.compile(r"[1-9][0-9]{10,15}")

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        parts = split(request.path)
        instance = _INSTANCE.fullmatch(parts[0]) if len(parts) == 3 else None  # noqa: PLR2004 - instance, method, token
        purpose = _PURPOSES.get((request.method, parts[1])) if instance else None
        if purpose is None or instance is None:
            return UNKNOWN
        body = request.json()
        number = body.get("phoneNumber") if isinstance(body, dict) else None
        is_number = isinstance(number, int) and not isinstance(number, bool)
        return ParsedRequest(
            purpose=purpose,
            key=parts[2],
            session=instance[1],
            numbers=[str(number)] if is_number and purpose is Purpose.CHECK else (),
            count=whole(request.query.get("count"), 0),
            is_malformed=purpose is Purpose.CHECK and not is_number,
        )

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the instance with the request's number."""
        return next((one for one in self._world.config.sessions if one.id == parsed.session), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return only whether the number exists."""
        (one,) = found
        if one.is_missing:
            return _message(400, "check phone number timeout limit exceeded")
        return Answer(200, {"existsWhatsapp": one.jid is not None})

    def state(self, session: Session) -> Answer:
        """Return the gateway's word for the state of an instance."""
        return Answer(200, {"stateInstance": _STATES.get(session.status, session.status)})

    def sessions(self, sessions: Sequence[Session]) -> Answer:  # noqa: ARG002 - the dialect's protocol
        """Return a 404: a token belongs to one instance, so the service has no such path."""
        return _message(404, "Not Found")

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return all contacts."""
        return Answer(200, [_contact(row) for row in rows])

    def version(self) -> Answer:
        """Return a 404: the service has no such path."""
        return _message(404, "Not Found")

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:  # noqa: ARG002 - the dialect's protocol
        """Return a refusal. It contains the path."""
        if reason is RefusalReason.QUOTA:
            status = {"method": "checkWhatsapp", "used": 101, "total": 100, "status": "QUOTE_EXCEEDED"}
            body = {"invokeStatus": {**status, "description": "the checks of the month are used up"}}
            return Answer(466, {**body, "correspondentsStatus": {}})
        status_code, message = _REFUSALS[reason]
        return _message(status_code, message, request.path)


def open_dialect(world: World) -> GreenApi:
    """Return the dialect."""
    return GreenApi(world)


def _contact(row: Mapping[str, object]) -> dict[str, object]:
    digits = str(row["phone"]).lstrip("+")
    return {"id": f"{digits}@c.us", "name": row.get("name"), "contactName": "", "type": "user"}


def _message(status: int, message: str, path: str = "/") -> Answer:
    fields = {"statusCode": status, "timestamp": "2026-01-05T09:00:00.000Z", "path": path}
    return Answer(status, {**fields, "message": message})


_REFUSALS = {
    RefusalReason.KEY: (401, "Unauthorized"),
    RefusalReason.LICENCE: (403, "Forbidden"),
    RefusalReason.TOO_FAST: (429, "Too Many Requests"),
    RefusalReason.NO_PATH: (404, "Not Found"),
    RefusalReason.NO_SESSION: (403, "Forbidden"),
    RefusalReason.NO_CHECK: (400, "instance is starting or not authorized"),
    RefusalReason.CLOSED: (400, "instance is starting or not authorized"),
    RefusalReason.UNANSWERED: (400, "check phone number timeout limit exceeded"),
    RefusalReason.MALFORMED: (400, "Validation failed"),
    RefusalReason.BAD_NUMBER: (400, "bad phone number, valid from 11 to 16 digits"),
    RefusalReason.FAILURE: (500, "Internal Server Error"),
}
