"""The sandbox's own paths, outside of `/v1`, which show its log and change its state while it runs.

GET /_sandbox/health      200 while it runs
GET /_sandbox/log         the counts; `?last=N` adds the last N requests
POST /_sandbox/reset      resets log and state
PATCH /_sandbox           any of `{"faults": ["500=0.1"], "limit_per_min": 60, "sessions": {ID: STATE}}`,
                          where STATE is any of `{"status": "disconnected", "answers": "no"}`
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from validator.sandbox.faults import parse_fault
from validator.sandbox.words import Answers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from validator.sandbox.log import RequestLog
    from validator.sandbox.server_state import World

_MEMBERS = frozenset({"faults", "limit_per_min", "sessions"})


def control_routes(world: World, log: RequestLog) -> list[Route]:
    """Return the routes of the paths above, for a state and a log."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def read_log(request: Request) -> Response:
        last = request.query_params.get("last", "0")
        return JSONResponse(log.summary(last=int(last) if last.isdecimal() else 0))

    async def reset(_: Request) -> Response:
        world.reset()
        log.clear()
        return JSONResponse({"status": "ok"})

    async def patch(request: Request) -> Response:
        try:
            change(world, json.loads(await request.body()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return JSONResponse({"error": f"cannot apply the change: {error}"}, status_code=400)
        return JSONResponse({"status": "ok"})

    return [
        Route("/_sandbox/health", health),
        Route("/_sandbox/log", read_log),
        Route("/_sandbox/reset", reset, methods=["POST"]),
        Route("/_sandbox", patch, methods=["PATCH"]),
    ]


def change(world: World, wanted: dict[str, Any]) -> None:
    """Apply the change in the body of a PATCH /_sandbox.

    Raises:
        ValueError: a member, a fault or a word is not known, or a value is out of range.
        KeyError: there is no session with this id.
    """
    if unknown := set(wanted) - _MEMBERS:
        raise ValueError(f"unknown members {sorted(unknown)}; known are: {sorted(_MEMBERS)}")
    if "faults" in wanted:
        world.set_faults(tuple(parse_fault(text) for text in wanted["faults"]))
    if "limit_per_min" in wanted:
        world.limit_per_min = _limit(wanted["limit_per_min"])
    for session_id, state in wanted.get("sessions", {}).items():
        answers = Answers(state["answers"]) if "answers" in state else None
        world.change_session(session_id, status=state.get("status"), answers=answers)


def _limit(value: object) -> int | None:
    if value is None or (isinstance(value, int) and value > 0):
        return value
    raise ValueError(f"limit_per_min {value!r} is neither a whole number above 0 nor null")
