"""The content of each endpoint's answer: the body without envelope, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from validator.sandbox import behaviour, bodies, corruption, numbering
from validator.sandbox.call import Endpoint
from validator.sandbox.test_numbers import FIXED_NUMBERS

if TYPE_CHECKING:
    from validator.sandbox.bodies import Refusal
    from validator.sandbox.call import Call
    from validator.sandbox.config import Session
    from validator.sandbox.faults import Fault
    from validator.sandbox.server_state import World

Body = dict[str, object]

_DEFAULT_PER_PAGE = 25
_MAX_PER_PAGE = 100
_MAX_COUNT_DIGITS = 9

# Any past day would do. It is fixed, so that answers are the same in each run.
_CREATED_AT = "2026-01-05T09:00:00.000000Z"
_LAST_SEEN_AT = "2026-03-09T14:30:00.000000Z"


def content(world: World, call: Call, fault: Fault | None) -> object:  # noqa: PLR0911 - one return an endpoint
    """Return the body without envelope, or a `Refusal`. A fault of the content is put in."""
    if call.endpoint is not Endpoint.UNKNOWN and call.method not in ("GET", "HEAD"):
        return bodies.NO_METHOD
    match call.endpoint:
        case Endpoint.CHECK:
            return _check(world, call, fault)
        case Endpoint.CONTACTS:
            return _contacts(world, call, fault)
        case Endpoint.SESSIONS:
            return _sessions(world, call)
        case Endpoint.SESSION:
            session = world.session(call.name, call.time_s)
            return bodies.NO_SESSION if session is None else _session_row(world, session)
        case Endpoint.VALIDATE:
            number = call.query.get("number", "")
            return numbering.validate(number) if number else _invalid(world, "number", "number is required.")
        case Endpoint.USAGE:
            return {"plan": world.caller(call.authorization).plan, "checks": world.checks}
        case Endpoint.UNKNOWN:
            return bodies.NO_PATH
        case _:
            assert_never(call.endpoint)


def _check(world: World, call: Call, fault: Fault | None) -> object:
    session = _connected(world, call)
    if isinstance(session, bodies.Refusal):
        return session
    fixed = FIXED_NUMBERS.get(call.number)
    if not behaviour.E164.fullmatch(call.number) or (fixed is not None and not fixed.valid):
        return bodies.INVALID_PHONE
    body = behaviour.registration(
        call.number,
        seed=world.config.seed,
        share=world.config.registered_share,
        answers=session.answers,
        is_linked=call.number in _linked(world),
    )
    return body if fault is None else corruption.corrupt_check(body, fault.kind)


def _contacts(world: World, call: Call, fault: Fault | None) -> object:
    session = _connected(world, call)
    if isinstance(session, bodies.Refusal):
        return session
    page, per_page = _count(call.query, "page", 1), _count(call.query, "per_page", _DEFAULT_PER_PAGE)
    if page < 1:
        return _invalid(world, "page", "page is a whole number from 1.")
    if not 1 <= per_page <= _MAX_PER_PAGE:
        return _invalid(world, "per_page", f"per_page is a whole number from 1 to {_MAX_PER_PAGE}.")
    rows = _contact_rows(world, (page - 1) * per_page, per_page, fault)
    return {"data": rows, "meta": {"total": world.config.contacts, "page": page, "per_page": per_page}}


def _contact_rows(world: World, first: int, count: int, fault: Fault | None) -> list[Body]:
    config = world.config
    rows = [
        behaviour.contact(index, seed=config.seed, share=config.registered_share, linked=_linked(world))
        # One more row in front: the page begins with it if the list has changed between two requests.
        for index in range(max(first - 1, 0), min(first + count, config.contacts))
    ]
    before, rows = (rows[:1], rows[1:]) if first else ([], rows)
    return rows if fault is None else corruption.corrupt_page(before, rows, fault.kind)


def _linked(world: World) -> frozenset[str | None]:
    return frozenset(session.phone_number for session in world.config.sessions)


def _sessions(world: World, call: Call) -> Body:
    rows = [_session_row(world, session) for session in world.sessions(call.time_s)]
    return {"data": rows, "meta": {"total": len(rows), "page": 1, "per_page": _DEFAULT_PER_PAGE}}


def _session_row(world: World, session: Session) -> Body:
    return {
        "id": int(session.id) if world.config.integer_ids else session.id,
        "name": session.name,
        "status": session.status,
        "phone_number": session.phone_number,
        "last_seen_at": _LAST_SEEN_AT if session.phone_number else None,
        "message_count": 0,
        "created_at": _CREATED_AT,
    }


def _connected(world: World, call: Call) -> Session | Refusal:
    if not call.session_id:
        return _invalid(world, "session_id", "session_id is required.")
    session = world.session(call.session_id, call.time_s)
    if session is None:
        return bodies.NO_SESSION
    if session.status != "connected":
        return bodies.not_connected(world.config.not_connected_status)
    return session


def _invalid(world: World, param: str, message: str) -> Refusal:
    return bodies.invalid_request(world.config.bad_request_status, param, message)


def _count(query: dict[str, str], name: str, default: int) -> int:
    """Return a whole number from the query; -1 if it is not a valid one."""
    text = query.get(name, str(default))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_COUNT_DIGITS else -1
