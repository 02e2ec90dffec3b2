"""A local server that speaks SendAPI or another gateway: its endpoints, its limits and its faults.

It shares no code with the client, so that a misreading of the API cannot be on both sides of a test. Its base
URL is `http://127.0.0.1:8080/v1`. `MAGIC_NUMBERS`, `FAULT_WORDS` and `SandboxConfig` describe what it can do,
and `validator.sandbox.control` how to change it while it runs.

    app = create_app(SandboxConfig(seed=7, faults=(parse_fault("500=0.05"),)))
    transport = httpx.ASGITransport(app)    # no socket; virtual time if the test's clock is virtual
    app.log.calls("+447700900001")

- `config`: its options, `words`: their words; `faults`: its faults; `test_numbers`: fixed answers.
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

if TYPE_CHECKING:
    from validator.sandbox.app import Sandbox, create_app
    from validator.sandbox.config import (
        DEFAULT_SESSIONS,
        INTEGER_SESSIONS,
        SandboxConfig,
        Session,
    )
    from validator.sandbox.delivery import ConnectionBroken
    from validator.sandbox.dialects import DIALECTS, SENDAPI, SESSION_NAMES
    from validator.sandbox.faults import FAULT_WORDS, Fault, FaultKind, parse_fault
    from validator.sandbox.log import Entry, RequestLog
    from validator.sandbox.server import listen, serve, serve_async
    from validator.sandbox.test_numbers import MAGIC_NUMBERS
    from validator.sandbox.words import (
        PLAN_LIMITS_PER_MIN,
        Answers,
        Envelope,
        LimiterKind,
        RateHeaders,
        ResetForm,
        RetryAfterForm,
    )

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

# Each name is imported on first use. The help text needs few of them, and has to work without the extra
# `sandbox`, which has starlette and uvicorn.
_NAMES_IN = {
    "app": ("Sandbox", "create_app"),
    "config": ("DEFAULT_SESSIONS", "INTEGER_SESSIONS", "SandboxConfig", "Session"),
    "delivery": ("ConnectionBroken",),
    "dialects": ("DIALECTS", "SENDAPI", "SESSION_NAMES"),
    "faults": ("FAULT_WORDS", "Fault", "FaultKind", "parse_fault"),
    "log": ("Entry", "RequestLog"),
    "server": ("listen", "serve", "serve_async"),
    "test_numbers": ("MAGIC_NUMBERS",),
    "words": (
        "PLAN_LIMITS_PER_MIN",
        "Answers",
        "Envelope",
        "LimiterKind",
        "RateHeaders",
        "ResetForm",
        "RetryAfterForm",
    ),
}
_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name on first use; raises `ModuleNotFoundError` without the extra, if the name needs it."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
