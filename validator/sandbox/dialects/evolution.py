"""Evolution API v2: arrays of numbers, the instance in the path, and status 400 for any failed check.

If WhatsApp does not answer about a number, its entry says `exists: false`. A "yes" is cached and repeated,
even if the connection to WhatsApp is lost. A "no" is not cached.
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

_STATES = {"connected": "open", "pending": "connecting", "disconnected": "close", "cloud": "open"}
_PURPOSES = {
    ("POST", "chat", "whatsappNumbers"): Purpose.CHECK,
    ("GET", "instance", "connectionState"): Purpose.STATE,
    ("POST", "chat", "findContacts"): Purpose.CONTACTS,
}
_PER_PAGE = 100
_NAMES = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error"}


class Evolution:
    """The dialect, over the state of a sandbox."""

    caches_yes = True
    # Any text is accepted as a number; the answer to an invalid one is `exists: false`.
    accepts = re.compile(r".*")

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, request: Request) -> ParsedRequest:
        """Return the meaning of a request."""
        key, parts = request.headers.get("apikey", ""), split(request.path)
        if request.method == "GET" and parts == ["instance", "fetchInstances"]:
            return ParsedRequest(
                purpose=Purpose.SESSIONS, key=key, session=request.query.get("instanceName", "")
            )
        purpose = _PURPOSES.get((request.method, parts[0], parts[1])) if len(parts) == 3 else None  # noqa: PLR2004 - two words and the instance
        if purpose is None:
            return UNKNOWN
        body = request.json()
        fields = body if isinstance(body, dict) else {}
        numbers = fields.get("numbers", [])
        count = whole(fields.get("offset"), _PER_PAGE)
        is_text = isinstance(numbers, list) and all(isinstance(one, str) for one in numbers)
        return ParsedRequest(
            purpose=purpose,
            key=key,
            session=parts[2],
            numbers=numbers if is_text else (),
            first=count * (whole(fields.get("page"), 1) - 1),
            count=count,
            is_malformed=purpose is Purpose.CHECK and not (is_text and 0 < len(numbers) == len(set(numbers))),
        )

    def session(self, parsed: ParsedRequest) -> Session | None:
        """Return the instance with the request's name."""
        return next((one for one in self._world.config.sessions if one.id == parsed.session), None)

    def check(self, found: Sequence[Found]) -> Answer:
        """Return one entry for each number. Groups come last, since they are answered without asking."""
        entries = [_entry(one) for one in found if not one.is_missing]
        return Answer(200, sorted(entries, key=lambda entry: str(entry["jid"]).endswith("@g.us")))

    def state(self, session: Session) -> Answer:
        """Return the gateway's word for the state of an instance."""
        word = _STATES.get(session.status, session.status)
        return Answer(200, {"instance": {"instanceName": session.id, "state": word}})

    def sessions(self, sessions: Sequence[Session]) -> Answer:
        """Return the instances, each with its own token."""
        return Answer(200, [_instance(session) for session in sessions])

    def contacts(self, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Return a page of contacts."""
        return Answer(200, [_contact(row) for row in rows])

    def version(self) -> Answer:
        """Return the answer at the root path."""
        return Answer(200, {"status": 200, "message": "Welcome to the Evolution API, it is working!"})

    def refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:
        """Return a refusal: 400 for every failure of a check."""
        match reason:
            case RefusalReason.NO_PATH:
                return _failure(404, f"Cannot {request.method} {request.path}")
            case RefusalReason.NO_SESSION:
                return _failure(404, f'The "{parsed.session}" instance does not exist')
            case _:
                return _REFUSALS[reason]


def open_dialect(world: World) -> Evolution:
    """Return the dialect."""
    return Evolution(world)


def _entry(found: Found) -> dict[str, object]:
    own = f"{found.digits}@s.whatsapp.net"
    entry: dict[str, object] = {
        "jid": found.jid or own,
        "exists": found.jid is not None,
        "number": found.number,
    }
    return entry | ({"name": "A contact", "lid": "lid"} if str(found.jid).endswith("@lid") else {})


def _instance(session: Session) -> dict[str, object]:
    number = (session.phone_number or "").lstrip("+")
    return {
        "id": f"id-of-{session.id}",
        "name": session.id,
        "connectionStatus": _STATES.get(session.status, session.status),
        "ownerJid": f"{number}@s.whatsapp.net" if number else None,
        "profileName": session.name,
        "integration": "WHATSAPP-BUSINESS" if session.status == "cloud" else "WHATSAPP-BAILEYS",
        "number": number or None,
        "token": f"token-of-{session.id}",
        "disconnectionReasonCode": 401 if session.status == "disconnected" else None,
    }


def _contact(row: Mapping[str, object]) -> dict[str, object]:
    digits = str(row["phone"]).lstrip("+")
    return {
        "id": f"c{digits}",
        "remoteJid": f"{digits}@s.whatsapp.net",
        "pushName": row.get("name"),
        "profilePicUrl": row.get("profile_picture_url"),
        "isGroup": False,
        "isSaved": True,
        "type": "contact",
    }


def _failure(status: int, message: str) -> Answer:
    body = {"status": status, "error": _NAMES[status], "response": {"message": [message]}}
    return Answer(status, body)


def _invalid(message: str) -> Answer:
    return Answer(400, {"status": 400, "error": _NAMES[400], "message": [message]})


def _boom(status: int, error: str, message: str, *, data: object = None) -> Answer:
    payload = {"statusCode": status, "error": error, "message": message}
    output = {"statusCode": status, "payload": payload, "headers": {}}
    return Answer(400, {"data": data, "isBoom": True, "isServer": False, "output": output})


_REFUSALS = {
    RefusalReason.KEY: _failure(401, "Unauthorized"),
    RefusalReason.LICENCE: Answer(
        503,
        {
            "error": "service not activated",
            "code": "LICENSE_REQUIRED",
            "register_url": "https://licence.invalid/register",
        },
    ),
    RefusalReason.UNANSWERED: Answer(400, {}),
    RefusalReason.CLOSED: _boom(428, "Precondition Required", "Connection Closed"),
    RefusalReason.TOO_FAST: _boom(500, "Internal Server Error", "rate-overlimit", data=429),
    RefusalReason.QUOTA: _boom(500, "Internal Server Error", "rate-overlimit", data=429),
    RefusalReason.NO_CHECK: _invalid("Method not available on WhatsApp Business API"),
    RefusalReason.MALFORMED: _invalid("instance.numbers does not meet minimum length of 1"),
    RefusalReason.BAD_NUMBER: _invalid("instance.numbers holds a number that is none"),
    RefusalReason.FAILURE: _failure(500, "Internal server error"),
}
