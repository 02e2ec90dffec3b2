"""A local server that speaks SendAPI or another gateway: its endpoints, its limits and its faults.

It shares no code with the client, so that a misreading of the API cannot be on both sides of a test. Its base
URL is `http://127.0.0.1:8080/v1`. `MAGIC_NUMBERS`, `FAULT_WORDS` and `SandboxConfig` describe what it can do,
and `validator.sandbox.control` how to change it while it runs.

    app = create_app(SandboxConfig(seed=7, faults=(parse_fault("500=0.05"),)))
    transport = httpx.ASGITransport(app)    # no socket; virtual time if the test's clock is virtual
    app.log.calls("+447700900001")

- `config`: its options; `faults`: its faults; `test_numbers`: numbers with a fixed answer.
- `server`: runs it on a socket; `app`: the ASGI application for SendAPI; `dialects`: for other gateways.
- `call`: a request; `exchange`: turns a request into an answer; `delivery`: sends the answer.
- `server_state`: its changing state; `control`: paths to change it; `log`: the requests so far.
- `content`: the body of an answer; `behaviour`: which numbers are registered; `numbering`: number plans.
- `bodies`: refusals and envelopes; `corruption`: puts a fault into an answer.
- `limits`: rate limiters; `rates`: rate headers.
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

# Starlette and uvicorn are in the extra `sandbox`. `--help` has to work without them.
_NEEDS_EXTRA = {
    "ConnectionBroken": "delivery",
    "Sandbox": "app",
    "create_app": "app",
    "listen": "server",
    "serve": "server",
    "serve_async": "server",
}


def __getattr__(name: str) -> object:
    """Import a name that needs the extra on first use; raises `ModuleNotFoundError` without the extra."""
    if name not in _NEEDS_EXTRA:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NEEDS_EXTRA[name]}"), name)
