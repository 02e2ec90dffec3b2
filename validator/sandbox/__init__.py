"""A local server that speaks SendAPI, or another gateway: its endpoints, its limits and its faults.

It shares no code with the client, so that no misreading of the API can hide on both sides of a test. Base
URL: `http://127.0.0.1:8080/v1`. See `MAGIC_NUMBERS`, `FAULT_WORDS` and `SandboxConfig` for what it can be
made to do, and `validator.sandbox.control` for changing it while it runs.

    app = create_app(SandboxConfig(seed=7, faults=(parse_fault("500=0.05"),)))
    transport = httpx.ASGITransport(app)    # no socket; virtual time where the test's clock is virtual
    app.log.calls("+447700900001")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from validator.sandbox.config import (
    DEFAULT_SESSIONS,
    INTEGER_SESSIONS,
    PLAN_LIMITS_PER_MIN,
    Answers,
    Envelope,
    RateHeaders,
    ResetForm,
    RetryAfterForm,
    SandboxConfig,
    Session,
)
from validator.sandbox.dialects import DIALECTS, SENDAPI, SESSION_NAMES
from validator.sandbox.faults import FAULT_WORDS, Fault, FaultKind, parse_fault
from validator.sandbox.limits import LimiterKind
from validator.sandbox.log import Entry, RequestLog
from validator.sandbox.test_numbers import MAGIC_NUMBERS

if TYPE_CHECKING:
    from validator.sandbox.app import Sandbox, create_app
    from validator.sandbox.delivery import ConnectionBroken
    from validator.sandbox.server import listen, serve, serve_async

__all__ = [
    "DEFAULT_SESSIONS",
    "DIALECTS",
    "FAULT_WORDS",
    "INTEGER_SESSIONS",
    "MAGIC_NUMBERS",
    "PLAN_LIMITS_PER_MIN",
    "SENDAPI",
    "SESSION_NAMES",
    "Answers",
    "ConnectionBroken",
    "Entry",
    "Envelope",
    "Fault",
    "FaultKind",
    "LimiterKind",
    "RateHeaders",
    "RequestLog",
    "ResetForm",
    "RetryAfterForm",
    "Sandbox",
    "SandboxConfig",
    "Session",
    "create_app",
    "listen",
    "parse_fault",
    "serve",
    "serve_async",
]

# Starlette and uvicorn come with the extra `sandbox`. What `--help` prints must be there without them.
_NEEDS_EXTRA = {
    "ConnectionBroken": "delivery",
    "Sandbox": "app",
    "create_app": "app",
    "listen": "server",
    "serve": "server",
    "serve_async": "server",
}


def __getattr__(name: str) -> object:
    """Import what needs the extra when first asked for it; `ModuleNotFoundError` where that is missing."""
    if name not in _NEEDS_EXTRA:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NEEDS_EXTRA[name]}"), name)
