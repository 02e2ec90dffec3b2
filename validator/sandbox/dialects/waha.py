"""WAHA with its NOWEB engine: one number a request, 422 if the session is not ready, 500 for other failures.

If WhatsApp does not answer, a check says `numberExists: false`.
"""

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

_STATES = {"connected": "WORKING", "pending": "STARTING", "disconnected": "SCAN_QR_CODE"}
_PER_PAGE = 100


class Waha:
    """The dialect, over the state of a sandbox."""

    caches_yes = False
    # The answer to a number in national form is a 500.
    accepts = re.compile(r"\+?[1-9][0-9]{4,14}")

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        key, query = request.headers.get("x-api-key", ""), request.query
        session = query.get("session", "default")
        match (request.method, *split(request.path)):
            case ("GET", "api", "contacts", "check-exists"):
                phone = query.get("phone", "")
                numbers, is_malformed = ([phone] if phone else []), not phone
                return ParsedRequest(
                    purpose=Purpose.CHECK,
                    key=key,
                    session=session,
                    numbers=numbers,
                    is_malformed=is_malformed,
                )
            case ("GET", "api", "contacts", "all"):
                offset = query.get("offset", "0")
                first, count = whole(offset, 0), whole(query.get("limit"), _PER_PAGE)
                return ParsedRequest(
                    purpose=Purpose.CONTACTS, key=key, session=session, first=first, count=count
                )
            case ("GET", "api", "sessions"):
                return ParsedRequest(purpose=Purpose.SESSIONS, key=key)
            case ("GET", "api", "sessions", name):
                return ParsedRequest(purpose=Purpose.STATE, key=key, session=name)
            case ("GET", "api", "server", "version"):
                return ParsedRequest(purpose=Purpose.VERSION, key=key)
            case _:
                return UNKNOWN

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the session with the request's name."""
        return next((one for one in self._world.config.sessions if one.id == parsed.session), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return whether the number exists."""
        (one,) = found
        if one.jid is None or one.is_missing:
            return Answer(200, {"numberExists": False})
        pn = None if one.jid.endswith("@lid") else one.jid.replace("@s.whatsapp.net", "@c.us")
        return Answer(200, {"numberExists": True, "chatId": pn or one.jid, "pn": pn})

    def state(self, session: Session) -> Answer:
        """Return the state of a session."""
        return Answer(200, _row(session))

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return all sessions."""
        return Answer(200, [_row(session) for session in sessions])

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return a page of contacts."""
        return Answer(200, [_contact(row) for row in rows])

    def version(self) -> Answer:
        """Return version and engine."""
        return Answer(200, {"version": "2026.9.2", "engine": "NOWEB", "tier": "CORE", "browser": None})

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:
        """Return a refusal."""
        match reason:
            case RefusalReason.NO_PATH:
                return _plain(404, f"Cannot {request.method} {request.path}")
            case RefusalReason.NO_SESSION:
                return _plain(404, f'Session "{parsed.session}" does not exist')
            case RefusalReason.CLOSED:
                body = {"error": "The session is not ready", "session": parsed.session}
                return Answer(422, {**body, "status": "SCAN_QR_CODE", "expected": ["WORKING"]})
            case _:
                return _REFUSALS[reason]


def open_dialect(world: World) -> Waha:
    """Return the dialect."""
    return Waha(world)


def _row(session: Session) -> dict[str, object]:
    digits = (session.phone_number or "").lstrip("+")
    me = {"id": f"{digits}@c.us", "lid": None, "pushName": session.name} if digits else None
    status = _STATES.get(session.status, session.status)
    return {"name": session.id, "status": status, "me": me, "assignedWorker": None, "config": {}}


def _contact(row: Mapping[str, object]) -> dict[str, object]:
    digits = str(row["phone"]).lstrip("+")
    return {
        "id": f"{digits}@c.us",
        "number": digits,
        "name": row.get("name"),
        "pushname": None,
        "isMe": False,
        "isGroup": False,
        "isWAContact": row["is_whatsapp_user"],
        "isMyContact": True,
        "isBlocked": False,
    }


def _plain(status: int, message: str) -> Answer:
    return Answer(status, {"message": message, "error": "Error", "statusCode": status})


def _exception(message: str, data: object = None) -> Answer:
    exception = {"message": message, "name": "Error", "data": data}
    body = {"statusCode": 500, "timestamp": "2026-01-05T09:00:00.000Z", "exception": exception}
    return Answer(500, {**body, "request": {}, "version": {}})


_OVER_LIMIT = _exception("rate-overlimit", 429)
_REFUSALS = {
    RefusalReason.KEY: Answer(401, {"statusCode": 401, "message": "Unauthorized"}),
    RefusalReason.LICENCE: Answer(401, {"statusCode": 401, "message": "Unauthorized"}),
    RefusalReason.QUOTA: _OVER_LIMIT,
    RefusalReason.TOO_FAST: _OVER_LIMIT,
    RefusalReason.NO_CHECK: _exception("not available in the engine"),
    RefusalReason.UNANSWERED: _exception("Cannot read properties of undefined (reading 'exists')"),
    RefusalReason.MALFORMED: _plain(400, "phone should not be empty"),
    RefusalReason.BAD_NUMBER: _exception("wid error: invalid wid"),
    RefusalReason.FAILURE: _exception("Internal server error"),
}
