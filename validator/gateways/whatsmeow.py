"""Shared code for the servers that pass on the rows of the whatsmeow library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.gateways.entries import (
    check_reply,
    contact_of,
    phone_of,
    require_success,
    result_of,
    sound_rows,
)
from validator.gateways.gateway import SessionReply
from validator.http.received import text_in
from validator.model import SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.gateways.gateway import CheckReply, GatewayContact
    from validator.http.exchange import Answer


def users_reply(answer: Answer, data: Mapping[str, Any]) -> CheckReply:
    """Return the results in the `Users` of a check. A number without a row has no result.

    Args:
        answer: the answer.
        data: the contents of its envelope.

    Raises:
        BadAnswer: there is no list of rows, or the answer also says that something failed.
    """
    require_success(answer, answer.body, data)
    # Servers written in Go send null for an empty list.
    users = [] if data.get("Users") is None else data["Users"]
    if not isinstance(users, list):
        raise answer.unusable("there is no list in it")
    rows = sound_rows(users)
    results = (result_of(row.get("Query"), row.get("IsInWhatsapp"), row.get("JID")) for row in rows)
    return check_reply(results, answer.rate)


def connection_reply(session: str, answer: Answer, data: Mapping[str, Any]) -> SessionReply:
    """Return the state of a session. It is ready if it is both connected and logged in.

    Args:
        session: its name.
        answer: the answer.
        data: the contents of its envelope: `Connected`, `LoggedIn`, and perhaps `Name` and `JID`. The names
            may be in upper or lower case.

    Raises:
        BadAnswer: it does not say whether the session is connected.
    """
    found = {name.lower(): value for name, value in data.items()}
    if not isinstance(found.get("connected"), bool):
        raise answer.unusable("there is no state in it")
    return SessionReply(
        session=session,
        status=_status(
            is_connected=found.get("connected") is True, is_logged_in=found.get("loggedin") is True
        ),
        name=text_in(found.get("name")) or "",
        phone_number=phone_of(found.get("jid")),
        rate=answer.rate,
    )


def _status(*, is_connected: bool, is_logged_in: bool) -> SessionStatus:
    if not is_connected:
        return SessionStatus(SessionState.NEEDS_PERSON, "not connected")
    if not is_logged_in:
        return SessionStatus(SessionState.STARTING, "connected, not logged in")
    return SessionStatus(SessionState.READY, "connected and logged in")


def named_contact(jid: object, row: Mapping[str, Any]) -> GatewayContact:
    """Return the contact with an account's id. The first name that is not empty is its name."""
    names = (text_in(row.get(name)) for name in ("FullName", "FirstName", "PushName", "BusinessName"))
    return contact_of(jid, name=next(filter(None, names), None))
