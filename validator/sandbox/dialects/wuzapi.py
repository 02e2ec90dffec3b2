"""wuzapi: arrays of numbers, the session by its token, and errors in another form than a "no"."""

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
    ("GET", "/session/status"): Purpose.STATE,
    ("GET", "/user/contacts"): Purpose.CONTACTS,
    ("GET", "/admin/users"): Purpose.SESSIONS,
}
_QUERY_FAILED = "failed to check if users are on WhatsApp: failed to send usync query: "


class Wuzapi:
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
        header = "authorization" if purpose is Purpose.SESSIONS else "token"
        body = request.json()
        numbers = body.get("Phone") if isinstance(body, dict) else None
        is_list = isinstance(numbers, list) and all(isinstance(one, str) for one in numbers)
        return ParsedRequest(
            purpose=purpose,
            key=request.headers.get(header, "") or request.query.get("token", ""),
            numbers=numbers if is_list and numbers else (),
            is_malformed=purpose is Purpose.CHECK and not (is_list and numbers),
        )

    def session(self, parsed: ParsedRequest) -> Session | None:  # noqa: ARG002 - the dialect's protocol
        """Return the token's session, which is the first one for all tokens."""
        return next(iter(self._world.config.sessions), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return one entry for each number that WhatsApp has answered about."""
        users = [_user(one) for one in found if not one.is_missing]
        return _success({"Users": users or None})

    def state(self, session: Session) -> Answer:
        """Return whether the session is connected and logged in."""
        digits = (session.phone_number or "").lstrip("+")
        connected = session.status in {"connected", "pending"}
        fields = {"connected": connected, "loggedIn": session.status == "connected", "name": session.name}
        return _success({**fields, "id": "1", "jid": f"{digits}:12@s.whatsapp.net" if digits else ""})

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return the users of the server."""
        return _success([{"id": place, "name": one.name} for place, one in enumerate(sessions)])

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return all contacts, by their ids."""
        return _success({f"{str(row['phone']).lstrip('+')}@s.whatsapp.net": _contact(row) for row in rows})

    def version(self) -> Answer:
        """Return a 404: the server has no such path."""
        return Answer(404, "404 page not found\n")

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:  # noqa: ARG002 - the dialect's protocol
        """Return a refusal. The 404 is a plain text, as usual for servers written in Go."""
        if reason is RefusalReason.NO_PATH:
            return self.version()
        status, error = _REFUSALS[reason]
        body = {"code": status, "error": error, "success": False}
        return Answer(status, body, {"Request-Id": "sandbox"})


def open_dialect(world: World) -> Wuzapi:
    """Return the dialect."""
    return Wuzapi(world)


def _user(found: Found) -> dict[str, object]:
    own = f"{found.digits}@s.whatsapp.net"
    return {
        "Query": found.number,
        "IsInWhatsapp": found.jid is not None,
        "JID": found.jid or own,
        "VerifiedName": "",
    }


def _contact(row: Mapping[str, object]) -> dict[str, object]:
    name = row.get("name") or ""
    return {"Found": True, "FirstName": name, "FullName": name, "PushName": "", "BusinessName": ""}


def _success(data: object) -> Answer:
    return Answer(200, {"code": 200, "success": True, "data": data}, {"Request-Id": "sandbox"})


_REFUSALS = {
    RefusalReason.KEY: (401, "Unauthorized"),
    RefusalReason.LICENCE: (401, "Unauthorized"),
    RefusalReason.QUOTA: (500, f"{_QUERY_FAILED}info query returned status 429: rate-overlimit"),
    RefusalReason.TOO_FAST: (500, f"{_QUERY_FAILED}info query returned status 429: rate-overlimit"),
    RefusalReason.NO_SESSION: (500, "no session"),
    RefusalReason.NO_CHECK: (500, "no session"),
    RefusalReason.CLOSED: (500, f"{_QUERY_FAILED}websocket not connected"),
    RefusalReason.UNANSWERED: (500, f"{_QUERY_FAILED}info query timed out"),
    RefusalReason.MALFORMED: (400, "Could not decode Payload"),
    RefusalReason.BAD_NUMBER: (400, "Missing Phone in Payload"),
    RefusalReason.FAILURE: (500, "internal error"),
}
