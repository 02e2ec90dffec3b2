"""Turns a request into its answer: key, rate limit, fault, content, bytes, in this order. Does not wait."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.sandbox import behaviour, bodies, corruption, rates
from validator.sandbox.call import Endpoint
from validator.sandbox.content import content
from validator.sandbox.corruption import Ending, Reply
from validator.sandbox.faults import FaultKind
from validator.sandbox.log import Entry

if TYPE_CHECKING:
    from validator.sandbox.bodies import Refusal
    from validator.sandbox.call import Call
    from validator.sandbox.faults import Fault
    from validator.sandbox.limits import Admission
    from validator.sandbox.log import RequestLog
    from validator.sandbox.rates import Headers
    from validator.sandbox.server_state import World


class _Outcome(Struct, frozen=True):
    """The answer before it is encoded: a `Refusal` or a body, with its random draw and fault."""

    result: object
    draw: behaviour.Draw = behaviour.NO_DRAW
    fault: Fault | None = None
    passed: bool = True


class Exchange:
    """Answers requests.

    Args:
        world: the state.
        log: records each request.
    """

    def __init__(self, world: World, log: RequestLog) -> None:
        self._world = world
        self._config = world.config
        self._log = log
        self._date = (-1, b"")

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request. Records both in the log."""
        admission = self._world.admit(self._world.caller(call.authorization), call.time_s)
        if admission is None or admission.admitted:
            outcome = self._outcome(call)
        else:
            outcome = _Outcome(bodies.rate_limited(admission.wait_s), passed=False)
        reply = self._reply(outcome, admission, call.wall_s)
        self._log.add(self._entry(call, outcome, reply))
        return reply

    def _outcome(self, call: Call) -> _Outcome:
        attempt = self._world.attempt(call.subject)
        if call.endpoint is Endpoint.CHECK:
            self._world.count_check(call.time_s)
        draw = behaviour.draw(self._config.seed, call.subject, attempt)
        refusal = self._world.caller(call.authorization).refusal or self._busy()
        if refusal is not None:
            return _Outcome(refusal, draw)
        fault = self._world.fault(call.number, attempt, draw.fault, call.time_s)
        return _Outcome(self._fault_refusal(fault) or content(self._world, call, fault), draw, fault)

    def _busy(self) -> Refusal | None:
        most = self._config.max_in_flight
        return bodies.TOO_MANY_AT_ONCE if most and self._world.in_flight > most else None

    def _fault_refusal(self, fault: Fault | None) -> Refusal | None:
        if fault is None or fault.kind not in (FaultKind.STATUS, FaultKind.OVERLIMIT_500):
            return None
        if fault.kind is FaultKind.OVERLIMIT_500:
            return bodies.OVERLIMIT_500
        if fault.status == HTTPStatus.CONFLICT:
            return bodies.not_connected(self._config.not_connected_status)
        return bodies.refusal_of(fault.status)

    def _reply(self, outcome: _Outcome, admission: Admission | None, wall_s: float) -> Reply:
        headers = [(b"date", self._date_at(int(wall_s)))]
        if admission is not None:
            headers += rates.rate_headers(self._config, admission, wall_s, self._log.requests)
        status, body = 200, outcome.result
        if isinstance(body, bodies.Refusal):
            status, body = body.status, self._error(body, headers, wall_s)
        else:
            body = bodies.enveloped(body, self._config.envelope, outcome.draw.jitter)
        delay_s = behaviour.latency_s(self._config, outcome.draw)
        if outcome.fault is not None:
            body = corruption.corrupt_body(body, outcome.fault.kind)
        reply = Reply(status=status, body=bodies.encoded(body), headers=headers, delay_s=delay_s)
        return reply if outcome.fault is None else corruption.corrupt_reply(reply, outcome.fault)

    def _error(self, refusal: Refusal, headers: Headers, wall_s: float) -> object:
        """Return the error body. Adds the refusal's wait to the headers."""
        members: dict[str, object] = {}
        if refusal.wait_s is not None:
            lines, members = rates.retry_after(self._config.retry_after_form, refusal.wait_s, wall_s)
            headers += lines
        return bodies.error_body(
            refusal,
            self._config.error_envelope,
            members,
            request_id=f"req_{self._log.requests:016x}",
            timestamp=datetime.fromtimestamp(wall_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        )

    def _date_at(self, second: int) -> bytes:
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True).encode())
        return self._date[1]

    def _entry(self, call: Call, outcome: _Outcome, reply: Reply) -> Entry:
        return Entry(
            time_s=call.time_s,
            wall_s=call.wall_s,
            method=call.method,
            path=call.path,
            number=call.number,
            session=call.session_id,
            key=self._world.caller(call.authorization).fingerprint,
            status=reply.status if reply.ending is Ending.WHOLE else 0,
            fault=outcome.fault.name if outcome.fault else "",
            passed=outcome.passed,
        )
