"""Serves a dialect: from a request to its answer, over the state, the faults and the log of the sandbox."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import anyio
from starlette.routing import Router

from validator.sandbox import behaviour, corruption
from validator.sandbox.config import Answers
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
    Request,
    Trouble,
)
from validator.sandbox.faults import FaultKind
from validator.sandbox.log import Entry, RequestLog
from validator.sandbox.server_state import Caller, World
from validator.sandbox.test_numbers import FATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from validator.sandbox.config import SandboxConfig, Session
    from validator.sandbox.dialects.dialect import Asked, Dialect
    from validator.sandbox.faults import Fault

_KEYS = ((REFUSED_KEY, Trouble.KEY), (UNLICENSED_KEY, Trouble.LICENCE), (SPENT_KEY, Trouble.QUOTA))
# What becomes of a check that meets a status as a fault.
_STATUSES = {
    401: Trouble.KEY,
    403: Trouble.KEY,
    404: Trouble.NO_SESSION,
    409: Trouble.CLOSED,
    429: Trouble.TOO_FAST,
}


class DialectSandbox:
    """The ASGI application.

    Attributes:
        log: what it was asked.
        world: its state, to be changed at run time.
    """

    def __init__(self, config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> None:
        self.log = RequestLog(config.log_path)
        self.world = World(config)
        self._dialect: Dialect = import_module(DIALECTS[config.gateway]).open_dialect(self.world)
        self._kept: set[str] = set()
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
        asked = self._dialect.read(request)
        is_check = asked.purpose is Purpose.CHECK
        passed = not is_check or self._admitted(asked, now)
        fault = self._fault(asked, now) if is_check and passed else None
        answer = (
            self._answer(request, asked, fault, now)
            if passed
            else self._refused(Trouble.TOO_FAST, asked, request)
        )
        reply = self._encoded(answer, asked)
        reply = reply if fault is None else corruption.spoil_reply(reply, fault)
        self._log(request, asked, reply, fault, passed=passed, now=now)
        return reply

    def _admitted(self, asked: Asked, now: float) -> bool:
        caller = Caller(_fingerprint(asked.key), self.world.config.plan, None)
        admission = self.world.admit(caller, now)
        return admission is None or admission.admitted

    def _fault(self, asked: Asked, now: float) -> Fault | None:
        """Return the fault that a check meets: one number's of its own, or one drawn for the first."""
        self.world.count_check(now)
        faults: list[Fault] = []
        for number in map(_e164, asked.numbers):
            attempt = self.world.attempt(number)
            drawn = behaviour.draw(self.world.config.seed, number, attempt).fault if not faults else 1.0
            faults += filter(None, [self.world.fault(number, attempt, drawn, now)])
        return faults[0] if faults else None

    def _answer(self, request: Request, asked: Asked, fault: Fault | None, now: float) -> Answer:  # noqa: PLR0911 - one return a purpose
        if (trouble := self._trouble(asked, fault, now)) is not None:
            return self._refused(trouble, asked, request)
        session = self._session(asked, now)
        match asked.purpose:
            case Purpose.CHECK if session is not None:
                return self._dialect.check([self._found(number, session, fault) for number in asked.numbers])
            case Purpose.STATE if session is not None:
                return self._dialect.state(session)
            case Purpose.SESSIONS:
                return self._dialect.sessions(self.world.sessions(now))
            case Purpose.CONTACTS:
                return self._dialect.contacts(self._contacts(asked))
            case Purpose.VERSION:
                return self._dialect.version()
            case _:
                return self._refused(Trouble.NO_PATH, asked, request)

    def _trouble(self, asked: Asked, fault: Fault | None, now: float) -> Trouble | None:  # noqa: PLR0911 - one return a trouble
        if asked.purpose is Purpose.UNKNOWN:
            return Trouble.NO_PATH
        if (refusal := self._key_trouble(asked)) is not None:
            return refusal
        if asked.purpose in {Purpose.SESSIONS, Purpose.VERSION}:
            return None
        session = self._session(asked, now)
        if session is None:
            return Trouble.NO_SESSION
        if asked.purpose is Purpose.STATE:
            return None
        if asked.is_malformed:
            return Trouble.MALFORMED
        if session.status != "connected":
            return Trouble.NO_CHECK if session.status == "cloud" else Trouble.CLOSED
        return self._check_trouble(asked, fault)

    def _key_trouble(self, asked: Asked) -> Trouble | None:
        config = self.world.config
        if not asked.key or not (config.any_key or asked.key in config.keys):
            return Trouble.KEY
        found = next((trouble for word, trouble in _KEYS if asked.key.startswith(word)), None)
        # A quota is one of checks.
        return None if found is Trouble.QUOTA and asked.purpose is not Purpose.CHECK else found

    def _check_trouble(self, asked: Asked, fault: Fault | None) -> Trouble | None:
        if not all(
            self._dialect.takes.fullmatch(number) and not _is_refused(number) for number in asked.numbers
        ):
            return Trouble.BAD_NUMBER
        match fault.kind if fault else None:
            case FaultKind.STATUS if fault is not None:
                return _STATUSES.get(fault.status, Trouble.FAILURE)
            case FaultKind.OVERLIMIT_500:
                return Trouble.TOO_FAST
            case FaultKind.UNANSWERED:
                return Trouble.UNANSWERED
            case _:
                return None

    def _session(self, asked: Asked, now: float) -> Session | None:
        known = self._dialect.session(asked)
        return None if known is None else self.world.session(known.id, now)

    def _found(self, number: str, session: Session, fault: Fault | None) -> Found:
        """Return what WhatsApp says about a number; a "yes" of earlier, if the gateway keeps those."""
        phone, config = _e164(number), self.world.config
        is_linked = phone in {one.phone_number for one in config.sessions}
        is_kept = self._dialect.keeps_yes and phone in self._kept
        answers = Answers.HONEST if is_kept else session.answers
        body = behaviour.registration(
            phone, seed=config.seed, share=config.registered_share, answers=answers, is_linked=is_linked
        )
        jid = body.get("whatsapp_id") if body["is_whatsapp_user"] else None
        kind = fault.kind if fault else None
        if kind is FaultKind.LID_DENIED and str(jid).endswith("@lid"):
            jid = None
        if jid is not None:
            self._kept.add(phone)
        asked = _another(number) if kind is FaultKind.WRONG_NUMBER else number
        return Found(asked, None if jid is None else str(jid), is_missing=kind is FaultKind.PARTIAL)

    def _contacts(self, asked: Asked) -> list[Mapping[str, object]]:
        config = self.world.config
        linked = frozenset(session.phone_number for session in config.sessions)
        places = range(asked.first, min(asked.first + (asked.count or config.contacts), config.contacts))
        return [
            behaviour.contact(place, seed=config.seed, share=config.registered_share, linked=linked)
            for place in places
        ]

    def _refused(self, trouble: Trouble, asked: Asked, request: Request) -> Answer:
        return self._dialect.refused(trouble, asked, request)

    def _encoded(self, answer: Answer, asked: Asked) -> Reply:
        body, content_type = answer.encoded()
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
        headers.append((b"date", formatdate(int(self._wall()), usegmt=True).encode()))
        config = self.world.config
        drawn = behaviour.draw(config.seed, ",".join(asked.numbers), 0).jitter
        delay_s = (config.latency_ms + config.latency_jitter_ms * drawn) / 1000
        return replace(
            Reply(status=answer.status, body=body, headers=headers, delay_s=delay_s),
            content_type=content_type,
        )

    def _log(
        self, request: Request, asked: Asked, reply: Reply, fault: Fault | None, *, passed: bool, now: float
    ) -> None:
        self.log.add(
            Entry(
                time_s=now,
                wall_s=self._wall(),
                method=request.method,
                path=request.path.replace(asked.key, "[key]") if asked.key else request.path,
                number=",".join(map(_e164, asked.numbers)),
                session=asked.session,
                key=_fingerprint(asked.key),
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
    fate = FATES.get(_e164(number))
    return fate is not None and not fate.valid


def _another(number: str) -> str:
    """Return the number with its last digit moved on by one."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
