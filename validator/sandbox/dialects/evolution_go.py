"""Evolution Go: arrays of numbers, the instance by its token, and 200 without data for a failed check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.sandbox.dialects.dialect import UNKNOWN, Answer, ParsedRequest, Purpose, RefusalReason, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.sandbox.config import Session
    from validator.sandbox.dialects.dialect import Found
    from validator.sandbox.server_state import World

_PURPOSES = {
    ("POST", "/user/check"): Purpose.CHECK,
    ("GET", "/instance/status"): Purpose.STATE,
    ("GET", "/instance/all"): Purpose.SESSIONS,
    ("GET", "/user/contacts"): Purpose.CONTACTS,
}
# Every answer has these headers, also the 404.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": (
        "Origin, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, Accept, "
        "Cache-Control, X-Requested-With, apikey, ApiKey"
    ),
}


class EvolutionGo:
    """The dialect, over the state of a sandbox."""

    caches_yes = False
    accepts = re.compile(r".*")

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        purpose = _PURPOSES.get((request.method, request.path))
        if purpose is None:
            return UNKNOWN
        body = request.json()
        numbers = body.get("number") if isinstance(body, dict) else None
        is_list = isinstance(numbers, list) and all(isinstance(one, str) for one in numbers)
        return ParsedRequest(
            purpose=purpose,
            key=request.headers.get("apikey", ""),
            numbers=numbers if is_list and numbers else (),
            is_malformed=purpose is Purpose.CHECK and not (is_list and numbers),
        )

    def session(self, parsed: ParsedRequest) -> Session | None:  # noqa: ARG002 - the dialect's protocol
        """Return the token's instance, which is the first one for all tokens."""
        return next(iter(self._world.config.sessions), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return a row for each number that WhatsApp has answered about."""
        users = [_user(one) for one in found if not one.is_missing]
        return _success({"Users": users or None})

    def state(self, session: Session) -> Answer:
        """Return whether the instance is connected and logged in."""
        is_logged_in = session.status == "connected"
        connected = session.status in {"connected", "pending"}
        name = session.name if is_logged_in else ""
        return _success({"Connected": connected, "LoggedIn": is_logged_in, "Name": name})

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return the instances of the server."""
        return _success([{"id": str(place), "name": one.name} for place, one in enumerate(sessions)])

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return all contacts."""
        return _success([_contact(row) for row in rows] or None)

    def version(self) -> Answer:
        """Return a 404: the server has no such path."""
        return Answer(404, "404 page not found", _CORS)

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:  # noqa: ARG002 - the dialect's protocol
        """Return a refusal, or a success without data if WhatsApp did not answer."""
        if reason is RefusalReason.NO_PATH:
            return self.version()
        if reason in _FAILED_QUERIES:
            return _success(None)
        status, error = _REFUSALS[reason]
        return Answer(status, {"error": error}, _CORS)


def open_dialect(world: World) -> EvolutionGo:
    """Return the dialect."""
    return EvolutionGo(world)


def _user(found: Found) -> dict[str, object]:
    own = f"{found.digits}@s.whatsapp.net"
    return {
        "Query": found.number,
        "IsInWhatsapp": found.jid is not None,
        "JID": found.jid or own,
        "RemoteJID": found.jid or found.number,
        "LID": None,
        "VerifiedName": "",
    }


def _contact(row: Mapping[str, object]) -> dict[str, object]:
    name = row.get("name") or ""
    jid = f"{str(row['phone']).lstrip('+')}@s.whatsapp.net"
    names = {"FirstName": name, "FullName": name, "PushName": "", "BusinessName": ""}
    return {"Jid": jid, "Found": True, **names}


def _success(data: object) -> Answer:
    return Answer(200, {"data": data, "message": "success"}, _CORS)


_FAILED_QUERIES = {RefusalReason.QUOTA, RefusalReason.TOO_FAST, RefusalReason.UNANSWERED}
_REFUSALS = {
    RefusalReason.KEY: (401, "not authorized"),
    RefusalReason.LICENCE: (401, "not authorized"),
    RefusalReason.NO_SESSION: (500, "no active session found"),
    RefusalReason.NO_CHECK: (500, "no active session found"),
    RefusalReason.CLOSED: (500, "client disconnected"),
    RefusalReason.MALFORMED: (400, "phone number is required"),
    RefusalReason.BAD_NUMBER: (400, "invalid phone number"),
    RefusalReason.FAILURE: (500, "failed to query WhatsApp"),
}
