"""GOWA: one number a request, and `false` for any failed query to WhatsApp.

The answer to a wrong password is a text. The answer for a device that is not connected is a 401 in JSON.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING

from validator.sandbox.dialects.dialect import (
    UNKNOWN,
    Answer,
    ParsedRequest,
    Purpose,
    RefusalReason,
    Request,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.sandbox.config import Session
    from validator.sandbox.dialects.dialect import Found
    from validator.sandbox.server_state import World

_STATES = {"connected": "logged_in", "pending": "connecting", "disconnected": "disconnected"}


class Gowa:
    """The dialect, over the state of a sandbox."""

    caches_yes = False
    # Any text is accepted as a number.
    accepts = re.compile(r".*")

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        key = _key(request.headers.get("authorization", ""))
        device = request.headers.get("x-device-id", "") or request.query.get("device_id", "")
        match (request.method, *split(request.path)):
            case ("GET", "user", "check"):
                phone = request.query.get("phone", "")
                return ParsedRequest(
                    purpose=Purpose.CHECK, key=key, session=device, numbers=[phone] if phone else ()
                )
            case ("GET", "user", "my", "contacts"):
                return ParsedRequest(purpose=Purpose.CONTACTS, key=key, session=device)
            case ("GET", "devices"):
                return ParsedRequest(purpose=Purpose.SESSIONS, key=key)
            case ("GET", "devices", name, "status"):
                return ParsedRequest(purpose=Purpose.STATE, key=key, session=name)
            case _:
                return UNKNOWN

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the device with the request's id."""
        return next((one for one in self._world.config.sessions if one.id == parsed.session), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return whether the number is on WhatsApp."""
        is_on = all(one.jid is not None and not one.is_missing for one in found)
        return _success("Success check user", {"is_on_whatsapp": is_on})

    def state(self, session: Session) -> Answer:
        """Return the connection state of a device."""
        connected = session.status in {"connected", "pending"}
        fields = {"device_id": session.id, "is_connected": connected, "jid": _jid(session)}
        return _success("Device status", {**fields, "is_logged_in": session.status == "connected"})

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return the devices."""
        rows = [
            {
                "id": one.id,
                "state": _STATES.get(one.status, one.status),
                "display_name": one.name,
                "jid": _jid(one),
            }
            for one in sessions
        ]
        return _success("List devices", rows)

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return all contacts."""
        data = [
            {"jid": f"{str(row['phone']).lstrip('+')}@s.whatsapp.net", "name": row.get("name") or ""}
            for row in rows
        ]
        return _success("Success get list contacts", {"data": data})

    def version(self) -> Answer:
        """Return a 404: the server has no such path."""
        return Answer(404, "Not Found")

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:  # noqa: ARG002 - the dialect's protocol
        """Return a refusal. The password is checked before the path."""
        if reason is RefusalReason.NO_PATH:
            is_let_in = bool(_key(request.headers.get("authorization", "")))
            return self.version() if is_let_in else _UNAUTHORIZED
        return _REFUSALS[reason]


def open_dialect(world: World) -> Gowa:
    """Return the dialect."""
    return Gowa(world)


def _key(header: str) -> str:
    try:
        return b64decode(header.removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return ""


def _jid(session: Session) -> str:
    digits = (session.phone_number or "").lstrip("+")
    return f"{digits}@s.whatsapp.net" if digits else ""


def _success(message: str, results: object) -> Answer:
    return Answer(200, {"code": "SUCCESS", "message": message, "results": results})


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"code": code, "message": message})


_UNAUTHORIZED = Answer(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="Restricted", charset="UTF-8"'})
_FALSE = _success("Success check user", {"is_on_whatsapp": False})
_REFUSALS = {
    RefusalReason.KEY: _UNAUTHORIZED,
    RefusalReason.LICENCE: _UNAUTHORIZED,
    RefusalReason.QUOTA: _FALSE,
    RefusalReason.TOO_FAST: _FALSE,
    RefusalReason.UNANSWERED: _FALSE,
    RefusalReason.NO_SESSION: _error(404, "DEVICE_NOT_FOUND", "device not found; create a device first"),
    RefusalReason.NO_CHECK: _error(500, "INVALID_WA_CLI", "your WhatsApp CLI is invalid or empty"),
    RefusalReason.CLOSED: _error(
        401, "AUTHENTICATION_ERROR", "you are not connect to services server, please reconnect"
    ),
    RefusalReason.MALFORMED: _error(400, "VALIDATION_ERROR", "phone: cannot be blank."),
    RefusalReason.BAD_NUMBER: _FALSE,
    RefusalReason.FAILURE: _error(500, "INTERNAL_SERVER_ERROR", "internal error"),
}
