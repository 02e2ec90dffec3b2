"""The changing state of a running sandbox: limiters, sessions, attempts, and active faults."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from validator.sandbox import bodies
from validator.sandbox.config import check_faults
from validator.sandbox.faults import FaultKind
from validator.sandbox.limits import WINDOW_S, new_limiter
from validator.sandbox.test_numbers import magic_fault
from validator.sandbox.words import PLAN_LIMITS_PER_MIN, Answers

if TYPE_CHECKING:
    from validator.sandbox.config import SandboxConfig, Session
    from validator.sandbox.faults import Fault
    from validator.sandbox.limits import Admission, Limiter

_BEARER = re.compile(r"bearer +(sk_(?:live|test)_\w+)", re.IGNORECASE | re.ASCII)
_PLAN_KEY = re.compile(r"sk_test_([a-z]+)_")

# Keys with a fixed behaviour, by their first characters.
MAGIC_KEYS: tuple[tuple[str, bodies.Refusal], ...] = (
    ("sk_live_revoked", bodies.REVOKED_KEY),
    ("sk_live_expired", bodies.EXPIRED_KEY),
    ("sk_live_noscope", bodies.NO_SCOPE),
    ("sk_live_quota", bodies.NO_QUOTA),
    ("sk_live_unpaid", bodies.NO_SUBSCRIPTION),
    ("sk_live_lapsed", bodies.LAPSED),
)

_STATE_FAULTS = frozenset({FaultKind.DISCONNECT, FaultKind.LIE, FaultKind.LIMIT})


class Caller(Struct, frozen=True):
    """The sender of a request.

    Attributes:
        fingerprint: identifies the key without revealing it; empty if no key was sent.
        plan: the plan that defines its limit.
        refusal: why the key is refused, or None.
        limit_per_min: the key's own limit, or None.
    """

    fingerprint: str
    plan: str
    refusal: bodies.Refusal | None
    limit_per_min: int | None = None


class _Allowance(Struct):
    """The state of one key's limit.

    Attributes:
        limiter: its limiter.
        foreign_s: up to when the requests of other programs have been counted.
        blocked_until_s: when a penalty ends; 0 if there is none.
    """

    limiter: Limiter
    foreign_s: float
    blocked_until_s: float = 0.0


class _Schedule(Struct):
    """Scheduled faults, which begin at a certain check, and the start times of those that have begun."""

    faults: tuple[Fault, ...] = ()
    begun_s: dict[Fault, float] = field(default_factory=dict)

    def count(self, check: int, now: float) -> None:
        for fault in self.faults:
            if fault.at_check == check:
                self.begun_s[fault] = now

    def active(self, now: float) -> list[Fault]:
        return [
            fault
            for fault, begun_s in self.begun_s.items()
            if fault.lasts_s is None or now < begun_s + fault.lasts_s
        ]


class World:
    """The state of one sandbox. Not for use from several threads.

    Attributes:
        config: its options.
        checks: how many checks have passed the limiter; scheduled faults refer to it.
        in_flight: how many requests are in progress.
        limit_per_min: a limit in place of the plans' limits, or None.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.in_flight = 0
        self._callers: dict[str, Caller] = {}
        self.reset()

    def reset(self) -> None:
        """Return to the state of the configuration."""
        self.checks = 0
        self.limit_per_min = self.config.limit_per_min
        self._sessions = {session.id: session for session in self.config.sessions}
        self._attempts: Counter[str] = Counter()
        self._allowances: dict[str, _Allowance] = {}
        self.set_faults(self.config.faults)

    def set_faults(self, faults: tuple[Fault, ...]) -> None:
        """Replace all faults and end the active ones; raises `ValueError` if the shares add up to over 1."""
        check_faults(faults)
        self._drawn = tuple(fault for fault in faults if fault.at_check is None)
        self._schedule = _Schedule(tuple(fault for fault in faults if fault.at_check is not None))

    def caller(self, authorization: str | None) -> Caller:
        """Return the sender of an `Authorization` header."""
        if authorization is None:
            return Caller("", self.config.plan, bodies.MISSING_KEY)
        known = self._callers.get(authorization)
        if known is None:
            known = self._callers[authorization] = self._identify(authorization)
        return known

    def _identify(self, authorization: str) -> Caller:
        match = _BEARER.fullmatch(authorization)
        key = match[1] if match else authorization
        plan = _PLAN_KEY.match(key)
        return Caller(
            fingerprint=sha256(key.encode()).hexdigest()[:12],
            plan=plan[1] if plan and plan[1] in PLAN_LIMITS_PER_MIN else self.config.plan,
            refusal=self._key_refusal(key) if match else bodies.INVALID_KEY,
            limit_per_min=self.config.key_limits_per_min.get(key),
        )

    def _key_refusal(self, key: str) -> bodies.Refusal | None:
        for beginning, refusal in MAGIC_KEYS:
            if key.startswith(beginning):
                return refusal
        return None if self.config.any_key or key in self.config.keys else bodies.INVALID_KEY

    def admit(self, caller: Caller, now: float) -> Admission | None:
        """Count one request against its key's limit; None if the plan has no limit."""
        limit = self._limit(caller, now)
        if limit is None:
            return None
        allowance = self._allowances.get(caller.fingerprint)
        if allowance is None:
            allowance = self._allowances[caller.fingerprint] = _Allowance(
                new_limiter(self.config.limiter, limit), now
            )
        allowance.limiter.limit = limit
        self._spend_foreign(allowance, now)
        return self._penalised(allowance, now)

    def _limit(self, caller: Caller, now: float) -> int | None:
        for fault in self._schedule.active(now):
            if fault.kind is FaultKind.LIMIT:
                return fault.limit_per_min
        return caller.limit_per_min or self.limit_per_min or PLAN_LIMITS_PER_MIN[caller.plan]

    def _spend_foreign(self, allowance: _Allowance, now: float) -> None:
        if not self.config.foreign_per_min:
            return
        step_s = WINDOW_S / self.config.foreign_per_min
        # No limiter looks back more than two windows, so after a long pause the older requests are skipped.
        allowance.foreign_s = max(allowance.foreign_s, now - 2 * WINDOW_S)
        while allowance.foreign_s + step_s <= now:
            allowance.foreign_s += step_s
            allowance.limiter.admit(allowance.foreign_s)

    def _penalised(self, allowance: _Allowance, now: float) -> Admission:
        blocked_s = allowance.blocked_until_s - now
        if blocked_s > 0:
            if self.config.penalty_extends:
                blocked_s = self.config.penalty_s
                allowance.blocked_until_s = now + blocked_s
            return allowance.limiter.admit(now)._replace(admitted=False, remaining=0, wait_s=blocked_s)
        admission = allowance.limiter.admit(now)
        if admission.admitted or not self.config.penalty_s:
            return admission
        allowance.blocked_until_s = now + self.config.penalty_s
        return admission._replace(wait_s=self.config.penalty_s)

    def attempt(self, subject: str) -> int:
        """Count one attempt at a subject, and return its number, from 1."""
        self._attempts[subject] += 1
        return self._attempts[subject]

    def count_check(self, now: float) -> None:
        """Count one check, and start the faults that are scheduled for it."""
        self.checks += 1
        if self._schedule.faults:
            self._schedule.count(self.checks, now)

    def fault(self, number: str, attempt: int, drawn: float, now: float) -> Fault | None:
        """Return the fault of a request: an active scheduled one, else the number's own, else a random one.

        Args:
            number: the number asked about; empty for other endpoints.
            attempt: the number of this attempt, from 1.
            drawn: a uniform random number from 0 up to 1.
            now: the time, in seconds.
        """
        for fault in self._schedule.active(now):
            if fault.kind not in _STATE_FAULTS:
                return fault
        if fixed := magic_fault(number, attempt):
            return fixed
        for fault in self._drawn:
            if drawn < fault.share:
                return fault
            drawn -= fault.share
        return None

    def sessions(self, now: float) -> list[Session]:
        """Return all sessions in their current state."""
        kinds = {fault.kind for fault in self._schedule.active(now)}
        return [_with_faults(session, kinds) for session in self._sessions.values()]

    def session(self, session_id: str, now: float) -> Session | None:
        """Return one session in its current state, or None if there is none with this id."""
        session = self._sessions.get(session_id)
        if session is None or not self._schedule.begun_s:
            return session
        return _with_faults(session, {fault.kind for fault in self._schedule.active(now)})

    def change_session(
        self, session_id: str, *, status: str | None = None, answers: Answers | None = None
    ) -> None:
        """Change a session's status or the truth of its answers; raises `KeyError` if it does not exist."""
        session = self._sessions[session_id]
        self._sessions[session_id] = replace(
            session, status=status or session.status, answers=answers or session.answers
        )


def _with_faults(session: Session, kinds: set[FaultKind]) -> Session:
    if FaultKind.DISCONNECT in kinds:
        session = replace(session, status="disconnected")
    return replace(session, answers=Answers.NO) if FaultKind.LIE in kinds else session
