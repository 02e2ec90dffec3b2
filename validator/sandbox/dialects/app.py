"""Serves a dialect: turns requests into answers, with the state, the faults and the log of the sandbox."""

from __future__ import annotations

import time
from email.utils import formatdate
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import anyio
from msgspec.structs import replace
from starlette.routing import Router

from validator.sandbox import behaviour, corruption
from validator.sandbox.control import control_routes
from validator.sandbox.corruption import Ending, Reply
from validator.sandbox.delivery import deliver
from validator.sandbox.dialects import DIALECTS
from validator.sandbox.dialects.dialect import (
    REFUSED_KEY,
    SPENT_KEY,
    UNLICENSED_KEY,
    Answer,
    Found,
    Purpose,
    RefusalReason,
    Request,
)
from validator.sandbox.faults import FaultKind
from validator.sandbox.log import Entry, RequestLog
from validator.sandbox.server_state import Caller, World
from validator.sandbox.test_numbers import FIXED_NUMBERS
from validator.sandbox.words import Answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from validator.sandbox.config import SandboxConfig, Session
    from validator.sandbox.dialects.dialect import Dialect, ParsedRequest
    from validator.sandbox.faults import Fault

_KEYS = (
    (REFUSED_KEY, RefusalReason.KEY),
    (UNLICENSED_KEY, RefusalReason.LICENCE),
    (SPENT_KEY, RefusalReason.QUOTA),
)
# The refusal of a check by the status of its fault.
_STATUSES = {
    401: RefusalReason.KEY,
    403: RefusalReason.KEY,
    404: RefusalReason.NO_SESSION,
    409: RefusalReason.CLOSED,
    429: RefusalReason.TOO_FAST,
}


class DialectSandbox:
    """The ASGI application.

    Attributes:
        log: the requests so far.
        world: its state, which can be changed while it runs.
    """

    def __init__(self, config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> None:
        self.log = RequestLog(config.log_path)
        self.world = World(config)
        self._dialect: Dialect = import_module(DIALECTS[config.gateway]).open_dialect(self.world)
        self._cached: set[str] = set()
        self._wall = wall
        self._router = Router(
            control_routes(self.world, self.log), redirect_slashes=False, default=self._serve
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._router(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _request(scope, receive)
        self.world.in_flight += 1
        try:
            await deliver(self._reply(request, anyio.current_time()), receive, send)
        finally:
            self.world.in_flight -= 1

    def _reply(self, request: Request, now: float) -> Reply:
        parsed = self._dialect.read(request)
        is_check = parsed.purpose is Purpose.CHECK
        passed = not is_check or self._admitted(parsed, now)
        fault = self._fault(parsed, now) if is_check and passed else None
        answer = (
            self._answer(request, parsed, fault, now)
            if passed
            else self._refused(RefusalReason.TOO_FAST, parsed, request)
        )
        reply = self._encoded(answer, parsed)
        reply = reply if fault is None else corruption.corrupt_reply(reply, fault)
        self._log(request, parsed, reply, fault, passed=passed, now=now)
        return reply

    def _admitted(self, parsed: ParsedRequest, now: float) -> bool:
        caller = Caller(_fingerprint(parsed.key), self.world.config.plan, None)
        admission = self.world.admit(caller, now)
        return admission is None or admission.admitted

    def _fault(self, parsed: ParsedRequest, now: float) -> Fault | None:
        """Return the fault of a check: the first that one of its numbers has, or a random one."""
        self.world.count_check(now)
        faults: list[Fault] = []
        for number in map(_e164, parsed.numbers):
            attempt = self.world.attempt(number)
            drawn = behaviour.draw(self.world.config.seed, number, attempt).fault if not faults else 1.0
            faults += filter(None, [self.world.fault(number, attempt, drawn, now)])
        return faults[0] if faults else None

    def _answer(self, request: Request, parsed: ParsedRequest, fault: Fault | None, now: float) -> Answer:  # noqa: PLR0911 - one return a purpose
        if (reason := self._refusal_reason(parsed, fault, now)) is not None:
            return self._refused(reason, parsed, request)
        session = self._session(parsed, now)
        match parsed.purpose:
            case Purpose.CHECK if session is not None:
                return self._dialect.check([self._found(number, session, fault) for number in parsed.numbers])
            case Purpose.STATE if session is not None:
                return self._dialect.state(session)
            case Purpose.SESSIONS:
                return self._dialect.sessions(self.world.sessions(now))
            case Purpose.CONTACTS:
                return self._dialect.contacts(self._contacts(parsed))
            case Purpose.VERSION:
                return self._dialect.version()
            case _:
                return self._refused(RefusalReason.NO_PATH, parsed, request)

    def _refusal_reason(self, parsed: ParsedRequest, fault: Fault | None, now: float) -> RefusalReason | None:  # noqa: PLR0911 - one return a reason
        if parsed.purpose is Purpose.UNKNOWN:
            return RefusalReason.NO_PATH
        if (refusal := self._key_refusal(parsed)) is not None:
            return refusal
        if parsed.purpose in {Purpose.SESSIONS, Purpose.VERSION}:
            return None
        session = self._session(parsed, now)
        if session is None:
            return RefusalReason.NO_SESSION
        if parsed.purpose is Purpose.STATE:
            return None
        if parsed.is_malformed:
            return RefusalReason.MALFORMED
        if session.status != "connected":
            return RefusalReason.NO_CHECK if session.status == "cloud" else RefusalReason.CLOSED
        return self._check_refusal(parsed, fault)

    def _key_refusal(self, parsed: ParsedRequest) -> RefusalReason | None:
        config = self.world.config
        if not parsed.key or not (config.any_key or parsed.key in config.keys):
            return RefusalReason.KEY
        found = next((reason for word, reason in _KEYS if parsed.key.startswith(word)), None)
        # The quota counts checks only.
        return None if found is RefusalReason.QUOTA and parsed.purpose is not Purpose.CHECK else found

    def _check_refusal(self, parsed: ParsedRequest, fault: Fault | None) -> RefusalReason | None:
        if not all(
            self._dialect.accepts.fullmatch(number) and not _is_refused(number) for number in parsed.numbers
        ):
            return RefusalReason.BAD_NUMBER
        match fault.kind if fault else None:
            case FaultKind.STATUS if fault is not None:
                return _STATUSES.get(fault.status, RefusalReason.FAILURE)
            case FaultKind.OVERLIMIT_500:
                return RefusalReason.TOO_FAST
            case FaultKind.UNANSWERED:
                return RefusalReason.UNANSWERED
            case _:
                return None

    def _session(self, parsed: ParsedRequest, now: float) -> Session | None:
        known = self._dialect.session(parsed)
        return None if known is None else self.world.session(known.id, now)

    def _found(self, number: str, session: Session, fault: Fault | None) -> Found:
        """Return WhatsApp's answer about a number, or an earlier "yes" if the gateway caches those."""
        phone, config = _e164(number), self.world.config
        is_linked = phone in {one.phone_number for one in config.sessions}
        is_cached = self._dialect.caches_yes and phone in self._cached
        answers = Answers.HONEST if is_cached else session.answers
        body = behaviour.registration(
            phone, seed=config.seed, share=config.registered_share, answers=answers, is_linked=is_linked
        )
        jid = body.get("whatsapp_id") if body["is_whatsapp_user"] else None
        kind = fault.kind if fault else None
        if kind is FaultKind.LID_DENIED and str(jid).endswith("@lid"):
            jid = None
        if jid is not None:
            self._cached.add(phone)
        written = behaviour.other_number(number) if kind is FaultKind.WRONG_NUMBER else number
        return Found(written, None if jid is None else str(jid), is_missing=kind is FaultKind.PARTIAL)

    def _contacts(self, parsed: ParsedRequest) -> list[Mapping[str, object]]:
        config = self.world.config
        linked = frozenset(session.phone_number for session in config.sessions)
        places = range(parsed.first, min(parsed.first + (parsed.count or config.contacts), config.contacts))
        return [
            behaviour.contact(place, seed=config.seed, share=config.registered_share, linked=linked)
            for place in places
        ]

    def _refused(self, reason: RefusalReason, parsed: ParsedRequest, request: Request) -> Answer:
        return self._dialect.refused(reason, parsed, request)

    def _encoded(self, answer: Answer, parsed: ParsedRequest) -> Reply:
        body, content_type = answer.encoded()
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
        headers.append((b"date", formatdate(int(self._wall()), usegmt=True).encode()))
        config = self.world.config
        delay_s = behaviour.latency_s(config, behaviour.draw(config.seed, ",".join(parsed.numbers), 0))
        return replace(
            Reply(status=answer.status, body=body, headers=headers, delay_s=delay_s),
            content_type=content_type,
        )

    def _log(
        self,
        request: Request,
        parsed: ParsedRequest,
        reply: Reply,
        fault: Fault | None,
        *,
        passed: bool,
        now: float,
    ) -> None:
        self.log.add(
            Entry(
                time_s=now,
                wall_s=self._wall(),
                method=request.method,
                path=request.path.replace(parsed.key, "[key]") if parsed.key else request.path,
                number=",".join(map(_e164, parsed.numbers)),
                session=parsed.session,
                key=_fingerprint(parsed.key),
                status=reply.status if reply.ending is Ending.WHOLE else 0,
                fault=fault.name if fault else "",
                passed=passed,
            )
        )


async def _request(scope: Scope, receive: Receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


def _fingerprint(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:12] if key else ""


def _e164(number: str) -> str:
    return f"+{number.lstrip('+')}"


def _is_refused(number: str) -> bool:
    fixed = FIXED_NUMBERS.get(_e164(number))
    return fixed is not None and not fixed.valid
